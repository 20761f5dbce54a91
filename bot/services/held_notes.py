"""The notes of a mail that waits for release or did not go; without buttons once they say how that ended."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cards import HeldNote, MailEnd, TroubleNote
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.outbox import Job, JobStatus
from bot.services.queueing import AGAIN, queue_case_card, queue_note, queue_trouble, refresh_note
from bot.store import events, outbox

ENDS = {
    EventTag.JOB_RELEASED: MailEnd.RELEASED,
    EventTag.JOB_DISCARDED: MailEnd.DISCARDED,
    EventTag.JOB_RETRIED: MailEnd.RETRIED,
    EventTag.JOB_OVERTAKEN: MailEnd.UNTRUE,
}
_NOT_GONE = (JobStatus.HELD, JobStatus.FAILED, JobStatus.UNKNOWN)
_LAST_WORD = (EventTag.JOB_RELEASED, EventTag.JOB_DISCARDED)
#: what is told of a mail that went and came back, by the recipient from whom it did
_CAME_BACK = ("mail_bounced", "address_given_up")
#: what is told of a job that ended so, and is to be ended once it did not stay so
_LOST = {JobStatus.FAILED: ("job_failed",), JobStatus.UNKNOWN: ("job_unknown", "direct_unknown")}


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
    if not queue_note(db, NoteName.HELD, key=_key(job.id), values=asdict(note), now=now):
        refresh_note(db, NoteName.HELD, key=_key(job.id), values=asdict(note), now=now)  # it waits once more


def show_lost(db: Database, job: Job, what: str, detail: str, *, now: datetime) -> None:
    """A mail did not go, or nobody knows; each time a note of its own."""
    ref = str(job.values.get("ref") or job.values.get("words", {}).get("ref", ""))
    subject = f"{job.template} → {job.recipient}"
    note = TroubleNote(what=what, subject=subject, detail=detail, ref=ref, id=job.id)
    queue_trouble(db, note, key=f"{what}:{job.id}:{job.attempts}:{now.isoformat()}", now=now)


def end(db: Database, job: Job, how: MailEnd, *, by: str, now: datetime) -> None:
    """Its notes say what became of it, and have no buttons any more; `job`: as it was before.

    What was never shown has no note, and one that was erased says nothing any more.
    """
    was_held = how in (MailEnd.RELEASED, MailEnd.DISCARDED) or job.status is JobStatus.HELD
    if was_held and (shown := _find(db, _key(job.id))):
        _end(db, NoteName.HELD, shown, how, by=by, now=now)
    for what in _LOST.get(job.status, ()):
        end_newest(db, f"{what}:{job.id}:", how, by=by, now=now)
    for what in _CAME_BACK if job.status is JobStatus.SENT else ():
        if shown := _find(db, f"{what}:{job.id}:{job.recipient}"):
            _end_once(db, shown, how, by=by, now=now)


def end_lost(
    db: Database, ref: str, templates: Collection[str], how: MailEnd, *, to: str, by: str, now: datetime
) -> None:
    """The same of mails of that account ("A-7") to `to` that did not go or came back; those never go now.

    Nor does the card of their case offer any more to try them again.
    """
    for job in outbox.list_beginning(db, f"{ref}:"):
        if job.template not in templates or job.recipient != to:
            continue
        if job.status is JobStatus.SENT:
            end(db, job, how, by=by, now=now)
        elif replace(db, job.id, since=_NOT_GONE, how=how, by=by, now=now) and job.case_id is not None:
            queue_case_card(db, job.case_id, now=now)


def end_newest(db: Database, beginning: str, how: MailEnd, *, by: str, now: datetime) -> None:
    """The same of the newest note of trouble whose key begins so."""
    if newest := outbox.find_newest(db, beginning):
        shown = _find(db, newest.values.get("instead_of") or newest.key)
        if shown is not None:
            _end_once(db, shown, how, by=by, now=now)


def _find(db: Database, key: str) -> Job | None:
    shown = outbox.find_by_key(db, key)
    return shown if shown is not None and shown.values["words"] else None


def _end_once(db: Database, shown: Job, how: MailEnd, *, by: str, now: datetime) -> None:
    """One of trouble: whoever ended it before did so, whatever a colleague does about a later mail."""
    newest = outbox.find_newest(db, f"{shown.key}{AGAIN}") or shown
    if not newest.values["words"].get("ended"):
        _end(db, NoteName.TROUBLE, shown, how, by=by, now=now)


def _end(db: Database, name: NoteName, shown: Job, how: MailEnd, *, by: str, now: datetime) -> None:
    values = {**shown.values["words"], "ended": how, "by": by, "at": now.isoformat()}
    refresh_note(db, name, key=shown.key, values=values, now=now)


def replace(
    db: Database,
    job_id: int,
    *,
    since: Sequence[JobStatus],
    how: MailEnd = MailEnd.OVERTAKEN,
    by: str = "usher",
    now: datetime,
) -> bool:
    """Take back what has not gone, for another goes in its place or none; False where it is past that.

    What came back is taken back where `since` says so.
    """
    job = outbox.find(db, job_id)
    if job is None or not outbox.move(db, job_id, since=since, to=JobStatus.REPLACED):
        return False
    end(db, job, how, by=by, now=now)
    return True


def drop(db: Database, job_id: int, *, since: Sequence[JobStatus], by: str, now: datetime) -> bool:
    """Discard what has not gone, as staff do; False where it is past that."""
    job = outbox.find(db, job_id)
    if job is None or not outbox.move(db, job_id, since=since, to=JobStatus.DISCARDED):
        return False
    events.add(db, EventTag.JOB_DISCARDED, f"job:{job_id}", actor=by, at=now)
    end(db, job, MailEnd.DISCARDED, by=by, now=now)
    return True


def find_end(db: Database, job: Job) -> dict[str, str | datetime]:
    """Who let a mail go or dropped it last, and when, as UnknownJob names them; {} where nobody did."""
    if job.status in (JobStatus.REPLACED, JobStatus.TOLD):
        return {}  # that is the last word
    found = events.list_tagged(db, [f"job:{job.id}"], _LAST_WORD)[-1:]
    return {f"{ENDS[EventTag(found[0].tag)]}_by": found[0].actor, "at": found[0].at} if found else {}


def _key(job_id: int) -> str:
    return f"held:{job_id}"
