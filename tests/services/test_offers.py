"""A yes is bound to what it costs: a price or a payer that changed after the card was shown voids it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import AlreadyApproved
from bot.domain.outbox import JobStatus
from bot.domain.staff import Staff
from bot.domain.step_refusals import OfferChanged
from bot.services import approvals, cases
from tests.cast import AVERY, CASEY, Office, a_case, a_submission
from tests.services.stocked import a_stocked_office, pay_in, priced, spend
from tests.services.test_resets import without_codes


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = a_stocked_office(tmp_path)
    pay_in(office, "1000", number="4711")
    return office


def ordered(office: Office, *, seats: int = 3, by: str = "Borealis Turbines GmbH") -> Case:
    submission = a_submission(company=by)
    company = replace(submission.ris.company, seats=seats, purchase_order="4711")
    return a_case(office, replace(submission, ris=replace(submission.ris, company=company)))


def shown(office: Office, ref: str = "C-1") -> str:
    with office.connect() as db:
        return cases.get_card(db, office.desk, ref, now=office.now).offer


def approve(office: Office, offer: str, *, by: Staff = AVERY, ref: str = "C-1") -> Case:
    with office.connect() as db:
        seen = cases.get_case(db, ref).content_hash
        return approvals.approve(db, office.desk, ref=ref, seen=seen, by=by, now=office.now, offer=offer)


def dearer(office: Office) -> None:
    office.bot = priced(office.bot, 200)


def free(office: Office) -> None:
    office.bot = priced(office.bot, None)


def poorer(office: Office) -> None:
    """So far that it does not pay any more."""
    case = ordered(office)
    with office.connect() as db:
        spend(db, office, pay_in(office, "1", number="4711"), 900, case_id=case.id)


@pytest.mark.parametrize("change", [dearer, free, poorer])
def test_a_price_that_changed_after_it_was_shown_is_not_approved(
    office: Office, change: Callable[[Office], None]
) -> None:
    ordered(office)
    before = shown(office)
    change(office)
    office.work_till_quiet()
    with pytest.raises(OfferChanged):
        approve(office, before)

    assert office.case("C-1").decision is None
    assert office.job("case_card").case_id == 1  # the card in the channel is on its way to be current
    assert office.events()[-1].data["code"] == "offer_changed"
    if change is not poorer:
        assert approve(office, shown(office)).status is CaseStatus.APPROVED


def test_as_long_as_it_pays_others_may_take_from_it(office: Office) -> None:
    for company in ("Borealis Turbines GmbH", "Isar Optics AG"):
        ordered(office, by=company)
    offers = [shown(office, ref) for ref in ("C-1", "C-2")]

    assert [approve(office, offer, ref=ref).status for ref, offer in zip(("C-1", "C-2"), offers, strict=True)]
    assert office.case("C-2").decision is not None


def test_a_first_yes_to_another_price_counts_no_more(office: Office) -> None:
    ordered(office, seats=120)
    pay_in(office, "100000", number="4711")
    office.bot = replace(office.bot, desk=without_codes(office))
    approve(office, shown(office))
    with pytest.raises(AlreadyApproved):
        approve(office, shown(office))
    dearer(office)

    assert approve(office, shown(office), by=CASEY).decision is None
    assert approve(office, shown(office)).status is CaseStatus.APPROVED


def test_cards_that_wait_show_the_balance_that_others_have_left(office: Office) -> None:
    for company in ("Borealis Turbines GmbH", "Isar Optics AG"):
        ordered(office, by=company)
    office.work_till_quiet()
    approve(office, shown(office))
    pay_in(office, "50", number="po 4711")
    waiting = [job for job in office.jobs("case_card") if job.status is JobStatus.QUEUED]
    office.work_till_quiet()

    assert [job.case_id for job in waiting].count(2) == 1
    texts = [str(card.blocks) for card in office.chat.standing.values() if card.key == "card:C-2"]
    assert [text for text in texts if "*€750.00*" in text or "€750.00" in text]
