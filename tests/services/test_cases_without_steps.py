"""Cases that a version before steps approved: they have none, and everything about them works as it did."""

from pathlib import Path

import pytest

from bot.domain.cases import BallHolder, Case, CaseStatus
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.services import case_step_hands, cases
from bot.store import seats
from tests.cast import AVERY, Office
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.services.test_step_hands import addition
from tests.services.walked import approved


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = a_desk(tmp_path)
    lay_stock(office, KEYS[:4])
    return office


def an_old_case(office: Office) -> Case:
    """Approved, told, and without what this version lays at that moment."""
    case = approved(office)
    with office.connect() as db:
        db.execute("delete from outbox where kind = 'step'")
        db.execute("delete from case_steps")
        db.execute("delete from seats")
    office.work_till_quiet()
    return office.case(case.ref)


def test_it_is_the_desks_and_its_card_offers_nothing_that_is_not_there(office: Office) -> None:
    case = an_old_case(office)
    assert (case.status, case.step, case.ball) == (CaseStatus.APPROVED, None, BallHolder.DESK)

    with office.connect() as db:
        card = cases.get_card(db, office.desk, case.ref, now=office.now)
    assert (card.steps, card.bought) == ((), None)
    assert "step_" not in str(case_card(card, words=words("en")).blocks)


def test_it_is_withdrawn_as_before(office: Office) -> None:
    case = an_old_case(office)
    with office.connect() as db:
        case_step_hands.stop(
            db, office.desk, ref=case.ref, seen=case.content_hash, reason="asked for", by=AVERY, code="",
            at_wish=True, now=office.now,
        )  # fmt: skip
    office.work_till_quiet()

    assert office.case(case.ref).status is CaseStatus.WITHDRAWN
    assert "nothing is charged" in office.mailer.sent[-1].text


def test_an_addition_to_it_buys_all_its_seats_itself(office: Office) -> None:
    an_old_case(office)
    more = addition(office)
    office.work_till_quiet()

    assert office.case(more.ref).status is CaseStatus.LIVE
    with office.connect() as db:
        bought = seats.list_of_case(db, more.id)
    assert [(seat.holder.name if seat.holder else "", seat.key is not None) for seat in bought] == [
        ("Nora Klein", True)
    ]
