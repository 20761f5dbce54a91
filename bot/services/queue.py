"""The queue: what waits, and the next case that somebody may decide."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import CaseCard
from bot.domain.queue import QueueEntry, Wanted
from bot.domain.staff import Staff
from bot.services import cases
from bot.services.desk import Desk
from bot.store import queue

MOST = 1_000  #: cases that are looked at, the longest waiting first


def list_queue(db: Database, *, by: Staff, wanted: Wanted, now: datetime) -> list[QueueEntry]:
    """The open cases that staff ask for, the longest waiting first."""
    check_is_staff(by)
    return wanted.choose(queue.list_queue(db, limit=MOST), by, now)


def find_next(db: Database, desk: Desk, *, by: Staff, after: str = "", now: datetime) -> CaseCard | None:
    """The longest waiting case on which they may do the next step; with `after`, the one behind that.

    Behind the last comes the first again, but never `after` itself. None when nothing waits for them.
    """
    check_is_staff(by)
    refs = [entry.ref for entry in queue.list_queue(db, limit=MOST) if entry.waits_for(by)]
    if after in refs:
        place = refs.index(after)
        refs = refs[place + 1 :] + refs[:place]
    return cases.get_card(db, desk, refs[0], now=now, viewer=by) if refs else None
