"""The mail servers the contract suites run against; a new one joins by being added to SERVERS."""

import os
import shutil
import smtplib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient

from bot.adapters.imap import ImapMailbox
from bot.adapters.imap_line import with_password
from bot.adapters.tls import build_context
from bot.clock import RealClock
from bot.sandbox.mail import MailWorld
from bot.settings import Tls
from tests.contracts.dovecot import Dovecot

USER = "desk@example.com"
PASSWORD = "a-long-enough-password"


class MailServer(ABC):
    """A server with one mailbox, seen from outside by plain clients that are not ours."""

    host: str
    imap_port: int

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

    def delete_first(self) -> None:
        with self.look() as client:
            client.select_folder("INBOX")
            first = client.search()[:1]
            client.delete_messages(first)
            client.expunge(first)

    def mailbox(
        self, *, password: str = PASSWORD, folder: str = "INBOX", max_bytes: int = 100_000
    ) -> ImapMailbox:
        return ImapMailbox(
            self.host,
            self.imap_port,
            tls=Tls.NONE,
            context=build_context(),
            log_in=with_password(USER, password),
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
def embedded() -> Iterator[MailServer]:
    with MailWorld(now=lambda: datetime.now(UTC), accounts={USER: PASSWORD}) as world:
        yield Embedded(world)


@contextmanager
def dovecot() -> Iterator[MailServer]:
    if shutil.which("dovecot") is None:
        missing = "dovecot is not there: apt-get install dovecot-imapd dovecot-lmtpd"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    server = Dovecot(password=PASSWORD)
    try:
        server.start()
        yield DovecotServer(server)
    finally:
        server.remove()


#: Every server the mailbox suite runs against.
SERVERS = [
    pytest.param(embedded, id="embedded"),
    pytest.param(dovecot, id="dovecot", marks=[pytest.mark.service, pytest.mark.slow]),
]
