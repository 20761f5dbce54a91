"""Tell the desk each working day, in one note, which questions have stayed overdue since an earlier day."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.conversations import Conversation, urgency
from bot.domain.note_names import NoteName
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import conversations
from bot.store.database import transaction


def tell(db: Database, desk: Desk, occasion: str, *, now: datetime) -> None:
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
