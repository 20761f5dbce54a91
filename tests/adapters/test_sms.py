"""Texts through the gateway: handed over once under their key, and each failure is told by its name."""

from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer

from bot.adapters.sms import build_texter
from bot.adapters.tls import build_context
from bot.domain.errors import NotNow, PermanentFailure, TransientFailure, UnknownOutcome
from bot.ports import Texter
from bot.sandbox.phone import Gateway
from bot.settings import load_given
from tests.processes import free_port
from tests.test_settings import GOOD

TRUST = build_context()
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def texter(url: str, token: str = "a-token") -> Texter:
    return build_texter(load_given({**GOOD, "sms_url": url, "sms_token": token}), TRUST)


def test_a_text_arrives_once_however_often_its_key_is_sent() -> None:
    gateway = Gateway(now=lambda: NOW)
    gateway.start()
    try:
        for _ in range(2):
            texter(gateway.url, gateway.token).send("+4915112345678", "123456 für Sie", key="text:1")
        texter(gateway.url, gateway.token).send("+4915112345678", "654321 für Sie", key="text:2")
        with pytest.raises(PermanentFailure, match="SMS_TOKEN"):
            texter(gateway.url, "a wrong one").send("+4915112345678", "x", key="text:3")
        arrived = [(text.to, text.words) for text in gateway.texts()]
    finally:
        gateway.stop()

    assert arrived == [("+4915112345678", "654321 für Sie"), ("+4915112345678", "123456 für Sie")]


def test_a_gateway_is_looked_for_without_a_text_or_a_request() -> None:
    gateway = Gateway(now=lambda: NOW)
    gateway.start()
    try:
        reached = texter(gateway.url, "a wrong one").check()
    finally:
        gateway.stop()

    assert reached == "127.0.0.1"
    with pytest.raises(NotNow, match="cannot be reached"):
        texter(f"http://127.0.0.1:{free_port()}/send").check()
    with pytest.raises(PermanentFailure, match="no way to send"):
        build_texter(load_given(GOOD), TRUST).check()


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, PermanentFailure),
        (302, PermanentFailure),
        (404, PermanentFailure),
        (408, TransientFailure),
        (429, NotNow),
        (500, UnknownOutcome),
        (502, UnknownOutcome),
    ],
)
def test_each_answer_says_whether_it_may_be_sent_again(
    httpserver: HTTPServer, status: int, failure: type[Exception]
) -> None:
    httpserver.expect_request("/send", method="POST").respond_with_data("{}", status=status)
    with pytest.raises(failure) as caught:
        texter(httpserver.url_for("/send")).send("+4915112345678", "123456", key="text:1")

    assert "123456" not in str(caught.value)
    assert "+49" not in str(caught.value)


def test_nobody_there_is_waited_for_and_no_gateway_is_said() -> None:
    with pytest.raises(NotNow):
        texter(f"http://127.0.0.1:{free_port()}/send").send("+4915112345678", "123456", key="text:1")
    with pytest.raises(PermanentFailure, match="SMS_URL"):
        texter("", "").send("+4915112345678", "123456", key="text:1")
