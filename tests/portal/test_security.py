"""Headers, hosts, proxies, CSRF, limits: what stands before every page of the portal."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from ipaddress import ip_address
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Blueprint, Flask, render_template_string, request
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from handlers.portal import app
from handlers.portal.proxies import TrustedProxies, read_address
from tests.portal.conftest import Found, Town, client_of

PATHS = ("/", "/faq", "/imprint", "/privacy", "/terms", "/status/none", "/nope", "/static/none.css")
FORM = '<form method="post"><input name="csrf_token" value="{{ csrf_token() }}"></form>'


class Inline(HTMLParser):
    """Collects what a strict policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "iframe", "object", "base"}:
            self.found.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on") or (value or "").lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}")
            if name == "src" and not (value or "").startswith(("/static/", "/brand/")):
                self.found.append(f"{tag} src={value}")


def with_form(town: Town) -> FlaskClient:
    """A portal to which a later room has added a page that acts."""
    portal = app.build(town.bot)
    room = Blueprint("acting", __name__)
    room.add_url_rule("/act", "show", lambda: render_template_string(FORM))
    room.add_url_rule("/act", "act", lambda: f"acted for {request.remote_addr}", methods=["POST"])
    portal.register_blueprint(room)
    return client_of(portal, town.bot.settings.portal_url)


def csrf_token(client: FlaskClient) -> str:
    found = re.search(r'value="([^"]+)"', client.get("/act").text)
    assert found
    return found[1]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "PROPFIND"])
def test_every_answer_has_the_whole_set_of_headers(town: Town, method: str) -> None:
    town.open_case()
    client = town.client()

    for path in (*PATHS, town.link()):
        headers = client.open(path, method=method).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Set-Cookie" not in headers


def test_no_page_has_inline_code_or_anything_from_elsewhere(town: Town) -> None:
    town.open_case(problems=2)
    client = town.client()

    for path in (*PATHS, town.link()):
        for lang in ("en", "de"):
            reader = Inline()
            reader.feed(client.get(f"{path}?lang={lang}").text)
            assert reader.found == [], path


def test_the_stylesheet_is_kept_by_browsers_and_changes_its_address_with_its_content(town: Town) -> None:
    client = town.client()
    found = re.search(r'href="(/static/portal\.css\?v=[0-9a-f]{12})"', client.get("/").text)
    assert found
    with client.get(found[1]) as answer:
        assert answer.status_code == 200
        assert answer.content_type == "text/css; charset=utf-8"
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_there_is_no_hsts_without_https(found: Found) -> None:
    answer = found(portal_url="http://127.0.0.1:8080").client().get("/")

    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example.org", "portal.example.com.evil.example.org", "127.0.0.1", ""])
def test_another_host_is_refused_without_being_repeated(town: Town, host: str) -> None:
    answer = town.client().get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "That request was not understood" in answer.text


def test_on_loopback_each_name_of_it_is_ours(found: Found) -> None:
    client = found(portal_url="http://127.0.0.1:8080").client()

    assert client.get("/", base_url="http://localhost:8080").status_code == 200
    assert client.get("/", base_url="http://example.com:8080").status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "/", 405), ("PUT", "/contact", 405), ("DELETE", "/status/x", 405)]
)
def test_a_page_that_shows_does_not_act_and_says_what_is_allowed(
    town: Town, method: str, path: str, status: int
) -> None:
    answer = town.client().open(path, method=method)

    assert answer.status_code == status
    assert "GET" in answer.headers["Allow"]


