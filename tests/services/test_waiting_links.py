"""Whoever is waited for gets a new link by an old one, however old that is; who is not leaves no link."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.outbox import JobStatus
from bot.domain.ris import Role
from bot.services import (
    activation,
    member_invitations,
    partners,
    prolongation,
    registration,
    retention,
)
from bot.store import outbox
from tests import invited
from tests.cast import Office
from tests.services.registering import an_invited, tokens
from tests.services.test_members import office as with_a_case
from tests.services.test_members import opened
from tests.services.test_partners import office

__all__ = ["office", "with_a_case"]  # the fixtures

LONG = timedelta(days=150)  #: since their mail: the links are over for longer than such traces are kept


def mails(office: Office, template: str) -> int:
    with office.connect() as db:
        return sum(job.template == template for job in outbox.list_jobs(db, tuple(JobStatus)))


def sweep(office: Office) -> None:
    office.work()
    office.clock.at += LONG
    with office.connect() as db:
        retention.sweep(db, office.desk, now=office.now)


def links_left(office: Office) -> int:
    with office.connect() as db:
        return db["links"].count


def test_a_partners_invitation_and_then_their_account_wait(office: Office) -> None:
    with office.connect() as db:
        token = invited.invite(db, office.desk, office.tokens, now=office.now)
    sweep(office)
    with office.connect() as db:
        partners.renew(db, office.desk, token, now=office.now)
        assert mails(office, "partner_invitation") == 2
        invited.submit(db, office.desk, office.tokens[-1], now=office.now)
    sweep(office)
    with office.connect() as db:
        partners.renew(db, office.desk, token, now=office.now)
        prolongation.ask_for_link(db, office.desk, invited.PIA, now=office.now)  # once a day
        assert mails(office, "partner_password") == 2
        office.work()
        office.clock.wait(days=1)
        prolongation.ask_for_link(db, office.desk, invited.PIA, now=office.now)
        assert mails(office, "partner_password") == 3
        office.work()
        activation.renew(db, office.desk, office.tokens[-1], now=office.now + timedelta(minutes=5))
        assert mails(office, "partner_password") == 4
        db.execute("update accounts set status = 'deactivated'")
        for _ in range(2):  # once a day
            activation.renew(db, office.desk, office.tokens[-1], now=office.now)
        assert (mails(office, "partner_password"), mails(office, "recovery")) == (4, 1)
    sweep(office)
    assert links_left(office) == 0


def test_a_self_registration_waits_until_it_is_called_back(with_a_case: Office) -> None:
    desk, (administrator, _) = with_a_case.desk, opened(with_a_case, "C-1")
    with with_a_case.connect() as db:
        member_invitations.invite(
            db, desk, email="a@kunde.example.org", role=Role.USER, lang="en", by=administrator,
            now=with_a_case.now,
        )  # fmt: skip
    token = with_a_case.tokens[-1]
    sweep(with_a_case)
    with with_a_case.connect() as db:
        member_invitations.renew(db, desk, token, now=with_a_case.now)
        assert mails(with_a_case, "self_registration") == 2
        member_invitations.call_back(db, invitation_id=1, by=administrator, now=with_a_case.now)
    sweep(with_a_case)
    assert links_left(with_a_case) == 0


@pytest.mark.slow
def test_a_registration_waits(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    (token,), before = tokens(office), mails(office, registration.MAIL)
    sweep(office)
    with office.connect() as db:
        registration.renew(db, office.desk, token=token, now=office.now)

    assert mails(office, registration.MAIL) == before + 1
