"""A reply with several forms: the case's newest, what it held before, and other customers'."""

from dataclasses import replace

from bot.domain.cases import CaseStatus
from bot.rendering.workbooks import ris_form
from tests.cast import DANA, Office, a_mail
from tests.forms import COMPANY, MARA, TOM
from tests.services.test_replies import FORM, NEXT_CUSTOMER, WITHOUT_CITY, a_reply, templates

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
