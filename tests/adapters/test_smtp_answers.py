"""What the mail server's answers mean: done, not now, for good; by a scripted server."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, repeat

import pytest

from bot.domain.errors import PermanentFailure, SenderRefused, TransientFailure
from tests.adapters.scripted import Line, Scripted
from tests.adapters.test_smtp import a_mail, mailer_to, speaks_smtp

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("MAIL", "251 fine"),
        ("RCPT", "252 cannot say, but takes it"),
        (".", "251 ok"),
        (".", "200 queued"),
    ],
)
def test_the_first_digit_says_that_it_is_done(stage: str, reply: str) -> None:
    """Else a server that has the mail would get it again with every try."""
    with Scripted(speaks_smtp({stage: f"{reply}\r\n"})) as server, mailer_to(server) as mailer:
        for number in (1, 2):
            assert mailer.send(a_mail(number=number)) == ()

    assert server.heard.count(b".") == 2


@pytest.mark.parametrize("reply", ["530 5.7.0 authenticate first", "535 5.7.8 expired", "538 5.7.11 encrypt"])
def test_a_wanted_log_in_fails_no_mail_for_good(reply: str) -> None:
    with (
        Scripted(speaks_smtp({"MAIL": f"{reply}\r\n"})) as server,
        mailer_to(server) as mailer,
        pytest.raises(TransientFailure) as caught,
    ):
        mailer.send(a_mail())

    assert str(caught.value).endswith(
        f" wants another log-in ({reply}): check SMTP_USER, SMTP_PASSWORD and SMTP_TLS"
    )


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        ("421 4.7.0 too many", 60),
        ("450 4.7.1 greylisted", 60),
        ("451-4.7.500 server\r\n451 4.7.500 busy", 60),
        ("432 4.3.2 concurrent connections", 60),
        ("550 5.4.5 daily quota", 3600),
        ("454 Throttling failure: Maximum sending rate exceeded.", 60),
        ("452 4.2.2 mailbox full", None),
    ],
)
def test_throttling_names_when_to_come_back(reply: str, seconds: float | None) -> None:
    with (
        Scripted(speaks_smtp({"MAIL": f"{reply}\r\n"})) as server,
        mailer_to(server) as mailer,
        pytest.raises(TransientFailure) as caught,
    ):
        mailer.send(a_mail())

    assert caught.value.retry_after == seconds


UNVERIFIED = "Message rejected: Email address is not verified. The following identities failed the check:"
NOT_AS_THIS = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
MEND = "check that SMTP_USER may send as MAIL_FROM (or `sender_address` in usher.toml) and is not blocked"


def refused(stage: str, reply: str, kind: type[Exception] = SenderRefused) -> str:
    """What is said of a mail that meets this answer; the next one goes on the same line."""
    with Scripted(speaks_smtp({stage: f"{reply}\r\n"})) as server, mailer_to(server) as mailer:
        for number in (1, 2):
            with pytest.raises(kind) as caught:
                mailer.send(a_mail(number=number))
        assert type(caught.value) is kind
        assert len(server.lines) == 1
    return str(caught.value).partition(" refused ")[2] or str(caught.value).partition(" put ")[2]


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("MAIL", NOT_AS_THIS),
        ("MAIL", "550 Sender address is not allowed."),
        ("MAIL", "501 5.1.7 Bad sender address syntax"),
        ("RCPT", "550 5.7.501 Access denied, spam abuse detected"),
        ("RCPT", "550 5.1.8 Access denied, bad outbound sender"),
        ("RCPT", "553 5.7.1 <d…@example.com>: Sender address rejected: not owned by user desk"),
        (".", NOT_AS_THIS),
        (".", "554 5.2.252 SendAsDenied"),
        (".", "550 5.7.705 Access denied, tenant has exceeded threshold"),
        ("RCPT", "550 Verification failed for <d…@example.com> Unrouteable address Sender verify failed"),
        ("RCPT", "550 Sender verify failed"),
        ("RCPT", "550 Sender domain not allowed"),
        (".", "553 Sender is not allowed to relay emails"),
        (".", f"554 {UNVERIFIED} d…@example.com, Desk <d…@example.com>"),
        (".", "554 Message rejected: Sending paused for this account. For more, look into its inbox."),
        (
            ".",
            "554 Access denied: User `arn:aws:iam::1:user/x' is not authorized to perform `ses:SendRawEmail'",
        ),
    ],
)
def test_a_refused_sender_is_that_of_every_mail_so_they_wait_and_the_mend_is_said(
    stage: str, reply: str
) -> None:
    assert refused(stage, reply) == f"the sender ({reply}): {MEND}"


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("MAIL", "451 4.3.0 busy"),
        ("RCPT", "450 4.1.8 <d…@e.example>: Sender address rejected"),
        ("RCPT", "451 Could not complete sender verify callout"),
    ],
)
def test_a_sender_that_is_put_off_costs_no_mail_an_attempt(stage: str, reply: str) -> None:
    assert refused(stage, reply) == f"the sender off ({reply})"


@pytest.mark.parametrize(
    ("stage", "reply", "otherwise"),
    [
        ("RCPT", "554 5.7.1 <d…@e.example>: Sender address rejected: Access denied", PermanentFailure),
        ("RCPT", "450 4.7.1 <d…@e.example>: Sender address rejected: Access denied", TransientFailure),
        ("MAIL", NOT_AS_THIS, type(None)),
        (".", NOT_AS_THIS, type(None)),
    ],
)
def test_a_sender_refused_to_a_recipient_may_be_refused_to_that_one_alone(
    stage: str, reply: str, otherwise: type
) -> None:
    with (
        Scripted(speaks_smtp({stage: f"{reply}\r\n"})) as server,
        mailer_to(server) as mailer,
        pytest.raises(SenderRefused) as caught,
    ):
        mailer.send(a_mail())

    assert type(caught.value.own) is otherwise
    if caught.value.own:
        assert "a recipient" in str(caught.value.own)
        assert reply in str(caught.value.own)


@pytest.mark.parametrize(
    ("stage", "reply", "about"),
    [
        ("MAIL", "552 5.3.4 Message size exceeds fixed limit", "the mail"),
        ("MAIL", "550 5.2.3 larger than the limit", "the mail"),
        ("MAIL", "555 unsupported option SMTPUTF8", "the mail"),
        ("MAIL", "553 5.6.7 no address with such letters", "the mail"),
        ("RCPT", "550 5.7.505 Access denied, banned recipient", "a recipient"),
        ("RCPT", "550 5.7.703 recipients are blocked by your organization's policy", "a recipient"),
        ("MAIL", "501 5.5.4 Unsupported option: SMTPUTF8", "the mail"),
        ("RCPT", "550 5.1.1 host mx said: 550 <d…@e.example>: Sender address rejected", "a recipient"),
        (".", "550 5.7.512 Access denied, message must be RFC 5322 compliant", "the mail"),
        ("RCPT", "550 host mx said: 550 Sender verify failed", "a recipient"),
        ("RCPT", "550 The sender is not allowed to send to this list", "a recipient"),
        ("RCPT", "550 Sender is not allowed to post to this list", "a recipient"),
        ("RCPT", "550 Recipient verify failed", "a recipient"),
        (".", "554 Message rejected: Email address is on the suppression list", "the mail"),
        (".", "554 Message rejected under suspicion of SPAM", "the mail"),
    ],
)
def test_what_one_mail_or_recipient_is_refused_for_is_for_good(stage: str, reply: str, about: str) -> None:
    assert refused(stage, reply, PermanentFailure) == f"{about} ({reply})"


def test_what_a_server_says_in_several_lines_is_read_from_its_first() -> None:
    """Exim's last line alone names what failed, and may be cut off behind what another server said."""
    called = f"550-Response: 550 {'no such user ' * 20}"
    said = f"550-Verification failed for <desk@example.com>\r\n{called}\r\n550 Sender verify failed"

    assert refused("RCPT", said).startswith("the sender (550 Verification failed for <d…@example.com> Resp")


