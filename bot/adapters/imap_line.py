"""IMAPClient's connection, mended where a wake-up, a folder or a half-sent response would get lost."""

import contextlib
import imaplib
import re
import selectors
import socket
import ssl
from collections.abc import Collection, Sequence
from time import monotonic
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError
from imapclient.response_parser import parse_message_list

from bot.adapters.log_in import Proof
from bot.adapters.server_words import remark
from bot.settings import Tls

LONGEST_LINE = 16 * 1024 * 1024  # a SEARCH in a folder of two million mails
CHUNK = 65_536
ANSWER_WITHIN = 10  #: times as long as a read may take an answer takes at most …
SLOWEST = 8_192  #: … and a second more for so many bytes of it: a large mail on a slow line is no drip
IMAP_PORT = 143
IDLE_AGAIN = 600.0  #: seconds after which a server that refused to announce mail is asked once more
#: What other sessions tell about the folder; imaplib keeps it all unless it is thrown away.
_NEWS = ("EXISTS", "RECENT", "EXPUNGE", "VANISHED")
_UNUSABLE = (b"\\noselect", b"\\nonexistent")
#: RFC 5530: not now, rather than not you
_PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN|EXPUNGEISSUED)\b", re.IGNORECASE)
_BYTES_SHOWN = re.compile(r"b(['\"])(.*?)\1")


LogIn = Proof[IMAPClient]


def with_password(user: str, password: str) -> LogIn:
    """Log in by SASL PLAIN where offered: LOGIN has no letters beyond ASCII and no spaces in names."""

    def enter(client: IMAPClient) -> None:
        if client.has_capability("AUTH=PLAIN"):
            client.plain_login(user, password)
        elif client.has_capability("LOGINDISABLED"):
            raise LoginError("no password is taken on this line: set IMAP_TLS to tls or starttls")
        elif not (user + password).isascii():
            raise LoginError("the server's LOGIN takes ASCII letters only")
        else:
            client.login(user, password)

    return Proof(enter=enter, mend="check IMAP_USER and IMAP_PASSWORD")


def said(exc: Exception) -> str:
    """What the server said, without the wrappings of two libraries."""
    return remark(_BYTES_SHOWN.sub(r"\2", str(exc)))


def is_passing(exc: Exception) -> bool:
    return bool(_PASSING.search(said(exc)))


class CopiedOnlyError(IMAPClientError):  # type: ignore[misc] # IMAPClient comes without types
    """A copy was made, but the mail stays where it was: asked again, the server would make another."""


class Wire(imaplib.IMAP4):
    """The socket below: it knows what has already arrived, which a `select` on the socket cannot see.

    A server may send `+ idling` and `* 5 EXISTS` in one packet, and any response in several; so nothing is
    read before a whole response is wanted, and what lies in the buffer counts as something to read.
    """

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext | None, timeout: float) -> None:
        self._context = context
        self._received = bytearray()
        self._deadline = 0.0  # of the present answer, on the monotonic clock
        super().__init__(host, port, timeout)

    def open(self, host: str = "", port: int = IMAP_PORT, timeout: float | None = None) -> None:
        self.host = host
        self.port = port
        sock = socket.create_connection((host, port), timeout=timeout)
        # imaplib and IMAPClient write a command in pieces: with Nagle that costs 40 ms each.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.sock = self._context.wrap_socket(sock, server_hostname=host) if self._context else sock
        self._begin_answer()

    def send(self, data: Any) -> None:  # noqa: ANN401 - as imaplib has it
        self._begin_answer()
        super().send(data)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:  # noqa: ANN401 - as imaplib has it
        """Like imaplib's, which would keep what an eavesdropper slipped in before the handshake."""
        typ, said = self._simple_command("STARTTLS")
        if typ != "OK" or ssl_context is None:
            raise self.error("STARTTLS refused")
        self._received.clear()
        self.sock = ssl_context.wrap_socket(self.sock, server_hostname=self.host)
        self._tls_established = True
        self._get_capabilities()
        return typ, said

    def read(self, size: int) -> bytes:
        while len(self._received) < size:
            self._receive()
        return self._take(size)

    def readline(self) -> bytes:
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > LONGEST_LINE:
                raise self.abort("line too long")
            self._receive()
        return self._take(end + 1)

    def shutdown(self) -> None:
        with contextlib.suppress(OSError):  # the other side may have been faster
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    @property
    def holds_something(self) -> bool:
        """Whether there is something to read that the operating system has already handed over."""
        waiting = self.sock.pending() if isinstance(self.sock, ssl.SSLSocket) else 0
        return bool(self._received) or waiting > 0

    def _begin_answer(self) -> None:
        """The time-out is each read's: who says a little now and then would hold us for ever."""
        self._deadline = monotonic() + ANSWER_WITHIN * (self.sock.gettimeout() or 0.0)

    def _receive(self) -> None:
        chunk = self.sock.recv(CHUNK)
        if not chunk:
            raise self.abort("socket error: EOF")
        self._deadline += len(chunk) / SLOWEST
        if monotonic() > self._deadline:
            raise TimeoutError
        self._received += chunk

    def _take(self, size: int) -> bytes:
        taken = bytes(memoryview(self._received)[:size])
        del self._received[:size]
        return taken


