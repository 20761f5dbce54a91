"""Whether the owner of an account could hear of what others agreed to in their place."""

from collections.abc import Mapping

from sqlite_utils import Database

from bot.domain.bounces import AddressState
from bot.domain.cooling import CoolingNotice, Told
from bot.domain.events import EventTag
from bot.domain.outbox import Job, JobStatus
from bot.store import bounces, events, outbox

_WAITS = {JobStatus.HELD: Told.HELD, JobStatus.DISCARDED: Told.DROPPED}
_FAILED: Mapping[str, Told] = {EventTag.JOB_FAILED: Told.REFUSED, EventTag.JOB_UNKNOWN: Told.UNSURE}


def find_notice(db: Database, key: str) -> CoolingNotice | None:
    """How far the mail of that key is, from whose going the time to stop it runs; None where there is none.

    A mailbox that is no more cannot keep its account for ever: a mail that was tried for good begins the time
    as one that went. What waits with us begins nothing.
    """
    job = outbox.find_by_key(db, key)
    if job is None:
        return None
    if job.sent_at is not None:
        told = Told.RETURNED if bounces.came_back(db, job.id) else Told.SENT
        return CoolingNotice(told=told, tried_at=job.sent_at)
    return _find_tried(db, job) or CoolingNotice(told=_WAITS.get(job.status, Told.ON_ITS_WAY))


def _find_tried(db: Database, job: Job) -> CoolingNotice | None:
    """When it was first tried for good; one that staff try again, or drop, was tried all the same."""
    doubt = bounces.find_doubt(db, job.recipient) if job.status in _WAITS else None
    if doubt is not None and doubt.state is AddressState.GIVEN_UP:
        return CoolingNotice(told=Told.GIVEN_UP, tried_at=max(doubt.since, job.created_at))
    unsure = [EventTag.JOB_UNKNOWN] if job.status is JobStatus.UNKNOWN else []
    for event in events.list_tagged(db, [f"job:{job.id}"], [EventTag.JOB_FAILED, *unsure]):
        return CoolingNotice(told=_FAILED[event.tag], tried_at=event.at)
    return None
