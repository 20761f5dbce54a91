"""Requests to remove the phones of an account that has lost them all: one row each, one open an account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import Approval
from bot.domain.phone_resets import OPEN, PhoneReset, ResetState
from bot.store.database import count, instant, maybe_instant, row, rows, text_of
from bot.store.numbers import next_id

_OPEN = ", ".join(f"'{state}'" for state in OPEN)


def add(db: Database, account_id: int, *, now: datetime) -> PhoneReset | None:
    """None where one is open."""
    sql = f"""insert into phone_resets (id, account_id, state, asked_at)
              values ({next_id("phone_resets")}, :id, 'asked', :now) on conflict do nothing"""
    added = count(db, sql, {"id": account_id, "now": text_of(now)})
    return find_open(db, account_id) if added else None


def find(db: Database, reset_id: int) -> PhoneReset | None:
    found = row(db, "select * from phone_resets where id = :id", {"id": reset_id})
    return _reset(found) if found else None


def find_open(db: Database, account_id: int) -> PhoneReset | None:
    sql = f"select * from phone_resets where account_id = :id and state in ({_OPEN})"
    found = row(db, sql, {"id": account_id})
    return _reset(found) if found else None


def list_open(db: Database) -> list[PhoneReset]:
    found = rows(db, f"select * from phone_resets where state in ({_OPEN}) order by id", {})
    return [_reset(entry) for entry in found]


def list_of_account(db: Database, account_id: int) -> list[PhoneReset]:
    """All that was ever asked, the oldest first."""
    found = rows(db, "select * from phone_resets where account_id = :id order by id", {"id": account_id})
    return [_reset(entry) for entry in found]


def count_since(db: Database, account_id: int, *, since: datetime) -> int:
    sql = "select count(*) n from phone_resets where account_id = :id and asked_at > :since"
    found = row(db, sql, {"id": account_id, "since": text_of(since)})
    return int(found["n"]) if found else 0


def agree(db: Database, seen: PhoneReset, yes: Approval, *, due_at: datetime) -> PhoneReset | None:
    """Compare, then swap; the second yes makes it cool until `due_at`. None where it is not as seen."""
    first = seen.state is ResetState.ASKED
    nth, to = ("first", ResetState.AGREED) if first else ("second", ResetState.COOLING)
    swapped = count(
        db,
        f"""update phone_resets set state = :to, {nth}_by = :by, {nth}_right = :right, {nth}_at = :at,
              due_at = :due where id = :id and state = :since""",
        {
            "id": seen.id,
            "since": seen.state,
            "to": to,
            "by": yes.by,
            "right": yes.right_of,
            "at": text_of(yes.at),
            "due": None if first else text_of(due_at),
        },
    )
    return find(db, seen.id) if swapped else None


def end(db: Database, seen: PhoneReset, to: ResetState, *, by: str, now: datetime) -> PhoneReset | None:
    """Compare, then swap: it is over. None where it is not as it was seen."""
    ended = count(
        db,
        """update phone_resets set state = :to, ended_at = :now, ended_by = :by
           where id = :id and state = :since""",
        {"id": seen.id, "since": seen.state, "to": to, "by": by, "now": text_of(now)},
    )
    return find(db, seen.id) if ended else None


def _reset(found: Mapping[str, Any]) -> PhoneReset:
    return PhoneReset(
        id=found["id"],
        account_id=found["account_id"],
        state=ResetState(found["state"]),
        asked_at=instant(found["asked_at"]),
        given=tuple(
            Approval(by=found[f"{nth}_by"], right_of=found[f"{nth}_right"], at=instant(found[f"{nth}_at"]))
            for nth in ("first", "second")
            if found[f"{nth}_by"]
        ),
        due_at=maybe_instant(found["due_at"]),
        ended_at=maybe_instant(found["ended_at"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table phone_resets (
            id integer primary key,
            account_id integer not null references accounts (id),
            state text not null,
            asked_at text not null,
            first_by text,
            first_right text,
            first_at text,
            second_by text,
            second_right text,
            second_at text,
            due_at text,
            ended_at text,
            ended_by text
        );
        create unique index one_open_phone_reset on phone_resets (account_id)
            where state in ('asked', 'agreed', 'cooling');
        create index phone_resets_by_account on phone_resets (account_id, asked_at);
    """)
