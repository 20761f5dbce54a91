"""What goes wrong with a request to an outside system on loopback, before it has acted or after."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer as it goes out."""

    status: int
    content: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return b"" if self.content is None else json.dumps(self.content).encode()


@dataclass(frozen=True)
class Exchange:
    """One request that something is to go wrong with."""

    handler: BaseHTTPRequestHandler
    act: Callable[[], Said]  #: do what was asked; may be called more than once

    def send(self, said: Said, *, body: bytes | None = None, length: int | None = None) -> None:
        raw = said.body if body is None else body
        self.handler.send_response(said.status)
        for name, value in said.headers.items():
            self.handler.send_header(name, value)
        if said.status != 204:
            self.handler.send_header("Content-Length", str(len(raw) if length is None else length))
        self.handler.end_headers()
        self.handler.wfile.write(raw)

    def wait_for_the_client_to_leave(self) -> None:
        self.handler.rfile.read(1)


Fault = Callable[[Exchange], None]


def silent(*, after_acting: bool) -> Fault:
    """Not a byte until the client gives up."""

    def fault(exchange: Exchange) -> None:
        if after_acting:
            exchange.act()
        exchange.wait_for_the_client_to_leave()

    return fault


def cut(*, after_acting: bool) -> Fault:
    """The line goes down instead of an answer."""

    def fault(exchange: Exchange) -> None:
        if after_acting:
            exchange.act()

    return fault


def says(status: int, content: dict[str, Any] | None = None, *, acts: bool = False, **headers: str) -> Fault:
    """One answer, whatever was asked; header names with _ for -."""

    def fault(exchange: Exchange) -> None:
        if acts:
            exchange.act()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange.send(Said(status=status, content=content or {}, headers=named))

    return fault


def half_a_body(exchange: Exchange) -> None:
    said = exchange.act()
    body = said.body or b'{"links": []}'
    exchange.send(Said(status=200), body=body[: len(body) // 2], length=len(body))


def trickles(exchange: Exchange) -> None:
    """A byte now and then, so that no time-out of a socket ever strikes."""
    exchange.act()
    exchange.handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    pause = threading.Event()
    for _ in range(200):
        exchange.handler.wfile.write(b"x")
        pause.wait(0.02)


def twice(exchange: Exchange) -> None:
    """Something on the way repeats the request."""
    exchange.act()
    exchange.send(exchange.act())


def huge(exchange: Exchange) -> None:
    exchange.act()
    exchange.send(Said(status=200), body=b'{"number": "' + b"9" * 3_000_000 + b'"}')


def no_json(exchange: Exchange) -> None:
    exchange.act()
    exchange.send(Said(status=200), body=b"<h1>Welcome</h1>")


def no_http(exchange: Exchange) -> None:
    exchange.act()
    exchange.handler.wfile.write(b"220 mx.example.com ESMTP\r\n")
