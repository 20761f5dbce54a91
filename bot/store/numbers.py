"""Numbers for people: C-1, C-2, …, without gaps that a rolled-back transaction would leave."""

from sqlite_utils import Database

from bot.store.database import count, row


def next_number(db: Database, name: str) -> int:
    """Take the next number of a series; the caller's transaction holds it."""
    moved = count(db, "update numbers set last = last + 1 where name = :name", {"name": name})
    if not moved:
        count(db, "insert into numbers (name, last) values (:name, 1)", {"name": name})
    found = row(db, "select last from numbers where name = :name", {"name": name})
    if found is None:
        raise LookupError(name)
    return int(found["last"])
