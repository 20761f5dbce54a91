"""The status part of a delivery report: whom it speaks of, and how bad it is for each of them."""

import re
from email import message_from_bytes, message_from_string
from email.message import Message
from typing import NoReturn

import pytest

from bot.adapters.mail_parsing import read_mail_parts
from bot.adapters.mail_statuses import (
    LONGEST_PART,
    LONGEST_PARTS,
    MOST_BLOCKS,
    MOST_FIELDS,
    MOST_LINES,
    MOST_RECIPIENTS,
    STATUS,
    read_blocks,
    report_of,
)
from bot.domain.bounces import is_hard
from bot.domain.mail import BounceReport
from tests.reports import a_report_of

DANA, ERIN = "dana@example.com", "erin@example.com"
ORIGINAL = "<c-7.0123456789ab.original@desk.example.org>"


def report(*told: tuple[str, str, str], said: str = "said") -> BounceReport | None:
    raw = a_report_of(*((*one, f"{said} of {one[0]}") for one in told), about=ORIGINAL)
    return read_mail_parts(raw).bounce


def block(recipient: str, action: str, status: str) -> dict[str, str]:
    return {"final-recipient": f"rfc822; {recipient}", "action": action, "status": status}


def test_what_is_said_of_one_is_not_said_of_another() -> None:
    found = report((DANA, "failed", "5.2.2"), (ERIN, "failed", "5.1.1"))

    assert found
    assert [one.recipient for one in found.each] == [DANA, ERIN]
    assert (is_hard(found.of(ERIN)), is_hard(found.of(DANA))) == (True, False)
    assert (found.of(DANA).detail, found.of(ERIN).detail) == (f"said of {DANA}", f"said of {ERIN}")
    assert found.of(DANA).recipients == (DANA,)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_who_has_the_mail_is_none_of_a_reports_recipients(action: str) -> None:
    found = report((DANA, action, "2.0.0"), (ERIN, "failed", "5.1.1"))

    assert found
    assert found.recipients == (ERIN,)


def test_a_delay_of_one_beside_the_failure_of_another_stays_a_delay() -> None:
    found = report((DANA, "delayed", "4.4.1"), (ERIN, "failed", "5.1.1"))

    assert found
    assert (found.of(DANA).gave_up, found.of(ERIN).gave_up, found.gave_up) == (False, True, True)


def test_a_failure_after_a_delay_of_the_same_recipient_is_the_last_word() -> None:
    found = report((DANA, "delayed", "4.4.1"), (DANA.title(), "failed", "5.1.1"))

    assert found
    assert found.recipients == (DANA,)
    assert is_hard(found.of(DANA))


def test_the_failure_of_a_nameless_one_is_not_laid_on_whom_the_report_calls_delivered() -> None:
    """A report that names nobody is taken for our only recipient's."""
    assert report(("unknown", "failed", "5.1.1"), (DANA, "delivered", "2.0.0")) is None


def test_a_report_that_names_nobody_at_all_is_one() -> None:
    found = report(("unknown", "failed", "5.1.1"))

    assert found
    assert (found.recipients, found.each) == ((), ())
    assert is_hard(found.of(DANA))


def test_what_their_server_says_is_kept_behind_a_semicolon_too() -> None:
    found = report((DANA, "failed", "5.0.0"), said="550 5.1.1 no such user; see why")

    assert found
    assert found.status == "5.1.1"
    assert found.detail == f"550 5.1.1 no such user; see why of {DANA}"


def test_thousands_of_recipients_are_a_few() -> None:
    found = report_of([block(f"n{number}@example.com", "failed", "5.1.1") for number in range(5_000)])

    assert found
    assert len(found.recipients) == len(found.each) == MOST_RECIPIENTS


def part(text: str, *, kind: str = "message/delivery-status", encoding: str = "8bit") -> BounceReport | None:
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n"
    return report_of(read_blocks([message_from_bytes((head + text).encode("utf-8", "surrogateescape"))]))


RECIPIENT = f"Final-Recipient: rfc822; {DANA}\n"
A_FAILURE = f"{RECIPIENT}Action: failed\nStatus: 5.1.1\n"
A_DELAY = f"Original-Recipient: rfc822; {ERIN}\nFinal-Recipient: rfc822; x@y.example\nAction: delayed\n"
ABOUT = "Reporting-MTA: dns; mx.example.net\n"


