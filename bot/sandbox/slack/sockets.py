"""Socket Mode: WebSocket connections on loopback, each envelope to one of them."""

import json
import logging
import secrets
import socket
import threading
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from bot.sandbox.slack.cast import APP_ID
from bot.sandbox.slack.courier import Courier, Envelope
from bot.sandbox.slack.loopback import is_loopback_name
from bot.sandbox.slack.pulse import Json, Pulse

LOG = logging.getLogger("usher.sandbox.slack.sockets")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False  # a client that is killed on purpose is no news
MOST_CONNECTIONS = 10


class Sockets:
    """The app's open connections."""

    def __init__(self, pulse: Pulse, courier: Courier) -> None:
        self._pulse = pulse
        self._courier = courier
        self._live: list[ServerConnection] = []
        self._next = 0
        self._tickets: set[str] = set()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self.refusing = False
        self.address = ""

    def start(self, host: str) -> None:
        self._server = serve(
            self._hold,
            host,
            0,
            process_request=self._admit,
            compression=None,
            open_timeout=2,
            close_timeout=1,
            ping_interval=None,
            logger=LOG,
        )
        port = self._server.socket.getsockname()[1]
        self.address = f"ws://{f'[{host}]' if ':' in host else host}:{port}/link/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="slack-sockets", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server = self._thread = None

    def new_url(self) -> str:
        """What apps.connections.open gives: good for one connection."""
        ticket = secrets.token_urlsafe(16)
        with self._pulse.condition:
            self._tickets.add(ticket)
        return f"{self.address}?ticket={ticket}&app_id={APP_ID}"

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
        # An app sends no Origin, or (websocket-client) this server's own; a web page sends another.
        if not is_loopback_name(host) or origin not in {None, f"http://{host}"}:
            return connection.respond(HTTPStatus.FORBIDDEN, "for apps on loopback only\n")
        with self._pulse.condition:
            if self.refusing:
                return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "down\n")
            if ticket not in self._tickets or len(self._live) >= MOST_CONNECTIONS:
                return connection.respond(HTTPStatus.FORBIDDEN, "no such ticket\n")
            self._tickets.discard(ticket)
        return None

    def _hold(self, connection: ServerConnection) -> None:
        with self._pulse.changing():
            self._live.append(connection)
            count = len(self._live)
        try:
            connection.send(json.dumps(hello(count)))
            for message in connection:
                self._hear(message)
        except (ConnectionClosed, OSError):
            LOG.debug("a connection ended")
        finally:
            self._retire(connection)

    def _hear(self, message: str | bytes) -> None:
        with suppress(ValueError):  # an app that talks nonsense gets no answer from Slack either
            heard = json.loads(message)
            if isinstance(heard, dict) and isinstance(heard.get("envelope_id"), str):
                self._courier.acknowledge(heard["envelope_id"], heard.get("payload"))

    def _retire(self, connection: ServerConnection) -> None:
        with self._pulse.changing():
            if connection in self._live:
                self._live.remove(connection)

    @property
    def connected(self) -> int:
        with self._pulse.condition:
            return len(self._live)

    def send(self, envelope: Envelope) -> bool:
        """To the next connection in turn; a dead one is skipped."""
        text = json.dumps(envelope.as_message())
        while True:
            with self._pulse.condition:
                if not self._live:
                    return False
                connection = self._live[self._next % len(self._live)]
                self._next += 1
            try:
                connection.send(text)
            except (ConnectionClosed, OSError):
                self._retire(connection)
            else:
                return True

    def cut(self, last: bytes = b"") -> None:
        """Drop every connection without a word, or behind those bytes: the beginning of a frame."""
        with self._pulse.condition:
            live = list(self._live)
        for connection in live:
            self._retire(connection)
            with suppress(OSError):
                connection.socket.sendall(last)
                connection.socket.shutdown(socket.SHUT_RDWR)

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the app to connect anew, as Slack does every few hours; the old lines get nothing more."""
        with self._pulse.condition:
            live = list(self._live)
        for connection in live:
            self._retire(connection)
            with suppress(ConnectionClosed, OSError):
                connection.send(
                    json.dumps({"type": "disconnect", "reason": reason, "debug_info": debug_info()})
                )


def debug_info() -> Json:
    return {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18_060}


def hello(count: int) -> Json:
    return {
        "type": "hello",
        "num_connections": count,
        "connection_info": {"app_id": APP_ID},
        "debug_info": debug_info(),
    }
