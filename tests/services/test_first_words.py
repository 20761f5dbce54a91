"""What the mail around a form says: below its card, and to be read before anybody says yes."""

import pytest

from bot.domain.cases import CaseStatus
from bot.services import case_words, cases
from tests.adapters.test_locked_zips import encrypted
from tests.cast import BLAKE, Office, a_mail
from tests.forms import sound_form, zipped
from tests.services.test_replies import FORM, NEXT_CUSTOMER, WITHOUT_CITY

WORDS = "Bitte erst ab 1. April einrichten! Und was kostet ein dritter Platz?"


def unread(office: Office, ref: str = "C-1") -> int:
    with office.connect() as db:
        return cases.get_card(db, office.desk, ref, now=office.now).unread


def receipt(office: Office) -> str:
    office.work()
    return next(mail.text for mail in reversed(office.mailer.sent) if "(C-1)" in mail.subject)


def shown(text: str) -> str:
    """On one line, without what keeps a file's name from becoming a link."""
    return " ".join(text.replace("\u2060", "").split())


@pytest.mark.parametrize("form", [FORM, WITHOUT_CITY])
def test_what_a_sponsor_writes_with_a_form_stands_below_its_card(
    office: Office, form: tuple[str, bytes]
) -> None:
    office.take(a_mail(files=[form], subject="RIS", text=f"Anbei das RIS. {WORDS}"))
    office.work()

    assert unread(office) == 1
    assert "dritter Platz" in office.chat.texts()
    assert "mail in words that nobody has dealt with" in office.chat.texts()
    with office.connect() as db:
        to = cases.get_card(db, office.desk, "C-1", now=office.now).unread_to
        case_words.mark_read(db, ref="C-1", to=to, by=BLAKE, now=office.now)
    assert unread(office) == 0


def test_a_subject_alone_is_read_too_and_a_cover_note_makes_no_work(office: Office) -> None:
    office.take(a_mail(files=[FORM], text=""))
    office.take(a_mail(files=[NEXT_CUSTOMER], subject="RIS, please wait until April"))

    assert (unread(office), unread(office, "C-2")) == (0, 1)


def test_the_words_with_a_newer_version_are_read_too(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    answers = office.mails()[-1].message_id
    office.take(a_mail(files=[FORM], subject="Re: it", text="Here it is.", answers=answers))
    assert (office.case("C-1").version, unread(office)) == (2, 0)

    office.take(a_mail(files=[WITHOUT_CITY], text=f"Anbei. {WORDS}", answers=answers))
    assert (office.case("C-1").version, unread(office)) == (3, 1)


def test_what_was_asked_with_the_first_form_is_not_answered_by_the_next(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY], text=f"Anbei das RIS. {WORDS}"))
    answers = office.mails()[-1].message_id
    office.clock.wait(minutes=9)
    office.take(a_mail(files=[FORM], subject="Re: it", text="Hier das korrigierte RIS.", answers=answers))

    assert (office.case("C-1").version, unread(office)) == (2, 1)


def test_both_sides_read_which_files_were_not_opened(office: Office) -> None:
    inner = zipped({"RIS2.xlsx": NEXT_CUSTOMER[1]})
    office.take(a_mail(files=[WITHOUT_CITY]))
    answers = office.mails()[-1].message_id
    files = [("forms.zip", zipped({"RIS1.xlsx": sound_form(), "inner.zip": inner}))]
    for ref, raw in (("C-2", a_mail(files=files)), ("C-1", a_mail(files=files, text="", answers=answers))):
        office.take(raw)
        assert unread(office, ref) == 1
    office.work()

    for mail in office.mailer.sent[1:]:
        assert "We have not opened one of your files: inner.zip." in shown(mail.text)
        assert "found no form" not in mail.text
    assert office.chat.texts().count("*Not opened*: “inner.zip”") == 4  # on both cards, and in their threads


def test_each_of_two_forms_of_a_mail_has_its_words(office: Office) -> None:
    office.take(a_mail(files=[FORM, NEXT_CUSTOMER], text=WORDS))

    assert (unread(office), unread(office, "C-2")) == (1, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("RIS Suedwind.pdf", b"%PDF-1.4"),
        ("second.zip", encrypted(zipped({"RIS2.xlsx": sound_form()}))),
    ],
)
def test_a_file_like_a_form_that_was_not_read_is_told_to_both_sides(
    office: Office, name: str, content: bytes
) -> None:
    office.take(a_mail(files=[FORM, (name, content)]))

    assert "we found no form" in receipt(office)
    assert f"*No form was found in*: {name}" in office.chat.texts()
    assert unread(office) == 1


def test_any_other_file_is_told_to_staff_alone(office: Office) -> None:
    office.take(a_mail(files=[FORM, ("Contract.pdf", b"%PDF-1.4"), ("logo.png", b"\x89PNG")]))

    assert "found no form" not in receipt(office)
    assert "*No form was found in*: Contract.pdf'" in office.chat.texts()
    assert office.case("C-1").status is CaseStatus.IN_REVIEW


@pytest.mark.parametrize(
    ("text", "subject", "form", "lang"),
    [
        ("", "RIS", "de", "de"),
        ("", "Nordlicht Werke GmbH", "de", "de"),
        ("RIS", "", "de", "de"),
        ("", "Südwind KG", "en", "en"),
        ("", "RIS", "en", "en"),
        ("Anbei.", "RIS", "en", "de"),
        ("Please see the attached form.", "RIS", "de", "en"),
    ],
)
def test_a_form_without_words_is_answered_in_its_own_language(
    office: Office, text: str, subject: str, form: str, lang: str
) -> None:
    office.take(a_mail(files=[("RIS.xlsx", sound_form(form))], subject=subject, text=text))
    assert office.case("C-1").lang == lang
