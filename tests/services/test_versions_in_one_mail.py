"""Two forms in one mail that look like versions of one: nothing is ordered twice without staff's word."""

from dataclasses import replace

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.organisation_refusals import OtherVersion
from bot.domain.organisations import are_versions
from bot.domain.ris import RisCase
from bot.rendering.workbooks import ris_form
from bot.services import additions, cases, kinds
from tests.cast import BLAKE, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.services.test_additions import approve
from tests.services.test_newer_forms import LAST, NORA, newer_of
from tests.services.test_replies import NEXT_CUSTOMER

FIRST = ("RIS_v1.xlsx", sound_form())
SECOND = ("RIS_v2.xlsx", LAST[1])
WITH_NORA = ("RIS_v2.xlsx", ris_form("en", COMPANY, [MARA, NORA]))
RENAMED = ("RIS_v2.xlsx", ris_form("en", replace(COMPANY, name="Nordlicht Offshore GmbH"), [MARA, TOM]))
ONLY_NORA = ("more.xlsx", ris_form("en", COMPANY, [replace(NORA, role=MARA.role)]))


def same_mail(office: Office, ref: str) -> list[bool]:
    with office.connect() as db:
        card = cases.get_card(db, office.desk, ref, now=office.now)
    return [like.same_mail for like in card.likenesses]


@pytest.mark.parametrize("second", [SECOND, WITH_NORA, RENAMED])
@pytest.mark.parametrize("ref", ["C-1", "C-2"])
def test_neither_is_approved_before_staff_said_which_counts(
    office: Office, second: tuple[str, bytes], ref: str
) -> None:
    office.take(a_mail(files=[FIRST, second]))
    assert same_mail(office, "C-2") == [True]

    with pytest.raises(OtherVersion) as refused:
        approve(office, ref)
    assert refused.value.values["later"] == "C-2"


def test_the_second_becomes_the_firsts_newer_form(office: Office) -> None:
    office.take(a_mail(files=[FIRST, SECOND]))
    revised = newer_of(office, office.case("C-2"))

    assert (revised.ref, revised.ris.company.seats) == ("C-1", 5)
    assert office.case("C-2").status is CaseStatus.WITHDRAWN
    approve(office, "C-1")
    assert len(office.jobs("order_confirmation")) == 1


def test_told_apart_both_are_orders(office: Office) -> None:
    office.take(a_mail(files=[FIRST, SECOND]))
    seen = office.case("C-2").content_hash
    with office.connect() as db:
        additions.deny_same(db, office.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=office.now)

    assert same_mail(office, "C-2") == []
    approve(office, "C-1")
    approve(office, "C-2")


@pytest.mark.parametrize("other", [NEXT_CUSTOMER, ONLY_NORA])
def test_other_companies_and_other_people_are_no_version(office: Office, other: tuple[str, bytes]) -> None:
    office.take(a_mail(files=[FIRST, other]))

    assert True not in same_mail(office, "C-2")
    approve(office, "C-1")


def test_two_mails_are_no_versions_in_one(office: Office) -> None:
    office.take(a_mail(files=[FIRST]))
    office.take(a_mail(files=[SECOND]))

    assert same_mail(office, "C-2") == [False]
    approve(office, "C-1")


def test_what_nobody_took_in_holds_up_no_older_case(office: Office) -> None:
    office.take(a_mail(sender=MALLORY, files=[FIRST, SECOND]))
    seen = office.case("C-1").content_hash
    with office.connect() as db:
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=office.now)

    approve(office, "C-1")


def test_one_person_who_works_for_two_firms_makes_no_version() -> None:
    consultant = (replace(MARA, email="mara@consult.example.net"),)
    firms = [replace(COMPANY, vat_id="N/A"), replace(COMPANY, name="Gullhaven AS", vat_id="N/A")]

    assert not are_versions(*(RisCase(company=firm, users=consultant) for firm in firms))
