"""Slack's message events as they came, kept from before the ack until they are dealt with."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.store.database import count, rows, text_of


def add(db: Database, payload_id: str, body: Mapping[str, Any], *, now: datetime) -> bool:
    """Keep a payload; False when it is there already (Slack repeats events)."""
    return bool(
        count(
            db,
            """insert into payloads (id, body, received_at) values (:id, :body, :now)
               on conflict do nothing""",
            {"id": payload_id, "body": json.dumps(body), "now": text_of(now)},
        )
    )


def claim(db: Database, payload_id: str, *, now: datetime) -> bool:
    """Mark a payload as dealt with; False when somebody else did."""
    return bool(
        count(
            db,
            "update payloads set done_at = :now where id = :id and done_at is null",
            {"id": payload_id, "now": text_of(now)},
        )
    )


def list_open(db: Database) -> list[tuple[str, dict[str, Any]]]:
    found = rows(db, "select id, body from payloads where done_at is null order by received_at, id")
    return [(entry["id"], json.loads(entry["body"])) for entry in found]


def drop_done(db: Database, *, before: datetime) -> int:
    """Forget what was dealt with before that time: a payload holds people's words."""
    return count(db, "delete from payloads where done_at < :before", {"before": text_of(before)})
