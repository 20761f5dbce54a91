"""Delivery reports are told from each other, and from what people write about them."""

from pathlib import Path

import pytest

from bot.adapters.mail_parsing import read_mail_parts
from bot.domain.bounces import is_hard
from bot.domain.mail import InboundMail, Kind
from bot.domain.mail_kinds import classify

MAILS = Path(__file__).parents[1] / "data" / "mails"


def mail_named(name: str) -> InboundMail:
    return read_mail_parts((MAILS / f"{name}.eml").read_bytes())


def kind_of(mail: InboundMail) -> Kind:
    return classify(
        mail, own_addresses=frozenset({"ris@desk.example.org"}), keyring=None, has_form=False
    ).kind


@pytest.mark.parametrize(
    ("name", "recipient", "permanent", "original"),
    [
        ("bounce-postfix", "gone@example.net", True, 1),
        ("bounce-gmail", "gone@example.net", True, 2),
        ("bounce-microsoft365", "gone@example.net", True, 3),
        ("bounce-exchange-de-no-dsn", "anna.weg@firma.example.net", True, 4),
        ("bounce-delayed-de", "anna@example.net", False, 5),
        ("bounce-exim", "gone@example.net", True, 6),
    ],
)
def test_a_report_names_recipient_permanence_and_our_message(
    name: str, recipient: str, permanent: bool, original: int
) -> None:
    mail = mail_named(name)

    assert kind_of(mail) is Kind.BOUNCE
    assert mail.bounce is not None
    assert (mail.bounce.recipients, mail.bounce.permanent) == ((recipient,), permanent)
    assert mail.bounce.original_ids[0] == f"<original.{original}@desk.example.org>"


@pytest.mark.parametrize("name", ["person-about-a-bounce", "person-forwards-a-bounce"])
def test_a_person_who_writes_about_a_bounce_is_a_person(name: str) -> None:
    mail = mail_named(name)

    assert mail.bounce is None
    assert kind_of(mail) is Kind.QUESTION


def test_a_report_of_success_is_automatic_but_no_bounce() -> None:
    mail = mail_named("success-report")

    assert mail.bounce is None
    assert kind_of(mail) is Kind.AUTO_REPLY


def variant(name: str, *changes: tuple[str, str]) -> InboundMail:
    raw = (MAILS / f"{name}.eml").read_bytes()
    for old, new in changes:
        assert old.encode("latin-1") in raw
        raw = raw.replace(old.encode("latin-1"), new.encode("latin-1"))
    return read_mail_parts(raw)


def test_a_failure_after_a_long_time_out_is_temporary() -> None:
    """RFC 3463: class 4 says nothing against the address, even when the server gave up."""
    mail = variant("bounce-postfix", ("Status: 5.1.1", "Status: 4.4.7"))

    assert mail.bounce is not None
    assert (mail.bounce.permanent, mail.bounce.gave_up, mail.bounce.status) == (False, True, "4.4.7")


def test_an_exchange_text_without_a_code_is_read_by_its_words() -> None:
    mail = variant("bounce-exchange-de-no-dsn", ("#550 5.1.1 RESOLVER", "# RESOLVER"))

    assert mail.bounce is not None
    assert mail.bounce.permanent


def test_a_report_without_a_return_path_is_known_by_its_subject_and_words() -> None:
    mail = variant(
        "bounce-exchange-de-no-dsn",
        ("Return-Path: <>\n", ""),
        (
            '"Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@',
            '"Zustelldienst" <dienst@',
        ),
    )

    assert mail.bounce is not None
    assert mail.bounce.recipients == ("anna.weg@firma.example.net",)


def test_a_name_in_raw_8_bit_characters_does_not_hide_a_report() -> None:
    """flufl.bounce raises on it under compat32."""
    mail = variant(
        "bounce-exim",
        ("From: Mail Delivery System", "From: Système Mailer-Daemon"),
        ("X-Failed-Recipients: gone@example.net\n", ""),
    )

    assert mail.bounce is not None
    assert mail.bounce.recipients == ("gone@example.net",)


def test_an_absence_with_an_empty_return_path_is_no_bounce() -> None:
    raw = (
        b"Return-Path: <>\nFrom: Dana <dana@example.com>\nTo: ris@desk.example.org\n"
        b"Subject: Automatic reply: Your order\nAuto-Submitted: auto-replied\n\n"
        b"I am out until Monday; mail to me was not delivered to my deputy dora@example.com.\n"
    )
    mail = read_mail_parts(raw)

    assert mail.bounce is None
    assert kind_of(mail) is Kind.AUTO_REPLY


def test_a_forged_status_part_in_a_person_s_mail_is_no_report() -> None:
    mail = variant(
        "bounce-postfix",
        ("Return-Path: <>\n", ""),
        ("MAILER-DAEMON@mx.example.net (Mail Delivery System)", "dana@example.com"),
        ("Auto-Submitted: auto-replied\n", ""),
        ("multipart/report; report-type=delivery-status;", "multipart/mixed;"),
        ("Subject: Undelivered Mail Returned to Sender", "Subject: What is this?"),
    )

    assert mail.bounce is None


