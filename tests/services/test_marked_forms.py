"""What is open goes back in the sender's own workbook, and what they correct there comes back right."""

import io
from dataclasses import replace

import openpyxl
import pytest

from bot.domain.cases import CaseStatus
from bot.domain.errors import TransientFailure
from bot.domain.mail import Attachment, OutboundMail
from bot.domain.outbox import Job
from bot.domain.remarks import TITLE
from bot.domain.ris import RisCase
from bot.rendering.words import words
from bot.services import marking
from bot.services.queueing import HIDDEN
from bot.store import ledger
from bot.store.database import transaction
from tests.cast import Office, a_mail
from tests.forms import COMPANY, MARA, TOM, case, sound_form, with_cells
from tests.outside import PlainMarker

pytestmark = pytest.mark.slow

WRONG = {("Company", "B8"): None, ("Users", "D7"): "mara.lindqvist(at)example.com"}
GERMAN = {("Firma", "B8"): None}
MENDED = {("Company", "B8"): "Hamburg", ("Users", "D7"): MARA.email}


def sent(office: Office) -> OutboundMail:
    """The newest mail that went out."""
    office.work()
    return office.mailer.sent[-1]


def attached(mail: OutboundMail) -> Attachment:
    (only,) = mail.attachments
    return only


def submit(office: Office, content: bytes, *, text: str = "Here it is.") -> None:
    office.take(a_mail(subject="New customer", text=text, files=[("RIS Nordlicht.xlsx", content)]))


def mail_of(office: Office, job: Job) -> OutboundMail:
    return office.mail_of(replace(job, secrets=HIDDEN))


def test_an_incomplete_form_goes_back_marked_under_its_own_name(office: Office) -> None:
    submit(office, with_cells(sound_form(), WRONG))
    mail = sent(office)
    book = openpyxl.load_workbook(io.BytesIO(attached(mail).content))

    assert (attached(mail).name, attached(mail).type) == ("RIS Nordlicht.xlsx", marking.XLSX)
    assert "Your file is attached" in mail.text
    assert book["Users"]["D7"].comment is not None
    assert book.worksheets[0]["A1"].value == TITLE.en
    book.close()


def test_the_remarks_have_the_numbers_and_words_of_the_mail(office: Office) -> None:
    submit(office, with_cells(sound_form(), WRONG))
    mail = sent(office)
    book = openpyxl.load_workbook(io.BytesIO(attached(mail).content))
    rows = [row for row in book["Usher"].iter_rows(min_row=6, values_only=True) if row[0]]
    said = " ".join(mail.text.replace("\u2060", "").split())  # no reader makes a link of what they wrote

    assert len(rows) == 2
    for number, place, what in rows:
        assert " ".join(f"{number} {place} {what}".split()) in said
    book.close()


def test_a_german_sender_gets_german_remarks(office: Office) -> None:
    text = "Guten Tag, anbei das Formular für einen neuen Kunden. Viele Grüße, Dana"
    submit(office, with_cells(sound_form("de"), GERMAN), text=text)
    mail = sent(office)
    book = openpyxl.load_workbook(io.BytesIO(attached(mail).content))

    assert "Ihre Datei hängt an" in mail.text
    assert "Bitte tragen Sie den Ort ein" in book["Firma"]["B8"].comment.text
    book.close()


def test_a_corrected_copy_by_reply_completes_the_case(office: Office) -> None:
    submit(office, with_cells(sound_form(), WRONG))
    mail = sent(office)
    corrected = with_cells(attached(mail).content, MENDED)
    office.take(
        a_mail(subject=f"Re: {mail.subject}", files=[("RIS.xlsx", corrected)], answers=mail.message_id)
    )

    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert office.case("C-1").ris.company == COMPANY


def test_a_complete_form_has_nothing_to_be_marked(office: Office) -> None:
    submit(office, sound_form())

    assert sent(office).attachments == ()


def test_each_try_carries_the_same_bytes(office: Office) -> None:
    submit(office, with_cells(sound_form(), WRONG))
    job = office.job("ris_problems")
    first = mail_of(office, job)
    office.mailer.faults.then(TransientFailure("451"))
    office.work_till_quiet()

    assert attached(office.mailer.sent[-1]) == attached(first)


