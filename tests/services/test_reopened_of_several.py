"""Which form reopens an approved case: of several in a reply its own, of several replies the newest."""

from dataclasses import replace

import pytest

from bot.domain.ledger import LedgerMail
from bot.domain.organisation_refusals import NewerCorrection
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.rendering.workbooks import ris_form
from bot.services import corrections, kinds, outbox
from tests.cast import BLAKE, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.services.test_additions import approve


@pytest.fixture
def approved(office: Office) -> Office:
    office.take(a_mail(files=[("RIS.xlsx", sound_form())]))
    approve(office, "C-1")
    return office


def corrected(city: str) -> tuple[str, bytes]:
    return "RIS new.xlsx", ris_form("en", replace(COMPANY, city=city), [MARA, TOM])


def reply(office: Office, *files: tuple[str, bytes]) -> LedgerMail:
    return office.take(a_mail(files=files, answers=office.mails()[0].message_id))


def reopen(office: Office, row: LedgerMail) -> None:
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, row.id)
        submission = kinds.get_submission(db, office.desk, understood, ref="C-1")
        seen = office.case("C-1").content_hash
        corrections.reopen(db, office.desk, submission, ref="C-1", seen=seen, by=BLAKE, now=office.now)


def test_of_a_reply_with_two_forms_the_cases_own_reopens_it(approved: Office) -> None:
    nina = replace(MARA, first_name="Nina", last_name="Sommer", email="nina@suedwind.example.com")
    suedwind = replace(
        COMPANY, name="Suedwind Bau AG", vat_id="", website="https://suedwind.example.com", street="Hof 3",
        contact_email="nina@suedwind.example.com",
    )  # fmt: skip
    other = ("Other.xlsx", ris_form("en", suedwind, [nina]))
    reopen(approved, reply(approved, corrected("Kiel"), other))

    assert approved.case("C-1").ris.company.city == "Kiel"


def test_only_the_newest_of_two_corrected_forms_reopens_it(approved: Office) -> None:
    first = reply(approved, corrected("Kiel"))
    second = reply(approved, corrected("Bremen"))
    with pytest.raises(NewerCorrection):
        reopen(approved, first)
    reopen(approved, second)

    assert approved.case("C-1").ris.company.city == "Bremen"


def test_once_the_newest_is_a_case_of_its_own_the_one_before_reopens_it(approved: Office) -> None:
    first, second, third = (reply(approved, corrected(city)) for city in ("Kiel", "Bremen", "Ulm"))
    with approved.connect() as db:
        understood = kinds.read_again(db, approved.desk, approved.reader, third.id)
        kinds.take_as_ris(db, approved.desk, understood, by=BLAKE, now=approved.now)
    with pytest.raises(NewerCorrection):
        reopen(approved, first)
    reopen(approved, second)

    assert approved.case("C-1").ris.company.city == "Bremen"


def claim_mails(office: Office) -> list[Job]:
    with office.connect() as db:
        return outbox.claim(db, office.desk, "w", kinds=(JobKind.MAIL,), limit=9, now=office.now)[0]


@pytest.mark.parametrize("is_claimed", [True, False])
def test_staff_hear_of_a_mail_of_the_decision_that_was_on_its_way(approved: Office, is_claimed: bool) -> None:
    if is_claimed:
        (receipt,) = claim_mails(approved)  # it stands before the other
        approved.carry_out(receipt)
        claim_mails(approved)
        assert approved.job("order_confirmation").status is JobStatus.SENDING
    reopen(approved, reply(approved, corrected("Kiel")))
    approved.work()

    assert ("may have gone out" in approved.chat.texts()) is is_claimed
