"""Error pages: kind, in the reader's language, with an id for what is our fault."""

import re
from typing import NoReturn

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from bot.domain.errors import Refusal, UnknownCase
from bot.domain.member_refusals import AdministratorsOnly, MemberUnknown
from handlers.portal import app
from tests.portal.conftest import Town, client_of


def with_view(town: Town, raised: Exception | int) -> FlaskClient:
    portal: Flask = app.build(town.bot)

    def fail(token: str) -> NoReturn:
        del token
        if isinstance(raised, int):
            abort(raised)
        raise raised

    portal.add_url_rule("/fail/<token>", "fail", fail)
    return client_of(portal, town.bot.settings.portal_url)


def test_a_bug_is_logged_once_with_its_traceback_and_shown_with_its_id(town: Town) -> None:
    client = with_view(town, RuntimeError("the ceiling fell"))
    with capture_logs() as logs:
        answer = client.get("/fail/secret-token")

    bugs = [line for line in logs if line["event"] == "page raised"]
    assert len(bugs) == 1
    assert answer.status_code == 500
    assert answer.content_type == "text/html; charset=utf-8"
    assert re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert f"<code>{bugs[0]['id']}</code>" in answer.text
    assert "onboarding@desk.example.com" in answer.text
    assert "the ceiling fell" in bugs[0]["exception"]
    assert "Traceback" in bugs[0]["exception"]


def test_neither_page_nor_log_of_a_bug_holds_the_token_or_the_page_the_cause(town: Town) -> None:
    client = with_view(town, KeyError("secret-token"))
    with capture_logs() as logs:
        answer = client.get("/fail/secret-token")

    assert "secret-token" not in f"{logs}{answer.text}"
    assert "KeyError" not in answer.text
    assert "KeyError" in str(logs)


def test_a_database_that_is_gone_is_a_bug_with_an_id_not_a_blank_page(town: Town) -> None:
    town.open_case()
    with town.bot.connect() as db:
        db.execute("drop table links")
    with capture_logs() as logs:
        answer = town.client().get(town.link())

    assert answer.status_code == 500
    assert logs[0]["id"] in answer.text
    assert "no such table" not in answer.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "That request was not understood"),
        (403, "That request was not understood"),
        (404, "There is no page here"),
        (405, "This page cannot be used that way"),
        (413, "That is too large"),
        (418, "That request was not understood"),
        (429, "One moment, please"),
        (503, "Something went wrong on our side"),
    ],
)
def test_each_code_has_its_words(town: Town, code: int, words: str) -> None:
    answer = with_view(town, code).get("/fail/x")

    assert answer.status_code == code
    assert f"<h1>{words}</h1>" in answer.text


def test_an_error_speaks_german_to_a_german_browser(town: Town) -> None:
    answer = town.client().get("/nope", headers={"Accept-Language": "de"})

    assert "Hier gibt es keine Seite" in answer.text


def test_a_refusal_is_said_with_its_remedy(town: Town) -> None:
    answer = with_view(town, UnknownCase(ref="<b>C-9</b>")).get("/fail/x")

    assert answer.status_code == 409
    assert "There is no case &lt;b&gt;C-9&lt;/b&gt;" in answer.text


@pytest.mark.parametrize(
    ("rule", "path", "refusal", "back"),
    [
        ("/account/fail", "/account/fail", UnknownCase(ref="C-9"), "/account"),
        ("/faq", "/faq", UnknownCase(ref="C-9"), "/faq"),
        ("/users/<int:number>/a/fail", "/users/7/a/fail", UnknownCase(ref="C-9"), "/users/7"),
        ("/users/<int:number>/fail", "/users/7/fail", MemberUnknown(), "/users"),
        ("/users/fail", "/users/fail", AdministratorsOnly(), ""),
        ("/fail", "/fail", UnknownCase(ref="C-9"), ""),
        (
            "/faq/<topic>/fail",
            "/faq/%5C%5Cevil.example/fail",
            UnknownCase(ref="C-9"),
            "/faq/%5C%5Cevil.example",
        ),
        ("/faq/<topic>/fail", "/faq/%22%3E%3Cb%3E/fail", UnknownCase(ref="C-9"), "/faq/%22%3E%3Cb%3E"),
    ],
)
def test_a_refusal_leads_back_to_the_page_above_and_to_no_other_site(
    town: Town, rule: str, path: str, refusal: Refusal, back: str
) -> None:
    portal = app.build(town.bot)

    def fail(**_: object) -> NoReturn:
        raise refusal

    portal.config["WTF_CSRF_ENABLED"] = False
    portal.add_url_rule(rule, "fail", fail, methods=["POST"])
    answer = client_of(portal, town.bot.settings.portal_url).post(
        f"{path}?lang=de&next=//evil.example", headers={"Referer": "https://evil.example/"}
    )

    assert re.findall(r'href="([^"]*)">Zurück', answer.text) == ([f"{back}?lang=de"] if back else [])
    assert 'href="//' not in answer.text
    assert re.search(r'<section [^>]*role="alert" tabindex="-1" autofocus>', answer.text)


def test_a_head_request_to_a_failing_page_has_the_code_and_no_body(town: Town) -> None:
    answer = with_view(town, RuntimeError("no")).head("/fail/x")

    assert (answer.status_code, answer.data) == (500, b"")


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/faq/", "/faq"),
        ("/faq///", "/faq"),
        ("/contact/?lang=de&x=%0d%0aY", "/contact?lang=de&x=%0d%0aY"),
        ("/faq/reset-password/", "/faq/reset-password"),
        ("/faq/a%3Fb%0d%0a/", "/faq/a%3Fb%0D%0A"),
        ("/faq/%5Cevil.example/", "/faq/%5Cevil.example"),
    ],
)
def test_a_slash_behind_a_page_leads_to_the_page(town: Town, path: str, there: str) -> None:
    client = town.client()
    answers = [client.get(path), client.head(path)]

    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(308, there)] * 2


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "///evil.example/",
        "/%2Fevil.example/",
        "/\\evil.example/",
        "/nothing/",
        "/faq/x/y/",
    ],
)
def test_a_slash_behind_no_page_of_ours_leads_nowhere(town: Town, path: str) -> None:
    answer = town.client().get("/", environ_overrides={"PATH_INFO": path})

    assert (answer.status_code, answer.headers.get("Location")) == (404, None)


def test_a_form_is_not_sent_on(town: Town) -> None:
    assert "Location" not in town.client().post("/contact/").headers
