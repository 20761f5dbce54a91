"""Changes of e-mail addresses that were asked for, and which ends have confirmed them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.email_changes import EmailChange, End
from bot.store.database import count, instant, row, text_of


def add(db: Database, *, account_id: int, old: str, new: str, now: datetime, until: datetime) -> EmailChange:
    """In the place of whatever the account asked for before."""
    drop(db, account_id, now=now)
    count(
        db,
        """insert into email_changes (account_id, old, new, made_at, until)
           values (:account_id, :old, :new, :now, :until)""",
        {"account_id": account_id, "old": old, "new": new, "now": text_of(now), "until": text_of(until)},
    )
    found = find_of(db, account_id, now=now)
    if found is None:
        raise LookupError("it was added a line ago")
    return found


def find(db: Database, change_id: int, *, now: datetime) -> EmailChange | None:
    """One that is not over."""
    sql = "select * from email_changes where id = :id and ended_at is null and until > :now"
    found = row(db, sql, {"id": change_id, "now": text_of(now)})
    return _change(found) if found else None


def find_of(db: Database, account_id: int, *, now: datetime) -> EmailChange | None:
    """What an account has asked for."""
    sql = "select * from email_changes where account_id = :id and ended_at is null and until > :now"
    found = row(db, sql, {"id": account_id, "now": text_of(now)})
    return _change(found) if found else None


def confirm(db: Database, change_id: int, end: End, *, now: datetime) -> None:
    column = {End.OLD: "old_confirmed_at", End.NEW: "new_confirmed_at"}[end]
    sql = f"update email_changes set {column} = coalesce({column}, :now) where id = :id"
    count(db, sql, {"id": change_id, "now": text_of(now)})


def drop(db: Database, account_id: int, *, now: datetime) -> bool:
    """It is over, whatever became of it; False where there was none."""
    sql = "update email_changes set ended_at = :now where account_id = :id and ended_at is null"
    return bool(count(db, sql, {"id": account_id, "now": text_of(now)}))


def count_since(db: Database, account_id: int, *, since: datetime) -> int:
    found = row(
        db,
        "select count(*) n from email_changes where account_id = :id and made_at >= :since",
        {"id": account_id, "since": text_of(since)},
    )
    return int(found["n"]) if found else 0


def _change(found: Mapping[str, Any]) -> EmailChange:
    confirmed = {End.OLD: found["old_confirmed_at"], End.NEW: found["new_confirmed_at"]}
    return EmailChange(
        id=found["id"],
        account_id=found["account_id"],
        old=found["old"],
        new=found["new"],
        until=instant(found["until"]),
        confirmed=frozenset(end for end, at in confirmed.items() if at),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table email_changes (
            id integer primary key,
            account_id integer not null references accounts (id),
            old text not null,
            new text not null,
            made_at text not null,
            until text not null,
            old_confirmed_at text,
            new_confirmed_at text,
            ended_at text
        );
        create unique index one_open_email_change on email_changes (account_id) where ended_at is null;
        create index email_changes_by_account on email_changes (account_id, made_at);
    """)
