"""Mails too large to be read: a verified sender is told the limit once, staff see every one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.ledger import LedgerMail
from bot.domain.mail import Address
from bot.services import mailboxes
from bot.store import ledger
from tests.cast import DANA, INBOX, MALLORY, Office, a_mail
from tests.forms import sound_form
from tests.outside import fetched

SIZE = 41_000_000


def take_large(office: Office, *, raw: bytes | None = None, **more: object) -> LedgerMail:
    """A mail of which the mailbox fetched the header only."""
    head = (raw or a_mail(**more)).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"  # type: ignore[arg-type]
    with office.connect() as db:
        mailboxes.begin(db, INBOX, 1, now=office.now)
        uid = len(ledger.list_newest(db, 999)) + 100
        mail = replace(fetched(head, uid=uid, received_at=office.now), whole=False, size=SIZE)
        (number,) = mailboxes.record(db, office.desk, INBOX, 1, [mail], now=office.now)
        row = ledger.find(db, number)
    assert row is not None
    return office.decide(row)


def answers(office: Office) -> list[tuple[str, str]]:
    return [(job.template, job.recipient) for job in office.mails()]


def test_a_verified_sender_is_told_the_limit_and_what_to_do_instead(office: Office) -> None:
    row = take_large(office, subject="Pictures of our site", sender=MALLORY)

    assert (row.kind, row.subject_ref) == ("question", "Q-1")
    assert answers(office) == [("too_large", MALLORY.address)]
    mail = office.mail_of(office.job("too_large"))
    assert "40 MB" in mail.text
    assert "up to 25 MB" in mail.text
    assert "Pictures of our site" in mail.text
    assert mail.automatic


@pytest.mark.parametrize("verdict", ["", "fail"])
def test_an_unverified_sender_hears_nothing_but_staff_see_it(office: Office, verdict: str) -> None:
    take_large(office, verdict=verdict)
    office.work()

    assert answers(office) == []
    assert "*Too large to be read* (40 MB)" in office.chat.texts()


@pytest.mark.parametrize(
    "headers",
    [
        [("Auto-Submitted", "auto-replied")],
        [("Return-Path", "<>")],
        [("List-Id", "<news.example.org>")],
        [("Precedence", "bulk")],
        [("X-Failed-Recipients", "anna@example.org"), ("Auto-Submitted", "auto-replied (failure)")],
    ],
)
def test_robots_bounces_and_lists_are_not_answered(
    office: Office, headers: Sequence[tuple[str, str]]
) -> None:
    take_large(office, headers=headers)

    assert office.jobs() == []


def test_a_large_delivery_report_is_not_answered(office: Office) -> None:
    raw = a_mail(subject="Undelivered Mail Returned to Sender").replace(
        b"Content-Type: text/plain",
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    )
    take_large(office, raw=raw)

    assert office.jobs() == []


def test_our_own_address_is_not_answered(office: Office) -> None:
    take_large(office, sender=Address(name="Desk", address="support@desk.example.com"))

    assert office.jobs() == []


def test_a_reply_in_a_cases_thread_is_noted_there_and_answered(office: Office) -> None:
    office.take(a_mail(files=[("RIS.xlsx", sound_form())]))
    receipt = office.mails()[0].message_id
    row = take_large(office, answers=receipt)
    office.work()

    assert (row.kind, row.subject_ref) == ("reply", "C-1")
    assert answers(office)[1:] == [("too_large", DANA.address)]
    note = next(message for message in office.chat.standing.values() if "Too large" in str(message.blocks))
    assert note.thread_ts
    assert office.job("too_large").case_id == 1


def test_who_gets_copies_of_a_case_hears_of_its_large_reply_too(office: Office) -> None:
    office.take(a_mail(files=[("RIS.xlsx", sound_form())], cc="erin@sponsor.example.org"))
    take_large(office, answers=office.mails()[0].message_id, cc=MALLORY.address)

    assert office.job("too_large").values["cc"] == ["erin@sponsor.example.org"]


def test_a_reply_in_a_conversation_is_noted_there_and_answered(office: Office) -> None:
    office.take(a_mail(sender=MALLORY))
    receipt = office.mails()[0].message_id
    row = take_large(office, sender=MALLORY, answers=receipt)

    assert (row.kind, row.subject_ref) == ("reply", "Q-1")
    assert answers(office)[1:] == [("too_large", MALLORY.address)]


def test_a_strangers_reply_in_a_cases_thread_is_a_question_of_its_own(office: Office) -> None:
    office.take(a_mail(files=[("RIS.xlsx", sound_form())]))
    row = take_large(office, answers=office.mails()[0].message_id, sender=MALLORY)

    assert row.subject_ref == "Q-1"


def test_the_same_mail_twice_is_answered_once(office: Office) -> None:
    raw = a_mail()
    take_large(office, raw=raw)
    again = take_large(office, raw=raw)

    assert again.status == "duplicate"
    assert len(answers(office)) == 1


def test_a_flood_of_large_mails_is_capped_like_every_answer(office: Office) -> None:
    for _ in range(15):
        take_large(office)

    assert len(answers(office)) == 10
    assert len(office.jobs("trouble_note")) == 1
    assert len(office.jobs("question_note")) == 15


def test_a_mail_that_the_server_keeps_back_is_not_called_too_large(office: Office) -> None:
    row = take_large(office, raw=b"\r\n\r\n")
    office.work()

    assert "the mail server does not give it out" in row.reason
    assert "the mail server does not give this mail out" in office.chat.texts()
    assert "Too large" not in office.chat.texts()
    assert answers(office) == []


def test_hostile_words_in_the_subject_stay_words(office: Office) -> None:
    take_large(office, subject="[click](https://evil.example) <b>now</b>")
    mail = office.mail_of(office.job("too_large"))

    assert 'href="https://evil.example"' not in mail.html
    assert "<b>" not in mail.html


def test_a_mail_that_could_not_be_read_in_full_is_not_said_to_have_no_text(office: Office) -> None:
    parts = "--x\r\nContent-Type: image/png\r\n\r\n\r\n" * 600
    head = (
        "From: dana@sponsor.example.org\r\nSubject: Help\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    )
    office.take(f"{head}{parts}--x\r\n\r\nI am locked out.\r\n--x--\r\n".encode())
    office.work()

    assert "the text of this mail could not be read" in office.chat.texts()
    assert "more than 500 parts" in office.chat.texts()
