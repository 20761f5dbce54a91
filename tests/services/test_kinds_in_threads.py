"""*This is a RIS* on a mail of a case's thread: its form is that case's newer one, as if seen at once."""

from dataclasses import replace

import pytest

from bot.domain.ledger import LedgerMail
from bot.domain.mail import Address
from bot.domain.mail_refusals import MailHasResult
from bot.domain.organisation_refusals import OtherVersion
from bot.rendering.workbooks import ris_form
from bot.services import case_versions, cases
from tests.cast import BLAKE, DANA, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, homemade_form, sound_form, with_cells
from tests.services.test_additions import approve
from tests.services.test_doubles import asks
from tests.services.test_kinds import as_ris, row_of
from tests.services.test_newer_forms import NORA
from tests.services.test_replies import ERIN, NEXT_CUSTOMER

OSTWIND = replace(
    COMPANY, name="Ostwind KG", website="www.ostwind.example.net", vat_id="", contact_email="", city=""
)
FIRST = ("RIS.xlsx", ris_form("en", OSTWIND, [replace(MARA, email="mara@ostwind.example.net")]))
HOMEMADE = ("customer.xlsx", with_cells(homemade_form(), {("Sheet", "B4"): "www.ostwind.example.net"}))


def reply(
    office: Office, *, sender: Address = DANA, text: str = "Here it is.", verdict: str = "pass"
) -> LedgerMail:
    asked = office.mails()[-1].message_id
    row = office.take(a_mail(sender=sender, text=text, answers=asked, files=[HOMEMADE], verdict=verdict))
    assert office.case("C-1").version == 1
    return row


def unread(office: Office) -> int:
    with office.connect() as db:
        return cases.get_card(db, office.desk, "C-1", now=office.now).unread


@pytest.mark.parametrize("sender", [DANA, ERIN])
def test_a_partys_form_is_the_cases_next_version(office: Office, sender: Address) -> None:
    office.take(a_mail(files=[FIRST]))
    row = reply(office, sender=sender, text="Please find the form attached.")
    assert unread(office) == 1

    assert as_ris(office, row.id) == ["C-1"]

    case, mended = office.case("C-1"), row_of(office, row.id)
    assert (case.version, case.mail_id, mended.subject_ref) == (2, row.id, "C-1")
    assert BLAKE.id in case.hands
    assert unread(office) == 0
    with office.connect() as db:
        assert case_versions.get_view(db, "C-1").shown.made_by == f"vouched:{row.id}"
    office.work()
    assert "it goes on as C-1" in office.chat.texts()
    with pytest.raises(MailHasResult):
        as_ris(office, row.id)


def test_words_beside_it_stay_unread(office: Office) -> None:
    office.take(a_mail(files=[FIRST]))
    row = reply(office, text="Ida has left, no key for her please.")
    as_ris(office, row.id)

    assert unread(office) == 1


def test_so_it_is_where_the_subject_names_the_case(office: Office) -> None:
    office.take(a_mail(files=[FIRST]))
    row = office.take(a_mail(subject="C-1", text="Here it is.", files=[HOMEMADE]))

    assert as_ris(office, row.id) == ["C-1"]
    assert office.case("C-1").version == 2


@pytest.mark.parametrize(("sender", "verdict"), [(DANA, ""), (MALLORY, "pass"), (ERIN, "fail")])
def test_anybody_elses_is_a_case_of_its_own(office: Office, sender: Address, verdict: str) -> None:
    office.take(a_mail(files=[FIRST]))
    row = reply(office, sender=sender, verdict=verdict)

    assert as_ris(office, row.id) == ["C-2"]
    assert office.case("C-1").version == 1


def test_another_customers_form_is_a_case_of_its_own(office: Office) -> None:
    office.take(a_mail(files=[NEXT_CUSTOMER]))

    assert as_ris(office, reply(office).id) == ["C-2"]


def test_what_was_overtaken_by_a_newer_form_is_a_case_of_its_own(office: Office) -> None:
    office.take(a_mail(files=[FIRST]))
    asked = office.mails()[-1].message_id
    row = reply(office)
    newer = ("RIS.xlsx", ris_form("en", replace(OSTWIND, seats=7), [MARA]))
    office.take(a_mail(files=[newer], answers=asked))

    assert as_ris(office, row.id) == ["C-2"]
    assert office.case("C-1").ris.company.seats == 7


def test_one_that_may_only_say_who_joins_is_asked_about(office: Office) -> None:
    office.take(a_mail(files=[("RIS.xlsx", sound_form())]))
    joins = ("RIS.xlsx", ris_form("en", COMPANY, [MARA, NORA]))
    answers, headers = office.mails()[-1].message_id, [("List-Id", "<all@sponsor.example.org>")]
    row = office.take(a_mail(answers=answers, files=[joins], headers=headers))
    office.work()

    assert as_ris(office, row.id) == ["C-2"]
    assert asks(office, "C-1") == ([], ["C-2"])
    with pytest.raises(OtherVersion):
        approve(office, "C-1")
