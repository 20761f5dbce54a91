"""A hold on every mail, since a backup was restored."""

from datetime import datetime

from sqlite_utils import Database

from bot.store.database import count, maybe_instant, row, text_of


def add(db: Database, now: datetime) -> None:
    """From now on no mail goes out by itself, whatever DELIVERY says, until `lift`."""
    count(
        db,
        "insert into holds (name, since) values ('restore', :now) on conflict do nothing",
        {"now": text_of(now)},
    )


def lift(db: Database) -> bool:
    """Let mails go again; False when they did."""
    return bool(count(db, "delete from holds where name = 'restore'"))


def find(db: Database) -> datetime | None:
    """Since when no mail goes out by itself."""
    found = row(db, "select since from holds where name = 'restore'")
    return maybe_instant(found["since"]) if found else None
