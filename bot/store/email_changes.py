"""Changes of e-mail addresses that were asked for, and which ends have confirmed them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.email_changes import ChangeReason, EmailChange, End
from bot.store.database import count, instant, maybe_instant, row, rows, text_of
from bot.store.numbers import next_id


def add(
    db: Database,
    *,
    account_id: int,
    old: str,
    new: str,
    now: datetime,
    until: datetime,
    asked_by: str = "",
    reason: ChangeReason | None = None,
) -> EmailChange:
    """In the place of whatever was asked for before; `asked_by` and `reason` are the desk's."""
    drop(db, account_id, now=now)
    count(
        db,
        f"""insert into email_changes (id, account_id, old, new, made_at, until, asked_by, reason)
           values ({next_id("email_changes")}, :account_id, :old, :new, :now, :until, :asked_by, :reason)""",
        {
            "account_id": account_id,
            "old": old,
            "new": new,
            "now": text_of(now),
            "until": text_of(until),
            "asked_by": asked_by or None,
            "reason": reason,
        },
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


def look_up(db: Database, change_id: int) -> EmailChange | None:
    """One, whether it is over or not."""
    found = row(db, "select * from email_changes where id = :id", {"id": change_id})
    return _change(found) if found else None


def find_of(db: Database, account_id: int, *, now: datetime) -> EmailChange | None:
    """What was asked for of an account, and is not over."""
    sql = "select * from email_changes where account_id = :id and ended_at is null and until > :now"
    found = row(db, sql, {"id": account_id, "now": text_of(now)})
    return _change(found) if found else None


def list_of_account(db: Database, account_id: int) -> list[tuple[EmailChange, datetime]]:
    """All of it that is kept, the oldest first, each with when it was asked for."""
    sql = "select * from email_changes where account_id = :id order by id"
    return [(_change(found), instant(found["made_at"])) for found in rows(db, sql, {"id": account_id})]


def list_former(db: Database, organisation: int) -> list[tuple[int, str]]:
    """The addresses that its people had before, each with whose account it was."""
    sql = """select e.account_id, e.old from email_changes e join accounts a on a.id = e.account_id
             where a.organisation = :id and a.erased_at is null and e.changed_at is not null"""
    return [(found["account_id"], found["old"]) for found in rows(db, sql, {"id": organisation})]


def list_open(db: Database, *, now: datetime) -> list[EmailChange]:
    """Those that are not over."""
    sql = "select * from email_changes where ended_at is null and until > :now order by id"
    return [_change(found) for found in rows(db, sql, {"now": text_of(now)})]


def confirm(db: Database, change_id: int, end: End, *, now: datetime) -> None:
    """Its own yes; whoever stood in for the old end need not any more."""
    sql = {
        End.OLD: "update email_changes set old_confirmed_at = :now, agreed_by = null, due_at = null",
        End.NEW: "update email_changes set new_confirmed_at = :now",
    }[end]
    count(db, f"{sql} where id = :id", {"id": change_id, "now": text_of(now)})


def stand_in(db: Database, change: EmailChange, *, now: datetime) -> None:
    """Keep who stands in for the old end, with the new ends of the times."""
    count(
        db,
        """update email_changes set old_confirmed_at = :now, agreed_by = :by, due_at = :due, until = :until
           where id = :id""",
        {
            "id": change.id,
            "now": text_of(now),
            "by": change.agreed_by,
            "due": text_of(change.due_at) if change.due_at else None,
            "until": text_of(change.until),
        },
    )


def note_changed(db: Database, change_id: int, *, now: datetime) -> None:
    """From now on the new address counts."""
    count(
        db,
        "update email_changes set changed_at = :now where id = :id",
        {"id": change_id, "now": text_of(now)},
    )


def drop(db: Database, account_id: int, *, now: datetime, by: str = "") -> bool:
    """It is over, whatever became of it; False where there was none. `by`: who said no."""
    sql = """update email_changes set ended_at = :now, ended_by = :by
             where account_id = :id and ended_at is null"""
    return bool(count(db, sql, {"id": account_id, "now": text_of(now), "by": by or None}))


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
        asked_by=found["asked_by"] or "",
        reason=ChangeReason(found["reason"]) if found["reason"] else None,
        agreed_by=found["agreed_by"] or "",
        due_at=maybe_instant(found["due_at"]),
        changed_at=maybe_instant(found["changed_at"]),
        ended_at=maybe_instant(found["ended_at"]),
        ended_by=found["ended_by"] or "",
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


def add_desk(db: Database) -> None:
    """The migration's step by which the desk asks too; never edited once shipped."""
    for column in ("asked_by", "reason", "agreed_by", "ended_by"):
        db.execute(f"alter table email_changes add column {column} text")


def add_cooling(db: Database) -> None:
    """The migration's step by which the old end has time to object; never edited once shipped."""
    for column in ("due_at", "changed_at"):
        db.execute(f"alter table email_changes add column {column} text")
    db.execute("""update email_changes set changed_at = ended_at
                  where old_confirmed_at is not null and new_confirmed_at is not null""")
