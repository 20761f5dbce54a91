"""What waits for a person's word since a backup was restored: every mail, and the next import of vouchers."""

from datetime import datetime

from sqlite_utils import Database

from bot.store.database import count, maybe_instant, row, text_of

MAILS = "restore"
VOUCHERS = "vouchers"


def add(db: Database, now: datetime) -> None:
    """Until `lift` no mail goes out by itself, whatever DELIVERY says, and no voucher comes in."""
    for name in (MAILS, VOUCHERS):
        count(
            db,
            "insert into holds (name, since) values (:name, :now) on conflict do nothing",
            {"name": name, "now": text_of(now)},
        )


def lift(db: Database, name: str = MAILS) -> bool:
    """Let them go again; False when they did."""
    return bool(count(db, "delete from holds where name = :name", {"name": name}))


def find(db: Database, name: str = MAILS) -> datetime | None:
    """Since when no mail goes out by itself, or no voucher comes in."""
    found = row(db, "select since from holds where name = :name", {"name": name})
    return maybe_instant(found["since"]) if found else None
