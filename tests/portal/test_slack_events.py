"""Slack over HTTP: signed requests reach Bolt without a CSRF token, unsigned ones do not."""

import json
import time

from flask.testing import FlaskClient
from slack_bolt import App
from slack_sdk.signature import SignatureVerifier

from handlers.portal import app
from tests.portal.conftest import Town, client_of

SECRET = "f" * 32


def slack_client(town: Town) -> FlaskClient:
    bolt = App(client=town.bot.slack_client, signing_secret=SECRET, token_verification_enabled=False)
    return client_of(app.build(town.bot, bolt), town.bot.settings.portal_url)


def signed(body: str, *, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": str(signature),
        "Content-Type": "application/json",
    }


BODY = json.dumps({"type": "url_verification", "challenge": "are-you-there"})


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
