"""Outside systems on loopback that really keep records by external id, and fail as they are told."""

import base64
import hmac
import json
import secrets
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.outside import NOW
from tests.provisioning_faults import Exchange, Fault, Said
from tests.token_server import QuietServer

CLIENT_ID = "5f2c0ffee-usher"
CERTIFICATE_ID = "kP3-usher-certificate"
SECRET_KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(SECRET_KEY).decode()}"

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
CASES = "/services/rest/record/v1/supportCase"
HOOK = "/hooks/usher"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]  #: names in lower case
    body: bytes = field(repr=False)

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said


class OutsideServer(ABC):
    """Keeps records by external id; `faults` holds what the next requests of a method meet instead."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, now: Callable[[], datetime] = lambda: NOW
    ) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.names_company = False  #: names the company when it is asked; NetSuite's title does always
        self.made: list[str] = []  #: the external id of each record, as it was made
        self.ended: list[str] = []  #: the external id of each record whose case ended, as it was told
        self.requests: list[Asked] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.token_faults: deque[Fault] = deque()  #: the same, of requests for a token
        self.now = now
        self._lock = threading.Lock()
        self._server = QuietServer(("127.0.0.1", 0), _handler_for(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, method: str) -> list[Asked]:
        """The requests of that method, without those for tokens."""
        return [one for one in self.requests if one.method == method and one.path != TOKEN_PATH]

    def asked_all(self) -> list[Asked]:
        """Every request, without those for tokens."""
        return [one for one in self.requests if one.path != TOKEN_PATH]

    @abstractmethod
    def corrections(self, external_id: str) -> list[tuple[str, str, str]]:
        """Each correction that a record took: the company, its phone, and the last user's address."""

    @abstractmethod
    def settings(self, folder: Path) -> dict[str, object]:
        """What Usher has to be told; files go into the folder."""

    @abstractmethod
    def answer(self, asked: Asked) -> Said: ...

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        asked = Asked(
            method=handler.command,
            path=handler.path,
            headers={name.lower(): value for name, value in handler.headers.items()},
            body=handler.rfile.read(int(handler.headers.get("Content-Length", "0"))),
        )

        def act() -> Said:
            with self._lock:
                return self.answer(asked)

        with self._lock:
            self.requests.append(asked)
            coming = self.token_faults if asked.path == TOKEN_PATH else self.faults[asked.method]
            fault = coming.popleft() if coming else None
        exchange = Exchange(handler, act)
        if fault is None:
            exchange.send(act())
        else:
            fault(exchange)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class NetSuiteServer(OutsideServer):
    """SuiteTalk REST as far as support cases go; the PUT of an external id makes or overwrites."""

    def __init__(
        self,
        *,
        elliptic: bool = False,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: NOW,
    ) -> None:
        super().__init__(tls=tls, now=now)
        self.lifetime = timedelta(hours=1)
        self.shown = True  #: whether a case can be read back
        self.rewrites: dict[str, str] = {}  #: what a workflow makes of a field that is written
        self.messages: dict[str, list[str]] = defaultdict(list)  #: each that was written is added to its case
        self.tokens: list[str] = []  #: each that was given
        self.claims: list[dict[str, Any]] = []
        self._good: dict[str, datetime] = {}
        self._key = _make_key(elliptic=elliptic)
        self._algorithm = "ES256" if elliptic else "PS256"

    def settings(self, folder: Path) -> dict[str, object]:
        path = folder / "netsuite.pem"
        path.write_bytes(
            self._key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return {
            "netsuite_url": self.url,
            "netsuite_client_id": CLIENT_ID,
            "netsuite_certificate_id": CERTIFICATE_ID,
            "netsuite_private_key": str(path),
        }

    def corrections(self, external_id: str) -> list[tuple[str, str, str]]:
        case, corrected = self.records[external_id], "Corrected form"
        name = str(case["title"]).partition(" for ")[2]
        return [
            (name, str(case["phone"]), message.splitlines()[-1].split(", ")[1])
            for message in self.messages[external_id]
            if corrected in message
        ]

    def revoke(self) -> None:
        """Every token given so far is good no longer."""
        self._good.clear()

    def answer(self, asked: Asked) -> Said:
        path = urlsplit(asked.path).path
        if path == TOKEN_PATH:
            return self._give(asked)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self._good.get(token, self.now()) <= self.now():
            return _error(401, "INVALID_LOGIN", "Invalid login attempt. See the Login Audit Trail.")
        if path == CASES and asked.method == "GET":
            return Said(status=200, content={"items": [], "count": 0, "hasMore": False})
        if not path.startswith(f"{CASES}/eid:"):
            return _error(404, "NOT_FOUND", f"There is no {path}.")
        return self._case(asked, unquote(path.removeprefix(f"{CASES}/eid:")))

    def _case(self, asked: Asked, external_id: str) -> Said:
        standing = self.records.get(external_id)
        if asked.method == "GET":
            if standing is None or not self.shown:
                return _error(404, "NONEXISTENT_ID", "The record instance does not exist.")
            return Said(
                status=200, content={name: standing[name] for name in standing if name != "incomingMessage"}
            )
        if asked.method == "PATCH" and standing is None:
            return _error(404, "NONEXISTENT_ID", "The record instance does not exist.")
        if standing is None:
            internal = str(4700 + len(self.made))
            standing = {"id": internal, "caseNumber": f"CASE{internal}", "externalId": external_id}
            self.made.append(external_id)
        written = {name: self.rewrites.get(name, value) for name, value in asked.said.items()}
        self.records[external_id] = {**standing, **written}
        if "incomingMessage" in asked.said:
            self.messages[external_id].append(asked.said["incomingMessage"])
        if "status" in asked.said:
            self.ended.append(external_id)
        return Said(status=204, headers={"Location": f"{self.url}{CASES}/{standing['id']}"})

    def _give(self, asked: Asked) -> Said:
        form = dict(parse_qsl(asked.body.decode()))
        try:
            self.claims.append(self._verified(form))
        except (jwt.PyJWTError, AssertionError, KeyError):
            return Said(status=400, content={"error": "invalid_client"})
        token = f"ns.{secrets.token_urlsafe(200)}"
        self.tokens.append(token)
        self._good[token] = self.now() + self.lifetime
        return Said(
            status=200,
            content={
                "access_token": token,
                "expires_in": str(int(self.lifetime.total_seconds())),
                "token_type": "bearer",
            },
        )

    def _verified(self, form: dict[str, str]) -> dict[str, Any]:
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assertion = form["client_assertion"]
        claims: dict[str, Any] = jwt.decode(
            assertion,
            self._key.public_key(),
            algorithms=[self._algorithm],
            audience=f"{self.url}{TOKEN_PATH}",
            issuer=CLIENT_ID,
            options={"require": ["exp", "iat"], "verify_exp": False, "verify_iat": False},
        )
        now = self.now().timestamp()
        assert jwt.get_unverified_header(assertion)["kid"] == CERTIFICATE_ID
        assert claims["scope"] == "rest_webservices"
        assert claims["iat"] <= now < claims["exp"] < claims["iat"] + 3600
        return claims


class WebhookServer(OutsideServer):
    """A receiver of signed orders; it takes a repeat for one unless it is told to be careless."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, now: Callable[[], datetime] = lambda: NOW
    ) -> None:
        super().__init__(tls=tls, now=now)
        self.careless = False  #: makes another record of each order, also of a repeated one
        self.slow = False  #: takes an order with 202 and has no number yet
        self.names_version = False  #: says of which form what stands here is
        self.heard: dict[str, dict[str, Any]] = {}  #: each other message by its id, as it first came

    def settings(self, folder: Path) -> dict[str, object]:
        assert folder.is_dir()
        return {"webhook_url": f"{self.url}{HOOK}", "webhook_secret": SECRET}

    def answer(self, asked: Asked) -> Said:
        external_id = asked.headers.get("webhook-id", "")
        if not self._is_signed(asked, external_id):
            return Said(status=401, content={"error": "the signature does not fit"})
        if asked.method == "GET" and asked.path == f"{HOOK}/{external_id}":
            return self._show(external_id, 200)
        if asked.method != "POST" or asked.path != HOOK:
            return Said(status=404, content={"error": "there is no such address"})
        if asked.said["type"].partition(".")[2] != "requested":
            return self._hear(external_id, asked.said)
        if external_id in self.records and not self.careless:
            return self._show(external_id, 200)
        self.made.append(external_id)
        self.records[external_id] = {**asked.said["data"], "number": f"SITE-{len(self.made)}"}
        return self._show(external_id, 201)

    def corrections(self, external_id: str) -> list[tuple[str, str, str]]:
        told = [said["data"] for said in self.heard.values() if said["type"].endswith(".changed")]
        return [
            (data["company"]["name"], data["company"]["contact_phone"], data["users"][-1]["email"])
            for data in told
            if data["external_id"] == external_id
        ]

    def _hear(self, message_id: str, said: dict[str, Any]) -> Said:
        """A correction or an end of what stands here; one that came before is answered and not done again."""
        external_id = said["data"]["external_id"]
        if not message_id.startswith(f"{external_id}.") or external_id not in self.records:
            return Said(status=422, content={"error": "nothing stands here by that name"})
        if message_id not in self.heard:
            self.heard[message_id] = said
            if said["type"].endswith(".stopped"):
                self.ended.append(external_id)
            else:
                self.records[external_id] |= said["data"]
        return self._show(external_id, 200)

    def _show(self, external_id: str, status: int) -> Said:
        standing = self.records.get(external_id)
        if standing is None:
            return Said(status=404, content={"error": "there is no such order"})
        if self.slow:
            return Said(status=202, content={})
        number = standing["number"]
        version = {"version": standing["version"]} if self.names_version else {}
        company = {"company": standing["company"]} if self.names_company else {}
        url = f"https://sites.example.com/{number}"
        return Said(status=status, content={"number": number, "url": url, **version, **company})

    def _is_signed(self, asked: Asked, external_id: str) -> bool:
        seconds = asked.headers.get("webhook-timestamp", "")
        if not seconds.isdecimal() or abs(int(seconds) - self.now().timestamp()) > 300:
            return False
        signed = hmac.digest(SECRET_KEY, f"{external_id}.{seconds}.".encode() + asked.body, sha256)
        wanted = f"v1,{base64.b64encode(signed).decode()}"
        return hmac.compare_digest(wanted, asked.headers.get("webhook-signature", ""))


@cache  # a key of RSA takes a while
def _make_key(*, elliptic: bool) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if elliptic:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _error(status: int, code: str, detail: str) -> Said:
    """As NetSuite puts it."""
    details = [{"detail": detail, "o:errorCode": code}]
    return Said(status=status, content={"title": "Error", "status": status, "o:errorDetails": details})


def _handler_for(server: OutsideServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def setup(self) -> None:
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def do_GET(self) -> None:
            server.serve(self)

        do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    return Handler
