"""Serve the portal and the operators' pages on waitress threads, and end them cleanly."""

import os
import socket
import time
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

import structlog
from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from bot.bootstrap import Bot
from bot.domain.errors import SettingsFault
from handlers.portal import app, connections, ops

if TYPE_CHECKING:
    from slack_bolt import App

log = structlog.get_logger("portal")

DRAIN_SECONDS = 3.0  #: how long running requests may still take when the service ends
PORTAL_THREADS = 8
OPS_THREADS = 2
QUIET_SECONDS = 30  #: after which a connection without a request is closed
#: bytes of a request; what is beyond a page's own limit is answered by a page up to here, and rudely above
LARGEST_BODY = 64_000_000
LOOK_SECONDS = 1  #: between looks for connections to be closed


class PortalServer:
    """Both apps on their addresses; `start` binds and returns, `stop` drains and returns within seconds."""

    def __init__(self, bot: Bot, slack_app: "App | None" = None) -> None:
        self._bot = bot
        self._slack_app = slack_app
        self._listeners: list[_Listener] = []

    def start(self) -> None:
        """Bind both addresses, or raise one SettingsFault that names each that cannot be had."""
        bot = self._bot
        portal, operators = _bind_all(PORTAL_BIND=bot.settings.portal_bind, OPS_BIND=bot.settings.ops_bind)
        self._listeners = [
            _Listener(bot, "portal", app.build(bot, self._slack_app), portal, PORTAL_THREADS),
            _Listener(bot, "ops", ops.build(bot), operators, OPS_THREADS),
        ]
        for listener in self._listeners:
            listener.start()
        log.info("portal started", portal=self.portal_address, ops=self.ops_address)

    def stop(self) -> None:
        """Take no more requests, let the running ones end, close every connection. Twice does no harm."""
        for listener in self._listeners:
            listener.tell_to_stop()
        for listener in self._listeners:
            listener.join()
        self._listeners = []

    @property
    def portal_address(self) -> str:
        """HOST:PORT it is really bound to, also where port 0 was asked for."""
        return self._listeners[0].address

    @property
    def ops_address(self) -> str:
        return self._listeners[1].address


class _Listener:
    """One waitress server in a thread of its own.

    Waitress's own `run` ends only when every kept-alive connection has timed out, and `close` from another
    thread takes the sockets away under its loop; so the loop is ours, and it closes what it opened.
    """

    def __init__(self, bot: Bot, name: str, wsgi: Flask, sock: socket.socket, threads: int) -> None:
        self._bot = bot
        self._name = name
        self.address = _shown(sock)
        self._stopping = Event()
        self._map: dict[int, wasyncore.dispatcher] = {}
        self._server = create_server(
            wsgi,
            map=self._map,
            sockets=[sock],
            threads=threads,
            ident=None,
            channel_timeout=QUIET_SECONDS,
            cleanup_interval=LOOK_SECONDS,
            connection_limit=connections.MOST + 100,  # reached only by who is being answered
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=False,  # `TrustedProxies` decides that
            log_socket_errors=False,  # its lines would carry paths, and with them links
        )
        self._server.channel_class = connections.Connection
        self._looked = 0.0
        self._thread = Thread(target=self._run, name=f"{name}-server", daemon=True)

    def start(self) -> None:
        self._report(f"serves on {self.address}", well=True)
        self._thread.start()

    def tell_to_stop(self) -> None:
        self._stopping.set()
        with suppress(OSError):  # closed already: the loop fell over
            self._server.pull_trigger()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as exc:
            # The door: the other listener lives on, and `/readyz` says that this one does not.
            log.exception("listener raised", listener=self._name)
            self._report(f"has stopped serving ({type(exc).__name__}: {exc}); restart Usher", well=False)
        finally:
            self._server.task_dispatcher.shutdown(timeout=1)
            self._server.trigger.close()
            wasyncore.close_all(self._map, ignore_all=True)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._turn(1.0)
            self._tidy()
        wasyncore.dispatcher.close(self._server)  # the listening socket only; its trigger still wakes us
        until = time.monotonic() + DRAIN_SECONDS
        while self._busy() and time.monotonic() < until:
            self._turn(0.05)

    def _tidy(self) -> None:
        open_ones, now = self._server.active_channels.values(), time.monotonic()
        connections.make_room(open_ones)
        if now >= self._looked + LOOK_SECONDS:
            self._looked = now
            connections.close_late(open_ones, now)

    def _report(self, sentence: str, *, well: bool) -> None:
        self._bot.health.report(self._name, sentence, well=well, now=self._bot.clock.now())

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _busy(self) -> bool:
        """Whether a request is being answered, or an answer still on its way out."""
        return any(
            channel.requests or channel.total_outbufs_len for channel in self._server.active_channels.values()
        )


def _bind_all(**binds: str) -> list[socket.socket]:
    """Open a listening socket for each setting, or none at all and say everything that is wrong."""
    sockets: list[socket.socket] = []
    faults: list[str] = []
    for setting, address in binds.items():
        try:
            sockets.append(_bind(address))
        except OSError as exc:
            unknown = isinstance(exc, socket.gaierror)
            reason = "no such name" if unknown else os.strerror(exc.errno) if exc.errno else str(exc)
            mend = "set" if unknown else "stop what uses it, or set"
            faults.append(f"{setting}: cannot listen on {address} ({reason}); {mend} another HOST:PORT")
    if faults:
        for sock in sockets:
            sock.close()
        raise SettingsFault(*faults)
    return sockets


def _bind(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    socket.getaddrinfo(
        host or None, port, family
    )  # `create_server` makes a nameless error of an unknown name
    return socket.create_server((host, int(port)), family=family, backlog=1024)


def _shown(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
