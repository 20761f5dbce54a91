"""Instants as text, and a database that takes the place of another."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path, PosixPath
from typing import Self
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot.store.database import (
    BUSY_SECONDS,
    beforehand,
    connect,
    instant,
    join_next,
    put_in_place,
    rows,
    text_of,
    transaction,
    waiting_at_most,
)

BERLIN = ZoneInfo("Europe/Berlin")


def test_the_hour_that_comes_twice_is_two_instants() -> None:
    """Python takes the two for equal: they may not be one to whatever remembers the text of an instant."""
    summer = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    winter = summer.replace(fold=1)

    assert [text_of(summer), text_of(winter)] == [
        "2026-10-25T00:30:00.000000Z",
        "2026-10-25T01:30:00.000000Z",
    ]


def test_text_order_is_time_order_and_nothing_is_lost() -> None:
    start = datetime(2026, 11, 24, 9, 59, 59, 999_999, tzinfo=UTC)
    moments = [start + timedelta(microseconds=step) for step in range(3)]

    texts = [text_of(moment) for moment in moments]

    assert texts == sorted(texts)
    assert [instant(text) for text in texts] == moments


def test_a_naive_datetime_has_no_place() -> None:
    with pytest.raises(ValueError, match="naive"):
        text_of(datetime(2026, 11, 24, 10, 0))  # noqa: DTZ001 - what must not come in


class Killed(BaseException):
    """Nothing runs any more."""


class NeverInPlace(PosixPath):
    """A file that is about to get its name when the machine stops."""

    def replace(self, target: object) -> Self:
        raise Killed(target)


def test_whoever_is_killed_while_a_database_is_replaced_loses_nothing_of_the_old_one(tmp_path: Path) -> None:
    """A service that was killed has left its newest commits in its log alone."""
    target, fresh = tmp_path / "usher.db", NeverInPlace(tmp_path / "usher.db.restoring")
    dies = f"""
import os, sqlite3
db = sqlite3.connect({str(target)!r}, isolation_level=None)
db.execute("pragma journal_mode = wal")
db.execute("create table x (n)")
db.execute("pragma wal_checkpoint(truncate)")
db.execute("insert into x values (1)")
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", dies], check=False)
    assert (tmp_path / "usher.db-wal").stat().st_size > 0
    with closing(sqlite3.connect(fresh)) as other:
        other.execute("create table x (n)")
    with pytest.raises(Killed):
        put_in_place(fresh, target)

    with closing(sqlite3.connect(target)) as left:
        assert left.execute("select n from x").fetchall() == [(1,)]


def test_a_database_that_cannot_be_read_is_replaced_all_the_same(tmp_path: Path) -> None:
    target, fresh = tmp_path / "usher.db", tmp_path / "usher.db.restoring"
    target.write_bytes(b"no database" * 1000)
    (tmp_path / "usher.db-wal").write_bytes(b"no log" * 1000)
    with closing(sqlite3.connect(fresh)) as other:
        other.execute("create table x (n)")
    put_in_place(fresh, target)

    assert [file.name for file in tmp_path.iterdir()] == ["usher.db"]
    with closing(sqlite3.connect(target)) as left:
        assert left.execute("select n from x").fetchall() == []


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Database]:
    with connect(tmp_path / "notes.db") as db:
        db.execute("create table notes (said text)")
        yield db
        join_next(None)


def joined(db: Database) -> None:
    db.execute("insert into notes values ('joined')")


def said(db: Database) -> list[str]:
    return [entry["said"] for entry in rows(db, "select said from notes")]


def test_what_is_joined_commits_with_the_next_transaction_and_with_no_other(notes: Database) -> None:
    join_next(joined)
    for word in ("first", "second"):
        with transaction(notes):
            notes.execute("insert into notes values (?)", [word])

    assert said(notes) == ["joined", "first", "second"]
    assert not join_next(None)


def test_what_is_joined_is_undone_with_its_transaction_and_waits_for_another_try(notes: Database) -> None:
    join_next(joined)
    with pytest.raises(KeyError), transaction(notes):
        raise KeyError
    assert said(notes) == []
    with transaction(notes):
        pass

    assert said(notes) == ["joined"]


def test_what_only_prepares_leaves_what_is_joined_to_the_decision(notes: Database) -> None:
    join_next(joined)
    with beforehand(notes):
        notes.execute("insert into notes values ('prepared')")
    with pytest.raises(KeyError), beforehand(notes):
        raise KeyError
    assert said(notes) == ["prepared"]

    assert join_next(None)


def test_a_joined_act_that_refuses_keeps_the_transaction_from_doing_anything(notes: Database) -> None:
    def refuse(_: Database) -> None:
        raise KeyError

    join_next(refuse)
    with pytest.raises(KeyError), transaction(notes):
        notes.execute("insert into notes values ('never')")

    assert said(notes) == []
    assert not notes.conn.in_transaction


def test_whoever_is_in_a_hurry_waits_for_a_lock_as_long_as_told_and_then_as_ever(
    notes: Database, tmp_path: Path
) -> None:
    (ever,) = notes.execute("pragma busy_timeout").fetchone()
    with connect(tmp_path / "notes.db") as other, transaction(other):
        began = time.monotonic()
        with pytest.raises(sqlite3.OperationalError), waiting_at_most(notes, 0.1), transaction(notes):
            pass
        assert time.monotonic() - began < 5

    assert notes.execute("pragma busy_timeout").fetchone() == (ever,) == (BUSY_SECONDS * 1000,)
