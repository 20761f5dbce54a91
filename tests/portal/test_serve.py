"""The real servers on loopback: both addresses, a full port, and an end within seconds."""

import contextlib
import errno
import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bot.domain.errors import SettingsFault
from bot.rendering.words import words
from handlers.portal.serve import PortalServer
from tests.portal.conftest import Found, Town

pytestmark = pytest.mark.slow


def ask(address: str, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())
    finally:
        connection.close()


@pytest.fixture
def local(found: Found) -> Town:
    return found(portal_url="http://127.0.0.1:8080")


@pytest.fixture
def server(local: Town) -> Iterator[PortalServer]:
    server = PortalServer(local.bot)
    server.start()
    yield server
    server.stop()


def test_it_serves_a_status_page_and_the_operators_pages(local: Town, server: PortalServer) -> None:
    local.open_case()

    status, body, headers = ask(server.portal_address, local.link())
    assert (status, "Borealis Turbines GmbH" in body) == (200, True)
    assert "Server" not in headers
    assert ask(server.ops_address, "/healthz")[0] == 200


def test_what_is_far_too_large_is_answered_by_a_page_in_the_visitors_language(server: PortalServer) -> None:
    connection = http.client.HTTPConnection(server.portal_address, timeout=30)
    with contextlib.closing(connection):
        connection.request("POST", "/ris", body=b"x" * 26_500_000, headers={"Accept-Language": "de"})
        answer = connection.getresponse()
        page = answer.read().decode()

    assert answer.status == 413
    assert words("de").say("page.error.413.title") in page


def test_the_operators_pages_are_not_on_the_portal_nor_the_other_way_round(
    local: Town, server: PortalServer
) -> None:
    local.open_case()

    assert [ask(server.portal_address, path)[0] for path in ("/healthz", "/readyz", "/metrics")] == [404] * 3
    assert ask(server.ops_address, local.link())[0] == 404


def test_both_report_that_they_serve(server: PortalServer) -> None:
    ready = ask(server.ops_address, "/readyz")[1]

    assert f"well   portal: serves on {server.portal_address}" in ready
    assert f"well   ops: serves on {server.ops_address}" in ready


def test_a_listener_that_falls_over_is_unwell_and_the_other_says_so(server: PortalServer) -> None:
    def fall_over(seconds: float) -> None:
        raise OSError(f"no more after {seconds} s")

    portal = server._listeners[0]
    portal._turn = fall_over  # type: ignore[method-assign]
    with contextlib.suppress(OSError):
        ask(server.portal_address, "/")  # wakes the loop
    portal.join()
    status, ready, _ = ask(server.ops_address, "/readyz")

    assert status == 503
    assert "UNWELL portal: has stopped serving (OSError: no more after 1.0 s); restart Usher" in ready


def test_a_taken_port_is_one_clear_line_for_each_setting_and_binds_nothing(found: Found) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        town = found(portal_bind=bind, ops_bind=bind)

        with pytest.raises(SettingsFault) as caught:
            PortalServer(town.bot).start()
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["PORTAL_BIND", "OPS_BIND"]
    assert all(bind in fault and "\n" not in fault for fault in caught.value.faults)


def test_a_host_that_is_not_ours_is_named_too(found: Found) -> None:
    with pytest.raises(SettingsFault, match=r"OPS_BIND: cannot listen on 192\.0\.2\.1:0"):
        PortalServer(found(ops_bind="192.0.2.1:0").bot).start()


def test_a_host_that_nobody_knows_is_no_port_that_is_taken(found: Found) -> None:
    with pytest.raises(SettingsFault, match=r"nowhere\.invalid:0 \(no such name\); set another HOST:PORT"):
        PortalServer(found(ops_bind="nowhere.invalid:0").bot).start()


def test_it_ends_at_once_though_a_visitor_keeps_the_connection_open(local: Town) -> None:
    server = PortalServer(local.bot)
    server.start()
    lingering = http.client.HTTPConnection(server.portal_address, timeout=10)
    lingering.request("GET", "/")
    lingering.getresponse().read()

    begun = time.monotonic()
    server.stop()
    server.stop()
    assert time.monotonic() - begun < 2
    lingering.close()
    assert not [thread for thread in threading.enumerate() if thread.name.endswith("-server")]


def test_a_running_request_is_answered_before_the_end(local: Town) -> None:
    local.open_case()
    entered, leave = threading.Event(), threading.Event()
    clock_now = local.clock.now

    def slow_now() -> object:
        entered.set()
        leave.wait(5)
        return clock_now()

    server = PortalServer(local.bot)
    server.start()
    local.clock.now = slow_now  # type: ignore[method-assign,assignment]
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(ask(server.portal_address, local.link())[0]))
    asking.start()
    entered.wait(5)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    leave.set()
    asking.join(5)
    stopping.join(5)

    assert answers == [200]
    assert not stopping.is_alive()


def test_its_port_is_free_again_afterwards(found: Found, local: Town) -> None:
    server = PortalServer(local.bot)
    server.start()
    bind = server.portal_address
    ask(bind, "/")
    server.stop()

    again = PortalServer(found(portal_url="http://127.0.0.1:8080", portal_bind=bind).bot)
    again.start()
    assert ask(bind, "/")[0] == 200
    again.stop()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET /status/\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
    ],
)
def test_broken_requests_cost_nobody_else_anything(server: PortalServer, raw: bytes) -> None:
    host, port = server.portal_address.split(":")
    # Having refused, the server may hang up before we have said all, or that it was all.
    with (
        contextlib.suppress(ConnectionError),
        socket.create_connection((host, int(port)), timeout=5) as line,
    ):
        line.sendall(raw)
        try:
            line.shutdown(socket.SHUT_WR)
        except OSError as exc:
            assert exc.errno == errno.ENOTCONN  # noqa: PT017 - it has no class of its own
        assert line.recv(1000)[:7] in (b"HTTP/1.", b"")

    assert ask(server.portal_address, "/")[0] == 200
