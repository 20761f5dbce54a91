"""Every night the clock posts the trail's head and looks at who decides."""

from dataclasses import replace

import pytest

from bot.domain.staff import Act
from bot.services import upkeep
from bot.services.staff import StaffList
from handlers.clock import rounds
from tests.cast import Office, a_case, a_mail
from tests.people import move_in


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


@pytest.mark.slow
def test_a_night_lets_old_data_go_and_down_time_is_caught_up(office: Office) -> None:
    rounds.look(office.bot, now=office.now)
    office.take(a_mail())
    office.work_till_quiet()
    office.clock.wait(days=400)
    rounds.look(office.bot, now=office.now)
    with office.connect() as db:
        assert db["mail_sources"].count == 0
        many = {str(one.data): one.many for one in upkeep.figures(db, now=office.now).swept}
    assert (many["mails"], many["questions"]) == (1, 1)
    rounds.look(office.bot, now=office.now)
    assert [event.subject for event in office.events() if event.tag == "data:swept"].count("data:mails") == 1


@pytest.mark.slow
def test_each_monday_tells_what_the_answers_lack_and_what_will_hurt(office: Office) -> None:
    with office.connect() as db:
        move_in(db, office.desk, a_case(office), now=office.now)
    office.take(a_mail(subject="Garden chairs", text="We would like to offer garden chairs."))
    nights(office, 15)

    zone = office.desk.policy.desk.zone
    for template, days in (("faq_week_note", [9]), ("dead_ends", [9, 16])):  # Mondays of that March
        at = [job.created_at.astimezone(zone) for job in office.jobs(template)]
        assert [(one.day, one.hour) for one in at] == [(day, 9) for day in days]
