"""By what known words are marked: keys made of SECRET_KEY, sealed, for the marks outlive it."""

from sqlite_utils import Database

from bot.store.database import count, rows


def make_tables(db: Database) -> None:
    db.execute("create table mark_keys (id integer primary key, purpose text not null, sealed text not null)")


def list_all(db: Database) -> list[tuple[str, str]]:
    """Each with its purpose, sealed."""
    found = rows(db, "select purpose, sealed from mark_keys order by id")
    return [(entry["purpose"], entry["sealed"]) for entry in found]


def replace(db: Database, purpose: str, sealed: list[str], *, since: list[str]) -> None:
    """Put these in the place of those."""
    drop(db, since)
    for one in sealed:
        sql = "insert into mark_keys (purpose, sealed) values (:purpose, :sealed)"
        count(db, sql, {"purpose": purpose, "sealed": one})


def drop(db: Database, sealed: list[str]) -> None:
    for one in sealed:
        count(db, "delete from mark_keys where sealed = :sealed", {"sealed": one})
