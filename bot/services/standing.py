"""Tell the desk once a week what stands still."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cases import BallHolder
from bot.domain.note_names import NoteName
from bot.domain.notices import Standing, StandingNote, days_reached, hours_reached
from bot.ports import Chat
from bot.services import phone_reset_desk
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import notices
from bot.store.database import transaction

MOST = 20  #: cases in one note


def tell(db: Database, desk: Desk, occasion: str, *, now: datetime) -> None:
    """Queue the note of that week, where anything stands still."""
    if not (_list_still(db, desk, now=now) or phone_reset_desk.list_standing(db, desk, now=now)):
        return
    with transaction(db):
        queue_note(db, NoteName.STANDING, key=f"standing:{occasion}", values={}, now=now)


def find_note(db: Database, desk: Desk, chat: Chat, *, now: datetime) -> StandingNote | None:
    """What stands still at this moment, with names; None when nothing does."""
    still, lost = _list_still(db, desk, now=now), phone_reset_desk.list_standing(db, desk, now=now)
    if not (still or lost):
        return None
    shown = (
        replace(one, assigned_to=chat.member(one.assigned_to).name if one.assigned_to else "")
        for one in still[:MOST]
    )
    return StandingNote(shown=tuple(shown), more=len(still[MOST:]), lost=tuple(lost))


def _list_still(db: Database, desk: Desk, *, now: datetime) -> list[Standing]:
    """Whatever has waited long enough for its first notice, longest first."""
    return [one for one in notices.list_standing(db) if _stands(desk, one, now)]


def _stands(desk: Desk, one: Standing, now: datetime) -> bool:
    policy = desk.policy
    if one.holder in (BallHolder.SPONSOR, BallHolder.CUSTOMER):
        days = (*policy.nudges.after_days, policy.nudges.desk_after_days)[:1]
        return bool(days_reached(policy.calendar_outside, one.since, days, now=now))
    hours = (policy.approvals.remind_after_hours,)
    return bool(hours_reached(policy.calendar_of_desk, one.since, hours, now=now))
