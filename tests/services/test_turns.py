"""Whose turn it was, and the one message that brings a card up."""

from datetime import timedelta

from bot.domain.cases import BallHolder
from bot.services import approvals
from bot.store import turns
from tests.cast import AVERY, Office, a_mail
from tests.forms import sound_form
from tests.services.test_replies import WITHOUT_CITY


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
