"""A lobby over a running mail world, with a tour that watches it."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.sandbox import lobby, webmail
from bot.sandbox.mail import MailWorld
from bot.sandbox.pages import new_app
from bot.sandbox.samples import DANA, SPONSORS, Samples
from tests.sandbox.mail.conftest import DESK, NOON

ORIGIN = {"Origin": "http://localhost"}


class StillClock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def turn(self, by: timedelta) -> datetime:
        self.time += by
        return self.time


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def world(clock: StillClock) -> Iterator[MailWorld]:
    with MailWorld(now=clock.now, accounts={DESK: "a password"}) as world:
        yield world


@pytest.fixture
def samples(clock: StillClock) -> Samples:
    return Samples(random.Random(7), now=clock.now, desk=DESK)


@pytest.fixture
def hall(world: MailWorld, clock: StillClock, samples: Samples) -> lobby.Lobby:
    return lobby.Lobby(
        clock=clock,
        acts=lobby.mail_buttons(world, samples),
        places=[lobby.Place(name="Webmail", url="/mail/", text="Every mailbox.")],
        steps=[
            lobby.Step(title="Send", text="Press the first button.", done=lambda: bool(world.mails(DESK))),
            lobby.Step(
                title="Read",
                text="The answer is there.",
                done=lambda: bool(world.mails(DANA[1])),
                link="/mail/",
            ),
            lobby.Step(title="Wait", text="Turn the clock.", done=lambda: clock.now() > NOON),
        ],
    )


@pytest.fixture
def app(hall: lobby.Lobby, world: MailWorld, clock: StillClock) -> Flask:
    pages = webmail.Webmail(
        world=world, now=clock.now, desk=[DESK], sponsors=SPONSORS, links=[("Lobby", "/")]
    )
    return new_app(lobby.blueprint(hall), webmail.blueprint(pages))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
