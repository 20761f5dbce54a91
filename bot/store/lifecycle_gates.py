"""Days on which more mails of the clock were due than go by themselves, and who let them go."""

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.lifecycle_gates import Gate
from bot.store.database import count, instant, maybe_instant, row, text_of


def shut(db: Database, *, imported: bool = False, now: datetime) -> Gate:
    """The one that is shut, or a new one; `imported` stays with it."""
    count(db, "insert into life_gates (asked_at) values (:now) on conflict do nothing", {"now": text_of(now)})
    if imported:
        count(db, "update life_gates set imported = 1 where settled_at is null")
    gate = find_shut(db)
    if gate is None:
        raise LookupError("a gate was shut and is not")
    return gate


def find_shut(db: Database) -> Gate | None:
    return _gate(row(db, "select * from life_gates where settled_at is null"))


def find(db: Database, gate_id: int) -> Gate | None:
    return _gate(row(db, "select * from life_gates where id = :id", {"id": gate_id}))


def find_released(db: Database, *, now: datetime) -> datetime | None:
    """Until when what is due has somebody's yes; one by a clock that was ahead counts for nothing to come."""
    sql = "select max(settled_at) as at from life_gates where released > 0 and settled_at <= :now"
    found = row(db, sql, {"now": text_of(now)})
    return maybe_instant(found["at"]) if found else None


def count_released(db: Database, *, since: datetime) -> int:
    """How many mails somebody let go since then."""
    sql = "select coalesce(sum(released), 0) as many from life_gates where settled_at >= :since"
    found = row(db, sql, {"since": text_of(since)})
    return int(found["many"]) if found else 0


def settle(db: Database, gate_id: int, *, by: str, released: int, now: datetime) -> bool:
    """False where it is settled."""
    return bool(
        count(
            db,
            """update life_gates set settled_at = :now, settled_by = :by, released = :released
               where id = :id and settled_at is null""",
            {"id": gate_id, "by": by, "released": released, "now": text_of(now)},
        )
    )


def _gate(found: dict[str, Any] | None) -> Gate | None:
    if found is None:
        return None
    return Gate(
        id=found["id"],
        asked_at=instant(found["asked_at"]),
        settled_at=maybe_instant(found["settled_at"]),
        settled_by=found["settled_by"],
        released=found["released"],
        imported=bool(found["imported"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table life_gates (
            id integer primary key,
            asked_at text not null,
            settled_at text,
            settled_by text not null default '',
            released integer not null default 0
        );
        create unique index one_shut_gate on life_gates ((settled_at is null)) where settled_at is null;
    """)


def add_imports(db: Database) -> None:
    """The step of a later migration: what an import makes due waits for a yes, however little it is."""
    db.execute("alter table life_gates add column imported integer not null default 0")
