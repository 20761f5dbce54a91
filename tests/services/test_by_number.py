"""A new mail that names a case in its subject: let in exactly where a reply in its thread would be."""

from pathlib import Path

import pytest

from bot.domain.approvals import RejectionReason
from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.mail import Address
from bot.rendering.workbooks import ris_form
from bot.services import approvals, cases
from tests.cast import AVERY, DANA, MALLORY, Office, a_mail, an_office
from tests.forms import COMPANY
from tests.services.test_replies import BROKEN, ERIN, FORM, NEXT_CUSTOMER, WITHOUT_CITY
from tests.services.test_versions_in_one_mail import ONLY_NORA

SUBJECT = "C-1: the corrected form"


def notes(office: Office) -> list[dict[str, object]]:
    return [job.values["words"] for job in office.jobs("question_note")]


def likenesses(office: Office, ref: str) -> list[str]:
    with office.connect() as db:
        return [like.ref for like in cases.get_card(db, office.desk, ref, now=office.now).likenesses]


def decide(office: Office, *, reject: bool = False) -> None:
    seen = office.case("C-1").content_hash
    with office.connect() as db:
        if reject:
            reason = RejectionReason.OTHER
            approvals.reject(
                db, office.desk, ref="C-1", seen=seen, by=AVERY, reason=reason, note="", now=office.now
            )
        else:
            approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)


@pytest.mark.parametrize("sender", [DANA, ERIN])
def test_a_partys_form_is_the_cases_next_version(office: Office, sender: Address) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = office.take(a_mail(sender=sender, subject=SUBJECT, files=[FORM]))

    case = office.case("C-1")
    assert (row.kind, row.subject_ref) == ("reply", "C-1")
    assert (case.version, case.status) == (2, CaseStatus.IN_REVIEW)
    assert row.reason.startswith("its subject names C-1")
    assert [note["to_read"] for note in notes(office)] == [False]


def test_a_partys_words_stand_in_the_case_and_are_the_desks_turn(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = office.take(a_mail(subject="Your question about C-1", text="The city is Hamburg."))

    assert row.subject_ref == "C-1"
    assert office.case("C-1").ball is BallHolder.DESK
    assert office.jobs("neutral_receipt") == []


def test_what_its_subject_says_besides_is_read(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.take(a_mail(subject="C-1, leave Tomas out", text="", files=[FORM]))

    (note,) = notes(office)
    assert (note["subject"], note["to_read"]) == ("C-1, leave Tomas out", True)


@pytest.mark.parametrize(
    ("sender", "verdict"), [(DANA, ""), (DANA, "fail"), (MALLORY, "pass"), (ERIN, "fail")]
)
@pytest.mark.parametrize("files", [[], [FORM]])
def test_whom_a_token_would_not_let_in_the_number_does_not(
    office: Office, sender: Address, verdict: str, files: list[tuple[str, bytes]]
) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = office.take(a_mail(sender=sender, verdict=verdict, subject=SUBJECT, files=files))

    assert row.subject_ref == ("C-2" if files else "Q-1")
    assert office.case("C-1").version == 1
    assert all(note["ref"] != "C-1" and not note["about"] for note in notes(office))


@pytest.mark.parametrize("subject", ["C-1 and C-2: corrected", "C-9: corrected", "Version C1"])
def test_several_numbers_none_of_theirs_and_no_number_open_a_case(office: Office, subject: str) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.take(a_mail(files=[NEXT_CUSTOMER]))

    assert office.take(a_mail(subject=subject, files=[FORM])).subject_ref == "C-3"


def test_another_customers_form_is_a_case_of_its_own(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))

    assert office.take(a_mail(subject="as with C-1", files=[NEXT_CUSTOMER])).subject_ref == "C-2"


def test_a_form_of_other_people_is_no_version_of_the_case_that_they_join(office: Office) -> None:
    subject = "One more user for C-1"
    office.take(a_mail(files=[FORM]))
    assert office.take(a_mail(subject=subject, files=[ONLY_NORA])).subject_ref == "C-2"
    office.take(a_mail(files=[NEXT_CUSTOMER]))
    decide(office)
    assert office.take(a_mail(subject=subject, files=[ONLY_NORA])).subject_ref == "C-4"

    assert [user.first_name for user in office.case("C-1").ris.users] == ["Mara", "Tom"]
    assert office.jobs("correction_note") == []
    assert likenesses(office, "C-2") == ["C-1"]


def test_people_come_by_its_number_to_a_form_that_has_none_yet(office: Office) -> None:
    office.take(a_mail(files=[("RIS.xlsx", ris_form("en", COMPANY, []))]))

    assert office.take(a_mail(subject=SUBJECT, files=[FORM])).subject_ref == "C-1"
    assert office.case("C-1").version == 2


def test_an_approved_case_hears_of_it(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    decide(office)
    assert office.take(a_mail(subject=SUBJECT, files=[WITHOUT_CITY])).subject_ref == "C-1"
    assert len(office.jobs("correction_note")) == 1


def test_of_a_rejected_case_it_is_as_new(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    decide(office, reject=True)

    assert office.take(a_mail(subject=SUBJECT, files=[WITHOUT_CITY])).subject_ref == "C-2"
    assert office.take(a_mail(subject="C-1?", text="Why was it rejected?")).subject_ref == "Q-1"


def test_all_in_the_subject_thanks_below_it_and_a_withdrawal_are_a_persons(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    for subject, text in (("C-1: by when?", ""), ("C-1: by when?", "Thanks!"), ("Please cancel C-1", "Dana")):
        assert office.take(a_mail(subject=subject, text=text)).subject_ref.startswith("Q-")
    assert office.case("C-1").status is CaseStatus.IN_REVIEW


def test_a_form_that_cannot_be_read_is_told_in_the_case(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))

    assert office.take(a_mail(subject=SUBJECT, files=[BROKEN])).subject_ref == "C-1"
    assert office.job("unreadable_ris").case_id == 1


def test_a_sponsor_of_other_customers_is_no_party(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors="sponsor.example.org,second.example.org")
    office.take(a_mail(files=[WITHOUT_CITY]))
    franca = Address(name="Franca", address="franca@second.example.org")

    assert office.take(a_mail(sender=franca, subject=SUBJECT, files=[FORM])).subject_ref == "C-2"
