"""Tell the desk of a question when it becomes overdue, and each working day which have stayed so."""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from bot.domain.conversations import AwayOwner, Conversation, ToldWhat, urgency
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.ports import Chat
from bot.services.conversations import refresh, tell
from bot.services.deciders import list_present
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import conversations, events
from bot.store.database import transaction


def remind(db: Database, desk: Desk, *, now: datetime) -> None:
    """Tell of each that is due, in working hours only; once until it is answered or closed."""
    if not desk.policy.calendar_of_desk.is_working(now):
        return
    for one in conversations.list_overdue(db, now=now):
        with transaction(db, locks=(f"conversation:{one.ref}",)):
            current = conversations.find(db, one.id)
            if current is not None and current.is_overdue(now) and not _was_told(db, current):
                events.add(db, EventTag.CONVERSATION_OVERDUE, f"conversation:{one.id}", actor="usher", at=now)
                tell(db, one, ToldWhat.OVERDUE, now=now)
                refresh(db, one.ref, now=now)


def _was_told(db: Database, one: Conversation) -> bool:
    """Whether it was called overdue since it is open, however often its asker has written."""
    told = events.list_tagged(db, [f"conversation:{one.id}"], (EventTag.CONVERSATION_OVERDUE,))
    return bool(told) and told[-1].at >= (one.since or one.created_at)


def tell_stayed(db: Database, desk: Desk, occasion: str, *, now: datetime) -> None:
    """Queue the note of that day, where any has."""
    if list_stayed(db, desk, now=now):
        with transaction(db):
            queue_note(
                db, NoteName.OVERDUE_QUESTIONS, key=f"overdue questions:{occasion}", values={}, now=now
            )


def list_stayed(db: Database, desk: Desk, *, now: datetime) -> list[Conversation]:
    """What is marked first, then what was due first; what became overdue today is told by itself."""
    calendar = desk.policy.calendar_of_desk
    today = calendar.day_of(now)
    overdue = conversations.list_overdue(db, now=now)
    stayed = (one for one in overdue if one.due_at and calendar.day_of(one.due_at) < today)
    return sorted(stayed, key=urgency)


def find_away(
    db: Database, desk: Desk, chat: Chat, asked: Iterable[Conversation], *, now: datetime
) -> dict[str, AwayOwner]:
    """Of whoever has one of those: who is away or gone, each with who is to act in their place today."""
    found = {}
    for owner in sorted({one.owner for one in asked if one.owner}):
        there = next(iter(list_present(db, desk, chat, [owner], now=now)), None)
        if there is None or there.id != owner:
            found[owner] = AwayOwner(name=chat.member(owner).name, deputy=there.id if there else "")
    return found
