"""Which occasion of a daily or weekly round was the last that is done."""

from sqlite_utils import Database

from bot.store.database import count, row


def make_tables(db: Database) -> None:
    db.execute("create table rounds (name text primary key, occasion text not null)")


def find_last(db: Database, name: str) -> str | None:
    found = row(db, "select occasion from rounds where name = :name", {"name": name})
    return str(found["occasion"]) if found else None


def note(db: Database, name: str, occasion: str) -> None:
    count(
        db,
        """insert into rounds (name, occasion) values (:name, :occasion)
           on conflict (name) do update set occasion = excluded.occasion""",
        {"name": name, "occasion": occasion},
    )
