"""What happened to a case, told in its card's thread in the order in which it happened."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.cases import case_ref
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.services.queueing import queue_note
from bot.store import events
from bot.store.numbers import next_number

Fact = str | int | bool | None


def record(db: Database, tag: EventTag, case_id: int, *, actor: str, at: datetime, **data: Fact) -> None:
    """Write it into the audit trail, and say it in the thread; in the caller's transaction."""
    events.add(db, tag, f"case:{case_id}", actor=actor, at=at, **data)
    tell(db, tag, case_id, actor=actor, at=at, **data)


def tell(db: Database, tag: EventTag, case_id: int, *, actor: str, at: datetime, **data: Fact) -> None:
    """Say in the thread what stands in the audit trail already."""
    queue_note(
        db,
        NoteName.STEP,
        key=f"step:{next_number(db, 'step')}",
        values={"tag": tag, "actor": actor, "at": at.isoformat(), "data": data},
        now=at,
        thread_key=f"card:{case_ref(case_id)}",
        case_id=case_id,
    )
