"""Accounts in each state for the portal's tests, with a hasher that counts and costs nothing."""

import html
import re
from dataclasses import dataclass, replace

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.domain.accounts import Account
from bot.domain.outbox import JobStatus
from bot.services import accounts as services
from bot.services.mail_words import mail_of
from bot.services.queueing import HIDDEN
from bot.store import accounts, outbox
from bot.store.database import transaction
from handlers.portal import app
from tests.people import CountingHasher
from tests.portal.conftest import Town, client_of
from tests.portal.test_registration import a_case

GOOD = "Vier blaue Boote!"
NEW = "lila Wolken & 4 Kühe"
ANSWERS = {
    "question1": "teacher",
    "answer1": "Frau Grün",
    "question2": "pet",
    "answer2": "Hektor der Hund",
    "question3": "dish",
    "answer3": "Grießbrei",
}


@dataclass
class Person:
    """A browser with the account it is about."""

    town: Town
    client: FlaskClient
    portal: Flask
    hasher: CountingHasher
    number: int
    link: str  #: of the activation mail

    @property
    def account(self) -> Account:
        with self.town.bot.connect() as db:
            found = accounts.find(db, self.number)
        assert found is not None
        return found

    def stranger(self) -> FlaskClient:
        """Another browser."""
        return client_of(self.portal, self.town.bot.settings.portal_url)

    def post(self, path: str, **fields: str) -> TestResponse:
        """As a browser does: the page is opened first, for its token."""
        page = self.client.get(path)
        return self.client.post(path, data={"csrf_token": csrf_of(page.text), **fields})

    def choose(self, password: str = GOOD, again: str | None = None) -> TestResponse:
        return self.post(self.link, password=password, again=password if again is None else again)

    def activate(self, password: str = GOOD) -> TestResponse:
        return self.post(self.choose(password).location, **ANSWERS)

    def mails(self, template: str) -> list[str]:
        """The texts of the mails of that kind, as staff see them, the oldest first."""
        bot = self.town.bot
        with bot.connect() as db:
            jobs = outbox.list_jobs(db, tuple(JobStatus))
            wanted = [job for job in jobs if job.template == template and job.recipient == self.account.email]
            return [
                mail_of(db, bot.desk, bot.marker, replace(job, secrets=HIDDEN), now=bot.clock.now()).text
                for job in wanted
            ]


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return html.unescape(found[1]) if found else ""


def people(town: Town) -> list[Person]:
    """Everybody of a registered organisation, the administrator first; their activation mails are out."""
    hasher = CountingHasher()
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=hasher))
    case = a_case(town)
    with town.bot.connect() as db, transaction(db):
        made = services.open_all(db, town.bot.desk, case, by="U0AVERY", now=town.clock.now())
    portal, url = app.build(town.bot), town.bot.settings.portal_url
    tokens = town.tokens[-len(made) :]  # the User IDs are drawn before the links
    return [
        Person(town, client_of(portal, url), portal, hasher, one.id, f"/activate/{token}")
        for one, token in zip(made, tokens, strict=True)
    ]


def a_person(town: Town) -> Person:
    """The administrator."""
    return people(town)[0]