def test_a_mail_carries_its_own_version_although_a_newer_one_came(office: Office) -> None:
    submit(office, with_cells(sound_form(), WRONG))
    first = office.job("ris_problems")
    newer = with_cells(sound_form(), {("Company", "B8"): None, ("Users", "I8"): "Boss"})
    office.take(a_mail(files=[("newer.xlsx", newer)], answers=first.message_id))

    assert attached(mail_of(office, first)).name == "RIS Nordlicht.xlsx"
    assert attached(mail_of(office, office.job("ris_problems"))).name == "newer.xlsx"


def test_of_several_files_the_one_with_the_form_goes_back(office: Office) -> None:
    files = [
        ("prices.xlsx", with_cells(sound_form(), {("Users", "C8"): "Other"})[:50]),
        ("form.xlsx", sound_form()),
    ]
    files[1] = ("form.xlsx", with_cells(sound_form(), WRONG))
    office.take(a_mail(subject="New customer", files=files))

    assert attached(sent(office)).name == "form.xlsx"


# Where their own file cannot go back


def test_a_file_of_another_kind_is_answered_with_our_form_filled_and_marked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Attachment(name="old.xls", type="", content=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    monkeypatch.setattr(PlainMarker, "find_form", lambda *_: old)
    submit(office, with_cells(sound_form(), WRONG))
    mail = sent(office)
    book = openpyxl.load_workbook(io.BytesIO(attached(mail).content))

    assert attached(mail).name == "RIS-form.xlsx"
    assert "Our form is attached" in mail.text
    assert book["Users"]["D7"].comment is not None
    assert book["Company"]["B5"].value == COMPANY.name
    assert case(with_cells(attached(mail).content, MENDED)).decision == "complete"
    book.close()


def test_an_erased_mail_is_answered_from_what_the_case_keeps(office: Office) -> None:
    submit(office, with_cells(sound_form(), WRONG))
    with office.connect() as db, transaction(db):
        db.execute("delete from mail_sources")
        assert ledger.find_raw(db, 1) is None

    assert attached(sent(office)).name == "RIS-form.xlsx"


def test_what_cannot_be_marked_at_all_goes_without_and_does_not_say_otherwise(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlainMarker, "mark", lambda *_: None)
    submit(office, with_cells(sound_form(), WRONG))
    mail = sent(office)

    assert mail.attachments == ()
    assert "attached:" not in mail.text
    assert "is attached" not in mail.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x.xlsx", "x.xlsx"),
        ("C:\\Users\\dana\\RIS.xls", "RIS.xlsx"),
        ('a"b\r\nBcc: x@example.com.xlsx', "a_b_Bcc_ x@example.com.xlsx"),
        ("", "RIS.xlsx"),
        (".xlsx", "RIS.xlsx"),
        ("x" * 300 + ".xlsm", "x" * 80 + ".xlsx"),
    ],
)
def test_a_file_goes_back_under_a_harmless_name(office: Office, name: str, shown: str) -> None:
    file = Attachment(name=name, type="", content=with_cells(sound_form(), WRONG))
    found = [case(file.content)]
    result = marking.mark_file(office.desk.policy, PlainMarker(), found, file=file, lang="en")

    assert result is not None
    assert result.file.name == shown


def test_phones_and_people_are_marked_where_they_stand_in_our_form(office: Office) -> None:
    content = with_cells(sound_form(), {("Users", "F8"): "12", ("Users", "E7"): None, ("Users", "B8"): None})
    marked = marking.mark_file(office.desk.policy, PlainMarker(), [case(content)], file=None, lang="de")
    assert marked is not None
    book = openpyxl.load_workbook(io.BytesIO(marked.file.content))
    red = [cell.coordinate for row in book["Benutzer"].iter_rows() for cell in row if cell.comment]

    assert red == ["B8", "F8"]
    assert words("de").say("remarks.number") in str(book["Usher"]["A5"].value)
    book.close()


def test_two_companies_of_one_file_are_marked_together_or_not_at_all(office: Office) -> None:
    file = Attachment(name="two.xlsx", type="", content=with_cells(sound_form(), WRONG))
    found: list[RisCase] = [case(file.content), case(file.content)]
    policy, marker = office.desk.policy, PlainMarker()
    both = marking.mark_file(policy, marker, found, file=file, lang="en")
    assert both is not None
    book = openpyxl.load_workbook(io.BytesIO(both.file.content))

    assert book["Users"]["D7"].comment.text.count("E-mail address") == 2
    assert marking.mark_file(policy, marker, found, file=None, lang="en") is None
    assert TOM.email in str(book["Users"]["D8"].value)
    book.close()
