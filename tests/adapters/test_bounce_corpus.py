"""Delivery reports of many servers, in English and German, hard and soft, and what only resembles them."""

import re
from pathlib import Path

import pytest

from bot.adapters.mail_parsing import read_mail_parts
from bot.domain.bounces import is_hard, reason_of
from bot.domain.mail import InboundMail, Kind
from bot.domain.mail_kinds import classify

MAILS = Path(__file__).parents[1] / "data" / "bounces"
ORIGINAL = "<c-7.0123456789ab.original@desk.example.org>"
DESK = frozenset({"ris@desk.example.org"})

#: file → recipient, whether their server gave up, whether that speaks against the address, and why
REPORTS = {
    "microsoft365-en-hard": ("gone@fabrikam.example", True, True, "no_mailbox"),
    "microsoft365-en-delayed": ("slow@fabrikam.example", False, False, "unreachable"),
    "microsoft365-de-full": ("voll@fabrikam.example", True, False, "full"),
    "microsoft365-en-refused": ("strict@fabrikam.example", True, False, "refused"),
    "exchange-de-dsn-hard": ("weg@firma.example.net", True, True, "no_mailbox"),
    "exchange-de-text-full": ("voll@firma.example.net", True, False, "full"),
    "exchange-de-text-delayed": ("langsam@firma.example.net", False, False, "other"),
    "gmail-text-hard": ("gone@gmail.example", True, True, "no_mailbox"),
    "gmail-delayed": ("slow@company.example", False, False, "unreachable"),
    "gmail-de-full": ("voll@gmail.example", True, False, "full"),
    "postfix-delayed": ("slow@company.example", False, False, "unreachable"),
    "postfix-expired": ("slow@company.example", True, False, "unreachable"),
    "exim-delayed": ("slow@company.example", False, False, "refused"),
    "exim-expired": ("slow@company.example", True, False, "unreachable"),
    "gmx-hard": ("weg@gmx.example", True, True, "no_mailbox"),
    "gmx-delayed": ("langsam@firma.example.net", False, False, "unreachable"),
    "webde-hard": ("weg@web.example", True, True, "no_mailbox"),
    "webde-full": ("voll@web.example", True, False, "full"),
    "t-online-hard": ("weg@t-online.example", True, True, "no_mailbox"),
    "t-online-full": ("voll@t-online.example", True, False, "full"),
    "status-base64": ("gone@company.example", True, True, "no_mailbox"),
    "status-quoted-printable": ("voll@company.example", True, False, "full"),
    "status-no-action": ("gone@company.example", True, True, "no_mailbox"),
    "status-no-action-delayed": ("slow@company.example", False, False, "unreachable"),
    "global-utf8": ("jörg@firma.example.net", True, True, "no_mailbox"),
    "global-quoted-printable": ("jörg@firma.example.net", True, True, "no_mailbox"),
    "mimecast-hard": ("gone@company.example", True, True, "no_mailbox"),
    "mimecast-full": ("full@company.example", True, False, "full"),
    "t-online-log-hard": ("weg@t-online.example", True, True, "no_mailbox"),
    "t-online-log-full": ("voll@t-online.example", True, False, "full"),
    "postfix-fr-hard": ("parti@exemple.example", True, True, "no_mailbox"),
    "postfix-fr-full": ("plein@exemple.example", True, False, "full"),
    "postfix-fr-delayed": ("lent@exemple.example", False, False, "other"),
    "exchange-fr-text-hard": ("parti@firme.example.net", True, True, "no_mailbox"),
}
#: reports of several recipients: whom they speak of, each with what stands above
SEVERAL = {
    "postfix-several": {
        "slow@company.example": (False, False, "unreachable"),
        "full@company.example": (True, False, "full"),
        "gone@company.example": (True, True, "no_mailbox"),
    },
}
NO_REPORTS = {
    "person-postmaster-forwards-de": Kind.QUESTION,
    "person-asks-undeliverable": Kind.QUESTION,
    "absence-de": Kind.AUTO_REPLY,
    "absence-undeliverable": Kind.AUTO_REPLY,
    "absence-unzustellbar": Kind.AUTO_REPLY,
    "read-receipt-de": Kind.AUTO_REPLY,
    "relayed-de": Kind.AUTO_REPLY,
}


def mail_named(name: str) -> InboundMail:
    return read_mail_parts((MAILS / f"{name}.eml").read_bytes())


def kind_of(mail: InboundMail) -> Kind:
    return classify(mail, own_addresses=DESK, keyring=None, has_form=False).kind


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_says_of_whom_it_speaks_and_how_bad_it_is(name: str) -> None:
    recipient, gave_up, hard, reason = REPORTS[name]
    mail = mail_named(name)

    assert kind_of(mail) is Kind.BOUNCE
    assert mail.bounce is not None
    assert mail.bounce.recipients == (recipient,)
    assert (mail.bounce.gave_up, is_hard(mail.bounce)) == (gave_up, hard)
    assert reason_of(mail.bounce.status) == reason
    assert mail.bounce.original_ids[0] == ORIGINAL


@pytest.mark.parametrize("name", SEVERAL)
def test_each_recipient_of_a_report_counts_by_its_own_block(name: str) -> None:
    report = mail_named(name).bounce

    assert report is not None
    alone = {one: report.of(one) for one in report.recipients}
    assert SEVERAL[name] == {
        name: (one.gave_up, is_hard(one), reason_of(one.status)) for name, one in alone.items()
    }
    assert {one.original_ids[0] for one in alone.values()} == {ORIGINAL}