@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
@pytest.mark.parametrize("between", ["", "\n", "\r\n\r\n", " \n\n"])
def test_the_next_recipient_begins_a_block_with_or_without_a_blank_line(kind: str, between: str) -> None:
    found = part(f"{ABOUT}{between}{A_FAILURE}{between}{A_DELAY}", kind=kind)

    assert found
    assert {one.recipient: one.gave_up for one in found.each} == {DANA: True, ERIN: False}


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "7bit", "x-none", "8bit (comment)"])
def test_a_part_that_is_not_encoded_as_it_says_is_read_as_it_stands(encoding: str) -> None:
    found = part(f"{ABOUT}\n{A_FAILURE}", encoding=encoding)

    assert found
    assert found.recipients == (DANA,)


@pytest.mark.parametrize(
    ("fields", "late", "expected"),
    [
        ("Status: 5.1.1", False, (True, True)),
        ("Status: 5.1.1", True, (True, True)),
        ("Status: 4.2.2", False, (True, False)),
        ("Status: 4.2.2", True, (False, False)),
        ("Action: bounced\nStatus: 5.1.1", False, (True, True)),
        ("Action: FAILED (mailbox)\nStatus: 4.4.7", False, (True, False)),
        ("Action: Failure\nDiagnostic-Code: smtp; 452 try later", False, (True, False)),
        ("Diagnostic-Code: smtp; 550 no such user", True, (True, True)),
        ("Action: delayed\nStatus: 5.1.1", False, (False, False)),
        ("Status: 2.0.0", False, None),
        ("Status: 5 of 7\nStatus: 5.1.1", False, None),
        ("Action: relayed\nStatus: 5.1.1", False, None),
        ("X-Nothing: said", False, None),
    ],
)
def test_without_an_action_the_class_of_the_code_decides(
    fields: str, late: bool, expected: tuple[bool, bool] | None
) -> None:
    text = f"Content-Type: message/delivery-status\n\n{ABOUT}\nFinal-Recipient: rfc822; {DANA}\n{fields}\n"
    found = report_of(read_blocks([message_from_string(text)]), late=late)

    assert (found and (found.gave_up, found.permanent)) == expected


@pytest.mark.parametrize(
    ("written", "recipient"),
    [
        ("utf-8; Jörg@müller.example", "jörg@müller.example"),
        (r"utf-8; j\x{F6}rg@m\x{FC}ller.example", "jörg@müller.example"),
        (r"utf-8; \x{1F600}@m.example", "\U0001f600@m.example"),
        ("RFC822;<Dana@Example.com> (Dana)", DANA),
        ("dana@example.com", DANA),
        ("rfc822; o'brien@x.example", "o'brien@x.example"),
        ("rfc822; desk=x.example@y.example", "desk=x.example@y.example"),
        ("rfc822; Dana Reyes <dana@example.com>", DANA),
        ("rfc822; <dana@example.com> (smtp.x; 7)", DANA),
        ("rfc822; dana@example.com. (was erin@example.com)", DANA),
        ("rfc822; dana reyes@example.com", ""),
        ('rfc822; "dana reyes"@example.com', ""),
        ("rfc822; dana@erin@example.com", ""),
        ("rfc822; dana@example.com, erin@example.com", ""),
        (f"rfc822; {'x' * 64}dana@example.com", ""),
        (f"rfc822; dana@{'x.' * 150}example", ""),
        (f"rfc822; dana@example.com{' ' * 300}(late) x", ""),
        (r"utf-8; \x{D800}\x{110000}dana@example.com", "\ufffd\\x{110000}dana@example.com"),
        ("utf-8; \u202edana@example.com", DANA),
        ("rfc822; @", ""),
        ("x400; /c=de/s=dana/", ""),
    ],
)
def test_an_address_is_read_in_whatever_letters_it_is_written(written: str, recipient: str) -> None:
    found = part(f"Final-Recipient: {written}\nAction: failed\nStatus: 5.1.1\n")

    assert found
    assert found.recipients == ((recipient,) if recipient else ())


