"""A token server on loopback: gives tokens for client credentials, and says of each whether it is good."""

import json
import secrets
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from bot.adapters.http_line import HttpLine
from bot.adapters.oauth import ClientSecret, TokenSource
from bot.adapters.tls import build_context

MAILBOX = "desk@example.com"
CLIENT_ID = "0a1b2c3d-usher"
CLIENT_SECRET = "correct~horse.battery staple"
SCOPE = "https://outlook.office365.com/.default"
PATH = "/contoso/oauth2/v2.0/token"

#: Answers a request by hand, for whatever no honest server would say.
Script = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Clock:
    """In seconds, as `monotonic`; passes when told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class _Issued:
    mailbox: str
    ends: float


class TokenServer:
    """Microsoft's manner; `coming` holds what the next requests for a token get instead."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.lifetime: float = 3600
        self.token_bytes = 600
        self.mailbox = MAILBOX  #: whose mail the tokens open
        self.expired = False  #: the secret
        self.can_inspect = True
        self.asked: list[dict[str, str]] = []
        self.coming: deque[Script] = deque()
        self._issued: dict[str, _Issued] = {}
        self._lock = threading.Lock()
        self._server = QuietServer(("127.0.0.1", 0), _handler_for(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if tls else "http"
        self._host = host
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        port: int = self._server.server_address[1]
        return port

    @property
    def token_url(self) -> str:
        return f"{self._scheme}://{self._host}:{self.port}{PATH}"

    @property
    def inspection_url(self) -> str:
        """What Dovecot appends a token to."""
        return f"{self._scheme}://{self._host}:{self.port}/tokeninfo?access_token="

    def settings(self) -> dict[str, object]:
        return {
            "mail_auth": "oauth2",
            "oauth_token_url": self.token_url,
            "oauth_client_id": CLIENT_ID,
            "oauth_client_secret": CLIENT_SECRET,
            "oauth_scope": SCOPE,
        }

    def source(self, *, clock: Callable[[], float] = time.monotonic) -> TokenSource:
        """Our own client of this server."""
        credentials = ClientSecret(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, scope=SCOPE)
        return TokenSource(HttpLine(self.token_url, context=build_context()), credentials, clock=clock)

    def revoke(self) -> None:
        """Every token given so far is good no longer."""
        with self._lock:
            self._issued.clear()

    def opens(self, token: str, mailbox: str) -> bool:
        with self._lock:
            issued = self._issued.get(token)
        return issued is not None and time.monotonic() < issued.ends and issued.mailbox == mailbox

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def give(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.asked.append(form)
        fault = self._fault(path, form)
        if fault is not None:
            return fault
        token = f"at-{secrets.token_urlsafe(self.token_bytes)}"
        with self._lock:
            self._issued[token] = _Issued(self.mailbox, time.monotonic() + self.lifetime)
        return 200, {"token_type": "Bearer", "expires_in": self.lifetime, "access_token": token}

    def inspect(self, token: str) -> tuple[int, dict[str, Any]]:
        if not self.can_inspect:
            return 500, {}
        with self._lock:
            issued = self._issued.get(token)
        if issued is None or issued.ends < time.monotonic():
            return 401, {"error": "invalid_token"}
        return 200, {"email": issued.mailbox, "active": True}

    def _fault(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
        if path != PATH:
            return _refusal(400, "invalid_request", "AADSTS90002: Tenant 'elsewhere' not found.")
        if form.get("client_id") != CLIENT_ID:
            return _refusal(
                400, "unauthorized_client", "AADSTS700016: Application not found in the directory."
            )
        if form.get("client_secret") != CLIENT_SECRET:
            words = f"AADSTS7000215: Invalid client secret provided: {form.get('client_secret')}"
            return _refusal(401, "invalid_client", words)
        if self.expired:
            words = "AADSTS7000222: The provided client secret keys for app are expired."
            return _refusal(401, "invalid_client", words)
        if form.get("scope") != SCOPE or form.get("grant_type") != "client_credentials":
            return _refusal(400, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid.")
        return None


def says(status: int, content: bytes | str | dict[str, Any], **headers: str) -> Script:
    """One answer, whole; header names with _ for -."""
    body = json.dumps(content) if isinstance(content, dict) else content
    raw = body.encode() if isinstance(body, str) else body

    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    return script


def trickles(seconds: float) -> Script:
    """A byte now and then, so that no time-out of a socket ever strikes."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        ends = time.monotonic() + seconds
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while time.monotonic() < ends:
            handler.wfile.write(b"x")
            time.sleep(0.02)

    return script


def _refusal(status: int, error: str, description: str) -> tuple[int, dict[str, Any]]:
    number = int(description.removeprefix("AADSTS").partition(":")[0])
    return status, {"error": error, "error_description": description, "error_codes": [number]}


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left early, or did not trust us, is no fault of the server's."""


def _handler_for(tokens: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def setup(self) -> None:
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if tokens.coming:
                tokens.coming.popleft()(self)
            else:
                self._answer(*tokens.give(self.path, dict(parse_qsl(form))))

        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
            self._answer(*tokens.inspect(token))

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            says(status, said, Content_Type="application/json", Cache_Control="no-store")(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    return Handler
