"""aiosmtpd that takes a password and the tokens of a token server, by TLS, by STARTTLS or in the clear."""

import asyncio
import ssl
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.settings import Tls
from tests.processes import free_port
from tests.token_server import MAILBOX, TokenServer

PASSWORD = "a-long-enough-password"
WHY = b'{"status":"401","schemes":"bearer"}'


class Desk:
    """What is said to a log-in and a mail: nothing is taken without a log-in; what is taken is remembered."""

    def __init__(self, tokens: TokenServer) -> None:
        self.taken: list[bytes] = []
        self.mechanisms: list[str] = []
        self.lines: set[asyncio.WriteTransport] = set()
        self._tokens = tokens

    async def hang_up(self) -> None:
        while self.lines:
            self.lines.pop().abort()

    def check_password(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, shown: object
    ) -> AuthResult:
        known = shown == LoginPassword(MAILBOX.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's way
        return await self._check_token(server, *args)

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        return await self._check_token(server, *args)

    async def _check_token(self, server: SMTP, mechanism: str, shown: str = "") -> AuthResult:
        self.mechanisms.append(mechanism)
        said = b64decode(shown) if shown else await server.challenge_auth("")
        assert isinstance(said, bytes), "a log-in was broken off"
        token = said.decode().partition("Bearer ")[2].rstrip("\1")
        if self._tokens.opens(token, MAILBOX):
            return AuthResult(success=True)
        await server.challenge_auth(WHY)
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.57 Client not authenticated to send mail"
        envelope.mail_from = address
        return "250 2.1.0 fine"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope.original_content or b"")
        return "250 2.0.0 taken"


class Line(SMTP):
    """One client's, with room for the long lines in which tokens come; commands are as short as ever."""

    line_length_limit = 65_536

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if isinstance(transport, asyncio.WriteTransport):
            self.event_handler.lines.add(transport)


class TokenSmtp(Controller):
    """`Controller` with lines that can be cut."""

    def __init__(
        self, desk: Desk, *, tls: Tls, context: ssl.SSLContext | None, hidden: tuple[str, ...]
    ) -> None:
        super().__init__(
            desk,
            hostname="127.0.0.1",
            port=free_port(),
            ssl_context=context if tls is Tls.TLS else None,
            tls_context=context if tls is Tls.STARTTLS else None,
            authenticator=desk.check_password,
            auth_require_tls=False,
            auth_exclude_mechanism=hidden,
        )
        self.desk = desk

    def factory(self) -> SMTP:
        return Line(self.handler, **self.SMTP_kwargs)

    def cut(self) -> None:
        asyncio.run_coroutine_threadsafe(self.desk.hang_up(), self.loop).result(10)


@contextmanager
def token_smtp(
    tokens: TokenServer,
    *,
    tls: Tls = Tls.NONE,
    context: ssl.SSLContext | None = None,
    hidden: tuple[str, ...] = (),
) -> Iterator[TokenSmtp]:
    """`hidden` mechanisms are not offered."""
    server = TokenSmtp(Desk(tokens), tls=tls, context=context, hidden=hidden)
    server.start()
    try:
        yield server
    finally:
        server.cut()
        server.stop()
