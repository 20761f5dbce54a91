"""Every night the clock posts the trail's head and looks at who decides."""

from dataclasses import replace

import pytest

from bot.domain.staff import Act
from bot.services.staff import StaffList
from handlers.clock import rounds
from tests.cast import Office, a_case


def nights(office: Office, number: int) -> None:
    """Look at the clock every hour."""
    for _ in range(24 * number):
        rounds.look(office.bot, now=office.now)
        office.clock.wait(hours=1)


@pytest.mark.slow
def test_each_night_has_one_head_by_the_desks_clocks(office: Office) -> None:
    a_case(office)
    nights(office, 4)

    at = [job.created_at.astimezone(office.desk.policy.desk.zone) for job in office.jobs("audit_head_note")]
    assert [(moment.day, moment.hour) for moment in at] == [(3, 2), (4, 2), (5, 2), (6, 2)]


@pytest.mark.slow
def test_a_group_without_people_is_told_in_the_morning(office: Office) -> None:
    nobody = StaffList(office.chat, staff=(), groups=dict.fromkeys(Act, ()))
    fitted = replace(office, bot=replace(office.bot, staff=nobody))
    nights(fitted, 3)
    office.work()

    told = [message.text for message in office.chat.standing.values() if "Alarm" in message.text]
    assert "Alarm · who approves a RIS" in told
    assert len(told) == len(set(told))
