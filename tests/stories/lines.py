"""A line between the desk and a server that goes silent, slow or into crumbs when told to."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

NEVER = b"\0never\0"


class Trunk:
    """Passes bytes both ways on loopback; its faults are attributes, for the lines that open from then on."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.leads_to = 0
        self._open: set[socket.socket] = set()
        self.mend()

    def mend(self) -> None:
        """Pass everything again; lines that were opened with a fault are cut."""
        #: The server falls silent once the desk has said this …
        self.silent_when_told = NEVER
        #: … or once it has itself said this; b"" is before its first byte.
        self.silent_after = NEVER
        #: Each byte of the server's comes in a packet of its own.
        self.crumbs = False
        self.cut()

    def cut(self) -> None:
        for sock in list(self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def serving(self) -> Iterator[None]:
        thread = threading.Thread(target=self._accept, name="trunk", daemon=True)
        thread.start()
        try:
            yield
        finally:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self.cut()
            thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._join, args=(near,), name="trunk-line", daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(("127.0.0.1", self.leads_to)) as far:
            for sock in (near, far):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open |= {near, far}
            silent = threading.Event()
            told = _Ear(self.silent_when_told, silent)
            back = threading.Thread(target=_pump, args=(near, far, told.hears), daemon=True)
            back.start()
            _pump(far, near, self._mangle(silent))
            back.join()
            self._open -= {near, far}

    def _mangle(self, silent: threading.Event) -> "Callable[[bytes], list[bytes]]":
        if self.silent_after == b"":
            silent.set()
        said = _Ear(self.silent_after, silent)
        crumbs = self.crumbs

        def mangle(chunk: bytes) -> list[bytes]:
            if silent.is_set():
                return []
            (let,) = said.hears(chunk)
            return [let[at : at + 1] for at in range(len(let))] if crumbs else [let]

        return mangle


class _Ear:
    """Waits for a word in a stream, in however many pieces; what comes after it is not let through."""

    def __init__(self, word: bytes, heard: threading.Event) -> None:
        self._word = word
        self._heard = heard
        self._tail = b""

    def hears(self, chunk: bytes) -> list[bytes]:
        self._tail += chunk
        at = self._tail.find(self._word) if self._word else -1
        if at < 0:
            self._tail = self._tail[-max(len(self._word), 1) :]
            return [chunk]
        self._heard.set()
        after = len(self._tail) - at - len(self._word)
        return [chunk[: len(chunk) - after]]


def _pump(source: socket.socket, target: socket.socket, passed: Callable[[bytes], list[bytes]]) -> None:
    with suppress(OSError):
        while chunk := source.recv(65_536):
            for piece in passed(chunk):
                target.sendall(piece)
    for sock in (source, target):
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