def test_a_part_cannot_have_its_own_blocks_decoded_by_what_they_say() -> None:
    """The stdlib would obey a Content-Transfer-Encoding that stands among the fields."""
    found = part(f"Content-Transfer-Encoding: base64\n\n{A_FAILURE}", kind="message/global-delivery-status")

    assert found
    assert found.recipients == (DANA,)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("550 Sender address rejected: Domain not found", "5.0.0"),
        ("550 <desk@desk.example>: Sender address rejected: User unknown", "5.0.0"),
        (
            "550 Verification failed for <desk@desk.example> Sender verify failed: mailbox unavailable",
            "5.0.0",
        ),
        ("553 Domain of sender address desk@desk.example does not exist", "5.0.0"),
        ("550 sender address desk@desk.example does not exist", "5.0.0"),
        ("550 Unknown sender: no such user", "5.0.0"),
        ("550 Absenderadresse nicht gefunden", "5.0.0"),
        ("550 Adresse de l'expéditeur inconnue", "5.0.0"),
        ("550 Recipient address rejected: User unknown; returned to sender", "5.1.1"),
        ("550 no such user, please tell the sender", "5.1.1"),
        ("552 Sender verify failed? no, over quota", "5.2.2"),
    ],
)
def test_an_address_that_is_not_there_may_be_the_senders(said: str, status: str) -> None:
    found = part(f"{RECIPIENT}Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; {said}\n")

    assert found
    assert (found.status, is_hard(found)) == (status, status == "5.1.1")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("5.1.1", ["5.1.1"]),
        ("5.7.26", ["5.7.26"]),
        ("550-5.7.26 and 550 5.7.26 (#5.7.26) #5.1.1 (4.7.28) code 5.7.23, status: 5.7.25", None),
        ("5.7.509 5.1.90 5.2.121 5.4.310 5.1.10 5.4.14", None),
        ("vom 5.10.26, 5.12.26, 5.8.1, 5.9.9, 4.11.5", []),
        ("vom 5.1.26 an; am 4.2.27 um 9:00; on 5.7.26; 5.1.2026; 15.1.1; 5.1.1.1; Sent: 5.1.26 10:00", []),
    ],
)
def test_a_date_is_no_code(text: str, codes: list[str] | None) -> None:
    every = re.findall(r"\d\.\d\.\d+", text)

    assert STATUS.findall(text) == (every if codes is None else codes)


def a_part(text: str) -> Message:
    return message_from_string(f"Content-Type: message/delivery-status\n\n{text}")


class _Untouched(Message):
    """A part that nobody looks at."""

    def get_all(self, *_: object, **__: object) -> NoReturn:
        raise AssertionError("it was read")

    def raw_items(self) -> NoReturn:
        raise AssertionError("it was read")


@pytest.mark.parametrize("text", [f"{A_FAILURE}\n" * (MOST_BLOCKS + 1), "X-Much: x\n\n" * 40_000])
def test_what_comes_after_hundreds_of_recipients_or_a_long_part_is_not_read(text: str) -> None:
    full = [a_part(text)] * (1 + LONGEST_PARTS // len(text[:LONGEST_PART]))

    assert len(read_blocks([*full, _Untouched()])) in {0, MOST_BLOCKS}


def test_a_field_has_a_few_lines_and_a_block_a_few_fields() -> None:
    lines = "".join(f" line {number}\n" for number in range(1_000))
    fields = "".join(f"X-{number}: x\n" for number in range(1_000))
    (found,) = read_blocks([a_part(f"{A_FAILURE}Diagnostic-Code: smtp; 550 5.1.1\n{lines}{fields}")])

    assert found["diagnostic-code"].startswith("smtp; 550 5.1.1 line 0 line 1 ")
    assert found["diagnostic-code"].endswith(f" line {MOST_LINES - 2}")
    assert len(found) == MOST_FIELDS


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["Final-Recipient: rfc822; a@b.c\n" * 50_000, "Status:\n" + " x\n" * 300_000, "=\n" * 300_000]
)
@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
def test_a_long_part_is_read_in_time(text: str, encoding: str) -> None:
    assert len(text) > LONGEST_PART
    found = part(text, encoding=encoding)

    assert found is None or len(found.recipients) <= MOST_RECIPIENTS
