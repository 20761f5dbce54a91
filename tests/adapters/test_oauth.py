"""Tokens by client credentials: kept, renewed in time, asked for once; refusals name cause and mend."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest

from bot.adapters.http_line import HttpLine
from bot.adapters.oauth import ClientSecret, TokenSource, build_tokens
from bot.adapters.tls import build_context
from bot.domain.errors import LogInRefused, PermanentFailure, TransientFailure
from bot.settings import load
from tests.adapters.scripted import Line, Scripted
from tests.certificates import Authority, make_authority
from tests.test_settings import GOOD
from tests.token_server import CLIENT_ID, CLIENT_SECRET, SCOPE, Clock, TokenServer, says, trickles

pytestmark = pytest.mark.slow

TRUST = build_context()


@dataclass
class World:
    server: TokenServer
    clock: Clock = field(default_factory=Clock)

    def source(self, *, url: str = "", secret: str = CLIENT_SECRET, deadline: float = 5.0) -> TokenSource:
        line = HttpLine(url or self.server.token_url, context=TRUST, deadline=deadline)
        credentials = ClientSecret(client_id=CLIENT_ID, client_secret=secret, scope=SCOPE)
        return TokenSource(line, credentials, clock=self.clock)


@pytest.fixture
def world() -> Iterator[World]:
    with TokenServer() as server:
        yield World(server)


def first(source: TokenSource) -> str:
    return next(source.offers())


def test_a_token_is_asked_for_as_the_rfc_has_it_and_kept(world: World) -> None:
    source = world.source()

    assert first(source) == first(source)
    assert world.server.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": SCOPE,
        }
    ]


@pytest.mark.parametrize(("lifetime", "kept"), [(3600, 3479), (60, 29), (0.5, 0.2)])
def test_it_is_renewed_before_it_ends(world: World, lifetime: float, kept: float) -> None:
    world.server.lifetime = lifetime
    source = world.source()
    token = first(source)
    world.clock.now += kept
    assert first(source) == token

    world.clock.now += lifetime - kept - 0.1
    assert first(source) != token


@pytest.mark.parametrize(
    "said", ["3600", 3600.0, None, "soon", -5, 0, True, [1], "1e999", pytest.param(10**400, id="huge")]
)
def test_a_lifetime_of_any_kind_is_kept_between_a_moment_and_a_day(world: World, said: object) -> None:
    answer = {"access_token": "t1", "token_type": "bearer", "expires_in": said}
    world.server.coming.append(says(200, answer))
    source = world.source()
    first(source)
    world.clock.now += 86_400

    assert first(source) != "t1"


def test_a_refused_token_is_replaced_once(world: World) -> None:
    source = world.source()
    old = first(source)

    offered = list(source.offers())

    assert offered[0] == old
    assert len(offered) == len(set(offered)) == 2
    assert first(source) == offered[1]


def test_a_token_that_was_just_given_is_not_doubted(world: World) -> None:
    assert len(list(world.source().offers())) == len(world.server.asked) == 1


def test_many_threads_ask_once(world: World) -> None:
    source = world.source()
    together = threading.Barrier(8)

    def ask(_: int) -> str:
        together.wait()
        return first(source)

    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(ask, range(8)))

    assert (len(tokens), len(world.server.asked)) == (1, 1)


def test_two_threads_whose_token_was_refused_share_the_new_one(world: World) -> None:
    source = world.source()
    first(source)
    one, other = source.offers(), source.offers()

    assert next(one) == next(other)
    assert next(one) == next(other)
    assert len(world.server.asked) == 2


@pytest.mark.parametrize(
    ("status", "answer", "cause", "mend"),
    [
        (401, ("invalid_client", "AADSTS7000222: expired"), "secret has expired", "OAUTH_CLIENT_SECRET"),
        (401, ("invalid_client", "AADSTS7000215: wrong"), "secret is wrong", "not its id"),
        (400, ("unauthorized_client", "AADSTS700016: app"), "client id is not known", "OAUTH_CLIENT_ID"),
        (400, ("invalid_request", "AADSTS90002: tenant"), "no such tenant", "OAUTH_TOKEN_URL"),
        (400, ("invalid_scope", "AADSTS70011: scope"), "scope is refused", "OAUTH_SCOPE"),
        (400, ("invalid_client", "AADSTS9999999: news"), "(AADSTS9999999)", "OAUTH_CLIENT_ID"),
        (401, ("invalid_client", ""), "or the secret has expired (invalid_client)", "OAUTH_CLIENT_SECRET"),
        (400, ("unauthorized_client", ""), "may not have tokens", "admin's consent"),
        (400, ("invalid_scope", None), "scope is refused (invalid_scope)", "OAUTH_SCOPE"),
        (400, ("unsupported_grant_type", ""), "client credentials", "MAIL_AUTH=password"),
        (404, ("", ""), "no such address (404)", "OAUTH_TOKEN_URL"),
    ],
)
def test_what_only_a_person_can_mend_names_its_cause_and_mend(
    world: World, status: int, answer: tuple[str, str | None], cause: str, mend: str
) -> None:
    world.server.coming.append(says(status, {"error": answer[0], "error_description": answer[1]}))
    with pytest.raises(PermanentFailure) as caught:
        first(world.source())

    assert caught.value.reason.startswith("no token")
    assert cause in caught.value.reason
    assert mend in caught.value.mend


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (says(200, "<html>Sign in</html>", Content_Type="text/html"), "without an access token"),
        (says(200, "[" * 60_000), "without an access token"),
        (says(200, '{"access_token": null}'), "without an access token"),
        (says(200, {"access_token": ""}), "without an access token"),
        (says(200, {"access_token": "a b"}), "without an access token"),
        (says(200, {"access_token": "a\x01auth=Bearer other"}), "without an access token"),
        (says(200, {"access_token": "\r\nA1 DELETE INBOX"}), "without an access token"),
        (says(200, {"access_token": "x" * 20_000}), "without an access token"),
        (says(200, b'{"access_token": "t"' + b" " * 70_000 + b"}"), "without an access token"),
        (says(200, {"access_token": "t", "token_type": "mac"}), "no bearer token"),
        (says(200, '["access_token"]'), "without an access token"),
        (says(302, "", Location="http://127.0.0.1:1/elsewhere"), "sends us elsewhere (302)"),
        (says(307, "", Location="https://elsewhere.example/token"), "sends us elsewhere (307)"),
        (says(500, "<h1>Oops</h1>"), "not give one now (500)"),
        (says(503, {"error": "temporarily_unavailable"}), "not give one now (503)"),
        (says(400, {"error": ["invalid_client"]}), "not give one now (400)"),
        (says(400, {"error": "AADSTS50196 correct~horse.battery staple"}), "not give one now (400)"),
        (lambda handler: handler.wfile.write(b"220 mx.example.com ESMTP\r\n"), "not HTTP"),
        (lambda handler: handler.connection.close(), "gave no whole answer: the line broke"),
    ],
)
def test_what_may_pass_is_a_failure_to_come_back_from(
    world: World, answer: Callable[[BaseHTTPRequestHandler], None], said: str
) -> None:
    world.server.coming.append(answer)
    source = world.source()
    with pytest.raises(TransientFailure) as caught:
        first(source)

    assert said in str(caught.value)
    assert "OAUTH_TOKEN_URL" in str(caught.value)
    assert first(source).startswith("at-")


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("99999", 600.0), ("soon", None), ("-1", None)])
def test_a_named_wait_is_passed_on(world: World, header: str, wait: float | None) -> None:
    world.server.coming.append(says(429, "slow down", Retry_After=header))
    with pytest.raises(TransientFailure) as caught:
        first(world.source())

    assert caught.value.retry_after == wait


def test_an_answer_that_trickles_in_has_its_time_and_no_more(world: World) -> None:
    world.server.coming.append(trickles(3))
    began = time.monotonic()
    with pytest.raises(TransientFailure, match="no answer in time"):
        first(world.source(deadline=0.3))

    assert time.monotonic() - began < 2


def test_nothing_that_is_secret_is_repeated(world: World) -> None:
    with pytest.raises(LogInRefused) as caught:
        first(world.source(secret="hunter2-hunter2"))  # the server repeats it

    assert "the client secret is wrong (AADSTS7000215)" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/token", "https://tokens.invalid/token"])
def test_a_server_that_is_not_there_is_named_with_its_setting(world: World, url: str) -> None:
    with pytest.raises(
        TransientFailure, match=rf"{urlsplit(url).hostname} cannot be reached.*OAUTH_TOKEN_URL"
    ):
        first(world.source(url=url))


# TLS and the way out


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"), names=("localhost", "login.example"))


def built(server: TokenServer, **more: object) -> TokenSource:
    settings = load({**GOOD, **server.settings(), **more}, env_file=None)
    tokens = build_tokens(settings, build_context(settings.ca_bundle))
    assert tokens is not None
    return tokens


def test_the_bundles_authority_is_believed_and_no_other(authority: Authority) -> None:
    with TokenServer(tls=authority.server_context) as server:
        assert first(built(server, ca_bundle=authority.bundle)).startswith("at-")
        with pytest.raises(PermanentFailure, match=r"cannot be trusted.*CA_BUNDLE"):
            first(built(server))

    assert len(server.asked) == 1


def test_a_certificate_for_another_name_is_not_believed(authority: Authority) -> None:
    with (
        TokenServer(tls=authority.server_context, host="127.1") as server,
        pytest.raises(PermanentFailure, match="cannot be trusted"),
    ):
        first(built(server, ca_bundle=authority.bundle))

    assert server.asked == []


def test_passwords_need_no_tokens() -> None:
    assert build_tokens(load(GOOD, env_file=None), build_context()) is None


def tunnels_to(port: int, refusal: str = "") -> Callable[[Line], None]:
    """A proxy that knows one way."""

    def script(line: Line) -> None:
        while line.hear():
            pass
        if refusal:
            line.say(refusal)
            return
        line.say("HTTP/1.1 200 Connection established\r\n\r\n")
        line.pipe_to(port)

    return script


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_the_way_leads_through_the_proxy_of_the_settings(authority: Authority, scheme: str) -> None:
    with (
        TokenServer(tls=authority.server_context, host="login.example") as server,
        Scripted(tunnels_to(server.port)) as proxy,
    ):
        way = {"https_proxy": f"{scheme}usher:p%40ss@127.0.0.1:{proxy.port}", "ca_bundle": authority.bundle}
        token = first(built(server, **way))

    assert token.startswith("at-")
    assert proxy.heard[0].startswith(f"CONNECT login.example:{server.port}".encode())
    assert b"Proxy-Authorization: Basic dXNoZXI6cEBzcw==" in proxy.heard


def test_a_proxy_that_refuses_is_named(authority: Authority) -> None:
    with (
        TokenServer(tls=authority.server_context, host="login.example") as server,
        Scripted(tunnels_to(server.port, "HTTP/1.1 407 Who are you\r\n\r\n")) as proxy,
        pytest.raises(TransientFailure, match="through HTTPS_PROXY"),
    ):
        first(built(server, https_proxy=f"http://127.0.0.1:{proxy.port}"))


def test_loopback_needs_no_proxy(world: World) -> None:
    assert first(built(world.server, https_proxy="http://127.0.0.1:1")).startswith("at-")