def test_an_administrator_who_asks_about_undeliverable_mail_is_a_person() -> None:
    raw = (MAILS / "person-asks-undeliverable.eml").read_bytes()
    asked = raw.replace(b"Dana Reyes <dana@example.com>", b"System Administrator <postmaster@example.com>")

    assert kind_of(read_mail_parts(asked)) is Kind.QUESTION


@pytest.mark.parametrize(
    "machine",
    [
        (
            b"Auto-Submitted: auto-replied",
            b"Auto-Submitted: auto-replied\nX-Failed-Recipients: x@example.com",
        ),
        (b"Dana Reyes <dana@example.com>", b"<postmaster@example.com>"),
    ],
)
def test_what_answers_by_itself_is_a_report_where_a_machines_name_or_envelope_says_so(
    machine: tuple[bytes, bytes],
) -> None:
    raw = (MAILS / "absence-undeliverable.eml").read_bytes()
    assert machine[0] in raw

    assert kind_of(read_mail_parts(raw.replace(*machine))) is Kind.BOUNCE


def test_an_old_exchange_that_names_itself_in_words_only_is_a_machine() -> None:
    raw = (MAILS / "exchange-de-text-full.eml").read_bytes()
    report = read_mail_parts(raw.replace(b"Return-Path: <>\n", b"")).bounce

    assert report is not None
    assert report.recipients == ("voll@firma.example.net",)


@pytest.mark.parametrize(
    ("status", "said", "hard", "reason"),
    [
        ("5.0.0", "552 5.2.2 mailbox over quota", False, "full"),
        ("5.0.0", "550 SPF check failed", False, "other"),
        ("5.0.0", "554 5.7.1 rejected as spam", False, "refused"),
        ("5.0.0", "550 no such user here", True, "no_mailbox"),
        ("5.0.0", "550 5.1.1 no such user here", True, "no_mailbox"),
        ("5.0.0", "retry timeout exceeded", False, "other"),
        ("5.5.0", "550 5.5.0 local policy", False, "other"),
        ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", True, "no_mailbox"),
        ("5.4.316", "550 5.4.316 Message expired, connection refused", False, "unreachable"),
        ("5.4.310", "550 5.4.310 DNS domain does not exist", True, "no_domain"),
        ("5.4.6", "554 5.4.6 mail loops back to myself", False, "unreachable"),
        ("5.4.14", "554 5.4.14 Hop count exceeded", False, "unreachable"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", True, "refused"),
    ],
)
def test_a_code_given_to_every_failure_says_nothing_and_a_way_nothing_against_the_address(
    status: str, said: str, hard: bool, reason: str
) -> None:
    raw = (MAILS / "postfix-expired.eml").read_bytes()
    raw = re.sub(rb"Status: 4\S+", f"Status: {status}".encode(), raw)
    raw = re.sub(
        rb"Diagnostic-Code: (?:.+\n)(?:[ \t].*\n)*", f"Diagnostic-Code: smtp; {said}\n".encode(), raw
    )
    report = read_mail_parts(raw).bounce

    assert report is not None
    assert (is_hard(report), reason_of(report.status)) == (hard, reason)


@pytest.mark.parametrize(
    ("said", "status", "hard"),
    [
        ("550 no such user here", "5.1.1", True),
        ("Unrouteable address", "5.1.1", True),
        ("User's mailbox is over the quota, try later.", "5.2.2", False),
    ],
)
def test_the_version_of_a_program_in_the_returned_headers_is_no_code(
    said: str, status: str, hard: bool
) -> None:
    raw = (MAILS / "exim-expired.eml").read_bytes()
    raw = raw.replace(b"451 4.3.0 Temporary lookup failure: retry timeout exceeded", said.encode())
    came_back = b"\nReceived: from desk by host.example.net with esmtpsa (Exim 4.97.1)\nMessage-ID: <c-7"
    report = read_mail_parts(raw.replace(b"\nMessage-ID: <c-7", came_back)).bounce

    assert report is not None
    assert (report.status, is_hard(report)) == (status, hard)
    assert "Exim" not in report.detail


def test_advice_to_try_again_is_no_delay_beside_a_code_that_says_it_is_over() -> None:
    raw = (MAILS / "exchange-de-text-full.eml").read_bytes()
    advice = b"nicht zugestellt werden. Bevor Sie erneut versuchen, sie zu senden, rufen Sie an."
    hard = raw.replace(b"5.2.2", b"5.1.1").replace(b"nicht zugestellt werden.", advice)
    report = read_mail_parts(hard).bounce

    assert advice in hard
    assert report is not None
    assert report.gave_up


@pytest.mark.parametrize("name", NO_REPORTS)
def test_what_only_resembles_a_report_is_none(name: str) -> None:
    mail = mail_named(name)

    assert mail.bounce is None
    assert kind_of(mail) is NO_REPORTS[name]


def test_each_file_is_looked_at() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} == REPORTS.keys() | SEVERAL.keys() | NO_REPORTS.keys()


def test_what_a_server_says_is_one_capped_line() -> None:
    raw = (MAILS / "postfix-expired.eml").read_bytes()
    long = raw.replace(b"Connection timed out\n", b"timed out" + b" and out" * 5_000 + b"\n\tand \x00 more\n")
    report = read_mail_parts(long).bounce

    assert report is not None
    assert len(report.detail) <= 200
    assert report.detail.isprintable()
