"""The queue: what waits, and the next that somebody may decide."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import CaseCard
from bot.domain.phone_resets import ResetCard
from bot.domain.queue import QueueEntry, Wanted
from bot.domain.staff import Staff
from bot.services import cases, phone_reset_desk
from bot.services.desk import Desk
from bot.store import queue

MOST = 1_000  #: cases that are looked at, the longest waiting first


def list_queue(db: Database, *, by: Staff, wanted: Wanted, now: datetime) -> list[QueueEntry]:
    """The open cases that staff ask for, the longest waiting first."""
    check_is_staff(by)
    return wanted.choose(queue.list_queue(db, limit=MOST), by, now)


def find_next(
    db: Database, desk: Desk, *, by: Staff, after: str = "", now: datetime
) -> CaseCard | ResetCard | None:
    """What they may do the next step on, the longest waiting first; with `after`, the one behind that.

    Lost phones and apps come before the cases: whose they are is locked out, and the request ends.
    Behind the last comes the first again, but never `after` itself. None when nothing waits for them.
    """
    check_is_staff(by)
    lost = {card.reset.ref: card for card in phone_reset_desk.list_decidable(db, by=by, now=now)}
    waiting = (entry.ref for entry in queue.list_queue(db, limit=MOST) if entry.waits_for(by))
    refs = [*lost, *waiting]
    if after in refs:
        place = refs.index(after)
        refs = refs[place + 1 :] + refs[:place]
    if not refs:
        return None
    return lost.get(refs[0]) or cases.get_card(db, desk, refs[0], now=now, viewer=by)
