"""One exchange over HTTP with a side we do not trust to be quick, brief or honest."""

import contextlib
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from threading import Event, Timer
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from bot.adapters.pauses import Pause
from bot.adapters.server_words import line_trouble
from bot.domain.loopback import is_loopback

DEADLINE = 15.0  # seconds for one answer, however slowly it trickles in
LONGEST_ANSWER = 65_536
LEFT_ALONE = "it was silent several times in a row, and is asked again in a minute"
LONGEST_WAIT = 600.0  # believed of a Retry-After


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back whole; `content` is cut where it was longer than we read."""

    status: int
    retry_after: str = ""
    content: bytes = b""

    @property
    def fine(self) -> bool:
        return self.status in range(200, 300)

    @property
    def elsewhere(self) -> bool:
        """A redirect, which is never followed: what is secret goes where the settings say."""
        return self.status in range(300, 400)

    @property
    def wait(self) -> float | None:
        """The seconds that Retry-After names, within reason; a date is not believed, clocks differ."""
        return min(float(self.retry_after), LONGEST_WAIT) if self.retry_after.isdecimal() else None

    @property
    def said(self) -> dict[str, Any]:
        """A JSON object, or an empty one for whatever else was said."""
        try:
            said = json.loads(self.content)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}


class LineFailure(Exception):  # noqa: N818 - the two below say what it is
    """No answer came back whole; its text says why, with the mend where there is one."""

    def __init__(self, trouble: str, *, trusted: bool = True) -> None:
        super().__init__(trouble)
        self.trusted = trusted  #: False where the other side's certificate is not


class NotSent(LineFailure):
    """It broke before the request's last byte: nobody can have acted on it."""


class Lost(LineFailure):
    """It broke after the request's last byte: the other side may have acted."""


class HttpLine:
    """Where one server is and how to get there; each exchange has a connection of its own."""

    def __init__(
        self,
        url: str,
        *,
        context: ssl.SSLContext,
        proxy: str = "",
        deadline: float = DEADLINE,
        longest: int = LONGEST_ANSWER,
        pause: Pause | None = None,
    ) -> None:
        self._url = urlsplit(url)
        self._context = context
        self._proxy = None if is_loopback(url) or not proxy else _read_proxy(proxy)
        self._deadline = deadline
        self._longest = longest
        self._pause = pause  #: None where nobody waits behind

    @property
    def host(self) -> str:
        return self._url.hostname or ""

    @property
    def name(self) -> str:
        """The host and the way there, as a failure names them."""
        return f"{self.host} through HTTPS_PROXY" if self._proxy else self.host

    @property
    def path(self) -> str:
        """What the address says after the host, with its query; at least "/"."""
        path = self._url.path or "/"
        return f"{path}?{self._url.query}" if self._url.query else path

    def exchange(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Ask once; raise NotSent or Lost."""
        if self._pause and self._pause.lasts:
            raise NotSent(LEFT_ALONE)
        sent = silent = False
        try:
            with contextlib.closing(self._open()) as line:
                line.connect()
                with _cut_after(self._deadline, line.sock):
                    line.request(method, path, body or None, {**_ALWAYS, **headers})
                    sent = True
                    with contextlib.closing(line.getresponse()) as response:
                        return self._read(response)
        except (OSError, HTTPException, ValueError) as exc:
            failure, silent = Lost if sent else NotSent, isinstance(exc, TimeoutError)
            raise failure(_trouble(exc), trusted=_is_trusted(exc)) from exc
        finally:
            if self._pause:
                self._pause.note(silent=silent)

    def reach(self) -> None:
        """Connect, and send no request; raise NotSent."""
        try:
            with contextlib.closing(self._open()) as line:
                line.connect()
        except (OSError, HTTPException, ValueError) as exc:
            raise NotSent(_trouble(exc), trusted=_is_trusted(exc)) from exc

    def _read(self, response: HTTPResponse) -> Answer:
        content = response.read(self._longest + 1)
        if response.length and len(content) <= self._longest:
            raise IncompleteRead(content, response.length)  # a read of so many bytes does not say it itself
        return Answer(
            status=response.status,
            retry_after=response.getheader("Retry-After", "").strip(),
            content=content[: self._longest],
        )

    def _open(self) -> HTTPConnection:
        host, port = self.host, self._url.port
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


_ALWAYS = {"Accept": "application/json", "Connection": "close", "User-Agent": "Usher"}


def _is_trusted(exc: Exception) -> bool:
    return not isinstance(exc, ssl.SSLCertVerificationError)


def _trouble(exc: OSError | HTTPException | ValueError) -> str:
    if isinstance(exc, OSError):
        return line_trouble(exc)
    if isinstance(exc, IncompleteRead):
        return "the answer was cut short"
    return "what came is not HTTP"


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
