"""The webmail over a running mail world, met by Flask's test client."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from bot.sandbox.mail import MailWorld
from bot.sandbox.pages import new_app
from bot.sandbox.webmail import Webmail, blueprint
from tests.sandbox.mail.conftest import DANA, DESK, NOON

ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def world() -> Iterator[MailWorld]:
    with MailWorld(now=lambda: NOON, accounts={DESK: "a password"}) as world:
        yield world


@pytest.fixture
def client(world: MailWorld) -> FlaskClient:
    webmail = Webmail(world=world, now=lambda: NOON, desk=[DESK], sponsors=[DANA])
    return new_app(blueprint(webmail)).test_client()
