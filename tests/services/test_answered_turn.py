"""While answers in words wait for a click it is the desk's turn, and the desk is reminded of it."""

from datetime import timedelta

import pytest

from bot.domain.cases import BallHolder
from bot.domain.queue import QueueEntry
from bot.rendering.home import home_view
from bot.rendering.pages import journey
from bot.rendering.words import words
from bot.services import case_answers, home, status_pages
from bot.store import queue, turns
from tests.cast import AVERY, BLAKE, ELI, Office
from tests.page_words import page_words
from tests.services.test_case_answers import ALL, asked, reply, take_over
from tests.services.test_notices import remind, told

SAY = words("en")
__all__ = ["asked"]


def line(office: Office) -> QueueEntry:
    with office.connect() as db:
        (entry,) = queue.list_queue(db, limit=9)
    return entry


def card(office: Office) -> str:
    office.work()
    return str(next(one.blocks for one in office.chat.standing.values() if one.key == "card:C-1"))


def test_answers_are_the_desks_turn_until_somebody_takes_them_over_or_drops_them(asked: Office) -> None:
    assert line(asked).ball is BallHolder.SPONSOR
    asked.clock.wait(hours=3)
    came = asked.now
    reply(asked, ALL)
    waiting = line(asked)

    assert (waiting.ball, waiting.since) == (BallHolder.DESK, came)
    assert (waiting.waits_for(BLAKE), waiting.waits_for(ELI)) == (True, False)
    assert "*Sponsor waits for the desk* · the desk has the ball since 2 Mar, 13:30" in card(asked)
    asked.clock.wait(hours=1)
    with asked.connect() as db:
        case_answers.discard(db, ref="C-1", number=1, by=AVERY, now=asked.now)
    assert (line(asked).ball, line(asked).since) == (BallHolder.SPONSOR, asked.now)
    assert not line(asked).waits_for(BLAKE)
    reply(asked, ALL)
    take_over(asked, 2)
    assert "the desk has the ball" in card(asked)
    assert "*In review*" in card(asked)


def test_the_home_tab_and_the_status_page_say_so(asked: Office) -> None:
    reply(asked, ALL)
    with asked.connect() as db:
        mine = home.get_home(db, asked.desk, by=BLAKE, now=asked.now)
        page = status_pages.get(db, asked.tokens[0], now=asked.now)
    shown = str(home_view(mine, words=SAY, now=asked.now, mailbox="a@b.example", channel="C0"))
    told_outside = journey.journey(page, page_words("en"))

    assert mine.undecided == 1
    assert "Sponsor waits for the desk" in shown
    assert "case_approve" not in shown
    assert (told_outside.state, told_outside.holder) == ("Sponsor waits for the desk", "The Onboarding desk")
    assert "reads what was written" in told_outside.next


def test_the_desk_is_reminded_of_answers_and_the_sponsor_is_not(asked: Office) -> None:
    reply(asked, ALL)
    for _ in range(4):
        remind(asked, hours=24)

    reminder, escalation = told(asked)
    assert reminder.startswith("*C-1* has waited 8 working hours for the desk: its sponsor wrote, or was not")
    assert "working hours for the desk: its sponsor wrote, or was not" in escalation
    assert asked.jobs("nudge") == []


def test_answers_that_waited_before_this_version_are_handed_over(asked: Office) -> None:
    reply(asked, ALL)
    with asked.connect() as db:
        db.execute("delete from turns where holder = 'desk'")
        db.execute("update turns set until = null where holder = 'sponsor'")
    assert line(asked).since < asked.now + timedelta(seconds=1)
    with asked.connect() as db:
        turns.hand_over_answered(db)
        open_turns = list(db.query("select holder, status from turns where until is null"))

    assert open_turns == [{"holder": "desk", "status": "waiting_for_sponsor"}]


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_state_has_words_of_its_own(asked: Office, lang: str) -> None:
    reply(asked, ALL)
    case = asked.case("C-1")

    assert words(lang).status(case.status, case.ball) != words(lang).status(case.status)
