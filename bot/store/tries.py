"""Counts of wrong tries, which outlive a restart."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.tries import Tried, Tries
from bot.store.database import count, maybe_instant, row, text_of


def find(db: Database, account_id: int, what: Tried) -> Tries:
    sql = "select wrong, locked_until from tries where account_id = :id and what = :what"
    found = row(db, sql, {"id": account_id, "what": what})
    return (
        Tries(wrong=found["wrong"], locked_until=maybe_instant(found["locked_until"])) if found else Tries()
    )


def put(db: Database, account_id: int, what: Tried, tries: Tries, *, now: datetime) -> None:
    until = text_of(tries.locked_until) if tries.locked_until else None
    count(
        db,
        """insert into tries (account_id, what, wrong, locked_until, at)
           values (:id, :what, :wrong, :until, :now)
           on conflict (account_id, what) do update set wrong = :wrong, locked_until = :until, at = :now""",
        {"id": account_id, "what": what, "wrong": tries.wrong, "until": until, "now": text_of(now)},
    )


def drop(db: Database, account_id: int, what: Tried) -> None:
    """A right one: nothing is held against them."""
    sql = "delete from tries where account_id = :id and what = :what"
    count(db, sql, {"id": account_id, "what": what})


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table tries (
            account_id integer not null,
            what text not null,
            wrong integer not null,
            locked_until text,
            at text not null,
            primary key (account_id, what)
        ) without rowid;
    """)
