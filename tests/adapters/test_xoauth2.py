"""Log-ins with a token on scripted servers: what is said, what a refusal leads to, and what stays secret."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.adapters.imap import ImapMailbox
from bot.adapters.oauth import TokenSource
from bot.adapters.smtp import SmtpMailer
from bot.adapters.tls import build_context
from bot.adapters.xoauth2 import with_token_for_imap, with_token_for_smtp
from bot.domain.errors import PermanentFailure, TransientFailure
from bot.settings import Tls
from tests.adapters.scripted import Line, Scripted
from tests.adapters.scripted_imap import NOON, capable, speaks_imap
from tests.adapters.test_smtp import a_mail, speaks_smtp
from tests.adapters.token_gates import Gate, speaks_imap_with, speaks_smtp_with
from tests.token_server import MAILBOX, TokenServer

TRUST = build_context()


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as running:
        yield running


@pytest.fixture
def tokens(server: TokenServer) -> TokenSource:
    return server.source()


def mailbox_at(imap: Scripted, tokens: TokenSource, user: str = MAILBOX) -> "closing[ImapMailbox]":
    return closing(
        ImapMailbox(
            "127.0.0.1",
            imap.port,
            tls=Tls.NONE,
            context=TRUST,
            log_in=with_token_for_imap(tokens, user),
            timeout=2,
            now=lambda: NOON,
        )
    )


def mailer_at(smtp: Scripted, tokens: TokenSource) -> "closing[SmtpMailer]":
    log_in = with_token_for_smtp(tokens, MAILBOX)
    mailer = SmtpMailer("127.0.0.1", smtp.port, tls=Tls.NONE, context=TRUST, log_in=log_in, timeout=2)
    return closing(mailer)


def test_imap_shows_user_and_token_as_large_providers_have_it(
    server: TokenServer, tokens: TokenSource
) -> None:
    gate = Gate(server)
    with Scripted(speaks_imap_with("XOAUTH2", gate.imap)) as imap, mailbox_at(imap, tokens) as mailbox:
        assert mailbox.open() == 7

    assert gate.shown == [f"user={MAILBOX}\1auth=Bearer {next(tokens.offers())}\1\1"]


@pytest.mark.parametrize(("size", "fits"), [(20, True), (249, True), (250, False), (2_000, False)])
def test_smtp_shows_user_and_token_in_the_commands_line_only_where_they_fit(
    server: TokenServer, tokens: TokenSource, size: int, fits: bool
) -> None:
    server.token_bytes = size
    gate = Gate(server)
    with Scripted(speaks_smtp_with("XOAUTH2", gate.smtp)) as smtp, mailer_at(smtp, tokens) as mailer:
        mailer.send(a_mail())
    command = next(line for line in smtp.heard if line.startswith(b"AUTH"))

    assert gate.shown == [f"user={MAILBOX}\1auth=Bearer {next(tokens.offers())}\1\1"]
    assert (len(command) <= 510, command != b"AUTH XOAUTH2") == (True, fits)


def test_the_standards_own_mechanism_is_spoken_where_only_that_is_offered(
    server: TokenServer, tokens: TokenSource
) -> None:
    gate = Gate(server, farewell=b"\1")
    next(tokens.offers())
    server.revoke()  # so that the refusal is seen too
    with (
        Scripted(speaks_imap_with("OAUTHBEARER", gate.imap)) as imap,
        Scripted(speaks_smtp_with("OAUTHBEARER", gate.smtp)) as smtp,
        mailbox_at(imap, tokens) as mailbox,
        mailer_at(smtp, tokens) as mailer,
    ):
        mailbox.open()
        server.revoke()
        mailer.send(a_mail())

    assert len(gate.shown) == 4
    assert all(said.startswith(f"n,a={MAILBOX},\1auth=Bearer at-") for said in gate.shown)


def test_a_user_name_cannot_end_its_own_field(server: TokenServer, tokens: TokenSource) -> None:
    gate = Gate(server)
    script = speaks_imap_with("OAUTHBEARER", gate.imap)
    with Scripted(script) as imap, mailbox_at(imap, tokens, user="a,b=c") as mailbox:
        mailbox.open()

    assert gate.shown[0].startswith("n,a=a=2Cb=3Dc,\1auth=")


def test_a_token_that_the_server_takes_no_longer_is_replaced_at_once(
    server: TokenServer, tokens: TokenSource
) -> None:
    gate = Gate(server)
    with (
        Scripted(speaks_imap_with("XOAUTH2", gate.imap)) as imap,
        Scripted(speaks_smtp_with("XOAUTH2", gate.smtp)) as smtp,
        mailbox_at(imap, tokens) as mailbox,
        mailer_at(smtp, tokens) as mailer,
    ):
        next(tokens.offers())
        server.revoke()
        mailbox.open()
        server.revoke()
        mailer.send(a_mail())

    assert len(gate.shown) == 4
    assert len(server.asked) == 3


def test_a_mailbox_that_is_closed_to_the_app_names_its_mend(server: TokenServer, tokens: TokenSource) -> None:
    server.mailbox = "somebody@example.com"
    gate = Gate(server)
    with (
        Scripted(speaks_imap_with("XOAUTH2", gate.imap)) as imap,
        mailbox_at(imap, tokens) as mailbox,
        pytest.raises(PermanentFailure) as caught,
    ):
        mailbox.open()

    assert caught.value.reason.endswith("(AUTHENTICATE failed.)")
    assert "let its app into the mailbox of IMAP_USER" in caught.value.mend
    assert len(gate.shown) == 1  # the token was new: another would be no better


def test_mail_out_that_is_closed_to_the_app_fails_no_mail_for_good(
    server: TokenServer, tokens: TokenSource
) -> None:
    server.mailbox = "somebody@example.com"
    with (
        Scripted(speaks_smtp_with("XOAUTH2", Gate(server).smtp)) as smtp,
        mailer_at(smtp, tokens) as mailer,
        pytest.raises(TransientFailure, match=r"535 5\.7\.3 Authentication unsuccessful.*send as SMTP_USER"),
    ):
        mailer.send(a_mail())


def test_without_a_token_mailbox_and_mail_out_say_why(server: TokenServer, tokens: TokenSource) -> None:
    server.expired = True
    gate = Gate(server)
    with (
        Scripted(speaks_imap_with("XOAUTH2", gate.imap)) as imap,
        Scripted(speaks_smtp_with("XOAUTH2", gate.smtp)) as smtp,
        mailbox_at(imap, tokens) as mailbox,
        mailer_at(smtp, tokens) as mailer,
    ):
        with pytest.raises(PermanentFailure, match=r"secret has expired.*OAUTH_CLIENT_SECRET"):
            mailbox.open()
        with pytest.raises(TransientFailure, match=r"secret has expired.*OAUTH_CLIENT_SECRET"):
            mailer.send(a_mail())
        server.expired = False
        mailer.send(a_mail())

    assert len(gate.shown) == 1


def test_a_server_that_takes_passwords_only_is_not_shown_a_token(
    server: TokenServer, tokens: TokenSource
) -> None:
    with (
        Scripted(speaks_imap(capable("AUTH=PLAIN"))) as imap,
        Scripted(speaks_smtp()) as smtp,
        mailbox_at(imap, tokens) as mailbox,
        mailer_at(smtp, tokens) as mailer,
    ):
        with pytest.raises(PermanentFailure, match=r"no log-in with a token.*IMAP_TLS.*MAIL_AUTH=password"):
            mailbox.open()
        with pytest.raises(TransientFailure, match=r"no log-in with a token.*SMTP_TLS.*MAIL_AUTH=password"):
            mailer.send(a_mail())

    assert server.asked == []


def test_a_server_that_cannot_tell_now_is_come_back_to(tokens: TokenSource) -> None:
    busy = "{tag} NO [UNAVAILABLE] directory is down\r\n"
    with (
        Scripted(speaks_imap_with("XOAUTH2", busy)) as imap,
        Scripted(speaks_smtp_with("XOAUTH2", "454 4.7.0 Temporary authentication failure\r\n")) as smtp,
        mailbox_at(imap, tokens) as mailbox,
        mailer_at(smtp, tokens) as mailer,
    ):
        with pytest.raises(TransientFailure, match="directory is down"):
            mailbox.open()
        with pytest.raises(TransientFailure, match=r"would not have us \(454 4\.7\.0"):
            mailer.send(a_mail())


def test_a_line_cut_in_the_log_in_is_not_a_refusal(server: TokenServer, tokens: TokenSource) -> None:
    next(tokens.offers())
    with (
        Scripted(speaks_imap_with("XOAUTH2", lambda line, _tag: line.cut())) as imap,
        Scripted(speaks_smtp_with("XOAUTH2", lambda line: line.cut())) as smtp,
        mailbox_at(imap, tokens) as mailbox,
        mailer_at(smtp, tokens) as mailer,
    ):
        with pytest.raises(TransientFailure, match="broke off the log-in"):
            mailbox.open()
        with pytest.raises(TransientFailure):
            mailer.send(a_mail())

    assert len(server.asked) == 1


def test_what_a_server_echoes_is_not_repeated(tokens: TokenSource) -> None:
    def imap_echoes(line: Line, tag: str) -> None:
        line.say("+ \r\n")
        line.say(f"{tag} NO do not know {b64decode(line.hear()).decode()!r}\r\n")

    def smtp_echoes(line: Line) -> None:
        line.say(b"535 5.7.8 do not know " + line.heard[-1] + b"\r\n")

    failures = []
    with (
        Scripted(speaks_imap_with("XOAUTH2", imap_echoes)) as imap,
        Scripted(speaks_smtp_with("XOAUTH2", smtp_echoes)) as smtp,
        mailbox_at(imap, tokens) as mailbox,
        mailer_at(smtp, tokens) as mailer,
    ):
        for action in (mailbox.open, mailer.check):
            with pytest.raises((PermanentFailure, TransientFailure), match="do not know") as caught:
                action()
            failures.append(str(caught.value))

    token = next(tokens.offers())
    encoded = b64encode(f"user={MAILBOX}\1auth=Bearer {token}\1\1".encode()).decode()
    assert not any(part in said for said in failures for part in (token[:40], token[-40:], encoded[:40]))


def test_a_kept_line_that_outlived_its_token_is_dialled_anew(
    server: TokenServer, tokens: TokenSource
) -> None:
    def takes_one_mail(line: Line) -> None:
        line.say("530 5.7.57 Client not authenticated\r\n" if b"DATA" in line.heard else "250 fine\r\n")

    gate = Gate(server)
    script = speaks_smtp(
        {"AUTH": gate.smtp, "MAIL": takes_one_mail}, hello="250-mx.example.com\r\n250 AUTH XOAUTH2\r\n"
    )
    with Scripted(script) as smtp, mailer_at(smtp, tokens) as mailer:
        mailer.send(a_mail())
        server.revoke()
        mailer.send(a_mail(number=2))

    assert len(smtp.lines) == 2
    assert len(server.asked) == 2
