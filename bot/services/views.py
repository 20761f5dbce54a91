"""Leave in the audit trail which staff were shown whose data."""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cases import case_id
from bot.domain.events import EventTag
from bot.domain.staff import Staff
from bot.services.desk import Desk
from bot.store import events, views
from bot.store.database import beforehand


def note(db: Database, desk: Desk, refs: Iterable[str], *, viewer: Staff, now: datetime) -> None:
    """Somebody is shown these cases with their people; what is no case's name is passed over.

    One event for each viewer, case and day of the desk's calendar: whether they looked is a fact of the
    trail, how often they clicked is not. Most looks are repetitions, and take no write lock.
    """
    day = desk.policy.desk.day_of(now).isoformat()
    cases = [number for ref in refs if (number := case_id(ref)) is not None]
    unseen = views.list_unseen(db, cases, viewer=viewer.id, day=day)
    if not unseen:
        return
    with beforehand(db):
        for number in unseen:
            if views.add(db, number, viewer=viewer.id, day=day):
                events.add(db, EventTag.CASE_VIEWED, f"case:{number}", actor=viewer.id, at=now)
