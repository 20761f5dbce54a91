"""Access tokens by client credentials (RFC 6749 4.4): asked for once, kept, and renewed before they end."""

import contextlib
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Lock, Timer
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from bot.adapters.oauth_words import find_cause
from bot.adapters.remarks import line_trouble
from bot.domain.errors import PermanentFailure, TransientFailure
from bot.domain.loopback import is_loopback
from bot.settings import MailAuth, Settings

DEADLINE = 15.0  # seconds for one answer, however slowly it trickles in
LONGEST_ANSWER = 65_536
LONGEST_TOKEN = 16_384
MARGIN = 120.0  # a token is not used in the last seconds of its life
UNSAID = 300.0  # taken for a token's life where the provider names none
LONGEST_LIFE = 86_400.0
LONGEST_WAIT = 600.0  # believed of a Retry-After

_OK = 200
_ELSEWHERE = range(300, 400)
_NOT_FOUND = frozenset({404, 405, 410})


@dataclass(frozen=True, kw_only=True)
class _Answer:
    status: int
    retry_after: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class _Token:
    text: str = field(repr=False)
    seconds: float  #: of its life, from when it was asked for
    renew_at: float


class TokenSource:
    """Implements `bot.ports.Tokens`; shared by threads, of which one asks while the others wait for it."""

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        client_secret: str,
        scope: str,
        context: ssl.SSLContext,
        proxy: str = "",
        clock: Callable[[], float] = monotonic,
        deadline: float = DEADLINE,
    ) -> None:
        self._url = urlsplit(url)
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
        }
        self._context = context
        self._proxy = None if is_loopback(url) or not proxy else _read_proxy(proxy)
        self._clock = clock
        self._deadline = deadline
        self._token: _Token | None = None
        self._lock = Lock()

    def offers(self) -> Iterator[str]:
        """The token that is believed good; to whoever comes back because it was refused, a new one."""
        kept = self._find_kept()
        if kept is not None:
            yield kept.text
        yield self._renew(kept).text

    def check(self) -> str:
        """Ask for a token, whether or not one is kept; say who gave it and for how long."""
        token = self._renew(self._find_kept())
        return f"{self._url.hostname} gives a token, good for {token.seconds / 60:.0f} minutes"

    def _find_kept(self) -> _Token | None:
        token = self._token
        return token if token is not None and self._clock() < token.renew_at else None

    def _renew(self, refused: _Token | None) -> _Token:
        with self._lock:
            token = self._find_kept()
            if token is None or token is refused:  # else another thread was faster
                self._token = None
                token = self._token = self._ask()
            return token

    @property
    def _name(self) -> str:
        way = " through HTTPS_PROXY" if self._proxy else ""
        return f"{self._url.hostname}{way}"

    def _ask(self) -> _Token:
        asked_at = self._clock()
        try:
            answer = self._exchange()
        except ssl.SSLCertVerificationError as exc:
            raise PermanentFailure(f"no token: {self._name} cannot be trusted: {line_trouble(exc)}") from exc
        except OSError as exc:
            raise TransientFailure(
                f"no token: {self._name} cannot be reached: {line_trouble(exc)}",
                mend="check OAUTH_TOKEN_URL, and HTTPS_PROXY where there is one",
            ) from exc
        except (HTTPException, ValueError) as exc:
            raise self._oddity("answered with what is not HTTP") from exc
        said = _read_object(answer.content)
        if answer.status != _OK:
            raise self._refusal(answer, said)
        return self._read_token(said, asked_at)

    def _exchange(self) -> _Answer:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Connection": "close",
        }
        path = self._url.path or "/"
        path = f"{path}?{self._url.query}" if self._url.query else path
        with contextlib.closing(self._line()) as line:
            line.connect()
            with _cut_after(self._deadline, line.sock):
                line.request("POST", path, urlencode(self._form), headers)
                answer = line.getresponse()
                return _Answer(
                    status=answer.status,
                    retry_after=answer.getheader("Retry-After", ""),
                    content=answer.read(LONGEST_ANSWER),
                )

    def _line(self) -> HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return HTTPConnection(host, port, timeout=self._deadline)
        if self._proxy is None:
            return HTTPSConnection(host, port, timeout=self._deadline, context=self._context)
        line = HTTPSConnection(
            self._proxy.hostname or "", self._proxy.port or 80, timeout=self._deadline, context=self._context
        )
        headers = {}
        if self._proxy.username:
            account = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
            headers["Proxy-Authorization"] = f"Basic {b64encode(account.encode()).decode('ascii')}"
        line.set_tunnel(host, port, headers)
        return line

    def _read_token(self, said: dict[str, Any], asked_at: float) -> _Token:
        text = said.get("access_token")
        if not (isinstance(text, str) and 0 < len(text) <= LONGEST_TOKEN and _is_one_word(text)):
            raise self._oddity("answered without an access token")
        if str(said.get("token_type", "bearer")).lower() != "bearer":
            raise self._oddity("gives no bearer token")
        seconds = _lifetime(said.get("expires_in"))
        return _Token(text=text, seconds=seconds, renew_at=asked_at + seconds - min(MARGIN, seconds / 2))

    def _refusal(self, answer: _Answer, said: dict[str, Any]) -> TransientFailure | PermanentFailure:
        cause, code = find_cause(said)
        if cause is not None:
            return PermanentFailure(f"no token from {self._name}: {cause.words} ({code})", mend=cause.mend)
        status = f"{answer.status} {code}".strip()
        if answer.status in _NOT_FOUND:
            return PermanentFailure(
                f"no token: at {self._name} there is no such address ({status})", mend="check OAUTH_TOKEN_URL"
            )
        if answer.status in _ELSEWHERE:  # the secret goes where the settings say, and nowhere else
            return self._oddity(f"sends us elsewhere ({status})")
        wait = min(float(answer.retry_after), LONGEST_WAIT) if answer.retry_after.isdecimal() else None
        return TransientFailure(
            f"no token: {self._name} would not give one now ({status})",
            mend="if it stays so, check OAUTH_TOKEN_URL",
            retry_after=wait,
        )

    def _oddity(self, words: str) -> TransientFailure:
        return TransientFailure(f"no token: {self._name} {words}", mend="check OAUTH_TOKEN_URL")


