"""Alarms that staff were told of; at most one of a name is open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.alarms import Alarm, Trouble
from bot.store.database import count, instant, maybe_instant, row, rows, text_of

COLUMNS = "id, name, sentence, since, cleared_at"


def add(db: Database, trouble: Trouble, *, now: datetime) -> Alarm | None:
    """Open an alarm; None when one of that name is open already."""
    found = row(
        db,
        f"""insert into alarms (name, sentence, since, raised_at) values (:name, :sentence, :since, :now)
            on conflict do nothing returning {COLUMNS}""",
        {
            "name": trouble.name,
            "sentence": trouble.sentence,
            "since": text_of(trouble.since),
            "now": text_of(now),
        },
    )
    return _alarm(found) if found else None


def clear(db: Database, alarm_id: int, *, now: datetime) -> bool:
    """Close an alarm; False when it is closed already."""
    values = {"id": alarm_id, "now": text_of(now)}
    return bool(
        count(db, "update alarms set cleared_at = :now where id = :id and cleared_at is null", values)
    )


def list_open(db: Database) -> list[Alarm]:
    found = rows(db, f"select {COLUMNS} from alarms where cleared_at is null order by id")
    return [_alarm(entry) for entry in found]


def find_last(db: Database, name: str) -> Alarm | None:
    """The newest alarm of that name, open or not."""
    sql = f"select {COLUMNS} from alarms where name = :name order by id desc limit 1"
    found = row(db, sql, {"name": name})
    return _alarm(found) if found else None


def _alarm(found: Mapping[str, Any]) -> Alarm:
    return Alarm(
        id=found["id"],
        name=found["name"],
        sentence=found["sentence"],
        since=instant(found["since"]),
        cleared_at=maybe_instant(found["cleared_at"]),
    )
