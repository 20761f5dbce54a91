"""Say who looks after a case; it gives nobody a right to decide."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cases import OVER, BallHolder, Case
from bot.domain.errors import CaseClosed, NotAColleague
from bot.domain.events import EventTag
from bot.domain.staff import Staff
from bot.services import thread_notes
from bot.services.cases import get_case
from bot.services.queueing import queue_case_card
from bot.store import assignments
from bot.store.database import transaction


def get_assignable(db: Database, ref: str, *, by: Staff) -> Case:
    """A case that somebody may look after; raise the refusal that stands in the way."""
    check_is_staff(by)
    case = get_case(db, ref)
    if case.status in OVER or case.ball is BallHolder.NOBODY:
        raise CaseClosed(ref=case.ref, status=case.status)
    return case


def assign(db: Database, *, ref: str, to: Staff | None, by: Staff, now: datetime) -> Case:
    """Let one of the staff look after a case, or nobody; they hear of it once, in its thread."""
    with transaction(db, locks=(f"case:{ref}",)):
        case = get_assignable(db, ref, by=by)
        if to is not None and not to.staff:
            raise NotAColleague(who=to.id)
        if assignments.assign(db, case.id, to.id if to else ""):
            who = to.id if to else case.assigned_to
            thread_notes.record(db, _tag(to, by), case.id, actor=by.id, at=now, who=who)
            queue_case_card(db, case.id, now=now)
        return get_case(db, case.ref)


def _tag(to: Staff | None, by: Staff) -> EventTag:
    if to is None:
        return EventTag.CASE_UNASSIGNED
    return EventTag.CASE_TAKEN if to.id == by.id else EventTag.CASE_ASSIGNED
