"""A corrected form that came as a mail of its own takes the place of the one that waits, by a click."""

from dataclasses import replace

import pytest

from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import NotStaff
from bot.domain.mail import Address
from bot.domain.organisation_refusals import NotItsNewerForm
from bot.domain.ris import ProblemKind, RisCase
from bot.services import additions
from tests.cast import BLAKE, DANA, ELI, Office, a_case, a_submission
from tests.forms import COMPANY, MARA, TOM
from tests.services.test_additions import a_form, approve
from tests.services.test_incomplete_additions import asked_about


def newer_of(office: Office, case: Case, other: str = "C-1") -> Case:
    with office.connect() as db:
        return additions.take_as_newer(
            db, office.desk, ref=case.ref, other=other, seen=case.content_hash, by=BLAKE, now=office.now
        )


def test_a_corrected_form_in_a_mail_of_its_own_is_the_newest_version_of_the_case_that_waits(
    office: Office,
) -> None:
    problems = asked_about(ProblemKind.MISSING)
    a_case(
        office,
        replace(a_submission(sender=DANA), ris=RisCase(company=COMPANY, users=(MARA,), problems=problems)),
    )
    assert office.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    second = a_form(office, MARA, TOM)
    revised = newer_of(office, second)
    office.work()

    first = office.case("C-1")
    assert (revised.ref, first.version, first.status, first.ris) == (
        "C-1",
        2,
        CaseStatus.IN_REVIEW,
        second.ris,
    )
    assert (first.mail_id, first.thread) == (second.mail_id, second.thread)
    assert office.case("C-2").status is CaseStatus.WITHDRAWN
    assert BLAKE.id in first.hands
    assert [job.recipient for job in office.jobs("receipt") if job.case_id == 1] == [DANA.address]
    approve(office, "C-1")


def test_of_a_decided_case_and_of_another_sponsors_there_is_no_newer_form(office: Office) -> None:
    first = a_form(office)
    franca = Address(name="Franca", address="franca@second.example.org")
    theirs = a_case(office, replace(a_submission(sender=franca), ris=first.ris))
    for newer, older in ((theirs, "C-1"), (first, "C-2")):
        with pytest.raises(NotItsNewerForm):
            newer_of(office, newer, older)
    with pytest.raises(NotStaff), office.connect() as db:
        additions.take_as_newer(
            db, office.desk, ref="C-1", other="C-2", seen=first.content_hash, by=ELI, now=office.now
        )
    approve(office, "C-1")
    third = a_form(office, MARA, TOM)
    with pytest.raises(NotItsNewerForm):
        newer_of(office, third)
    assert office.case(third.ref).status is not CaseStatus.WITHDRAWN
