"""Numbers for people: C-1, C-2, …, without gaps that a rolled-back transaction would leave."""

from collections.abc import Mapping
from typing import Final

from sqlite_utils import Database

from bot.store.database import count, rows

AHEAD: Final = 1_000  #: more than is given out between a backup and its restore
_GO_OUT: Final = ("case", "conversation")  #: in mails and other systems, also before the first was taken


def next_number(db: Database, name: str) -> int:
    """Take the next number of a series; the caller's transaction holds it."""
    (taken,) = rows(
        db,
        """insert into numbers (name, last) values (:name, 1)
           on conflict (name) do update set last = last + 1 returning last""",
        {"name": name},
    )
    return int(taken["last"])


def list_last(db: Database) -> dict[str, int]:
    """The last number that was taken of each series."""
    return {str(found["name"]): int(found["last"]) for found in rows(db, "select name, last from numbers")}


def jump(db: Database, given: Mapping[str, int]) -> int:
    """Let every series go on `AHEAD` behind what is known to be taken, rounded up; return the cases' last.

    After a restore: numbers that were taken since the backup (`given`: those that are known) stand in mails,
    messages and other systems, and must not be taken again.
    """
    known = list_last(db)
    for name in {*known, *given, *_GO_OUT}:
        last = max(known.get(name, 0), given.get(name, 0))
        count(
            db,
            """insert into numbers (name, last) values (:name, :last)
               on conflict (name) do update set last = :last""",
            {"name": name, "last": -(-last // AHEAD) * AHEAD + AHEAD},
        )
    return list_last(db)["case"]