def test_head_is_get_without_the_body(town: Town) -> None:
    town.open_case()
    client = town.client()
    head, get = client.head(town.link()), client.get(town.link())

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"] == "text/html; charset=utf-8"
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_a_form_with_its_token_acts_and_the_cookie_is_bound_to_this_site(town: Town) -> None:
    client = with_form(town)
    cookie = client.get("/act").headers["Set-Cookie"]

    assert cookie.startswith("__Host-usher=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    # No Referer: our own policy forbids browsers to send one.
    assert client.post("/act", data={"csrf_token": csrf_token(client)}).status_code == 200


@pytest.mark.parametrize("data", [{}, {"csrf_token": ""}, {"csrf_token": "made-up"}, {"csrf_token": "é\x00"}])
def test_a_form_without_its_token_is_refused_with_words_that_help(town: Town, data: dict[str, str]) -> None:
    client = with_form(town)
    client.get("/act")
    answer = client.post("/act", data=data)

    assert answer.status_code == 400
    assert "Please send that once more" in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_sent_from_another_site_is_refused_even_with_a_token(town: Town, site: str) -> None:
    client = with_form(town)
    answer = client.post("/act", data={"csrf_token": csrf_token(client)}, headers={"Sec-Fetch-Site": site})

    assert answer.status_code == 400


def test_a_session_of_an_older_secret_is_still_read(found: Found) -> None:
    old, new = "an-old-key-" * 3, "the-new-key-" * 3
    before = with_form(found(secret_key=old))
    before.get("/act")
    cookie = before.get_cookie("__Host-usher", domain="portal.example.com")
    assert cookie
    after = with_form(found(secret_key=f"{new},{old}"))
    after.set_cookie("__Host-usher", cookie.value, domain="portal.example.com", secure=True)

    # What is known already need not be set anew.
    assert "Set-Cookie" not in after.get("/act").headers
    assert "Set-Cookie" in with_form(found(secret_key=new)).get("/act").headers


def test_a_body_that_is_too_large_is_refused(town: Town) -> None:
    client = with_form(town)
    answer = client.post("/act", data={"csrf_token": csrf_token(client), "more": "x" * 1_100_000})

    assert answer.status_code == 413
    assert "That is too large" in answer.text


@pytest.mark.slow
def test_links_are_tried_only_so_often_from_one_address_while_others_go_on(town: Town) -> None:
    client = town.client()
    answers = [client.get(f"/status/guess{number}") for number in range(121)]
    other = client.get("/status/guess", environ_base={"REMOTE_ADDR": "198.51.100.7"})

    assert [answer.status_code for answer in answers] == [404] * 120 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert "One moment, please" in answers[-1].text
    assert other.status_code == 404
    assert client.get("/").status_code == 200


@pytest.mark.slow
def test_one_ipv6_network_counts_as_one_address(town: Town) -> None:
    client = town.client()
    for number in range(120):
        client.get("/status/guess", environ_base={"REMOTE_ADDR": f"2001:db8::{number:x}"})

    assert client.get("/status/x", environ_base={"REMOTE_ADDR": "2001:db8::ffff"}).status_code == 429
    assert client.get("/status/x", environ_base={"REMOTE_ADDR": "2001:db8:0:1::1"}).status_code == 404


class Echo:
    """A WSGI app that remembers what reached it."""

    def __init__(self) -> None:
        self.environ: WSGIEnvironment = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.environ = dict(environ)
        start_response("200 OK", [])
        return [b""]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy of ours: hearsay
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),  # the left one is the visitor's own claim
        ("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_forwarded_addresses_are_believed_from_trusted_proxies_only(
    peer: str, forwarded: str, client: str
) -> None:
    echo = Echo()
    environ = {"REMOTE_ADDR": peer, "HTTP_HOST": "a", "wsgi.url_scheme": "http"}
    environ |= {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "b"}
    if forwarded:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    TrustedProxies(echo, ("10.0.0.0/8",))(environ, lambda *_: print)
    seen = echo.environ

    assert seen["REMOTE_ADDR"] == client
    trusted = peer != "203.0.113.9"
    assert (seen["wsgi.url_scheme"], seen["HTTP_HOST"]) == (("https", "b") if trusted else ("http", "a"))
    assert trusted or "HTTP_X_FORWARDED_PROTO" not in seen


@pytest.mark.parametrize("text", ["", "unknown", "1.2.3.4:99", "\u0661.2.3.4", "a" * 10_000, "\x00"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert read_address(text) is None


def test_an_address_is_read_in_either_writing() -> None:
    assert read_address(" ::ffff:192.0.2.1") == ip_address("192.0.2.1")


@pytest.mark.slow
def test_the_log_has_one_line_a_request_and_never_a_token_or_an_address(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.open_case()
    client = town.client()
    caplog.set_level("DEBUG")
    with capture_logs() as logs:
        client.get(f"{town.link()}?lang=de", environ_base={"REMOTE_ADDR": "198.51.100.7"})
        client.get(f"/statuss/{town.tokens[-1]}")
        for _ in range(130):
            client.get(town.link(), environ_base={"REMOTE_ADDR": "198.51.100.7"})

    assert [line["route"] for line in logs[:2]] == ["/status/<token>", "(no page)"]
    written = f"{logs}{caplog.text}"
    assert "exceeded" in written
    assert town.tokens[-1] not in written
    assert "198.51.100.7" not in written


def test_an_unheard_of_method_cannot_write_into_the_log(town: Town) -> None:
    with capture_logs() as logs:
        town.client().open("/", method="X\nINJECTED")

    assert logs[0]["method"] == "other"


def test_header_injection_through_the_language_is_ignored(town: Town) -> None:
    answer = town.client().get(
        "/?lang=de%0d%0aSet-Cookie:%20a=b", headers={"Accept-Language": "de-AT,en;q=0.3"}
    )

    assert answer.headers["Content-Language"] == "de"
    assert "Set-Cookie" not in answer.headers


def test_the_app_is_built_anew_for_each_bot(town: Town) -> None:
    first, second = app.build(town.bot), app.build(town.bot)

    assert isinstance(first, Flask)
    assert first is not second
