"""A new mail that names a case and speaks of taking it back: staff get the button there, no rule acts."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.mail import Address
from bot.domain.withdrawals import list_named
from bot.rendering.workbooks import ris_form
from bot.services import additions, approvals, withdrawals
from tests.cast import AVERY, BLAKE, DANA, MALLORY, Office, a_mail, an_office
from tests.forms import COMPANY, MARA, TOM, sound_form

FORM = ("RIS.xlsx", sound_form())
NORA = replace(TOM, first_name="Nora", last_name="Vogt", email="nora.vogt@nordlicht.example.com")
MORE = ("RIS.xlsx", ris_form("en", COMPANY, [MARA, NORA]))
ERIN = Address(name="Erin Colleague", address="erin@sponsor.example.org")
SPOKEN = "Hello,\n\nplease withdraw C-1.\n\nKind regards\nDana Reyes"


def approve(office: Office, ref: str) -> None:
    with office.connect() as db:
        seen = office.case(ref).content_hash
        approvals.approve(db, office.desk, ref=ref, seen=seen, by=AVERY, now=office.now)


def said(office: Office) -> list[tuple[str, str, str]]:
    words = [job.values["words"] for job in office.jobs("withdrawal_note")]
    return [(note["ref"], note["what"], note["other"]) for note in words]


@pytest.mark.parametrize("text", [SPOKEN, "Can we still cancel C-1?", "bitte den Fall C-1 stornieren"])
def test_staff_get_the_button_in_the_cases_thread_and_nothing_changes(office: Office, text: str) -> None:
    office.take(a_mail(files=[FORM]))
    row = office.take(a_mail(text=text))
    office.work()

    assert (row.kind, row.subject_ref) == ("question", "Q-1")
    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert said(office) == [("C-1", "named", "Q-1")]
    assert office.job("withdrawal_note").values["thread_key"] == "card:C-1"
    assert [job.template for job in office.mails()] == ["receipt", "neutral_receipt"]
    assert "case_withdraw" in str([message.blocks for message in office.chat.standing.values()])


def test_one_click_on_it_withdraws(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    office.take(a_mail(text=SPOKEN))
    seen = office.job("withdrawal_note").values["words"]["content_hash"]
    with office.connect() as db:
        withdrawals.withdraw(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=office.now)

    assert office.case("C-1").status is CaseStatus.WITHDRAWN
    assert office.job("withdrawal").recipient == DANA.address


def test_a_number_in_the_subject_and_a_later_word_in_the_conversation_count(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    office.take(a_mail(subject="C-1", text="Please withdraw this case."))
    receipt = office.mails()[-1].message_id
    office.take(a_mail(subject="Re: it", text="So please cancel C-1.", answers=receipt))

    assert said(office) == [("C-1", "named", "Q-1"), ("C-1", "named", "Q-1")]


@pytest.mark.parametrize(
    ("sender", "verdict"), [(DANA, ""), (DANA, "fail"), (MALLORY, "pass"), (ERIN, "fail")]
)
def test_it_takes_a_verified_party(office: Office, sender: Address, verdict: str) -> None:
    office.take(a_mail(files=[FORM]))
    office.take(a_mail(sender=sender, verdict=verdict, text=SPOKEN))

    assert said(office) == []


def test_a_colleague_of_the_sponsors_domain_is_a_party(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors="sponsor.example.org")
    office.take(a_mail(files=[FORM]))
    office.take(a_mail(sender=ERIN, text=SPOKEN))

    assert said(office) == [("C-1", "named", "Q-1")]


@pytest.mark.parametrize(
    "text", ["Is C-1 ready?", "Please withdraw C-2.", "Please withdraw it.", "Cancel C-1 C-2 C-3 and C-4"]
)
def test_what_names_no_case_of_theirs_or_wants_nothing_back_is_a_question(office: Office, text: str) -> None:
    office.take(a_mail(files=[FORM]))
    office.take(a_mail(text=text))

    assert said(office) == []


def test_a_case_on_which_an_addition_was_approved_says_why_not(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office, "C-1")
    office.take(a_mail(files=[MORE]))
    with office.connect() as db:
        seen = office.case("C-2").content_hash
        additions.confirm_same(db, office.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=office.now)
    approve(office, "C-2")
    office.take(a_mail(text=SPOKEN))

    assert said(office) == [("C-1", "kept", "C-2")]


def test_what_was_taken_back_needs_no_button(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        withdrawals.withdraw(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=office.now)
    office.take(a_mail(text=SPOKEN))

    assert [what for _, what, _ in said(office)] == ["by_staff"]


def test_numbers_are_read_as_people_write_them() -> None:
    assert list_named("c-12, C-12 and C-7; PC-9, C-1234567890") == [12, 7]
    assert list_named("C-1 C-2 C-3 C-4") == []
