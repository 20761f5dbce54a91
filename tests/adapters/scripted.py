"""A server on loopback that follows a script line by line, for faults no real server shows on demand."""

import selectors
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self


class Line:
    """One accepted connection, as its script speaks and hears."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.heard: list[bytes] = []
        self._unread = b""

    def say(self, text: str | bytes) -> None:
        self.sock.sendall(text.encode() if isinstance(text, str) else text)

    def hear(self) -> bytes:
        """Read one line, without its end; raise EOFError when the client has gone."""
        while b"\n" not in self._unread:
            chunk = self.sock.recv(65_536)
            if not chunk:
                raise EOFError
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        line = line.rstrip(b"\r")
        self.heard.append(line)
        return line

    def hear_bytes(self, size: int) -> bytes:
        """Read so many bytes; raise EOFError when the client has gone."""
        while len(self._unread) < size:
            chunk = self.sock.recv(65_536)
            if not chunk:
                raise EOFError
            self._unread += chunk
        taken, self._unread = self._unread[:size], self._unread[size:]
        return taken

    def start_tls(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def pipe_to(self, port: int) -> None:
        """Carry everything to and fro, as a proxy does, until one of both has ended."""
        with socket.create_connection(("127.0.0.1", port)) as other, selectors.DefaultSelector() as selector:
            for one, another in ((self.sock, other), (other, self.sock)):
                selector.register(one, selectors.EVENT_READ, (one, another))
            while True:
                for key, _ in selector.select():
                    one, another = key.data
                    chunk = one.recv(65_536)
                    if not chunk:
                        return
                    another.sendall(chunk)

    def cut(self) -> None:
        """End the connection; `shutdown` makes it certain even when somebody still holds the socket."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            self.sock.close()
        else:
            self.sock.close()


Script = Callable[[Line], None]


class Scripted:
    """Runs one script a connection; several scripts are taken in turn, the last one again and again."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = scripts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._threads: list[threading.Thread] = []
        self.lines: list[Line] = []
        self.faults: list[BaseException] = []

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def heard(self) -> list[bytes]:
        return [line for connection in self.lines for line in connection.heard]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for line in self.lines:
            line.cut()
        for thread in self._threads:
            thread.join()
        if exc is None and self.faults:
            raise self.faults[0]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            script = self._scripts[min(len(self.lines), len(self._scripts) - 1)]
            line = Line(sock)
            self.lines.append(line)
            thread = threading.Thread(target=self._run, args=(script, line), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, script: Script, line: Line) -> None:
        try:
            with suppress(EOFError, OSError):  # the client has left, which ends every script
                script(line)
        except AssertionError as exc:
            self.faults.append(exc)
        finally:
            line.cut()
