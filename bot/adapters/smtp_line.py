"""smtplib's client with an end to each answer: its own patience is a read's, and begins anew with each."""

import io
import smtplib
import socket
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


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


class SmtpOverTls(Smtp, smtplib.SMTP_SSL):
    """The same where the line begins with TLS."""
