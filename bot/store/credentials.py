"""Which License Key an account used, and its phones."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.credentials import Credentials, Phone
from bot.store.database import count, instant, maybe_instant, row, rows, text_of


def get(db: Database, account_id: int) -> Credentials:
    registered = row(db, "select entered_at from credentials where account_id = :id", {"id": account_id})
    found = rows(
        db,
        """select * from phones where account_id = :id
           order by verified_at is null, coalesce(used_at, verified_at, added_at) desc, id""",
        {"id": account_id},
    )
    return Credentials(
        registered_at=instant(registered["entered_at"]) if registered else None,
        phones=tuple(_phone(entry) for entry in found),
    )


def add(db: Database, account_id: int, *, key_id: int, now: datetime) -> None:
    """The account has used that License Key: one an account, and a key in one account only."""
    count(
        db,
        "insert into credentials (account_id, key_id, entered_at) values (:id, :key, :now)",
        {"id": account_id, "key": key_id, "now": text_of(now)},
    )


def add_phone(db: Database, account_id: int, number: str, *, now: datetime) -> int:
    """Its id; it is not verified yet."""
    (made,) = rows(
        db,
        "insert into phones (account_id, number, added_at) values (:id, :number, :now) returning id",
        {"id": account_id, "number": number, "now": text_of(now)},
    )
    return int(made["id"])


def find_phone(db: Database, account_id: int, phone_id: int) -> Phone | None:
    """None for somebody else's."""
    sql = "select * from phones where id = :phone and account_id = :id"
    found = row(db, sql, {"phone": phone_id, "id": account_id})
    return _phone(found) if found else None


def note_code(db: Database, phone_id: int, *, now: datetime) -> None:
    """A code came back from it: it is verified, if it was not, and it is the freshest."""
    sql = "update phones set verified_at = coalesce(verified_at, :now), used_at = :now where id = :id"
    count(db, sql, {"id": phone_id, "now": text_of(now)})


def drop_phone(db: Database, phone_id: int) -> None:
    """With its codes."""
    count(db, "delete from phones where id = :id", {"id": phone_id})


def _phone(found: Mapping[str, Any]) -> Phone:
    return Phone(
        id=found["id"],
        number=found["number"],
        verified_at=maybe_instant(found["verified_at"]),
        used_at=maybe_instant(found["used_at"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts and the License Keys."""
    db.executescript("""
        create table credentials (
            account_id integer primary key references accounts (id),
            key_id integer not null unique references license_keys (id),
            entered_at text not null
        );
        create table phones (
            id integer primary key,
            account_id integer not null references accounts (id),
            number text not null,
            added_at text not null,
            verified_at text,
            used_at text,
            unique (account_id, number)
        );
    """)
