"""The mail servers the contract suites run against; a new one joins by being added to SERVERS."""

import smtplib
import ssl
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient

from bot.adapters.imap import ImapMailbox
from bot.adapters.imap_line import LogIn, with_password
from bot.adapters.tls import build_context
from bot.adapters.xoauth2 import with_token_for_imap
from bot.clock import RealClock
from bot.sandbox.mail import MailWorld
from bot.settings import Tls
from tests.certificates import Authority, make_authority
from tests.contracts.dovecot import Dovecot
from tests.processes import need
from tests.token_server import TokenServer

USER = "desk@example.com"
PASSWORD = "a-long-enough-password"
WRONG_PASSWORD = "not this secret"
SERVICE = [pytest.mark.service, pytest.mark.slow]


class MailServer(ABC):
    """A server with one mailbox, seen from outside by plain clients that are not ours."""

    host: str
    imap_port: int
    tls = Tls.NONE

    def log_in(self) -> LogIn:
        """How our own client comes in."""
        return with_password(USER, PASSWORD)

    def strange_log_in(self) -> LogIn:
        """How nobody comes in."""
        return with_password(USER, WRONG_PASSWORD)

    @property
    def endpoint(self) -> tuple[str, int]:
        """Where our own client comes in."""
        return self.host, self.imap_port

    @property
    def context(self) -> ssl.SSLContext:
        return build_context()

    @abstractmethod
    def deliver(self, raw: bytes) -> None:
        """Let a mail arrive, by the way mails arrive at this server."""

    @abstractmethod
    def stop(self) -> None:
        """Die, taking every connection along, and keep the mails."""

    @abstractmethod
    def start(self) -> None:
        """Be there again, at the same port."""

    @abstractmethod
    def renumber(self) -> None:
        """Give INBOX another UIDVALIDITY."""

    @contextmanager
    def look(self) -> Iterator[IMAPClient]:
        with IMAPClient(self.host, self.imap_port, ssl=False, timeout=10) as client:
            client.login(USER, PASSWORD)
            yield client

    def contents(self, folder: str) -> list[bytes]:
        with self.look() as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
            return [found[uid][b"BODY[]"] for uid in sorted(found)]

    def flags(self) -> list[tuple[bytes, ...]]:
        with self.look() as client:
            client.select_folder("INBOX", readonly=True)
            return [tuple(flags) for flags in client.get_flags(client.search()).values()]

    def keep(self, raw: bytes, at: datetime) -> None:
        """Put a mail into INBOX as one that was received at that time, as a person does who puts it back."""
        with self.look() as client:
            client.append("INBOX", raw, msg_time=at)

    def delete_first(self) -> None:
        with self.look() as client:
            client.select_folder("INBOX")
            first = client.search()[:1]
            client.delete_messages(first)
            client.expunge(first)

    def mailbox(
        self, *, log_in: LogIn | None = None, folder: str = "INBOX", max_bytes: int = 100_000
    ) -> ImapMailbox:
        return ImapMailbox(
            *self.endpoint,
            tls=self.tls,
            context=self.context,
            log_in=log_in or self.log_in(),
            folder=folder,
            max_bytes=max_bytes,
            timeout=10,
            now=RealClock().now,
        )


class Embedded(MailServer):
    """The sandbox's own."""

    def __init__(self, world: MailWorld) -> None:
        self.world = world
        self.host = world.host
        self.imap_port = world.imap_port

    def deliver(self, raw: bytes) -> None:
        self.world.append(USER, "INBOX", raw)

    def stop(self) -> None:
        self.world.stop_imap()

    def start(self) -> None:
        self.world.start_imap()

    def renumber(self) -> None:
        self.world.change_uidvalidity(USER)


class DovecotServer(MailServer):
    """Debian's, unprivileged, in a folder of its own."""

    def __init__(self, dovecot: Dovecot) -> None:
        self._dovecot = dovecot
        self.host = "127.0.0.1"
        self.imap_port = dovecot.imap_port

    def deliver(self, raw: bytes) -> None:
        with smtplib.LMTP(str(self._dovecot.lmtp_socket)) as client:
            client.sendmail("anna@example.org", [USER], raw)

    def stop(self) -> None:
        self._dovecot.stop()

    def start(self) -> None:
        self._dovecot.start()

    def renumber(self) -> None:
        self._dovecot.stop()
        self._dovecot.renumber_inbox()
        self._dovecot.start()

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """Afterwards the mails, and their numbers, are those of before."""
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "mails"
            self._dovecot.stop()
            self._dovecot.copy_mails(to=kept)
            self._dovecot.start()
            yield
            self._dovecot.stop()
            self._dovecot.put_back_mails(kept)
            self._dovecot.start()


class DovecotWithTokens(DovecotServer):
    """The same over TLS, where our client shows a token."""

    tls = Tls.TLS

    def __init__(self, dovecot: Dovecot, tokens: TokenServer, authority: Authority) -> None:
        super().__init__(dovecot)
        self.tokens = tokens
        self._authority = authority
        self._source = tokens.source()

    def log_in(self) -> LogIn:
        return with_token_for_imap(self._source, USER)

    def strange_log_in(self) -> LogIn:
        return with_token_for_imap(self._source, "somebody@example.com")

    @property
    def endpoint(self) -> tuple[str, int]:
        return "localhost", self._dovecot.imaps_port

    @property
    def context(self) -> ssl.SSLContext:
        return build_context(self._authority.bundle)


@contextmanager
def embedded() -> Iterator[MailServer]:
    with MailWorld(now=lambda: datetime.now(UTC), accounts={USER: PASSWORD}) as world:
        yield Embedded(world)


@contextmanager
def dovecot() -> Iterator[MailServer]:
    with running_dovecot() as server:
        yield DovecotServer(server)


@contextmanager
def dovecot_with_tokens() -> Iterator[MailServer]:
    with tempfile.TemporaryDirectory() as folder, TokenServer() as tokens:
        authority = make_authority(Path(folder))
        with running_dovecot(authority=authority, inspection_url=tokens.inspection_url) as server:
            yield DovecotWithTokens(server, tokens, authority)


@contextmanager
def running_dovecot(
    *,
    authority: Authority | None = None,
    inspection_url: str = "",
    mechanisms: str = "xoauth2 oauthbearer",
    rights: str = "",
) -> Iterator[Dovecot]:
    need("dovecot", "dovecot-imapd dovecot-lmtpd")
    server = Dovecot(
        password=PASSWORD,
        authority=authority,
        inspection_url=inspection_url,
        mechanisms=mechanisms,
        rights=rights,
    )
    try:
        server.start()
        yield server
    finally:
        server.remove()


#: Every server the mailbox suite runs against.
SERVERS = [
    pytest.param(embedded, id="embedded"),
    pytest.param(dovecot, id="dovecot", marks=SERVICE),
    pytest.param(dovecot_with_tokens, id="dovecot-tls-tokens", marks=SERVICE),
]
