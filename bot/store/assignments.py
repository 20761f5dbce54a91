"""Who of the desk looks after a case."""

from sqlite_utils import Database

from bot.store.database import count


def assign(db: Database, case_id: int, to: str) -> bool:
    """Put a person's id there, "" for nobody; False when it is so already."""
    sql = "update cases set assigned_to = :to where id = :id and assigned_to <> :to"
    return bool(count(db, sql, {"id": case_id, "to": to}))
