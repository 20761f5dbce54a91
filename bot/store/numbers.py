"""Numbers for people: C-1, C-2, …, without gaps that a rolled-back transaction would leave."""

from sqlite_utils import Database

from bot.store.database import rows


def next_number(db: Database, name: str) -> int:
    """Take the next number of a series; the caller's transaction holds it."""
    (taken,) = rows(
        db,
        """insert into numbers (name, last) values (:name, 1)
           on conflict (name) do update set last = last + 1 returning last""",
        {"name": name},
    )
    return int(taken["last"])