class Connection(IMAPClient):  # type: ignore[misc] # IMAPClient comes without types
    """One connection to the server, encrypted as told before anything secret is said."""

    def __init__(self, host: str, port: int, *, tls: Tls, context: ssl.SSLContext, timeout: float) -> None:
        self._first_context = context if tls is Tls.TLS else None
        self._seconds = timeout
        self._idle_from = 0.0  # on the monotonic clock
        super().__init__(host, port, ssl=tls is Tls.TLS, timeout=timeout)
        # IMAPClient sets 5, at which imaplib writes whole mails into strings for a log nobody keeps.
        self._imap.debug = 0
        self.normalise_times = False
        if self.wire.state == "AUTH":
            self.hang_up()
            raise LoginError("it greets as if we were logged in (PREAUTH)")
        if tls is Tls.STARTTLS:
            try:
                self.starttls(context)
            except BaseException:
                self.hang_up()
                raise

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - IMAPClient's name for it
        return Wire(self.host, self.port, context=self._first_context, timeout=self._seconds)

    def ask_capabilities(self) -> None:
        """What is offered may differ once logged in; IMAPClient would believe the earlier list."""
        self._cached_capabilities = self._do_capabilites()

    @property
    def wire(self) -> Wire:
        wire: Wire = self._imap
        return wire

    @property
    def has_news(self) -> bool:
        """Whether the server has spoken of mails since the last search, within whatever response."""
        return "EXISTS" in self.wire.untagged_responses

    def forget_news(self) -> None:
        for name in _NEWS:
            self.wire.untagged_responses.pop(name, None)

    def list_uids(self, criteria: Sequence[str]) -> set[int]:
        """A search whose answer may stand in several lines; a BAD is said in the server's words alone."""
        lines = self._raw_command_untagged(b"SEARCH", [part.encode() for part in criteria])
        return {uid for line in lines for uid in parse_message_list([line])}

    def start_idle(self) -> bool:
        """Whether the server will announce mail; one that refuses to is not asked again for a while.

        As a proxy does that offers what its server can, or a server that is full. IMAPClient's own gives up
        when an EXISTS comes before the server's `+`.
        """
        if monotonic() < self._idle_from or not self.has_capability("IDLE"):
            return False
        self._idle_tag = self.wire._command("IDLE")  # noqa: SLF001 - as IMAPClient does
        while self.wire._get_response() is not None:  # noqa: SLF001
            if self.wire.tagged_commands[self._idle_tag]:
                del self.wire.tagged_commands[self._idle_tag]
                self._idle_from = monotonic() + IDLE_AGAIN
                return False
        return True

    def stop_idle(self) -> None:
        """Read on to the end of IDLE; IMAPClient's `idle_check` chokes on half a line and on EOF is still."""
        self.wire.send(b"DONE\r\n")
        self._finish("IDLE", self._idle_tag)

    def ask_news(self) -> None:
        self._finish("NOOP", self.wire._command("NOOP"))  # noqa: SLF001

    def _finish(self, command: str, tag: bytes) -> None:
        typ, said = self.wire._command_complete(command, tag)  # noqa: SLF001
        self._checkok(command, typ, said)

    def set_timeout(self, seconds: float) -> None:
        self.wire.sock.settimeout(seconds)

    def ensure_folder(self, folder: str) -> str:
        """Return the server's name for `folder` ("Usher/Done"), which is made when it is not there."""
        prefix, delimiter = self._personal()
        name = folder.replace("/", delimiter) if delimiter else folder
        if not name.startswith(prefix):
            name = prefix + name
        if not self.has_folder(name):
            self._create(name)
        return name

    def has_folder(self, name: str) -> bool:
        return any(
            not any(flag.lower() in _UNUSABLE for flag in flags)
            for flags, _, _ in self.list_folders("", name)
        )

    def _create(self, name: str) -> None:
        try:
            self.create_folder(name)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            if not self.has_folder(name):  # else somebody was faster
                raise
        # A courtesy to people's mail programs, which hide what is not subscribed.
        with contextlib.suppress(IMAPClientError):
            self.subscribe_folder(name)

    def _personal(self) -> tuple[str, str]:
        """RFC 2342: on some servers every folder lives below INBOX."""
        if self.has_capability("NAMESPACE"):
            own = self.namespace().personal
            if own:
                prefix, delimiter = own[0]
                return prefix or "", delimiter or ""
        roots = self.list_folders("", "")
        delimiter = roots[0][1] if roots else None
        return "", delimiter.decode("ascii", "replace") if delimiter else ""

    def move_to(self, uids: Sequence[int], name: str, *, copied: Collection[int] = ()) -> None:
        """Move, by RFC 6851 where offered; what is no longer there is passed over by the server.

        Of those that were `copied` before no further copy is made.
        """
        if self.has_capability("MOVE"):
            self.move(uids, name)
            return
        if new := [uid for uid in uids if uid not in copied]:
            self.copy(new, name)
        try:
            self._take_away(uids)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as exc:
            raise CopiedOnlyError(str(exc)) from exc

    def _take_away(self, uids: Sequence[int]) -> None:
        """Raise CopiedOnlyError where they stay: Dovecot says OK to who has no right to, and does nothing."""
        marked: set[int] = set()
        self.add_flags(uids, [b"\\Deleted"], silent=True)
        if self.has_capability("UIDPLUS"):
            self.uid_expunge(uids)
        elif (marked := set(self.search(["DELETED"]))) <= set(uids):
            self.expunge()
            marked = set()
        # A bare EXPUNGE would also take what somebody else has marked; then ours stay marked only.
        there = self.list_uids(["UID", ",".join(map(str, uids))]) & set(uids)
        if there - marked:
            raise CopiedOnlyError("it says that it did, and they stay")

    def hang_up(self, *, goodbye: float = 0.0) -> None:
        """Leave; say LOGOUT first when there are seconds for it."""
        if goodbye:
            with contextlib.suppress(IMAPClientError, OSError):
                self.set_timeout(goodbye)
                self.logout()
        self.wire.shutdown()


