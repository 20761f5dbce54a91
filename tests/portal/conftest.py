"""A portal on a real database, with a bot whose outside world is never asked."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from slack_sdk import WebClient
from werkzeug.test import TestResponse

from bot import settings as all_settings
from bot.bootstrap import Bell, Bot, make_desk
from bot.domain.approvals import RejectionReason
from bot.domain.cases import Case
from bot.domain.health import Health
from bot.domain.mail import Address, InboundMail
from bot.domain.ris import Company, Problem, ProblemKind, RisCase, Severity, User
from bot.domain.staff import Act, Staff
from bot.domain.trust import SenderCheck, Verdict
from bot.services import approvals, cases, enrolments
from bot.services.cases import Submission
from bot.services.desk import Desk
from bot.services.staff import StaffList
from bot.store.database import transaction
from handlers.portal import app
from tests.cast import lay_database
from tests.compiled import COMPILED
from tests.connections import DeskConnections
from tests.outside import PlainMarker, PlainReader

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
AVERY = Staff(id="U0AVERY", name="Avery", staff=True, acts=frozenset(Act))


class StillClock:
    """Stands where it was put."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class NobodyThere:
    """The outside world of these tests: whoever asks it for anything is shown by the error."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"the portal asked the outside world: {name}")


@cache
def _checked_settings(**changes: str) -> all_settings.Settings:
    values = {
        "imap_host": "127.0.0.1",
        "imap_user": "onboarding@desk.example.com",
        "imap_password": "not-used",
        "smtp_host": "127.0.0.1",
        "mail_from": "onboarding@desk.example.com",
        "support_address": "onboarding@desk.example.com",
        "slack_bot_token": "xoxb-test",
        "slack_signing_secret": "f" * 32,
        "slack_approvals_channel": "C0APPROVALS",
        "slack_support_channel": "C0SUPPORT",
        "slack_staff": "U0AVERY",
        "slack_approvers": "U0AVERY",
        "secret_key": "0123456789abcdef0123456789abcdef",
        "portal_url": "https://portal.example.com",
        "portal_bind": "127.0.0.1:0",
        "ops_bind": "127.0.0.1:0",
    }
    return all_settings.load_given(values | changes)


def settings_for(folder: Path, **changes: str) -> all_settings.Settings:
    """The desk's settings over a database in that folder; the rest is checked once a process."""
    own = {"database_url": f"sqlite:///{folder / 'usher.db'}"}
    return _checked_settings(**changes).model_copy(update=own)


@cache
def _shipped_desk(**changes: str) -> Desk:
    return make_desk(_checked_settings(**changes))


class Visitor(FlaskClient):
    """Asks at the portal's own address unless told otherwise."""

    url = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # noqa: ANN401 - werkzeug's own signature
        return super().open(*args, **{"base_url": self.url, **kwargs})


def client_of(portal: Flask, url: str) -> FlaskClient:
    portal.jinja_env.bytecode_cache = COMPILED
    portal.test_client_class = Visitor
    client = portal.test_client()
    assert isinstance(client, Visitor)
    client.url = url
    return client


@dataclass
class Town:
    """A bot, its clock and the links it gave out."""

    bot: Bot
    clock: StillClock
    tokens: list[str]

    def client(self) -> FlaskClient:
        return client_of(app.build(self.bot), self.bot.settings.portal_url)

    def open_case(self, *, company: str = "Borealis Turbines GmbH", problems: int = 0) -> Case:
        """A verified sponsor's form becomes a case; its link is the newest of `tokens`."""
        with self.bot.connect() as db, transaction(db):
            return cases.open_case(
                db, self.bot.desk, a_submission(company=company, problems=problems), now=self.clock.now()
            )

    def approve(self, case: Case) -> None:
        with self.bot.connect() as db:
            approvals.approve(
                db, self.bot.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=self.clock.now()
            )

    def reject(self, case: Case) -> None:
        with self.bot.connect() as db:
            approvals.reject(
                db,
                self.bot.desk,
                ref=case.ref,
                seen=case.content_hash,
                by=AVERY,
                reason=RejectionReason.OTHER,
                note="they owe us money",
                now=self.clock.now(),
            )

    def link(self) -> str:
        return f"/status/{self.tokens[-1]}"

    def enroll(self) -> str:
        """A link is mailed to Avery."""
        by = replace(AVERY, email="avery@desk.example.com")
        with self.bot.connect() as db:
            enrolments.enrol(db, self.bot.desk, by=by, now=self.clock.now())
        return f"/enroll/{self.tokens[-1]}"

    def wait(self, **span: float) -> None:
        """Meanwhile what was mailed has gone."""
        self.send_mails()
        self.clock.at += timedelta(**span)

    def send_mails(self) -> None:
        with self.bot.connect() as db, transaction(db):
            now = self.clock.now().isoformat(timespec="microseconds")
            db.execute("update outbox set status = 'sent', sent_at = ? where kind = 'mail'", [now])


_mails = itertools.count(1)


def a_submission(*, company: str, problems: int) -> Submission:
    return Submission(
        mail_id=next(_mails),  # each in a mail of its own
        mail=InboundMail(
            message_id="<form-1@sponsor.example.org>",
            sender=Address(name="Dana Sponsor", address="dana@sponsor.example.org"),
            subject="New customer",
            lang="en",
        ),
        check=SenderCheck(verdict=Verdict.PASSED, evidence="dkim=pass"),
        sponsor=True,
        ris=RisCase(
            company=Company(name=company, seats=12, city="Bremen", contact_name="Petra Contact"),
            users=tuple(
                User(first_name="Uwe", last_name=f"User{number}", email=f"uwe{number}@borealis.example.net")
                for number in range(9)
            ),
            problems=tuple(
                Problem(kind=ProblemKind.MISSING, severity=Severity.ERROR, field="email", cell=f"D{number}")
                for number in range(problems)
            ),
        ),
    )


Found = Callable[..., Town]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Found a town with changed settings."""

    def make(**changes: str) -> Town:
        settings = settings_for(tmp_path, **changes)
        lay_database(settings)
        tokens: list[str] = []
        clock = StillClock()
        desk = make_desk(settings) if "usher_config" in changes else _shipped_desk(**changes)

        def new_token() -> str:
            tokens.append(desk.new_token())
            return tokens[-1]

        nobody: Any = NobodyThere()
        bot = Bot(
            settings=settings,
            connections=DeskConnections(settings.database_path),
            desk=replace(desk, new_token=new_token),
            clock=clock,
            health=Health(),
            bell=Bell(),
            random=Random(1),
            open_mailbox=nobody,
            open_mailer=nobody,
            open_provisioners=nobody,
            texter=nobody,
            chat=nobody,
            slack_client=WebClient(token="xoxb-test"),
            reader=PlainReader(),
            marker=PlainMarker(),
            staff=StaffList(nobody, staff=("U0AVERY",), groups=dict.fromkeys(Act, ("U0AVERY",))),
        )
        return Town(bot, clock, tokens)

    return make


@pytest.fixture
def town(found: Found) -> Town:
    return found()
