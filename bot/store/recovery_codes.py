"""Recovery codes by their keyed hashes, and which of them were used."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.store.database import count, row, text_of


def put_all(db: Database, account_id: int, marks: Sequence[str], *, now: datetime) -> None:
    """A new set in the place of whatever the account had."""
    drop_all(db, account_id)
    for mark in marks:
        count(
            db,
            "insert into recovery_codes (account_id, mark, made_at) values (:id, :mark, :now)",
            {"id": account_id, "mark": mark, "now": text_of(now)},
        )


def use(db: Database, account_id: int, marks: Sequence[str], *, now: datetime) -> bool:
    """Use up the one with any of these marks; False where there is none, or it was used."""
    sql = """update recovery_codes set used_at = :now
             where account_id = :id and mark = :mark and used_at is null"""
    values = {"id": account_id, "now": text_of(now)}
    return any(count(db, sql, values | {"mark": mark}) for mark in marks)


def count_left(db: Database, account_id: int) -> int:
    sql = "select count(*) n from recovery_codes where account_id = :id and used_at is null"
    found = row(db, sql, {"id": account_id})
    return int(found["n"]) if found else 0


def drop_all(db: Database, account_id: int) -> None:
    count(db, "delete from recovery_codes where account_id = :id", {"id": account_id})


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table recovery_codes (
            id integer primary key,
            account_id integer not null references accounts (id),
            mark text not null,
            made_at text not null,
            used_at text,
            unique (account_id, mark)
        );
    """)
