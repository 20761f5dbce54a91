"""The clock is turned: the sponsor is asked once more, the desk is reminded, and reads what stands still."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from bot.domain.working_time import Calendar
from bot.rendering.workbooks import ris_form
from bot.sandbox.samples import DANA
from handlers.clock import loop as clock_loop
from tests.forms import COMPANY, MARA, TOM
from tests.stories.desk import Desk, as_text, running, text_of
from tests.stories.test_spine import company_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock_loop, "LOOK", 0.05)
        with running(tmp_path_factory.mktemp("desk")) as desk:
            yield desk


def calendar(desk: Desk) -> Calendar:
    return desk.bot.desk.policy.calendar_of_desk


def turn_to(desk: Desk, day: datetime) -> None:
    desk.world.clock.turn(day - desk.world.clock.now())


def morning(desk: Desk, days: int) -> datetime:
    """Half past nine on the n-th working day from now."""
    there = calendar(desk)
    day = there.days_later(desk.world.clock.now(), days)
    return datetime.combine(day, time(9, 30), tzinfo=there.zone)


def test_turning_the_clock_lets_the_nudge_the_reminder_and_the_weekly_list_go(desk: Desk) -> None:
    turn_to(desk, morning(desk, 1))
    open_form = ris_form("en", replace(COMPANY, city=""), [MARA, TOM])
    desk.send_mail("RIS", "Please find the form attached.", files=[("RIS.xlsx", open_form)])
    desk.mail_to(DANA[1], about="Please complete")
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)
    desk.settled()

    turn_to(desk, morning(desk, 2))
    reminder = desk.message("approvals", "working hours for the desk", thread_ts=card["ts"])
    assert "<@" in as_text(reminder)

    turn_to(desk, morning(desk, 1))
    nudge = desk.mail_to(DANA[1], about="Still open")
    assert COMPANY.name in text_of(nudge)
    assert [part.get_filename() for part in nudge.iter_attachments()] == ["RIS.xlsx"]

    first = calendar(desk).first_of_week((desk.world.clock.now() + timedelta(days=7)).date())
    assert first is not None
    turn_to(desk, datetime.combine(first, time(9, 30), tzinfo=calendar(desk).zone))
    standing = desk.message("approvals", "stand still")
    assert COMPANY.name in as_text(standing)
    assert "<@" not in as_text(standing)
