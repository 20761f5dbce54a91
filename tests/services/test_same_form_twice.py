"""The very same form sent again is a case of its own; it is ordered twice only where staff say so."""

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.errors import SameFormTwice
from bot.services import additions, approvals
from tests.cast import AVERY, BLAKE, MALLORY, Office, a_mail
from tests.forms import sound_form

FORM = ("RIS.xlsx", sound_form())


def take(office: Office, subject: str) -> None:
    office.take(a_mail(subject=subject, files=[FORM]))


def approve(office: Office, ref: str) -> CaseStatus:
    seen = office.case(ref).content_hash
    with office.connect() as db:
        return approvals.approve(db, office.desk, ref=ref, seen=seen, by=AVERY, now=office.now).status


@pytest.mark.parametrize("first", ["approved", "open"])
def test_the_second_of_two_waits_for_a_word_whether_or_not_the_first_is_decided(
    office: Office, first: str
) -> None:
    take(office, "New customer")
    if first == "approved":
        approve(office, "C-1")
    take(office, "New customer, once more")

    with pytest.raises(SameFormTwice):
        approve(office, "C-2")
    assert office.case("C-2").status is CaseStatus.IN_REVIEW

    seen = office.case("C-2").content_hash
    with office.connect() as db:
        additions.deny_same(db, office.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=office.now)
    assert approve(office, "C-2") is CaseStatus.APPROVED


def test_a_strangers_copy_that_nobody_took_in_holds_up_no_order(office: Office) -> None:
    office.take(a_mail(sender=MALLORY, files=[FORM]))
    take(office, "New customer")

    assert approve(office, "C-2") is CaseStatus.APPROVED
