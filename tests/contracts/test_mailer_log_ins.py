"""Every way out through aiosmtpd: passwords and tokens, in the clear, by TLS, by STARTTLS; what ends each."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from time import monotonic

import pytest

from bot.adapters.smtp import LogIn, SmtpMailer, with_password
from bot.adapters.tls import build_context
from bot.adapters.xoauth2 import with_token_for_smtp
from bot.domain.errors import NotLetIn, TransientFailure
from bot.settings import Tls
from tests.certificates import Authority, make_authority
from tests.contracts.test_mailer import a_mail
from tests.contracts.token_smtp import PASSWORD, TokenSmtp, token_smtp
from tests.token_server import MAILBOX, Clock, TokenServer

HIDDEN = {"password": (), "XOAUTH2": ("OAUTHBEARER",), "OAUTHBEARER": ("XOAUTH2",)}
ENCRYPTED = [Tls.TLS, Tls.STARTTLS]

pytestmark = pytest.mark.slow


@dataclass
class Site:
    """A token server, an authority, and another one whose certificates are over."""

    tokens: TokenServer
    authority: Authority
    expired: Authority

    def with_token(self, clock: Callable[[], float] = monotonic) -> LogIn:
        return with_token_for_smtp(self.tokens.source(clock=clock), MAILBOX)

    def mailer(
        self,
        server: TokenSmtp,
        log_in: LogIn,
        *,
        tls: Tls = Tls.NONE,
        bundle: Path | None = None,
        host: str = "localhost",
    ) -> "closing[SmtpMailer]":
        context = build_context(bundle or self.authority.bundle)
        return closing(SmtpMailer(host, server.port, tls=tls, context=context, log_in=log_in, timeout=5))


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    good, over = (tmp_path_factory.mktemp(name) for name in ("authority", "expired"))
    return make_authority(good), make_authority(over, lasts=timedelta(hours=-1))


@pytest.fixture
def site(authorities: tuple[Authority, Authority]) -> Iterator[Site]:
    with TokenServer() as tokens:
        yield Site(tokens, *authorities)


@pytest.mark.parametrize(("tls", "way"), list(product(Tls, HIDDEN)))
def test_each_way_out_takes_the_mail(site: Site, tls: Tls, way: str) -> None:
    log_in = with_password(MAILBOX, PASSWORD) if way == "password" else site.with_token()
    context = site.authority.server_context
    with (
        token_smtp(site.tokens, tls=tls, context=context, hidden=HIDDEN[way]) as server,
        site.mailer(server, log_in, tls=tls) as mailer,
    ):
        mailer.send(a_mail(1))
        mailer.send(a_mail(2))

    assert [raw.count(b"Message-ID: <case-") for raw in server.desk.taken] == [1, 1]
    assert server.desk.mechanisms == ([] if way == "password" else [way])


@pytest.mark.parametrize("tls", ENCRYPTED)
def test_no_secret_is_told_to_whom_we_do_not_trust(site: Site, tls: Tls) -> None:
    log_in = site.with_token()
    with token_smtp(site.tokens, tls=tls, context=site.authority.server_context) as server:
        strange = site.mailer(server, log_in, tls=tls, bundle=site.expired.bundle)
        by_another_name = site.mailer(server, log_in, tls=tls, host="127.1")
        with strange as mailer, pytest.raises(TransientFailure, match=r"authority's file in CA_BUNDLE"):
            mailer.send(a_mail())
        with (
            by_another_name as mailer,
            pytest.raises(TransientFailure, match="check the host"),
        ):
            mailer.send(a_mail())
    with (
        token_smtp(site.tokens, tls=tls, context=site.expired.server_context) as server,
        site.mailer(server, log_in, tls=tls, bundle=site.expired.bundle) as mailer,
        pytest.raises(TransientFailure, match=r"has expired.*let whoever runs the server renew it"),
    ):
        mailer.send(a_mail())

    assert site.tokens.asked == []


def test_starttls_that_a_server_does_not_know_is_named(site: Site) -> None:
    with (
        token_smtp(site.tokens) as server,
        site.mailer(server, site.with_token(), tls=Tls.STARTTLS) as mailer,
        pytest.raises(TransientFailure, match=r"does not offer what the settings ask for.*SMTP_TLS"),
    ):
        mailer.send(a_mail())

    assert (site.tokens.asked, server.desk.mechanisms) == ([], [])


def test_a_refused_password_fails_no_mail_for_good(site: Site) -> None:
    with (
        token_smtp(site.tokens) as server,
        site.mailer(server, with_password(MAILBOX, "not this secret")) as mailer,
        pytest.raises(NotLetIn, match=r"refused the log-in.*SMTP_PASSWORD") as caught,
    ):
        mailer.send(a_mail())

    assert "not this secret" not in str(caught.value)


def test_a_kept_line_outlives_its_token_and_the_next_one_has_a_new_token(site: Site) -> None:
    clock = Clock()
    with token_smtp(site.tokens) as server, site.mailer(server, site.with_token(clock)) as mailer:
        mailer.send(a_mail(1))
        clock.now += site.tokens.lifetime
        site.tokens.revoke()
        mailer.send(a_mail(2))
        assert len(site.tokens.asked) == 1
        server.cut()
        mailer.send(a_mail(3))

    assert len(server.desk.taken) == 3
    assert (len(site.tokens.asked), len(server.desk.mechanisms)) == (2, 2)


def test_a_token_that_is_taken_back_is_replaced_in_the_same_log_in(site: Site) -> None:
    with token_smtp(site.tokens) as server, site.mailer(server, site.with_token()) as mailer:
        mailer.send(a_mail(1))
        site.tokens.revoke()
        server.cut()
        mailer.send(a_mail(2))

    assert len(server.desk.taken) == 2
    assert len(server.desk.mechanisms) == 3
    assert len(site.tokens.asked) == 2


def test_a_secret_that_has_expired_keeps_the_mail_waiting_and_says_why(site: Site) -> None:
    site.tokens.expired = True
    with token_smtp(site.tokens) as server, site.mailer(server, site.with_token()) as mailer:
        with pytest.raises(TransientFailure, match=r"client secret has expired .*OAUTH_CLIENT_SECRET"):
            mailer.send(a_mail())
        site.tokens.expired = False
        mailer.send(a_mail())

    assert len(server.desk.taken) == 1


def test_a_mailbox_that_is_closed_to_the_app_names_its_mend(site: Site) -> None:
    site.tokens.mailbox = "somebody@example.com"
    with (
        token_smtp(site.tokens) as server,
        site.mailer(server, site.with_token()) as mailer,
        pytest.raises(TransientFailure, match="let its app send as SMTP_USER"),
    ):
        mailer.send(a_mail())

    assert server.desk.taken == []
