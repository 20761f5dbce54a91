"""While the mail server is away the ways back that are asked for do not pile up: one goes when it is back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.outbox import JobKind, JobStatus
from bot.services import prolong_links, recovery
from bot.store import accounts
from bot.store.database import transaction
from tests.cast import AVERY, Office, a_case
from tests.partners import begun
from tests.people import an_office_of_accounts, move_in


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


@pytest.fixture
def mara(office: Office) -> Account:
    with office.connect() as db:
        owner = move_in(db, office.desk, a_case(office), now=office.now)[0]
    office.work()
    return owner


def by_anybody(db: Database, office: Office, owner: Account) -> None:
    recovery.ask_for_link(db, office.desk, owner.email, now=office.now)


def by_an_administrator(db: Database, office: Office, owner: Account) -> None:
    with transaction(db):
        recovery.send_reset(db, office.desk, owner, by=AVERY.id, now=office.now)


def closed(db: Database, office: Office, owner: Account) -> None:
    accounts.move(db, owner.id, since=owner.status, to=AccountStatus.DEACTIVATED, now=office.now)
    recovery.ask_for_link(db, office.desk, owner.email, now=office.now)


def states(office: Office) -> list[JobStatus]:
    return [one.status for one in office.jobs("recovery") if one.kind is JobKind.MAIL]


@pytest.mark.parametrize("asked", [by_anybody, by_an_administrator])
def test_the_newest_link_takes_the_place_of_one_that_has_not_gone(
    office: Office, mara: Account, asked: Callable[[Database, Office, Account], None]
) -> None:
    for _ in range(3):
        office.clock.wait(hours=2)
        with office.connect() as db:
            asked(db, office, mara)

    assert states(office) == [JobStatus.REPLACED, JobStatus.REPLACED, JobStatus.QUEUED]
    office.work()
    assert states(office)[2] is JobStatus.SENT
    assert office.tokens[-1] in office.mailer.sent[-1].text


def test_a_stranger_takes_no_mail_back_that_an_administrator_had_sent(office: Office, mara: Account) -> None:
    with office.connect() as db:
        by_an_administrator(db, office, mara)
        by_anybody(db, office, mara)

    assert states(office) == [JobStatus.QUEUED, JobStatus.QUEUED]


def test_what_has_no_link_waits_once_however_many_days_it_takes(office: Office, mara: Account) -> None:
    for _ in range(3):
        office.clock.wait(hours=24)
        with office.connect() as db:
            closed(db, office, mara)

    assert states(office) == [JobStatus.QUEUED]
    office.work()
    office.clock.wait(hours=24)
    with office.connect() as db:
        closed(db, office, mara)
    assert states(office) == [JobStatus.SENT, JobStatus.QUEUED]


def test_a_partners_link_waits_once_for_it_works_long(office: Office) -> None:
    with office.connect() as db:
        pia = begun(db, office.desk, now=office.now)
    for _ in range(3):
        office.clock.wait(hours=2)
        with office.connect() as db, transaction(db):
            prolong_links.mail_link(db, office.desk, pia, now=office.now)

    assert [one.status for one in office.jobs("prolong_link")] == [JobStatus.QUEUED]
