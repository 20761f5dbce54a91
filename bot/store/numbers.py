"""Numbers for people: C-1, C-2, …, without gaps that a rolled-back transaction would leave."""

from collections.abc import Mapping
from typing import Final

from sqlite_utils import Database

from bot.store.database import count, rows

AHEAD: Final = 1_000  #: more than is given out between a backup and its restore
_GO_OUT: Final = ("case", "conversation")  #: in mails and other systems, also before the first was taken

#: whose rows people are told by their number: A-7, X-7, E-7, I-7, P-7, R-7
_TOLD: Final = (
    "accounts",
    "erasures",
    "email_changes",
    "member_invitations",
    "partner_invitations",
    "phone_resets",
)


def next_number(db: Database, name: str) -> int:
    """Take the next number of a series; the caller's transaction holds it."""
    (taken,) = rows(
        db,
        """insert into numbers (name, last) values (:name, 1)
           on conflict (name) do update set last = last + 1 returning last""",
        {"name": name},
    )
    return int(taken["last"])


def next_id(table: str) -> str:
    """In an insert: the number of that table's next row, behind whatever a restore jumped over."""
    if table not in _TOLD:
        raise ValueError(f"{table}: its rows would not jump")
    return f"(select max(last) + 1 from ({_last_of(table)}) as taken)"


def _last_of(table: str) -> str:
    return f"""select coalesce(max(id), 0) as last from {table}
               union all select last from numbers where name = '{table}'"""


def list_last(db: Database) -> dict[str, int]:
    """The last number that was taken of each series; the database may be of an older version."""
    series = {str(found["name"]): int(found["last"]) for found in rows(db, "select name, last from numbers")}
    for table in {*_TOLD} & {*db.table_names()}:
        (taken,) = rows(db, f"select max(last) as last from ({_last_of(table)}) as taken")
        series[table] = int(taken["last"])
    return series


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
