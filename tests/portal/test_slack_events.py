"""Slack over HTTP: signed requests reach Bolt without a CSRF token, unsigned ones do not."""

import json
import time

import pytest
from flask.testing import FlaskClient
from slack_bolt import App
from slack_sdk.signature import SignatureVerifier
from structlog.testing import capture_logs

from handlers.portal import app
from handlers.slack import app as slack_desk
from tests.portal.conftest import Found, Town, client_of

SECRET = "f" * 32


def slack_client(town: Town) -> FlaskClient:
    bolt = App(
        name="usher",
        client=town.bot.slack_client,
        signing_secret=SECRET,
        token_verification_enabled=False,
    )
    return client_of(app.build(town.bot, bolt), town.bot.settings.portal_url)


JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def signed(
    body: str | bytes, *, secret: str = SECRET, kind: str = JSON, stamp: str | None = None
) -> dict[str, str]:
    stamp = str(int(time.time())) if stamp is None else stamp
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": str(signature),
        "Content-Type": kind,
    }


BODY = json.dumps({"type": "url_verification", "challenge": "are-you-there"})
GARBAGE = [
    (b"{bad", JSON),
    (b"[]", JSON),
    (b"null", JSON),
    (b'{"authorizations": 5}', JSON),
    (b"[" * 100_000, JSON),
    (b"payload=%7Bbad", FORM),
    (b"payload=[]", FORM),
]


def test_a_signed_request_is_answered_by_bolt(town: Town) -> None:
    answer = slack_client(town).post("/slack/events", data=BODY, headers=signed(BODY))

    assert (answer.status_code, answer.json) == (200, {"challenge": "are-you-there"})


def test_a_request_signed_by_somebody_else_is_refused(town: Town) -> None:
    answer = slack_client(town).post("/slack/events", data=BODY, headers=signed(BODY, secret="e" * 32))

    assert answer.status_code == 401


def test_without_an_app_there_is_no_such_page(town: Town) -> None:
    assert town.client().post("/slack/events", data=BODY, headers=signed(BODY)).status_code == 404


def test_a_browser_finds_nothing_to_look_at(town: Town) -> None:
    assert slack_client(town).get("/slack/events").status_code == 405


@pytest.mark.parametrize(
    ("body", "kind"),
    [*GARBAGE, (b"\xff\xfe", JSON), (b"", JSON), (b"ssl_check=1", FORM), (BODY.encode(), JSON)],
)
def test_what_nobody_signed_is_refused_before_it_is_read(town: Town, body: bytes, kind: str) -> None:
    client = slack_client(town)
    unsigned = {"X-Slack-Request-Timestamp": str(int(time.time())), "Content-Type": kind}
    for signature in ("", "v0=", "v0=\xe4", f"v0={'0' * 64}", None):
        headers = unsigned if signature is None else unsigned | {"X-Slack-Signature": signature}
        with capture_logs() as lines:
            answer = client.post("/slack/events", data=body, headers=headers)

        assert (answer.status_code, answer.json) == (401, {"error": "invalid signature"})
        assert [line["event"] for line in lines] == ["page served"]


@pytest.mark.parametrize("stamp", ["", "abc", "1e9", "-1", "0", "\xb2", "inf", "9" * 400, "9" * 5000])
def test_a_time_that_is_none_is_refused_though_the_signature_is_right(town: Town, stamp: str) -> None:
    client = slack_client(town)
    with capture_logs() as lines:
        answer = client.post("/slack/events", data=BODY, headers=signed(BODY, stamp=stamp))

    assert answer.status_code == 401
    assert [line["event"] for line in lines] == ["page served"]


def test_a_signature_of_bytes_that_are_no_text_is_refused(town: Town) -> None:
    headers = signed(BODY)

    assert slack_client(town).post("/slack/events", data=b"\xff\xfe", headers=headers).status_code == 401


@pytest.mark.parametrize(("body", "kind"), GARBAGE)
def test_signed_garbage_is_a_wrong_request_and_no_bug(town: Town, body: bytes, kind: str) -> None:
    client = slack_client(town)
    with capture_logs() as lines:
        answer = client.post("/slack/events", data=body, headers=signed(body, kind=kind))

    assert (answer.status_code, answer.json) == (400, {"error": "invalid payload"})
    assert [line["event"] for line in lines] == ["page served"]


def test_a_desk_without_a_secret_has_no_page_for_slack(found: Found) -> None:
    """Socket Mode needs no signing secret; without one anybody could click for an approver over HTTP."""
    socket_mode = found(slack_app_token="xapp-1", slack_signing_secret="")
    client = client_of(
        app.build(socket_mode.bot, slack_desk.build(socket_mode.bot)), "https://portal.example.com"
    )
    click = json.dumps({"type": "block_actions", "user": {"id": "U0AVERY"}, "actions": []})

    assert client.post("/slack/events", data=click, headers={"Content-Type": JSON}).status_code == 404


@pytest.mark.parametrize("body", [b"[]", b"{bad", BODY.encode()])
def test_with_socket_mode_and_a_secret_the_page_is_guarded_too(found: Found, body: bytes) -> None:
    both = found(slack_app_token="xapp-1")
    client = client_of(app.build(both.bot, slack_desk.build(both.bot)), "https://portal.example.com")

    assert client.post("/slack/events", data=body, headers={"Content-Type": JSON}).status_code == 401
    assert client.post("/slack/events", data=BODY, headers=signed(BODY)).status_code == 200
