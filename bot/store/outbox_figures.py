"""How full the outbox is, for whoever watches the service."""

from datetime import datetime

from sqlite_utils import Database

from bot.store.database import maybe_instant, row, rows


def count_by_status(db: Database) -> list[tuple[str, int]]:
    found = rows(db, "select status, count(*) n from outbox group by status order by status")
    return [(entry["status"], entry["n"]) for entry in found]


def find_oldest_queued(db: Database) -> datetime | None:
    """When the job that has waited longest was queued; one that is meant for later does not wait."""
    sql = (
        "select min(created_at) created_at from outbox where status = 'queued' and stream not like 'later:%'"
    )
    found = row(db, sql)
    return maybe_instant(found["created_at"]) if found else None
