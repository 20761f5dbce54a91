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


def drop_old(db: Database, *, before: datetime) -> int:
    """Forget what was dealt with, or given up, before that time: a payload holds people's words."""
    return count(
        db,
        "delete from payloads where coalesce(done_at, received_at) < :before",
        {"before": text_of(before)},
    )
