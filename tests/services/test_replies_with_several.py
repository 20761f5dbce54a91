"""A reply with several forms: the case's newest, what it held before, and other customers'."""

from dataclasses import replace

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.conversations import ConversationState
from bot.rendering.workbooks import ris_form
from bot.services import conversations
from tests.cast import DANA, Office, a_mail
from tests.forms import COMPANY, MARA, TOM
from tests.services.test_replies import BROKEN, ERIN, FORM, NEXT_CUSTOMER, WITHOUT_CITY, a_reply, templates

CORRECTED = ("RIS corrected.xlsx", FORM[1])
FIVE_SEATS = ("RIS v3.xlsx", ris_form("en", replace(COMPANY, seats=5), [MARA, TOM]))


def test_the_corrected_file_beside_the_first_one_is_the_next_version(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = a_reply(office, files=[WITHOUT_CITY, CORRECTED])

    case = office.case("C-1")
    assert (row.subject_ref, case.version, case.status) == ("C-1", 2, CaseStatus.IN_REVIEW)


def test_another_customers_form_beside_it_is_a_case_of_its_own(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = a_reply(office, files=[CORRECTED, NEXT_CUSTOMER])

    assert (row.subject_ref, office.case("C-1").version) == ("C-1", 2)
    assert office.case("C-2").ris.company.name == "Südwind AG"
    assert {job.case_id for job in office.jobs("receipt")} == {1, 2}


def test_of_two_newer_files_none_is_taken_and_their_sender_hears_that_they_came(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    a_reply(office, files=[CORRECTED, FIVE_SEATS])

    assert office.case("C-1").version == 1
    assert office.job("neutral_receipt").recipient == DANA.address
    assert office.jobs("question_note")[-1].values["words"]["to_read"]


def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    a_reply(office, files=[WITHOUT_CITY, ("copy.xlsx", WITHOUT_CITY[1])])

    assert office.case("C-1").version == 1
    assert templates(office).count("ris_problems") == 2  # it says that nothing has changed


def test_a_colleague_who_takes_the_case_back_hears_that_it_is(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    a_reply(office, sender=ERIN, text="Please withdraw the form.")

    job = office.job("withdrawal")
    assert (job.recipient, job.values["cc"]) == (DANA.address, [ERIN.address])


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Hello, here it is.", ConversationState.ANSWERED),
        ("What is a seat?", ConversationState.OPEN),
    ],
)
def test_once_the_file_can_be_read_its_question_waits_for_nobody(
    office: Office, text: str, state: ConversationState
) -> None:
    office.take(a_mail(files=[BROKEN], text=text))
    row = a_reply(office, files=[FORM])

    assert row.subject_ref == "C-1"
    with office.connect() as db:
        question = conversations.get(db, "Q-1")
    assert (question.state, question.due_at is None) == (state, state is ConversationState.ANSWERED)
