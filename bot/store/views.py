"""Who of staff was shown which case on which day."""

from collections.abc import Iterable

from sqlite_utils import Database

from bot.store.database import count, listed, rows


def make_tables(db: Database) -> None:
    db.executescript("""
        create table views (
            case_id integer not null references cases (id) on delete cascade,
            viewer text not null,
            day text not null,
            primary key (case_id, viewer, day)
        ) without rowid;
    """)


def list_unseen(db: Database, cases: Iterable[int], *, viewer: str, day: str) -> list[int]:
    """Those of the cases that they were not shown on that day before."""
    wanted = dict.fromkeys(cases)
    inside, values = listed("case_id", map(str, wanted))
    found = rows(
        db,
        f"select case_id from views where viewer = :viewer and day = :day and case_id in ({inside})",
        {**values, "viewer": viewer, "day": day},
    )
    seen = {entry["case_id"] for entry in found}
    return [number for number in wanted if number not in seen]


def add(db: Database, case_id: int, *, viewer: str, day: str) -> bool:
    """Note it; False when it was noted before."""
    sql = "insert into views (case_id, viewer, day) values (:id, :viewer, :day) on conflict do nothing"
    return bool(count(db, sql, {"id": case_id, "viewer": viewer, "day": day}))
