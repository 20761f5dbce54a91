"""The note of a mail that waits for release: shown once, and written anew when staff let it go or drop it."""

from dataclasses import asdict
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cards import HeldEnd, HeldNote
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.outbox import Job
from bot.services.queueing import queue_note, refresh_note
from bot.store import events, outbox

_ENDS = {EventTag.JOB_RELEASED: HeldEnd.RELEASED, EventTag.JOB_DISCARDED: HeldEnd.DISCARDED}


def show(db: Database, job: Job, *, given_up: bool, now: datetime) -> None:
    """In the caller's transaction, as is all else here."""
    events.add(db, EventTag.JOB_HELD, f"job:{job.id}", actor="usher", at=now)
    note = HeldNote(
        job_id=job.id,
        recipient=job.recipient,
        mail_subject=job.template,
        text="",
        ref=str(job.values.get("ref", "")),
        given_up=given_up,
    )
    queue_note(db, NoteName.HELD, key=_key(job.id), values=asdict(note), now=now)


def end(db: Database, job_id: int, tag: EventTag, *, by: str, now: datetime) -> None:
    """Its note says who let it go or dropped it, and no buttons; what never waited has no note."""
    shown = outbox.find_by_key(db, _key(job_id))
    if shown is not None and tag in _ENDS and "job_id" in shown.values["words"]:  # else it was erased
        values = {**shown.values["words"], "ended": _ENDS[tag], "by": by, "at": now.isoformat()}
        refresh_note(db, NoteName.HELD, key=_key(job_id), values=values, now=now)


def find_end(db: Database, job_id: int) -> dict[str, str | datetime]:
    """Who let a mail go or dropped it last, and when, as UnknownJob names them; {} where nobody did."""
    found = events.list_tagged(db, [f"job:{job_id}"], tuple(_ENDS))[-1:]
    return {f"{_ENDS[EventTag(found[0].tag)]}_by": found[0].actor, "at": found[0].at} if found else {}


def drop(db: Database, job_id: int, *, by: str, now: datetime) -> None:
    """What goes with a job that was dropped: the trail, and its note."""
    events.add(db, EventTag.JOB_DISCARDED, f"job:{job_id}", actor=by, at=now)
    end(db, job_id, EventTag.JOB_DISCARDED, by=by, now=now)


def _key(job_id: int) -> str:
    return f"held:{job_id}"
