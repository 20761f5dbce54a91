"""The proxies' samples: customers get past the sign-on, staff's pages do not, and logs keep no link."""

import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.error import HTTPError

import pytest
from pytest_httpserver import HTTPServer
from slack_bolt import App
from slack_sdk import WebClient
from werkzeug import Request, Response

from handlers.cli.logs import redact
from handlers.portal import app as portal
from handlers.portal.serve import PortalServer
from tests.certificates import Authority, make_authority
from tests.deploy.proxies import Caddy, Nginx, Proxy, running
from tests.portal.conftest import Found, found
from tests.processes import free_port

__all__ = ["found"]  # pytest finds the fixture here

pytestmark = [pytest.mark.service, pytest.mark.slow]

TOKEN = "a-token-that-opens-a-case"
TAG = re.compile("<[^>]*>")
#: the contract's paths, those that come later too
CUSTOMERS = (
    "/", "/faq", "/faq/reset-password", "/contact", f"/status/{TOKEN}", "/ris", "/register",
    f"/register/{TOKEN}", f"/activate/{TOKEN}", f"/invite/{TOKEN}", "/prolong", f"/prolong/{TOKEN}",
    "/sign-in", "/passcode", "/dashboard", "/password", "/security-questions",
    "/imprint", "/privacy", "/terms", "/slack/events",
)  # fmt: skip
STAFFS = (f"/enroll/{TOKEN}", "/readyz", "/metrics", "/slack/events/more", "/faqs", "/statuses")

Start = Callable[..., Proxy]


class House:
    """What stands behind the proxy: a portal that remembers, and a sign-on that lets nobody in."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def answer(self, request: Request) -> Response:
        if request.path == "/oauth2/auth":
            return Response("sign in first", status=401)
        self.requests.append(request)
        return Response("the portal")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def house(httpserver: HTTPServer) -> House:
    made = House()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(made.answer)
    return made


@pytest.fixture(params=[Nginx, Caddy])
def start(
    request: pytest.FixtureRequest, tmp_path: Path, authority: Authority, httpserver: HTTPServer
) -> Iterator[Start]:
    """Start the proxy in front of the house, or of another portal."""
    kind: type[Proxy] = request.param
    with ExitStack() as stack:

        def make(upstream: int = httpserver.port) -> Proxy:
            proxy = kind(
                folder=tmp_path,
                port=free_port(),
                upstream=upstream,
                sign_on=httpserver.port,
                authority=authority,
            )
            return stack.enter_context(running(proxy))

        yield make


def ask(proxy: Proxy, path: str, **headers: str) -> int:
    asked = urllib.request.Request(proxy.url + path, headers=headers)
    try:
        with urllib.request.urlopen(asked, context=proxy.authority.client_context, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def test_customers_pages_get_past_the_sign_on_and_all_else_does_not(start: Start, house: House) -> None:
    proxy = start()

    assert {path: ask(proxy, path) for path in CUSTOMERS} == dict.fromkeys(CUSTOMERS, 200)
    assert {path: ask(proxy, path) for path in STAFFS} == dict.fromkeys(STAFFS, 401)
    assert [request.path for request in house.requests] == list(CUSTOMERS)


def test_every_page_that_the_portal_has_gets_past_but_the_staffs(
    start: Start, house: House, found: Found
) -> None:
    slack = App(client=WebClient(token="xoxb-t"), signing_secret="s", token_verification_enabled=False)
    rules = portal.build(found().bot, slack).url_map.iter_rules()
    paths = {re.sub("<.*?>", "x", rule.rule) for rule in rules}
    proxy = start()

    staffs = {path for path in paths if path.startswith("/enroll/")}

    assert len(staffs) == 2
    assert len(paths - staffs) > 7
    assert {path: ask(proxy, path) for path in paths} == {
        path: 401 if path in staffs else 200 for path in paths
    }
    assert len(house.requests) == len(paths - staffs)


def test_what_a_visitor_claims_of_where_they_come_from_is_dropped(start: Start, house: House) -> None:
    ask(start(), "/contact", **{"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example"})
    headers = house.requests[0].headers

    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Host"].partition(":")[0] == "localhost"
    assert headers["X-Forwarded-Proto"] == "https"


def test_no_log_keeps_a_links_token_not_even_while_the_portal_is_down(start: Start, house: House) -> None:
    proxy = start()
    ask(proxy, f"/status/{TOKEN}")
    ask(proxy, f"/enroll/{TOKEN}?next=/")
    logged = proxy.log()

    assert len(house.requests) == 1
    assert "/status/" in logged
    assert TOKEN not in logged


def test_every_page_with_a_token_is_masked(start: Start, found: Found) -> None:
    slack = App(client=WebClient(token="xoxb-t"), signing_secret="s", token_verification_enabled=False)
    rules = portal.build(found().bot, slack).url_map.iter_rules()
    paths = {TAG.sub("1", rule.rule.replace("<token>", TOKEN)) for rule in rules if "<token>" in rule.rule}
    proxy = start()
    for path in sorted(paths):
        ask(proxy, path)

    assert len(paths) > 10
    assert len(proxy.log().splitlines()) >= len(paths)
    assert TOKEN not in proxy.log()
    assert not any(TOKEN in str(redact(None, "", {"said": f"GET {path}"})["said"]) for path in paths)


def test_nor_does_the_log_of_its_errors(start: Start) -> None:
    proxy = start(upstream=free_port())

    assert ask(proxy, f"/status/{TOKEN}") == 502
    assert TOKEN not in proxy.log()


def test_the_real_portal_serves_a_status_page_through_it(start: Start, found: Found) -> None:
    town = found(trusted_proxies="127.0.0.1", portal_url="https://localhost")
    town.open_case()
    server = PortalServer(town.bot)
    server.start()
    try:
        proxy = start(upstream=int(server.portal_address.rpartition(":")[2]))

        assert ask(proxy, town.link()) == 200
        assert ask(proxy, "/status/unknown") == 404
    finally:
        server.stop()
