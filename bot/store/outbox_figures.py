"""How full the outbox is, for whoever watches the service."""

from datetime import datetime

from sqlite_utils import Database

from bot.store.database import maybe_instant, row, rows, text_of


def count_by_status(db: Database) -> list[tuple[str, int]]:
    found = rows(db, "select status, count(*) n from outbox group by status order by status")
    return [(entry["status"], entry["n"]) for entry in found]


def find_oldest_queued(db: Database, now: datetime) -> datetime | None:
    """Since when the job that has waited longest might go; what is put off until later does not wait."""
    sql = """select min(coalesce(not_before, created_at)) since from outbox
             where status = 'queued' and (not_before is null or not_before <= :now)"""
    found = row(db, sql, {"now": text_of(now)})
    return maybe_instant(found["since"]) if found else None
