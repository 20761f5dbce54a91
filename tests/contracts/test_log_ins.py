"""Every way into a real Dovecot: passwords and tokens, in the clear, by TLS, by STARTTLS; what ends each."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from bot.adapters.imap import ImapMailbox
from bot.adapters.imap_line import LogIn, with_password
from bot.adapters.oauth import TokenSource
from bot.adapters.tls import build_context
from bot.adapters.xoauth2 import with_token_for_imap
from bot.domain.errors import PermanentFailure, TransientFailure
from bot.settings import Tls
from tests.certificates import Authority, make_authority
from tests.contracts.dovecot import Dovecot
from tests.contracts.mail_servers import PASSWORD, SERVICE, USER, DovecotServer, embedded, running_dovecot
from tests.token_server import Clock, TokenServer

pytestmark = SERVICE
MAIL = b"From: anna@example.org\r\nSubject: new\r\n\r\nwords\r\n"
WAYS = [*product(Tls, ["password", "XOAUTH2"]), (Tls.NONE, "OAUTHBEARER")]


@dataclass
class Site:
    """Two Dovecots, one a mechanism of tokens, on one token server; the second one's certificate is over."""

    tokens: TokenServer
    authority: Authority
    expired: Authority
    dovecots: dict[str, Dovecot]

    def mailbox(
        self,
        log_in: LogIn,
        *,
        tls: Tls = Tls.TLS,
        bundle: Path | None = None,
        dovecot: str = "XOAUTH2",
        host: str = "localhost",
    ) -> "closing[ImapMailbox]":
        server = self.dovecots[dovecot]
        return closing(
            ImapMailbox(
                host,
                server.imaps_port if tls is Tls.TLS else server.imap_port,
                tls=tls,
                context=build_context(bundle or self.authority.bundle),
                log_in=log_in,
                timeout=10,
                now=lambda: datetime.now(UTC),
            )
        )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    authority = make_authority(tmp_path_factory.mktemp("authority"))
    expired = make_authority(tmp_path_factory.mktemp("expired"), lasts=timedelta(hours=-1))
    with ExitStack() as stack:
        tokens = stack.enter_context(TokenServer())
        dovecots = {
            name: stack.enter_context(
                running_dovecot(
                    authority=whose, inspection_url=tokens.inspection_url, mechanisms=name.lower()
                )
            )
            for name, whose in (("XOAUTH2", authority), ("OAUTHBEARER", expired))
        }
        yield Site(tokens, authority, expired, dovecots)


@pytest.fixture
def site(shared: Site) -> Site:
    shared.tokens.expired = False
    shared.tokens.mailbox = USER
    shared.tokens.asked.clear()
    return shared


def with_token(source: TokenSource) -> LogIn:
    return with_token_for_imap(source, USER)


def deliver(site: Site, dovecot: str = "XOAUTH2") -> None:
    DovecotServer(site.dovecots[dovecot]).deliver(MAIL)


@pytest.mark.parametrize(("tls", "way"), WAYS)
def test_each_way_in_leads_to_the_mails(site: Site, tls: Tls, way: str) -> None:
    dovecot = "OAUTHBEARER" if way == "OAUTHBEARER" else "XOAUTH2"
    log_in = with_password(USER, PASSWORD) if way == "password" else with_token(site.tokens.source())
    with site.mailbox(log_in, tls=tls, dovecot=dovecot) as mailbox:
        mailbox.open()
        seen = [0, *mailbox.uids_after(0)][-1]
        timer = threading.Timer(0.05, deliver, (site, dovecot))
        timer.start()
        mailbox.wait(10)
        timer.join()
        uids = mailbox.uids_after(seen)
        (mail,) = mailbox.fetch(uids)
        mailbox.move(uids, "Usher/Done")

        assert mail.raw.endswith(MAIL)
        assert mailbox.uids_after(seen) == []
    assert len(site.tokens.asked) == (0 if way == "password" else 1)


@pytest.mark.parametrize("tls", [Tls.TLS, Tls.STARTTLS])
def test_no_secret_is_told_to_whom_we_do_not_trust(site: Site, tls: Tls) -> None:
    log_in = with_token(site.tokens.source())
    strange = site.mailbox(log_in, tls=tls, bundle=site.expired.bundle)
    by_another_name = site.mailbox(log_in, tls=tls, host="127.1")
    outdated = site.mailbox(log_in, tls=tls, dovecot="OAUTHBEARER", bundle=site.expired.bundle)
    with strange as first, by_another_name as second, outdated as third:
        with pytest.raises(PermanentFailure, match="name its authority's file in CA_BUNDLE"):
            first.open()
        with pytest.raises(PermanentFailure, match="check the host in the settings"):
            second.open()
        with pytest.raises(PermanentFailure, match=r"has expired.*let whoever runs the server renew it"):
            third.open()

    assert site.tokens.asked == []


def test_starttls_that_a_server_does_not_know_is_named(site: Site) -> None:
    with embedded() as server:
        mailbox = ImapMailbox(
            server.host,
            server.imap_port,
            tls=Tls.STARTTLS,
            context=build_context(),
            log_in=with_token(site.tokens.source()),
            now=lambda: datetime.now(UTC),
        )
        with closing(mailbox), pytest.raises(PermanentFailure, match="does not offer STARTTLS: set IMAP_TLS"):
            mailbox.open()

    assert site.tokens.asked == []


def test_a_session_outlives_its_token_and_the_next_one_has_a_new_token(site: Site) -> None:
    clock = Clock()
    with site.mailbox(with_token(site.tokens.source(clock=clock))) as mailbox:
        mailbox.open()
        seen = [0, *mailbox.uids_after(0)][-1]
        clock.now += site.tokens.lifetime
        site.tokens.revoke()
        deliver(site)
        mailbox.wait(5)
        assert len(mailbox.uids_after(seen)) == 1
        assert len(site.tokens.asked) == 1

        site.dovecots["XOAUTH2"].stop()
        with pytest.raises(TransientFailure):
            mailbox.wait(5)
        site.dovecots["XOAUTH2"].start()
        mailbox.open()
    assert len(site.tokens.asked) == 2


def test_a_token_that_is_taken_back_is_replaced_at_the_next_log_in(site: Site) -> None:
    with site.mailbox(with_token(site.tokens.source())) as mailbox:
        mailbox.open()
        site.tokens.revoke()
        mailbox.open()

    assert len(site.tokens.asked) == 2


def test_a_secret_that_expires_ends_no_session_but_the_next_log_in_says_so(site: Site) -> None:
    clock = Clock()
    with site.mailbox(with_token(site.tokens.source(clock=clock))) as mailbox:
        mailbox.open()
        site.tokens.expired = True
        clock.now += site.tokens.lifetime
        mailbox.uids_after(0)
        with pytest.raises(PermanentFailure, match=r"client secret has expired .*OAUTH_CLIENT_SECRET"):
            mailbox.open()
        site.tokens.expired = False
        mailbox.open()


def test_a_mailbox_that_is_closed_to_the_app_names_its_mend(site: Site) -> None:
    site.tokens.mailbox = "somebody@example.com"
    with (
        site.mailbox(with_token(site.tokens.source())) as mailbox,
        pytest.raises(PermanentFailure, match="let its app into the mailbox of IMAP_USER"),
    ):
        mailbox.open()


def test_a_server_that_cannot_look_at_tokens_now_is_come_back_to(site: Site) -> None:
    site.tokens.can_inspect = False
    with (
        site.mailbox(with_token(site.tokens.source())) as mailbox,
        pytest.raises(TransientFailure, match="cannot log us in now"),
    ):
        mailbox.open()
