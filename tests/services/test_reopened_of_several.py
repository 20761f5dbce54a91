"""A reply to an approved case that brings its corrected form beside another customer's."""

from dataclasses import replace

from bot.rendering.workbooks import ris_form
from bot.services import approvals, corrections, kinds
from tests.cast import AVERY, BLAKE, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form


def test_of_a_reply_with_two_forms_the_cases_own_reopens_it(office: Office) -> None:
    office.take(a_mail(files=[("RIS.xlsx", sound_form())]))
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
    corrected = ("RIS new.xlsx", ris_form("en", replace(COMPANY, city="Kiel"), [MARA, TOM]))
    nina = replace(MARA, first_name="Nina", last_name="Sommer", email="nina@suedwind.example.com")
    suedwind = replace(
        COMPANY, name="Suedwind Bau AG", vat_id="", website="https://suedwind.example.com", street="Hof 3",
        contact_email="nina@suedwind.example.com",
    )  # fmt: skip
    other = ("Other.xlsx", ris_form("en", suedwind, [nina]))
    row = office.take(a_mail(files=[corrected, other], answers=office.mails()[0].message_id))
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, row.id)
        submission = kinds.get_submission(db, office.desk, understood, ref="C-1")
        seen = office.case("C-1").content_hash
        corrections.reopen(db, office.desk, submission, ref="C-1", seen=seen, by=BLAKE, now=office.now)

    assert office.case("C-1").ris.company.city == "Kiel"
