"""A reply in a question's thread that nobody can decrypt goes on there, and its sender is told so."""

from email import message_from_bytes, policy

import pytest

from bot.domain.conversations import ConversationState
from bot.domain.mail import Address
from bot.services import conversations
from bot.store import conversations as kept
from tests.cast import DANA, Office, a_mail
from tests.forms import sound_form


def encrypted(*, answers: str, verdict: str = "pass") -> bytes:
    mail = message_from_bytes(
        a_mail(subject="Re: seats", answers=answers, verdict=verdict), policy=policy.SMTP
    )
    mail.set_content(b"\x30\x82\x01\x1e", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    mail.set_param("smime-type", "enveloped-data")
    return mail.as_bytes()


@pytest.mark.parametrize(("verdict", "told"), [("pass", 1), ("", 0)])
def test_it_is_the_desks_turn_in_the_same_conversation(office: Office, verdict: str, told: int) -> None:
    office.take(a_mail(text="Who pays for a third seat in our contract of 2019?"))
    asked = office.mails()[-1].message_id
    with office.connect() as db:
        kept.move(db, 1, since=(ConversationState.OPEN,), to=ConversationState.ANSWERED, now=office.now)
    row = office.take(encrypted(answers=asked, verdict=verdict))

    assert (row.kind, row.subject_ref) == ("reply", "Q-1")
    with office.connect() as db:
        assert conversations.get(db, "Q-1").state is ConversationState.OPEN
    note = office.jobs("question_note")[-1].values
    assert (note["words"]["refused"], note["thread_key"]) == ("sealed", "note:Q-1")
    assert [job.values["ref"] for job in office.jobs("unreadable_ris")] == ["Q-1"] * told


STRANGER = Address(name="Kim Berg", address="kim@harbour.example")
ARCHIVE = b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\xff" * 40


def test_a_sponsor_hears_that_an_archive_was_not_opened_and_what_to_send(office: Office) -> None:
    row = office.take(a_mail(subject="A new customer", text="", files=[("RIS.7z", ARCHIVE)]))
    office.work()

    assert (row.kind, row.subject_ref) == ("ris", "Q-1")
    (mail,) = office.mailer.sent
    text = " ".join(mail.text.split())
    assert "RIS.7z" in text
    assert "archives of another kind such as RAR or 7z, and what is encrypted in them, we cannot open" in text
    assert "out of its zip or archive" in text
    assert "no form in" not in text


def test_a_form_beside_an_archive_is_taken_and_the_archive_is_named_as_not_opened(office: Office) -> None:
    files = [("RIS.xlsx", sound_form()), ("more.rar", b"Rar!\x1a\x07\x00" + b"x" * 40)]
    office.take(a_mail(subject="A new customer", files=files))
    office.work()

    assert office.case("C-1").ris.unopened == ("more.rar",)
    (mail,) = office.mailer.sent
    text = " ".join(mail.text.split())
    assert "We have not opened one of your files:" in text
    assert "more\u2060.rar" in text  # as every name of a file, so that it becomes no link
    assert "we found no form" not in text


@pytest.mark.parametrize("sender", [DANA, STRANGER])
def test_an_archive_in_a_questions_thread_goes_on_there(office: Office, sender: Address) -> None:
    office.take(a_mail(sender=sender, text="Who pays for a third seat in our contract of 2019?"))
    asked = office.mails()[-1].message_id
    row = office.take(a_mail(sender=sender, answers=asked, text="", files=[("screens.7z", ARCHIVE)]))

    assert (row.kind, row.subject_ref) == ("reply", "Q-1")
    told = [job.values["ref"] for job in office.jobs("unreadable_ris")]
    assert told == (["Q-1"] if sender == DANA else [])
    assert office.jobs("question_note")[-1].values["words"]["to_read"] is (sender != DANA)
