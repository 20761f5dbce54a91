"""What a restore holds back: since when, and its end."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.events import EventTag
from bot.domain.outbox import JobStatus
from bot.services.desk import Desk
from bot.services.outbox import may_go, release_each
from bot.store import events, holds, outbox
from bot.store.database import transaction


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of what was held."""

    lifted: bool  #: False where no hold stood any more
    released: int
    left: int  #: mails that wait for a person's word, for DELIVERY lets them go to nobody


def find(db: Database) -> datetime | None:
    """Since when every mail waits, for a backup was restored; None when mails go."""
    return holds.find(db)


def end(db: Database, desk: Desk, *, by: str, now: datetime) -> Ended:
    """End the hold, and let go what DELIVERY lets go: of the rest a person decides, as without a restore.

    Keys that were issued since the backup lie in stock again, or will once their file is imported again:
    whoever calls this has looked.
    """
    with transaction(db):
        lifted = holds.lift(db)
        if lifted:
            events.add(db, EventTag.HOLD_LIFTED, "outbox", actor=by, at=now)
    held = outbox.list_jobs(db, (JobStatus.HELD,))
    going = [job for job in held if may_go(desk, job)]
    released = release_each(db, going, by=by, now=now)
    return Ended(lifted=lifted, released=released, left=len(held) - len(going))
