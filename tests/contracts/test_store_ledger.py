"""What the store promises of the mail ledger: each number once, and known again for what it stands for."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.ledger import Cursor, MailStatus
from bot.store import database, ledger
from bot.store.database import transaction
from tests.cast import Office
from tests.contracts.racing import race
from tests.outside import NOW, fetched


@pytest.fixture
def path(office: Office) -> Path:
    return office.path


def test_the_cursor_moves_forward_only_and_only_in_its_own_numbering(db: Database) -> None:
    with transaction(db):
        ledger.start_mailbox(db, "INBOX", uidvalidity=1, last_uid=0, now=NOW)
        ledger.start_mailbox(db, "INBOX", uidvalidity=9, last_uid=9, now=NOW)
        ledger.advance_mailbox(db, "INBOX", uidvalidity=1, last_uid=7)
        ledger.advance_mailbox(db, "INBOX", uidvalidity=1, last_uid=5)
        ledger.advance_mailbox(db, "INBOX", uidvalidity=2, last_uid=99)

        assert ledger.find_mailbox(db, "INBOX") == Cursor(uidvalidity=1, last_uid=7, started_at=NOW)
        ledger.renumber_mailbox(db, "INBOX", 2)
        assert ledger.find_mailbox(db, "INBOX") == Cursor(uidvalidity=2, last_uid=0, started_at=NOW)


def record(path: Path, uid: int) -> bool:
    with database.connect(path) as db, transaction(db):
        mail = fetched(b"raw", uid=uid)
        return ledger.add(db, "INBOX", 1, mail, status=MailStatus.RECORDED, now=NOW) is not None


def test_a_mail_is_in_the_ledger_once_whoever_records_it(path: Path, db: Database) -> None:
    assert sorted(race(*[partial(record, path, 1)] * 4)) == [False, False, False, True]

    assert len(ledger.list_recorded(db, 10)) == 1
    assert ledger.find_raw(db, 1) == (b"raw", True)


def a_recorded_mail(db: Database, uid: int, *, uidvalidity: int = 1) -> int:
    mail = replace(fetched(b"x" * uid, uid=uid), received_at=NOW + timedelta(seconds=uid))
    return ledger.add(db, "INBOX", uidvalidity, mail, status=MailStatus.DONE, now=NOW) or 0


@pytest.fixture
def three(db: Database) -> Database:
    with transaction(db):
        ledger.start_mailbox(db, "INBOX", uidvalidity=1, last_uid=0, now=NOW)
        for uid in (1, 2, 5):
            a_recorded_mail(db, uid)
        ledger.advance_mailbox(db, "INBOX", uidvalidity=1, last_uid=5)
    return db


def test_what_has_no_row_is_told_by_mailbox_and_numbering(three: Database) -> None:
    assert ledger.list_unrecorded(three, "INBOX", 1, [7, 3, 2, 1]) == [3, 7]
    assert ledger.list_unrecorded(three, "INBOX", 2, [1, 2]) == [1, 2]
    assert ledger.list_unrecorded(three, "Other", 1, [1, 2]) == [1, 2]
    assert ledger.list_unrecorded(three, "INBOX", 1, []) == []


def test_the_newest_that_have_a_row_are_known_with_what_the_server_told(three: Database) -> None:
    def second(number: int) -> tuple[int, object]:
        return number, NOW + timedelta(seconds=number)

    assert ledger.list_newest_known(three, "INBOX", 1, [1, 2, 3, 5], limit=2) == {5: second(5), 2: second(2)}
    assert ledger.list_newest_known(three, "INBOX", 1, [2, 9], limit=2) == {2: second(2)}
    # one of which the server told nothing has no size
    assert ledger.list_newest_known(three, "INBOX", 1, [1, 9], limit=2) == {}
    assert ledger.list_newest_known(three, "INBOX", 2, [1, 2], limit=2) == {}


def test_by_numbers_that_are_retired_nothing_is_known_nor_moved_and_each_may_come_again(
    three: Database,
) -> None:
    with transaction(three):
        other = ledger.add(three, "Other", 1, fetched(b"x"), status=MailStatus.DONE, now=NOW)
        ledger.retire_numbers(three, "INBOX", 1)

        assert ledger.find_mailbox(three, "INBOX") == Cursor(uidvalidity=1, last_uid=0, started_at=NOW)
        assert ledger.list_unmoved(three, "INBOX", 1, limit=9) == []
        assert ledger.list_unrecorded(three, "INBOX", 1, [1, 2, 5]) == [1, 2, 5]
        assert ledger.list_unmoved(three, "Other", 1, limit=9) == [(1, MailStatus.DONE)]
        assert a_recorded_mail(three, 5) > (other or 0)
        ledger.retire_numbers(three, "INBOX", 1)  # and once more
        assert ledger.list_unmoved(three, "INBOX", 1, limit=9) == []


def test_numbers_that_come_back_go_on_behind_those_that_have_a_row(three: Database) -> None:
    with transaction(three):
        ledger.renumber_mailbox(three, "INBOX", 2)
        a_recorded_mail(three, 9, uidvalidity=2)
        ledger.renumber_mailbox(three, "INBOX", 1)

    assert ledger.find_mailbox(three, "INBOX") == Cursor(uidvalidity=1, last_uid=5, started_at=NOW)
