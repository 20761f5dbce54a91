"""Slack's message events and clicks as they came, kept from before the ack until they are dealt with."""

from datetime import datetime

from sqlite_utils import Database

from bot.store.database import count, instant, row, rows, text_of


def make_tables(db: Database) -> None:
    db.executescript("""
        create table payloads (
            id text primary key,
            body text not null,
            received_at text not null,
            attempts integer not null default 0,
            done_at text
        );
        create index payloads_open on payloads (done_at, received_at);
    """)


def add(db: Database, payload_id: str, sealed: str, *, now: datetime) -> bool:
    """Keep a sealed payload; False when it is there already (Slack repeats events)."""
    return bool(
        count(
            db,
            """insert into payloads (id, body, received_at) values (:id, :body, :now)
               on conflict do nothing""",
            {"id": payload_id, "body": sealed, "now": text_of(now)},
        )
    )


def claim(db: Database, payload_id: str, *, now: datetime) -> bool:
    """Mark a payload as dealt with and forget its words; False when somebody else did."""
    return bool(
        count(
            db,
            "update payloads set done_at = :now, body = '' where id = :id and done_at is null",
            {"id": payload_id, "now": text_of(now)},
        )
    )


def list_open(db: Database) -> list[tuple[str, datetime, int]]:
    """What came and was not dealt with, oldest first: its id, when it came, how often it was tried again."""
    found = rows(
        db,
        "select id, received_at, attempts from payloads where done_at is null order by received_at, id",
    )
    return [(entry["id"], instant(entry["received_at"]), entry["attempts"]) for entry in found]


def try_again(db: Database, payload_id: str) -> tuple[str, datetime, int] | None:
    """Count one more attempt: the sealed payload, when it came, and attempts with this; None when done."""
    found = row(
        db,
        """update payloads set attempts = attempts + 1
           where id = :id and done_at is null returning body, received_at, attempts""",
        {"id": payload_id},
    )
    return (str(found["body"]), instant(found["received_at"]), int(found["attempts"])) if found else None


def is_known(db: Database, payload_id: str) -> bool:
    return row(db, "select 1 from payloads where id = :id", {"id": payload_id}) is not None


def drop_old(db: Database, *, done_before: datetime, open_before: datetime) -> int:
    """Forget what was dealt with before the one time; what is open, if it came before the other."""
    return count(
        db,
        "delete from payloads where done_at < :done or (done_at is null and received_at < :open)",
        {"done": text_of(done_before), "open": text_of(open_before)},
    )
