"""Vouchers are imported all or not at all, sealed, found again by keyed hashes, and never said aloud."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.events import EventTag
from bot.domain.keyring import Keyring
from bot.domain.license_keys import KEY, KeyState
from bot.domain.sheets import Workbook
from bot.domain.vouchers import RowFault
from bot.services import vouchers
from bot.services.vouchers import Looked
from bot.store import license_keys
from tests.cast import Office
from tests.outside import PlainReader

OLD, NEW = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"


def a_file(many: int = 3, *, first: int = 1) -> bytes:
    lines = [f"V-{number:06};SECRET-KEY-{number:06}" for number in range(first, first + many)]
    return "\n".join(["Voucher;License Key", *lines]).encode()


def imported(office: Office, db: Database, content: bytes, *, by: str = "cli:anna") -> Looked:
    return vouchers.import_file(
        db, office.desk, office.reader, name="v.csv", content=content, by=by, now=office.now
    )


def looked_at(office: Office, db: Database, content: bytes) -> Looked:
    return vouchers.check(db, office.desk, office.reader, name="v.csv", content=content, now=office.now)


def faults(looked: Looked) -> list[tuple[int, str]]:
    return [(row.line, row.fault) for row in looked.reading.bad]


def count(db: Database) -> int:
    return int(db.execute("select count(*) from license_keys").fetchone()[0])


def test_a_dry_run_takes_nothing(office: Office, db: Database) -> None:
    looked = looked_at(office, db, a_file())

    assert looked.reading.fit
    assert not looked.imported
    assert (count(db), office.jobs(), office.events()) == (0, [], [])


def test_an_import_puts_each_voucher_with_its_key_into_stock(office: Office, db: Database) -> None:
    looked = imported(office, db, a_file())
    key = license_keys.find(db, 1)

    assert looked.imported
    assert key is not None
    assert (key.state, key.tail) == (KeyState.STOCK, "0001")
    assert office.desk.keyring.open(KEY, license_keys.get_sealed(db, 1)) == "SECRET-KEY-000001"


def test_no_voucher_or_key_stands_anywhere_in_the_open(office: Office, db: Database) -> None:
    imported(office, db, a_file())
    office.work()
    whole = Path(office.path).read_bytes() + Path(f"{office.path}-wal").read_bytes()

    assert b"SECRET-KEY" not in whole
    assert b"V-000001" not in whole
    assert "SECRET-KEY" not in office.chat.texts()


def test_the_trail_has_numbers_and_the_hash_of_the_file(office: Office, db: Database) -> None:
    looked = imported(office, db, a_file())
    (event,) = (one for one in office.events() if one.tag == EventTag.VOUCHERS_IMPORTED)

    assert event.actor == "cli:anna"
    assert event.data == {"count": 3, "first": 1, "last": 3, "file": looked.digest}


def test_the_support_channel_hears_how_many_came(office: Office, db: Database) -> None:
    imported(office, db, a_file())
    office.work()

    assert "imported 3 vouchers. License Keys in stock now: 3." in office.chat.texts()


def test_one_bad_row_keeps_the_whole_file_out(office: Office, db: Database) -> None:
    looked = imported(office, db, a_file() + b"\n=cmd|' /C calc'!A0;KEY-9999")

    assert faults(looked) == [(5, RowFault.FORMULA)]
    assert (looked.imported, count(db), office.jobs()) == (False, 0, [])


def test_what_was_imported_before_is_named_and_nothing_is_taken_again(office: Office, db: Database) -> None:
    imported(office, db, a_file(2))
    again = b"voucher,key\nV-000009,secret key 000002\nv000001,OTHER-KEY-1\nV-000010,OTHER-KEY-2"

    assert faults(looked_at(office, db, again)) == [(2, RowFault.KNOWN), (3, RowFault.KNOWN)]
    assert not imported(office, db, again).imported
    assert count(db) == 2


@pytest.mark.parametrize("state", [KeyState.ISSUED, KeyState.USED, KeyState.VOID])
def test_a_key_that_left_the_stock_is_known_for_ever(office: Office, db: Database, state: KeyState) -> None:
    imported(office, db, a_file(1))
    db.execute("update license_keys set state = :state", {"state": state})

    assert faults(looked_at(office, db, a_file(1))) == [(2, RowFault.KNOWN)]


def test_after_a_change_of_the_secret_key_old_vouchers_are_still_known(office: Office, db: Database) -> None:
    imported(office, db, a_file(1))
    rotated = replace(office.desk, keyring=Keyring([NEW, OLD]))
    looked = vouchers.check(db, rotated, office.reader, name="v.csv", content=a_file(2), now=office.now)

    assert faults(looked) == [(2, RowFault.KNOWN)]


class Overtaken(PlainReader):
    """While it reads one file, a colleague imports the same."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office = office

    def read_workbooks(self, name: str, content: bytes, *, rows: int = 0) -> tuple[Workbook, ...]:
        with self._office.connect() as db:
            assert imported(self._office, db, content, by="cli:blake").imported
        return super().read_workbooks(name, content, rows=rows)


def test_a_file_that_was_imported_meanwhile_is_not_imported_again(office: Office, db: Database) -> None:
    late = vouchers.import_file(
        db, office.desk, Overtaken(office), name="v.csv", content=a_file(1), by="x", now=office.now
    )

    assert faults(late) == [(2, RowFault.KNOWN)]
    assert count(db) == 1


@pytest.mark.slow
def test_twenty_thousand_rows_are_a_matter_of_seconds(office: Office, db: Database) -> None:
    content = a_file(20_000)

    assert imported(office, db, content).imported
    assert count(db) == 20_000
    assert len(faults(looked_at(office, db, content))) == 20_000
