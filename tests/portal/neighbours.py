"""Two organisations side by side: one with something of everything to lose, one of curious people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from bot.domain import lifecycle
from bot.domain.accounts import Account, account_of
from bot.domain.cases import Case
from bot.domain.conversations import Answered, Channel, NewConversation, Tried
from bot.domain.ris import Credential, Role, User
from bot.domain.sessions import Strength, Visitor
from bot.services import (
    accounts,
    conversations,
    credentials,
    email_changes,
    member_invitations,
    members,
    phone_codes,
    phone_resets,
    prolong_links,
    sessions,
)
from bot.services.desk import Desk
from bot.services.faq_mails import LINK
from bot.services.queueing import issue_link
from bot.store.conversations import add_tried
from bot.store.database import transaction
from handlers.portal import app
from tests import invited as partners
from tests.people import KEY, PASSWORD, CountingHasher, agree, hand_key, move_in
from tests.portal.conftest import Town, client_of
from tests.portal.test_registration import TOKEN, a_case, invite

PHONE = "+4915199887766"
OTHER_PHONE = "+4915155443322"
OTHER_KEY = "QW7T-4XND-PC2R-9LK4"
MARK = "quist"  #: stands in every name and address of those who have something to lose

#: whose rows are whose: each table that has any, and how they are found; partners are all in the same boat
BELONGS = {
    "accounts": "organisation = :org",
    "authenticators": "person like 'account:%'",
    "certificates": "account_id in (select id from accounts where organisation = :org)",
    "consents": "true",
    "credentials": "account_id in (select id from accounts where organisation = :org)",
    "email_changes": "account_id in (select id from accounts where organisation = :org)",
    "life_moves": "true",
    "life_notices": "true",
    "lives": "true",
    "license_keys": "seat_id in (select id from seats where organisation = :org)",
    "member_invitations": "organisation = :org",
    "partner_invitations": "true",
    "partners": "true",
    "prolongations": "true",
    "password_drafts": "account_id in (select id from accounts where organisation = :org)",
    "passwords": "account_id in (select id from accounts where organisation = :org)",
    "phone_codes": "account_id in (select id from accounts where organisation = :org)",
    "phone_resets": "account_id in (select id from accounts where organisation = :org)",
    "phones": "account_id in (select id from accounts where organisation = :org)",
    "recovery_codes": "account_id in (select id from accounts where organisation = :org)",
    "registrations": "case_id = :org",
    "seats": "organisation = :org",
    "security_answers": "account_id in (select id from accounts where organisation = :org)",
    "sessions": "account_id in (select id from accounts where organisation = :org)",
    "terms_acceptances": "organisation = :org",
}
#: what anybody may add to: wrong tries of a password lock nobody out for long
COUNTERS = frozenset({"tries", "texts"})


@dataclass
class Neighbours:
    """The portal both use; ids and links are of those who have something to lose."""

    town: Town
    portal: Flask
    victims: list[Account]
    others: list[Account]
    links: dict[str, str]  #: the rule of a page behind a link, and a token that opens it
    ids: dict[str, str]  #: what stands in for the other parts of a path
    addresses: Iterator[int]

    def browser(self) -> FlaskClient:
        return client_of(self.portal, self.town.bot.settings.portal_url)

    def signed_in(self, who: Account | None, strength: Strength = Strength.PHONE_OTP) -> FlaskClient:
        """A browser with a fresh session of theirs, or of nobody."""
        browser, town = self.browser(), self.town
        if who is not None:
            with town.bot.connect() as db, transaction(db):
                token = sessions.begin(db, town.bot.desk, who, strength=strength, now=town.clock.now())
            with browser.session_transaction(base_url=town.bot.settings.portal_url) as cookie:
                cookie["visit"] = token
        return browser

    def ask(self, browser: FlaskClient, method: str, path: str, **given: Any) -> TestResponse:  # noqa: ANN401
        """From a network of its own each time, so that no limit stands in for a check."""
        number = next(self.addresses)
        peer = {"REMOTE_ADDR": f"198.18.{number >> 8}.{number & 255}"}
        return browser.open(path, method=method, environ_overrides=peer, buffered=True, **given)

    def path(self, rule: str, **changed: str) -> str:
        """The rule with their ids in it."""
        filled = rule
        for name, value in (self.ids | changed).items():
            filled = filled.replace(f"<int:{name}>", value).replace(f"<path:{name}>", value)
            filled = filled.replace(f"<{name}>", value)
        assert "<" not in filled, f"{rule}: say in `Neighbours.ids` what stands in for its parts"
        return filled

    def telltales(self) -> list[str]:
        """What no page shows to anybody else."""
        ids = [one.user_id for one in self.victims]
        return [MARK, *ids, KEY.lower(), PHONE, PHONE[-4:]]

    def belongings(self) -> Mapping[str, list[dict[str, Any]]]:
        """Every row that is theirs."""
        of = {"org": self.victims[0].organisation}
        with self.town.bot.connect() as db:
            return {
                table: list(db.query(f"select * from {table} where {where}", of))
                for table, where in BELONGS.items()
            }

    def dump(self) -> list[str]:
        with self.town.bot.connect() as db:
            return list(db.conn.iterdump())


def a_team(name: str, domain: str) -> tuple[User, ...]:
    """One of each role, and one more administrator, so that each of the others can be done without."""
    roles = (Role.ORGANIZATION_ADMINISTRATOR, Role.APPLICATION_ADMINISTRATOR, Role.USER)
    return tuple(
        User(
            salutation="Mx", first_name=first, last_name=name, email=f"{first.lower()}@{domain}",
            phones=("+493023125001",), job_title="Clerk", role=role, credential=Credential.PHONE_OTP,
        )
        for first, role in zip(("Ada", "Bo", "Cleo", "Dag"), (*roles, roles[0]), strict=True)
    )  # fmt: skip


def neighbours(
    town: Town, *, name: str = "Quist", company: str = "Quistgaard Rotors", **config: object
) -> Neighbours:
    """What those are called who have something to lose; `config` is for the portal's Flask app."""
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=CountingHasher()))
    lose, curious = a_case(town, company), a_case(town, "Borealis Turbines GmbH")
    now = town.clock.now()
    with town.bot.connect() as db:
        victims = move_in(db, town.bot.desk, lose, a_team(name, "quist.example.net"), now=now)
        others = move_in(db, town.bot.desk, curious, a_team("Lund", "lund.example.org"), now=now)
        for team, key, phone in ((victims, KEY, PHONE), (others, OTHER_KEY, OTHER_PHONE)):
            agree(db, town.bot.desk, team, now=now)
            hand_key(db, town.bot.desk, team[0], key, now=now)
            _with_phone(db, town, team[0], key, phone)
    links = _links(town, lose, victims)
    portal = app.build(town.bot)
    portal.config.update(config)
    ids = {
        "token": "A" * 43, "draft": "B" * 43, "application": "ForumPass", "method": "link", "name": "x.xlsx",
        "filename": "portal.css", "number": str(victims[0].id), "phone": "1",
        "topic": "account-locked",
    }  # fmt: skip
    return Neighbours(town, portal, victims, others, links, ids, count(1))


