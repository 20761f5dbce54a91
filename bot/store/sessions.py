"""Sessions of the portal: only the hash of a token is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.sessions import Session, Strength
from bot.store.database import count, instant, row, rows, text_of
from bot.store.tokens import hash_of


def add(db: Database, token: str, session: Session) -> None:
    count(
        db,
        """insert into sessions (hash, account_id, strength, made_at, seen_at, launching)
           values (:hash, :account_id, :strength, :made_at, :seen_at, :launching)""",
        {
            "hash": hash_of(token),
            "account_id": session.account_id,
            "strength": int(session.strength),
            "made_at": text_of(session.made_at),
            "seen_at": text_of(session.seen_at),
            "launching": session.launching,
        },
    )


def find(db: Database, token: str) -> Session | None:
    found = row(db, "select * from sessions where hash = :hash", {"hash": hash_of(token)})
    return _session(found) if found else None


def list_of_account(db: Database, account_id: int) -> dict[str, Session]:
    """By their names, the newest first; some may be over."""
    sql = "select * from sessions where account_id = :id order by made_at desc"
    return {found["hash"]: _session(found) for found in rows(db, sql, {"id": account_id})}


def touch(db: Database, token: str, *, now: datetime) -> None:
    """Somebody was here."""
    sql = "update sessions set seen_at = :now where hash = :hash and seen_at < :now"
    count(db, sql, {"hash": hash_of(token), "now": text_of(now)})


def set_launching(db: Database, token: str, application: str) -> None:
    """What goes on as soon as the session is strong enough; "" for nothing."""
    sql = "update sessions set launching = :name where hash = :hash"
    count(db, sql, {"hash": hash_of(token), "name": application})


def drop(db: Database, token: str) -> bool:
    """False where it was over already."""
    return bool(count(db, "delete from sessions where hash = :hash", {"hash": hash_of(token)}))


def drop_named(db: Database, account_id: int, name: str) -> bool:
    """One of that account; False where it has none of that name."""
    sql = "delete from sessions where account_id = :id and hash = :name"
    return bool(count(db, sql, {"id": account_id, "name": name}))


def drop_all(db: Database, account_id: int, *, but: str = "") -> int:
    """Every session of an account, but that of one token; how many there were."""
    sql = "delete from sessions where account_id = :id and hash <> :but"
    return count(db, sql, {"id": account_id, "but": hash_of(but) if but else ""})


def _session(found: Mapping[str, Any]) -> Session:
    return Session(
        account_id=found["account_id"],
        strength=Strength(found["strength"]),
        made_at=instant(found["made_at"]),
        seen_at=instant(found["seen_at"]),
        launching=found["launching"],
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table sessions (
            hash text primary key,
            account_id integer not null references accounts (id),
            strength integer not null,
            made_at text not null,
            seen_at text not null
        ) without rowid;
        create index sessions_by_account on sessions (account_id);
        create index sessions_by_age on sessions (seen_at);
    """)