class Bell:
    """A pair of sockets: rung from anywhere, heard beside the server's."""

    def __init__(self) -> None:
        self._pair: tuple[socket.socket, socket.socket] | None = None
        self.hang()

    def hang(self) -> None:
        if self._pair is None:
            self._pair = socket.socketpair()
            for end in self._pair:
                end.setblocking(False)

    def ring(self) -> None:
        pair = self._pair
        if pair is not None:
            with contextlib.suppress(OSError):  # full: it rings already; closed: nobody waits
                pair[1].send(b"!")

    def wait(self, connection: "Connection | None", seconds: float) -> bool:
        """Return early when the server says something, where there is one; say whether the bell rang."""
        if self._pair is None:
            return True
        ear = self._pair[0]
        with selectors.DefaultSelector() as selector:
            selector.register(ear, selectors.EVENT_READ)
            if connection is not None:
                selector.register(connection.wire.sock, selectors.EVENT_READ)
                seconds = 0 if connection.wire.holds_something else seconds
            heard = selector.select(seconds)
        if not any(key.fileobj is ear for key, _ in heard):
            return False
        with contextlib.suppress(BlockingIOError):
            while ear.recv(1024):
                pass
        return True

    def take_down(self) -> None:
        pair, self._pair = self._pair, None
        for end in pair or ():
            end.close()
