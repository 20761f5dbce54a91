"""Whose turn it was, and the one message that brings a card up."""

from datetime import timedelta
from pathlib import Path

from bot.domain.cases import BallHolder, CaseStatus
from bot.rendering.pages.journey import Mark, journey
from bot.services import approvals, home, outbox, status_pages
from bot.store import turns
from tests.cast import AVERY, Office, a_mail, an_office
from tests.forms import sound_form
from tests.page_words import page_words
from tests.services.test_decision_mails import rejected
from tests.services.test_replies import WITHOUT_CITY
from tests.services.test_withdrawals import CORRECTED, a_reply, reopen


def holders(office: Office) -> list[BallHolder]:
    with office.connect() as db:
        long = timedelta(days=100)
        return [turn.holder for turn in turns.list_between(db, office.now - long, office.now + long)]


def brought_up(office: Office) -> int:
    return sum(message.broadcast for message in office.chat.standing.values())


def test_a_card_comes_up_only_when_the_case_is_the_desks_again(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.work()
    assert (holders(office), brought_up(office)) == ([BallHolder.SPONSOR], 0)

    office.clock.wait(days=2)
    office.take(a_mail(answers=office.mails()[-1].message_id, files=[("RIS.xlsx", sound_form())]))
    office.work()
    assert (holders(office), brought_up(office)) == ([BallHolder.SPONSOR, BallHolder.DESK], 1)

    office.clock.wait(hours=3)
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
    office.work_till_quiet()
    # there are no License Keys in stock: somebody has to see that
    assert brought_up(office) == 2
    assert holders(office)[:3] == [BallHolder.SPONSOR, BallHolder.DESK, BallHolder.USHER]
    assert holders(office)[-1] is BallHolder.DESK


def test_each_turn_ends_where_the_next_begins(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.clock.wait(days=2)
    office.take(a_mail(answers=office.mails()[-1].message_id, files=[("RIS.xlsx", sound_form())]))

    with office.connect() as db:
        first, second = turns.list_between(
            db, office.now - timedelta(days=9), office.now + timedelta(days=1)
        )[:2]
    assert first.until == second.since == office.now
    assert second.until is None


def test_a_reopened_case_is_the_desks_since_it_was_that_and_not_since_it_was_reopened(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    office.clock.wait(days=1)
    rejected(office)
    desks = office.now  # from then on, for the mail with the rejection waits for release
    office.clock.wait(days=1)
    reopen(office, a_reply(office, "Here it is.", files=[CORRECTED]))
    office.clock.wait(days=1)

    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    with office.connect() as db:
        (shown,) = home.get_home(db, office.desk, by=AVERY, now=office.now).decide
        page = status_pages.get(db, office.tokens[0], now=office.now)
    assert (shown.entry.since, shown.card.case.held_since, page.since) == (desks, desks, desks)


def test_the_status_page_dates_a_rejection_by_the_decision(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    rejected(office)
    with office.connect() as db:
        outbox.release(db, office.job("rejection").id, by=AVERY.id, now=office.clock.wait(days=3))
    office.work()

    with office.connect() as db:
        page = journey(status_pages.get(db, office.tokens[0], now=office.now), page_words("en"))
    assert (page.stops[-1].mark, page.stops[-1].at) == (Mark.STOPPED, "2 March 2026")
