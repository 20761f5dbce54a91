"""The mail of the sandbox: every mailbox of the world, reached by real IMAP and SMTP on loopback."""

import asyncio
import re
import smtplib
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, ParamSpec, Self, TypeVar

from pymap.parsing.message import AppendMessage

from bot.sandbox.mail.faults import ImapFaults, SmtpFaults
from bot.sandbox.mail.imap import ImapListener
from bot.sandbox.mail.listener import Listener
from bot.sandbox.mail.mailboxes import INBOX, Accounts, Now, ServerConfig, StoredMail, flags_of
from bot.sandbox.mail.smtp import Reception, SmtpListener

P = ParamSpec("P")
T = TypeVar("T")

#: How long a call from another thread may take; the loop answers in well under a millisecond.
_PATIENCE = 10.0


@dataclass(frozen=True)
class ServerTls:
    """A certificate for both servers, offered by STARTTLS or spoken from the first byte."""

    context: ssl.SSLContext
    mode: Literal["starttls", "tls"]


@dataclass(frozen=True)
class Faults:
    imap: ImapFaults
    smtp: SmtpFaults

    def clear(self) -> None:
        self.imap.clear()
        self.smtp.clear()


class MailWorld:
    """pymap and aiosmtpd in one asyncio loop in one thread; each method may be called from any other."""

    def __init__(
        self,
        *,
        now: Now,
        accounts: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        imap_port: int = 0,
        smtp_port: int = 0,
        require_login: bool = False,
        tls: ServerTls | None = None,
    ) -> None:
        self.host = host
        self.faults = Faults(ImapFaults(), SmtpFaults(now))
        self._now = now
        self._passwords = dict(accounts or {})
        self._ports = (imap_port, smtp_port)
        self._require_login = require_login
        self._tls = tls
        self._changes = 0
        self._changed = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def imap_port(self) -> int:
        return self._imap.port

    @property
    def smtp_port(self) -> int:
        return self._smtp.port

    def start(self) -> None:
        """Return once both ports are open; raise what stood in the way."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop,), name="mail", daemon=True)
        self._thread.start()
        try:
            self._in_loop(self._open)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    # What lies in the mailboxes

    @property
    def version(self) -> int:
        """Grows with every mail that comes, moves or is numbered anew."""
        return self._changes

    def addresses(self) -> list[str]:
        return self._in_loop(self._addresses)

    def add_account(self, address: str, password: str | None = None) -> None:
        self._in_loop(self._add_account, address, password)

    def folders(self, address: str) -> list[str]:
        return self._in_loop(self._folders, address)

    def create_folder(self, address: str, folder: str) -> None:
        self._in_loop(self._create_folder, address, folder)

    def mails(self, address: str, folder: str = INBOX) -> list[StoredMail]:
        """Oldest first; none for an address or a folder that does not exist."""
        return self._in_loop(self._mails, address, folder)

    def wait_for(
        self,
        address: str,
        predicate: Callable[[StoredMail], bool] = lambda _mail: True,
        timeout: float = 20.0,
        folder: str = INBOX,
    ) -> StoredMail:
        """The first mail that fits, as soon as it is there; `TimeoutError` if it does not come."""
        deadline = time.monotonic() + timeout
        while True:
            seen = self._changes  # before looking, so that a mail arriving meanwhile is not slept through
            found = next((mail for mail in self.mails(address, folder) if predicate(mail)), None)
            if found is not None:
                return found
            if not self._wait_for_change(seen, deadline - time.monotonic()):
                raise TimeoutError(f"no such mail for {address} in {folder} after {timeout} s")

    # What happens to them

    def submit(
        self, raw: bytes, from_: str, to: str | Iterable[str], *, authentic: bool = True
    ) -> dict[str, tuple[int, bytes]]:
        """Send by SMTP as any mail program would; refused recipients come back, as smtplib has it."""
        recipients = [to] if isinstance(to, str) else list(to)
        with self._smtp_client() as client:
            if not authentic:
                client.docmd("XFORGE")
            lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
            return client.sendmail(from_, recipients, lines, _options(recipients))

    def append(
        self,
        address: str,
        folder: str,
        raw: bytes,
        *,
        flags: Iterable[str] = (),
        received_at: datetime | None = None,
    ) -> int:
        """Lay a mail into a folder exactly as it is, past SMTP; the folder is made if need be."""
        return self._in_loop(self._append, address, folder, raw, tuple(flags), received_at)

    def uidvalidity(self, address: str, folder: str = INBOX) -> int:
        return self._in_loop(self._uidvalidity, address, folder)

    def change_uidvalidity(self, address: str, folder: str = INBOX) -> int:
        """Number the folder's mails anew under a new UIDVALIDITY and break every IMAP connection."""
        return self._in_loop(self._change_uidvalidity, address, folder)

    # What happens to the servers

    def cut_imap(self) -> None:
        """Break the open IMAP connections; the server goes on serving new ones."""
        self._in_loop(self._imap.cut)

    def stop_imap(self) -> None:
        """Kill the IMAP server; `start_imap` opens it again on the same port, mails intact."""
        self._in_loop(self._imap.close)

    def start_imap(self) -> None:
        self._in_loop(self._imap.open)

    def cut_smtp(self) -> None:
        self._in_loop(self._smtp.cut)

    def stop_smtp(self) -> None:
        self._in_loop(self._smtp.close)

    def start_smtp(self) -> None:
        self._in_loop(self._smtp.open)

    # Inside the loop's thread

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            loop.run_until_complete(self._close())
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()

    async def _open(self) -> None:
        config = ServerConfig(self._tls.context if self._tls else None, implicit=self._is_implicit)
        self._accounts = Accounts(
            config=config, faults=self.faults.imap, now=self._now, changed=self._note_change
        )
        for address, password in self._passwords.items():
            self._accounts.add(address, password)
        self._imap = ImapListener(
            host=self.host,
            port=self._ports[0],
            accounts=self._accounts,
            config=config,
            faults=self.faults.imap,
        )
        self._smtp = self._new_smtp()
        await self._imap.open()
        await self._smtp.open()

    async def _close(self) -> None:
        for listener in self._listeners():
            await listener.end()

    def _listeners(self) -> Sequence[Listener]:
        return [getattr(self, name) for name in ("_imap", "_smtp") if hasattr(self, name)]

    def _new_smtp(self) -> SmtpListener:
        reception = Reception(
            accounts=self._accounts,
            faults=self.faults.smtp,
            now=self._now,
            require_login=self._require_login,
            deliver=self._deliver,
        )
        context = self._tls.context if self._tls else None
        return SmtpListener(
            host=self.host,
            port=self._ports[1],
            reception=reception,
            starttls=None if self._is_implicit else context,
            implicit_tls=context if self._is_implicit else None,
        )

    @property
    def _is_implicit(self) -> bool:
        return self._tls is not None and self._tls.mode == "tls"

    def _in_loop(self, work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._loop is None:
            raise RuntimeError("the mail world is not running")

        async def run() -> T:
            return await work(*args, **kwargs)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_PATIENCE)

    def _note_change(self) -> None:
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def _wait_for_change(self, seen: int, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._changes != seen, timeout)

    async def _addresses(self) -> list[str]:
        return self._accounts.addresses()

    async def _add_account(self, address: str, password: str | None) -> None:
        self._accounts.add(address, password)

    async def _folders(self, address: str) -> list[str]:
        known = address.lower() in self._accounts.addresses()
        return self._accounts.add(address).names() if known else []

    async def _create_folder(self, address: str, folder: str) -> None:
        await self._accounts.add(address).get_or_add(folder)

    async def _mails(self, address: str, folder: str) -> list[StoredMail]:
        if folder not in await self._folders(address):
            return []
        return await (await self._accounts.add(address).get_mailbox(folder)).stored()

    async def _append(
        self, address: str, folder: str, raw: bytes, flags: tuple[str, ...], received_at: datetime | None
    ) -> int:
        box = await self._accounts.add(address).get_or_add(folder)
        return (await box.append(AppendMessage(raw, received_at, flags_of(flags)), recent=True)).uid

    async def _deliver(self, address: str, raw: bytes) -> None:
        await self._append(address, INBOX, raw, (), None)

    async def _uidvalidity(self, address: str, folder: str) -> int:
        return (await self._accounts.add(address).get_mailbox(folder)).uid_validity

    async def _change_uidvalidity(self, address: str, folder: str) -> int:
        box = await self._accounts.add(address).get_mailbox(folder)
        await box.renumber(self._accounts.next_validity())
        await self._imap.cut()
        return box.uid_validity

    def _smtp_client(self) -> smtplib.SMTP:
        name = "sandbox.usher.example"
        if self._tls is None:
            return smtplib.SMTP(self.host, self.smtp_port, local_hostname=name, timeout=_PATIENCE)
        unverified = ssl._create_unverified_context()  # noqa: S323, SLF001 - our own server, on loopback
        if self._is_implicit:
            return smtplib.SMTP_SSL(
                self.host, self.smtp_port, local_hostname=name, timeout=_PATIENCE, context=unverified
            )
        client = smtplib.SMTP(self.host, self.smtp_port, local_hostname=name, timeout=_PATIENCE)
        client.starttls(context=unverified)
        return client


def _options(recipients: Iterable[str]) -> list[str]:
    return [] if all(address.isascii() for address in recipients) else ["SMTPUTF8"]
