"""How mails are answered as they are taken in."""

from dataclasses import replace

import pytest

from bot.rendering.workbooks import ris_form
from bot.services import mailboxes
from bot.store import ledger
from tests.cast import INBOX, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, TOM
from tests.outside import NOW, fetched
from tests.services.test_intake import a_ris, templates


def test_a_german_mail_is_answered_in_german(office: Office) -> None:
    text = (
        "Guten Tag,\n\nanbei das Formular für einen neuen Kunden. Bitte richten Sie ihn ein.\n\nViele Grüße"
    )
    office.take(
        a_mail(subject="Neuer Kunde", text=text, files=[("RIS.xlsx", ris_form("de", COMPANY, [MARA, TOM]))])
    )
    office.take(
        a_mail(subject="Frage zum Konto", text="Guten Tag,\nwie lange gilt der Code auf meinem Telefon?")
    )
    office.work()

    form, question = office.mailer.sent
    assert "Guten Tag" in form.text
    assert "Guten Tag" in question.text


# Questions


def test_a_verified_question_is_shown_and_receipted_and_an_unverified_one_only_shown(office: Office) -> None:
    assert office.take(a_mail(sender=MALLORY)).subject_ref == "Q-1"
    assert (
        office.take(a_mail(sender=MALLORY, verdict="", text="Who is the administrator?")).subject_ref == "Q-2"
    )

    assert templates(office) == ["question_note", "neutral_receipt", "question_note"]


@pytest.mark.parametrize("subject", ["RIS", "May I send you a form that is this large?"])
def test_a_mail_too_large_to_be_read_becomes_a_question_for_a_person(office: Office, subject: str) -> None:
    raw = a_ris().replace(b"Subject: A new customer", f"Subject: {subject}".encode())
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    with office.connect() as db:
        mailboxes.begin(db, INBOX, 1, now=NOW)
        mail = replace(fetched(head, uid=1), whole=False, size=99_000_000)
        (number,) = mailboxes.record(db, office.desk, INBOX, 1, [mail], now=NOW)
        row = ledger.find(db, number)
    assert row is not None
    done = office.decide(row)
    office.work()

    assert (done.kind, done.subject_ref) == ("question", "Q-1")
    assert "99000000 bytes" in done.reason
    assert "*Too large to be read* (95 MB)" in office.chat.texts()