QMAIL = """From: MAILER-DAEMON@mx.example
To: ris@desk.example.org
Subject: failure notice
Return-Path: <>

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{whom}>:
Remote host said: {said}
"""
IN_WORDS = """From: MAILER-DAEMON@mx.example
To: ris@desk.example.org
Subject: Undeliverable: Order
Return-Path: <>
Content-Type: text/plain; charset=utf-8

{words}
"""


@pytest.mark.parametrize(
    "whom", ["o'brien@x.example", "a=b@x.example", "d'arc.o'neill@x.example", "gone@x.example"]
)
@pytest.mark.parametrize(
    "form", ["<{}>", "{}", "'{}'", '"{}"', "({})", "{}.", "mailto:{}", "X, {}, Y", "<{}>: x"]
)
def test_an_address_in_words_is_read_as_a_whole(whom: str, form: str) -> None:
    named = form.format(whom)
    mail = read_mail_parts(IN_WORDS.format(words=f"Could not be delivered to {named}\n550 5.1.1").encode())

    assert mail.bounce is not None
    assert mail.bounce.recipients == (whom,)


@pytest.mark.parametrize(
    "written", [f"{'x' * 65}@x.example", "a@b@x.example", f"anna@{'x.' * 200}example", "anna@x.example@y"]
)
def test_a_part_of_an_address_is_none(written: str) -> None:
    mail = read_mail_parts(IN_WORDS.format(words=f"Could not be delivered to {written}\n5.1.1").encode())

    assert mail.bounce is not None
    assert mail.bounce.recipients == ()


@pytest.mark.parametrize("whom", ["o'brien@x.example", "a=b@x.example"])
def test_an_address_of_a_known_form_of_report_keeps_its_apostrophe(whom: str) -> None:
    report = read_mail_parts(QMAIL.format(whom=whom, said="550 5.1.1 no such user").encode()).bounce

    assert report is not None
    assert report.recipients == (whom,)


def test_a_refusal_without_a_code_or_a_word_of_the_address_says_nothing_against_it() -> None:
    said = "554 Client host [9.9.9.9] blocked using zen.spamhaus.org"
    report = read_mail_parts(QMAIL.format(whom="anna@x.example", said=said).encode()).bounce

    assert report is not None
    assert (report.gave_up, is_hard(report), report.detail) == (True, False, f"Remote host said: {said}")


@pytest.mark.parametrize("day", ["5.10.26", "5.1.26", "5.1.2026", "15.1.26"])
def test_the_day_of_a_late_mail_is_no_code(day: str) -> None:
    words = f"Ihre Nachricht vom {day} an anna@x.example konnte noch nicht zugestellt werden."
    report = read_mail_parts(IN_WORDS.format(words=words).encode()).bounce

    assert report is not None
    assert (report.recipients, report.gave_up, report.status) == (("anna@x.example",), False, "")


HEAD = """{your}

  To:      anna@x.example; bob@x.example
  Cc:      erin@x.example
  Subject: Licences

{leads_in}

  bob@x.example on Mon, 1 Mar 2027 10:00:10 +0100
  550 5.1.1 unknown

{below}"""


@pytest.mark.parametrize(
    ("your", "leads_in"),
    [
        ("Your message", "did not reach the following recipient(s):"),
        (
            "Your message did not reach some or all of the intended recipients.",
            "The following recipient(s) could not be reached:",
        ),
        (
            "Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.",
            "Folgende(r) Empfänger kann/können nicht erreicht werden:",
        ),
        ("Votre message", "n'a pas pu être remis aux destinataires suivants :"),
        ("", "Delivery has failed to these recipients or groups:"),
    ],
)
@pytest.mark.parametrize("below", ["", "To: anna@x.example", "> An: anna@x.example, erin@x.example"])
def test_whom_the_returned_mail_was_to_is_not_whom_it_did_not_reach(
    your: str, leads_in: str, below: str
) -> None:
    words = HEAD.format(your=your, leads_in=leads_in, below=below)
    report = read_mail_parts(IN_WORDS.format(words=words).encode()).bounce

    assert report is not None
    assert report.recipients == ("bob@x.example",)


def test_where_only_the_quoted_head_names_anybody_it_is_them() -> None:
    words = "Your message to these recipients could not be delivered:\n\nTo: bob@x.example\n"
    report = read_mail_parts(IN_WORDS.format(words=words).encode()).bounce

    assert report is not None
    assert report.recipients == ("bob@x.example",)


def test_who_will_retry_has_not_given_up() -> None:
    words = "There was a temporary problem; it could not be delivered to anna@x.example. We will retry."
    report = read_mail_parts(IN_WORDS.format(words=words).encode()).bounce

    assert report is not None
    assert not report.gave_up
