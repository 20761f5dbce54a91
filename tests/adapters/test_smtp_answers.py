"""What the mail server's answers mean: done, not now, for good; by a scripted server."""

import pytest

from bot.domain.errors import TransientFailure
from tests.adapters.scripted import Scripted
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
