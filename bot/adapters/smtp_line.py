"""smtplib's client with an end to each answer and each mail: its own patience is a read's, or a piece's."""

import io
import smtplib
import socket
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

PIECE = 16_384  #: bytes, as TLS has them
SENT_WITHIN = 4  #: times as long as a piece may take what is sent takes at most …
SLOWEST = 8_192  #: … and a second more for so many bytes of it


class _Said(io.RawIOBase):
    """What the server says, until it has said it for too long."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        if monotonic() > self.until:
            raise TimeoutError("the answer does not end")
        return self._sock.recv_into(buffer)


class Smtp(smtplib.SMTP):
    """An answer as a whole may take as long as one read of it, and that last read."""

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        if self.file is None:
            self._said = _Said(self.sock)
            self.file = io.BufferedReader(self._said)
        self._said.until = monotonic() + (self.sock.gettimeout() or 0.0)
        return super().getreply()

    def send(self, s: "str | ReadableBuffer") -> None:
        """In pieces: smtplib gives a large mail on a slow line no more time than a short one."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        rest = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        until = monotonic() + SENT_WITHIN * (self.sock.gettimeout() or 0.0) + len(rest) / SLOWEST
        try:
            while rest:
                if monotonic() > until:
                    raise TimeoutError("it is not taken")
                rest = rest[self.sock.send(rest[:PIECE]) :]
        except OSError as exc:
            self.close()
            raise smtplib.SMTPServerDisconnected("Server not connected") from exc


class SmtpOverTls(Smtp, smtplib.SMTP_SSL):
    """The same where the line begins with TLS."""
