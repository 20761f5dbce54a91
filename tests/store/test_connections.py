"""Connections that are kept between events."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.store.connections import MOST_IDLE, Connections
from bot.store.database import connect, row, transaction


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "usher.db"
    with connect(found) as db:
        db.executescript("create table mails (id integer primary key)")
    return found


def test_the_next_event_gets_the_same_connection_and_one_within_it_another(path: Path) -> None:
    kept = Connections(path)
    with kept.take() as first, kept.take() as inner:
        assert inner is not first
    with kept.take() as again:
        assert again in (first, inner)
    kept.close()
    assert not path.with_name("usher.db-wal").exists()  # whoever closes last writes the log into the file


def test_what_an_event_left_open_when_it_raised_goes_with_its_connection(path: Path) -> None:
    kept, seen = Connections(path), list[Database]()

    def stumble() -> None:
        with kept.take() as db:
            seen.append(db)
            db.execute("begin immediate")
            raise KeyError

    with pytest.raises(KeyError):
        stumble()
    with kept.take() as other:
        assert other not in seen
        with transaction(other):
            other.execute("insert into mails default values")


def test_nothing_is_written_to_a_file_that_was_moved_away(path: Path) -> None:
    kept = Connections(path)
    with kept.take() as db:
        assert row(db, "select count(*) as many from mails") == {"many": 0}
    path.rename(path.with_name("old.db"))
    with connect(path) as db:
        db.executescript("create table mails (id integer primary key); insert into mails default values;")
    with kept.take() as db:
        assert row(db, "select count(*) as many from mails") == {"many": 1}


def test_so_many_are_kept_and_no_more(path: Path) -> None:
    kept = Connections(path)

    def nest(depth: int) -> None:
        with kept.take():
            if depth:
                nest(depth - 1)

    nest(MOST_IDLE + 3)
    opened = []
    while found := kept._find():
        opened.append(found)
    assert len(opened) == MOST_IDLE
