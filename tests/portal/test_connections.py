"""Visitors who send slowly, or nothing, on real sockets: they keep nobody else out."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from handlers.portal import connections
from handlers.portal.connections import Connection
from handlers.portal.serve import PortalServer
from tests.portal.conftest import Found

pytestmark = pytest.mark.slow

STUCK = b"POST /contact HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nx"


@pytest.fixture
def server(found: Found) -> Iterator[PortalServer]:
    server = PortalServer(found(portal_url="http://127.0.0.1:8080").bot)
    server.start()
    yield server
    server.stop()


def dial(server: PortalServer, said: bytes) -> socket.socket:
    host, port = server.portal_address.split(":")
    line = socket.create_connection((host, int(port)), timeout=10)
    line.sendall(said)
    return line


def open_ones(server: PortalServer) -> list[Connection]:
    return list(server._listeners[0]._server.active_channels.values())


def ask(server: PortalServer) -> int:
    line = http.client.HTTPConnection(server.portal_address, timeout=10)
    line.request("GET", "/faq")
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status


def test_many_who_never_finish_their_request_keep_nobody_out(server: PortalServer) -> None:
    with ExitStack() as stack:
        for _ in range(150):
            stack.enter_context(dial(server, STUCK))

        assert ask(server) == 200


def test_who_sends_too_slowly_is_hung_up_on(server: PortalServer) -> None:
    with dial(server, STUCK) as stuck:
        assert ask(server) == 200  # by then the other one has been read
        (one,) = [one for one in open_ones(server) if one.request is not None]
        one.waits_since -= connections.PATIENCE + 1

        assert stuck.recv(1) == b""


def test_a_body_may_take_the_time_that_a_slow_line_needs(server: PortalServer) -> None:
    with dial(server, STUCK):
        assert ask(server) == 200
        (one,) = [one for one in open_ones(server) if one.request is not None]
        end = one.waits_since + connections.PATIENCE
        one.request.body_bytes_received = 10 * connections.BYTES_A_SECOND

        assert not one.is_late(end + 9)
        assert one.is_late(end + 11)


def test_where_there_are_too_many_the_longest_waiting_make_room(server: PortalServer) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(dial(server, STUCK)) for _ in range(5)]
        assert ask(server) == 200
        here = {line.getsockname(): line for line in lines}
        waiting = {here[one.addr]: one for one in open_ones(server) if one.addr in here}
        connections.make_room(list(waiting.values()), most=6, fewer=2)
        assert not any(one.will_close for one in waiting.values())

        connections.make_room(list(waiting.values()), most=5, fewer=2)

        assert ask(server) == 200  # wakes the loop
        assert [line.recv(1) for line in lines[:2]] == [b"", b""]
        assert [one.will_close for line, one in waiting.items() if line in lines[2:]] == [False] * 3


@pytest.mark.parametrize(
    "request_line", [b"GET /faq HTTP/1.1", b"HEAD /faq HTTP/1.1", b"POST /faq HTTP/1.1\r\nContent-Length: 0"]
)
def test_a_request_that_expects_to_go_on_and_has_no_body_is_answered(
    server: PortalServer, request_line: bytes
) -> None:
    with dial(server, request_line + b"\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n\r\n") as line:
        assert line.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 405")


def test_a_body_that_is_expected_is_asked_for(server: PortalServer) -> None:
    head = b"POST /faq HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    with dial(server, head) as line:
        assert line.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"ab")
        assert line.recv(12) == b"HTTP/1.1 405"
