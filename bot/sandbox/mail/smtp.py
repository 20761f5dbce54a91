"""The sandbox's SMTP server: takes a mail for any address and lays a stamped copy into each mailbox."""

import asyncio
import itertools
import ssl
from collections.abc import Awaitable, Callable
from typing import NoReturn

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.sandbox.mail.faults import SmtpFaults, Stage
from bot.sandbox.mail.listener import Listener
from bot.sandbox.mail.mailboxes import Accounts, Now
from bot.sandbox.mail.reception import AUTHSERV_ID, Arrival, stamped

Deliver = Callable[[str, bytes], Awaitable[None]]


class SmtpListener(Listener):
    def __init__(
        self,
        *,
        host: str,
        port: int,
        reception: "Reception",
        starttls: ssl.SSLContext | None,
        implicit_tls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(host, port)
        self._reception = reception
        self._starttls = starttls
        self._implicit_tls = implicit_tls

    async def _listen(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(self._connection, self.host, self.port, ssl=self._implicit_tls)

    def _connection(self) -> "Connection":
        return Connection(self._reception, live=self._live, tasks=self._tasks, starttls=self._starttls)


class Connection(SMTP):
    """One client; it may say XFORGE and then counts as somebody who only claims its sender."""

    #: Real servers take longer lines than the RFC's 998 octets, and hostile mail has them.
    line_length_limit = 65_536

    def __init__(
        self,
        reception: "Reception",
        *,
        live: set[asyncio.WriteTransport],
        tasks: set[asyncio.Task[None]],
        starttls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(
            reception,
            hostname=AUTHSERV_ID,
            ident="ESMTP Usher's sandbox",
            tls_context=starttls,
            authenticator=reception.check_login,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._reception = reception
        self._live = live
        self._tasks = tasks
        self._line: asyncio.WriteTransport | None = None
        self.forged = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._line is None and isinstance(transport, asyncio.WriteTransport):
            self._line = transport  # STARTTLS calls again with its own, which lies on this one
            self._live.add(transport)
        task = self._handler_coroutine
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if self._line is not None:
            self._live.discard(self._line)

    async def smtp_XFORGE(self, _arg: str | None) -> None:  # noqa: N802 - named by aiosmtpd's convention
        self.forged = True
        await self.push("250 2.0.0 Verdicts of this session will be fail")

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        fault = self._reception.fault("data", self.envelope.rcpt_tos if self.envelope else [])
        if fault is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(self.obey(fault))

    def obey(self, reply: str) -> str:
        return reply or self.drop()

    def drop(self) -> NoReturn:
        """Cut the line; leaving by cancellation is how aiosmtpd itself ends a lost connection."""
        if self._line is not None:
            self._line.abort()
        raise asyncio.CancelledError


class Reception:
    """What is said to each command, and what becomes of an accepted mail."""

    def __init__(
        self, *, accounts: Accounts, faults: SmtpFaults, now: Now, require_login: bool, deliver: Deliver
    ) -> None:
        self._accounts = accounts
        self._faults = faults
        self._now = now
        self._require_login = require_login
        self._deliver = deliver
        self._queue_ids = itertools.count(1)

    def fault(self, stage: Stage, addresses: list[str]) -> str | None:
        """The reply of the fault that strikes here, empty when the line is to be cut, or None."""
        fault = self._faults.take(stage, addresses)
        return None if fault is None else fault.reply or ""

    def check_login(
        self, server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, auth_data: object
    ) -> AuthResult:
        fault = self.fault("auth", [])
        if fault is not None and isinstance(server, Connection):
            return AuthResult(success=False, handled=False, message=server.obey(fault))
        known = isinstance(auth_data, LoginPassword) and self._accounts.knows(
            auth_data.login.decode("utf-8", "replace"), auth_data.password.decode("utf-8", "replace")
        )
        welcome = known and not self._faults.refuse_logins
        return AuthResult(success=welcome, handled=False, auth_data=auth_data)

    async def handle_MAIL(  # noqa: N802
        self, server: Connection, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self._faults.delay)
        if self._require_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        fault = self.fault("mail", [address])
        if fault is not None:
            return server.obey(fault)
        throttled = self._faults.throttled()
        if throttled is not None:
            return throttled
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender accepted"

    async def handle_RCPT(  # noqa: N802
        self, server: Connection, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        local, at, domain = address.rpartition("@")
        if not (local and at and domain and address.isprintable()):
            return "553 5.1.3 This is no address"
        fault = self.fault("rcpt", [address])
        if fault is not None:
            return server.obey(fault)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(self, server: Connection, session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self.fault("end", envelope.rcpt_tos)
        if fault:
            await asyncio.sleep(self._faults.delay)
            return fault
        queue_id = f"{next(self._queue_ids):08X}"
        await self._deliver_copies(session, envelope, queue_id, authentic=not server.forged)
        self._faults.count_accepted()
        # What was taken stays taken, even by a client that vanishes before it hears so.
        await asyncio.sleep(self._faults.delay)
        return server.drop() if fault is not None else f"250 2.0.0 Queued as {queue_id}"

    async def _deliver_copies(
        self, session: Session, envelope: Envelope, queue_id: str, *, authentic: bool
    ) -> None:
        """A copy each, naming its own recipient only: a Bcc stays hidden, a repeated RCPT gives one mail."""
        for recipient in dict.fromkeys(address.lower() for address in envelope.rcpt_tos):
            arrival = Arrival(
                sender=(envelope.mail_from or "").strip("<>"),
                recipient=recipient,
                helo=str(session.host_name or ""),
                protocol="ESMTPA" if session.authenticated else "ESMTP",
                queue_id=queue_id,
                authentic=authentic,
                at=self._now(),
            )
            await self._deliver(recipient, stamped(_content(envelope), arrival))


def _content(envelope: Envelope) -> bytes:
    content = envelope.original_content
    return content if content is not None else b""