@pytest.mark.parametrize(
    ("stage", "reply", "about"),
    [
        (".", f"554 {UNVERIFIED} Anna <Anna@Example.org>.", "the mail"),
        ("RCPT", "550 Verification failed for <anna@example.org>", "a recipient"),
    ],
)
def test_of_a_recipient_who_is_named_the_same_words_are_for_good(stage: str, reply: str, about: str) -> None:
    """As Amazon SES has them while an account may write only to few."""
    assert refused(stage, reply, PermanentFailure).startswith(f"{about} ({reply[:3]} ")


def test_a_copy_that_would_have_none_of_our_sender_keeps_the_mail_from_nobody_else() -> None:
    """Another recipient has just been taken from the same sender."""
    answer = "554 5.7.1 <d@example.com>: Sender address rejected: Access denied\r\n"
    with Scripted(speaks_smtp({"RCPT": copies_refused(answer)})) as server, mailer_to(server) as mailer:
        refused = mailer.send(replace(a_mail(), cc=("list@example.org",)))

    assert refused == (
        "list@example.org: 554 5.7.1 <d…@example.com>: Sender address rejected: Access denied",
    )
    assert server.heard.count(b".") == 1


def copies_refused(answer: str) -> Callable[[Line], None]:
    """The first recipient is taken, those after it are not."""
    answers = chain(["250 2.1.5 fine\r\n"], repeat(answer))
    return lambda line: line.say(next(answers))
