"""People with active accounts, a hasher that counts instead of taking its time, and a browser of theirs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from bot.domain.accounts import Account, AccountStatus
from bot.domain.cases import Case
from bot.domain.license_keys import Holder
from bot.domain.passwords import HowSet
from bot.domain.ris import Credential, User
from bot.domain.sessions import Strength, Visitor
from bot.services import accounts, phone_resets, sessions, terms
from bot.services.desk import Desk
from bot.store import accounts as kept
from bot.store import credentials, license_keys, passwords, seats
from bot.store.database import transaction
from tests.cast import Office, an_office
from tests.license_keys import lay_stock

PASSWORD = "Sieben Tassen, kein Tee 7"
KEY = "QW7T-4XND-PC2R-9LK3"
COOKIE, HOST = "__Host-usher", "portal.example.com"


@dataclass
class CountingHasher:
    """A port `Hasher` like argon2, only quick: no two hashes are alike, and calls are counted."""

    calls: list[str] = field(default_factory=list)
    outdated: bool = False

    def hash(self, secret: str) -> str:
        self.calls.append("hash")
        return f"quick${len(self.calls)}${_hex(secret)}"

    def verify(self, hashed: str, secret: str) -> bool:
        self.calls.append("verify")
        return hashed.endswith(f"${_hex(secret)}")

    def is_outdated(self, hashed: str) -> bool:
        return self.outdated and bool(hashed)


def an_office_of_accounts(folder: Path) -> Office:
    """Where a password costs no time."""
    office = an_office(folder)
    return replace(office, bot=replace(office.bot, desk=replace(office.desk, hasher=CountingHasher())))


def _hex(secret: str) -> str:
    return secret.encode("utf-8", "surrogatepass").hex()


def move_in(
    db: Database, desk: Desk, case: Case, people: Sequence[User] = (), *, now: datetime
) -> list[Account]:
    """The people of a case have accounts, which are active and have all the same password."""
    case = replace(case, ris=replace(case.ris, users=tuple(people))) if people else case
    with transaction(db):
        made = accounts.open_all(db, desk, case, by="usher", now=now)
        for one in made:
            kept.move(db, one.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=now)
            hashed = desk.hasher.hash(PASSWORD)
            passwords.swap(db, one.id, hashed, since="", how=HowSet.ACTIVATION, keep=24, now=now)
    found = [kept.find(db, one.id) for one in made]
    return [one for one in found if one]


def agree(db: Database, desk: Desk, people: Sequence[Account], *, now: datetime) -> None:
    """An administrator of theirs has accepted the terms of ForumPass."""
    administrator = next(one for one in people if one.is_administrator)
    text = terms.get_text(desk, "ForumPass", "en")
    terms.accept(db, desk, administrator, application="ForumPass", digest=text.digest, now=now)


def hand_key(db: Database, desk: Desk, owner: Account, key: str = KEY, *, now: datetime) -> None:
    """A seat of theirs, with that License Key."""
    lay_stock(db, desk, [key], now=now)
    holder = Holder(name=owner.name, email=owner.email.upper())
    of = {"case_id": owner.case_id, "organisation": owner.organisation, "first": 100 + owner.id}
    with transaction(db):
        seats.add_all(db, [holder], purchase_order=None, price=None, now=now, **of)
        seat = max(seats.list_held(db, owner.organisation), key=lambda one: one.id)
        assert license_keys.issue(db, [seat.id], Credential.PHONE_OTP, on=now.date(), now=now)


def lose_phone(db: Database, desk: Desk, owner: Account, number: str, *, now: datetime) -> Visitor:
    """They have verified it, and say in this session that it is lost; the newest token stops it."""
    with transaction(db):
        token = sessions.begin(db, desk, owner, strength=Strength.PASSWORD, now=now)
        credentials.note_code(db, credentials.add_phone(db, owner.id, number, now=now), now=now)
    visitor = sessions.get(db, desk, token, now=now)
    phone_resets.ask(db, desk, visitor, now=now)
    return visitor


class Browser:
    """Somebody at the portal, who fills in the forms that a page shows."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def token(self, on: str) -> str:
        """Of the forms on that page, or on the one to which it leads."""
        found = re.search(
            r'name="csrf_token" value="([^"]+)"', self.client.get(on, follow_redirects=True).text
        )
        assert found, f"{on} has no form"
        return found[1]

    def post(self, path: str, *, on: str = "/sign-in", **fields: str) -> TestResponse:
        """Send a form that stands on that page."""
        return self.client.post(path, data={"csrf_token": self.token(on), **fields})

    def cookie(self) -> str:
        found = self.client.get_cookie(COOKIE, HOST)
        return found.value if found else ""

    def with_cookie(self, value: str) -> Self:
        """The same browser, showing a cookie of its choice."""
        self.client.set_cookie(COOKIE, value, domain=HOST, secure=True)
        return self

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/sign-in", name=name, password=password)