def _with_phone(db: Database, town: Town, who: Account, key: str, number: str) -> None:
    """They have entered their key, and verified a phone."""
    visitor = _visitor(db, town, who)
    now = town.clock.now()
    credentials.enter_key(db, town.bot.desk, visitor, text=key, now=now)
    phone = credentials.add_phone(db, visitor, text=number, now=now)
    code = phone_codes.send(db, town.bot.desk, visitor, phone_id=phone.id, lang="en", now=now)
    phone_codes.take(db, town.bot.desk, visitor, phone_id=phone.id, text=code.digits, now=now)


def _visitor(db: Database, town: Town, who: Account) -> Visitor:
    with transaction(db):
        token = sessions.begin(db, town.bot.desk, who, strength=Strength.PASSWORD, now=town.clock.now())
    return sessions.get(db, town.bot.desk, token, now=town.clock.now())


def _links(town: Town, lose: Case, victims: list[Account]) -> dict[str, str]:
    """A link of each kind, as their mails have them."""
    desk, now, tokens = town.bot.desk, town.clock.now(), town.tokens
    found = {"/status/<token>": tokens[0], "/register/<token>": TOKEN}
    town.approve(lose)
    invite(town, lose.ref)
    found["/enroll/<token>"] = town.enroll().rpartition("/")[2]
    ada, user = victims[0], next(one for one in victims if one.role is Role.USER)
    new = replace(account_of(a_team("Quist", "quist.example.net")[2], lang="en"), first_name="Fay")
    with town.bot.connect() as db:
        member_invitations.invite(db, desk, email="eve@quist.example.net", role=Role.USER, by=ada, now=now)
        found["/join/<token>"] = tokens[-1]
        members.reset_password(db, desk, account_id=user.id, by=ada, now=now)
        found["/password/<token>"] = tokens[-1]
        visitor, email = _visitor(db, town, ada), "ada.new@quist.example.net"
        email_changes.ask(db, desk, visitor, email=email, password=PASSWORD, now=now)
        found["/email/<token>"] = tokens[-1]
        phone_resets.ask(db, desk, visitor, now=now)
        found["/phone-reset/<token>"] = tokens[-1]
        with transaction(db):
            accounts.open_one(db, desk, lose, new, by="usher", now=now)
        found["/activate/<token>"] = tokens[-1]
        found["/faq/answer/<token>"] = ask_about_a_lock(db, desk, ada, now=now)
    found |= _links_of_partners(town)
    return found


def ask_about_a_lock(db: Database, desk: Desk, who: Account, *, now: datetime) -> str:
    """They do on a page; the token with which the answer's mail asks whether it helped."""
    asked = NewConversation(
        channel=Channel.WEB, address=who.email, name=who.name, subject="Locked", words="Locked?", lang="en"
    )
    until = now + timedelta(days=7)
    with transaction(db):
        one = conversations.open_for_desk(db, desk, asked, now=now)
        add_tried(db, one.id, [Tried(topic="account-locked", how=Answered.SENT, at=now)])
        link = issue_link(db, desk, one.ref, purpose=LINK, path="faq/answer", until=until, now=now)
    return link.rpartition("/")[2]


def _links_of_partners(town: Town) -> dict[str, str]:
    """One is invited, one has registered and waits for the two mails, and one is active."""
    desk, now, tokens = town.bot.desk, town.clock.now(), town.tokens
    with town.bot.connect() as db:
        invited = partners.invite(db, desk, tokens, email="gus@quist.example.net", now=now)
        named = {"last_name": "Quist", "company": "Quist Handel"}
        _, sent = partners.register(db, desk, tokens, email="hal@quist.example.net", named=named, now=now)
        ivy = partners.move_in(db, desk, tokens, email="ivy@quist.example.net", now=now).account
        prolong = prolong_links.make(
            desk, ivy, lifecycle.begin(ivy.id, desk.policy.clock_rules, on=now.date())
        )
    return {
        "/invite/<token>": invited,
        "/invite/sent/<token>": sent,
        "/prolong/<token>": prolong.rpartition("/")[2],
    }