def build_tokens(settings: Settings, context: ssl.SSLContext) -> TokenSource | None:
    """Build the one source that mailbox and mailer share; None where passwords do."""
    if settings.mail_auth is not MailAuth.OAUTH2:
        return None
    return TokenSource(
        settings.oauth_token_url,
        client_id=settings.oauth_client_id,
        client_secret=settings.oauth_client_secret.get_secret_value(),
        scope=settings.oauth_scope,
        context=context,
        proxy=settings.https_proxy,
    )


@contextlib.contextmanager
def _cut_after(seconds: float, sock: socket.socket) -> Iterator[None]:
    """A socket's own time-out begins anew with each byte; this one does not."""
    too_late = Event()

    def cut() -> None:
        too_late.set()
        with contextlib.suppress(OSError):  # it has just ended by itself
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException, ValueError) as exc:
        if too_late.is_set():
            raise TimeoutError from exc
        raise
    else:
        if too_late.is_set():  # what was cut may look like an end
            raise TimeoutError
    finally:
        timer.cancel()


def _read_proxy(proxy: str) -> SplitResult:
    """As other programs read it: also without its http://."""
    return urlsplit(proxy if "://" in proxy else f"http://{proxy}")


def _read_object(content: bytes) -> dict[str, Any]:
    """A JSON object, or an empty one for whatever else was said."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_one_word(text: str) -> bool:
    """RFC 6750 2.1: nothing in it may end the line or the field that it is put into."""
    return text.isascii() and text.isprintable() and " " not in text


def _lifetime(said: object) -> float:
    """Some providers send it as text; what is missing or absurd counts as short."""
    try:
        seconds = float(said)  # type: ignore[arg-type] # what is no number raises
    except (TypeError, ValueError, OverflowError):
        return UNSAID
    return min(seconds, LONGEST_LIFE) if seconds > 0 else UNSAID
