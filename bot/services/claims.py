"""Take jobs back whose worker has gone or stumbled, and those that the clock, put back, has set far off."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from sqlite_utils import Database

from bot.domain.cards import TroubleNote
from bot.domain.events import EventTag
from bot.domain.outbox import LEASE, MAX_ATTEMPTS, Job, JobKind, JobStatus, back_off
from bot.services import outbox
from bot.services.outbox import Outcome
from bot.services.queueing import queue_trouble
from bot.store import chat_messages, events, workers
from bot.store import claims as claim_store
from bot.store.database import transaction

VANISHED = Outcome(status=JobStatus.UNKNOWN, error="the worker vanished while carrying it out")


def release_expired(db: Database, path: Path, *, now: datetime, jitter: float) -> int:
    """Take back claims whose lease has ended, and whose worker vanished.

    A worker that lives has not vanished: the clock was put forward, or the machine slept.
    """
    # A look without the write lock: mostly there is none.
    late = [worker for worker in claim_store.list_late(db, now) if not workers.lives(path, worker)]
    return sum(release_claims(db, worker, ended=now, now=now, jitter=jitter) for worker in late)


def release_dead(db: Database, path: Path, *, now: datetime, jitter: float) -> int:
    """Take back what dead workers had claimed, however long their leases still run."""
    return sum(release_claims(db, worker, now=now, jitter=jitter) for worker in workers.bury_dead(path))


def release_claims(
    db: Database, worker: str, *, ended: datetime | None = None, now: datetime, jitter: float
) -> int:
    """Take back what a worker that is dead or has stumbled left claimed; with `ended` what is past its lease.

    A worker tries its claim in order and settles each job before the next: only the first that is left may
    have happened, the others were not tried. All at once: whoever is killed halfway would leave the next one
    a first job that was not tried.
    """
    with transaction(db):
        claimed = claim_store.list_claims(db, worker, ended=ended)
        for _, of_one in groupby(claimed, key=itemgetter(1)):
            (first, _), *untried = of_one
            outbox.end(db, first, worker, VANISHED, now=now, jitter=jitter)
            for job, _ in untried:
                claim_store.give_back(db, job, worker)
    return len(claimed)


def end_alone(
    db: Database, job: Job, worker: str, outcome: Outcome, *, error: str, now: datetime, jitter: float
) -> JobStatus:
    """End a claim although what follows from it raises: one job must not stop its lane.

    What went is sent, and goes no more. What may go later is tried later, as often as anything; so is a step,
    which looks first for what it made. All else is shown as failed.
    """
    with transaction(db):
        if outcome.ts:
            chat_messages.keep(db, outcome.message_key, channel=outcome.channel, ts=outcome.ts)
        return _end(db, job, worker, outcome, error=error, now=now, jitter=jitter)


def put_off_next(
    db: Database, worker: str, *, kinds: Sequence[JobKind], error: str, now: datetime, jitter: float
) -> None:
    """The first in line raises before it is tried: it keeps nothing behind it from going."""
    with transaction(db):
        for job, _ in claim_store.claim_jobs(db, worker, kinds=kinds, lease=LEASE, limit=1, now=now):
            _end(db, job, worker, Outcome(status=JobStatus.QUEUED), error=error, now=now, jitter=jitter)


def _end(
    db: Database, job: Job, worker: str, outcome: Outcome, *, error: str, now: datetime, jitter: float
) -> JobStatus:
    """Without anything that follows from it but its being told."""
    status, next_at = outcome.status, None
    if status is JobStatus.QUEUED or outcome.step is not None:
        status = JobStatus.QUEUED if job.attempts < MAX_ATTEMPTS else JobStatus.FAILED
        next_at = now + back_off(job.attempts, jitter=jitter)
    elif status is not JobStatus.SENT and not (status is JobStatus.UNKNOWN and job.kind is JobKind.MAIL):
        status = JobStatus.FAILED
    settled = claim_store.settle(db, job, worker, status, now=now, next_at=next_at, error=error)
    what = {JobStatus.FAILED: "job_failed", JobStatus.UNKNOWN: "job_unknown"}.get(status, "")
    if settled and status is JobStatus.FAILED:
        events.add(db, EventTag.JOB_FAILED, f"job:{job.id}", actor="usher", at=now)
    if settled and what and job.kind is JobKind.MAIL:
        subject = f"{job.template} → {job.recipient}"
        note = TroubleNote(what=what, subject=subject, detail=error, id=job.id)
        queue_trouble(db, note, key=f"{what}:{job.id}:{now.isoformat()}", now=now)
    return status


def make_due(db: Database, *, kinds: Sequence[JobKind], now: datetime) -> int:
    """After the clock was put back: try now what is to be tried at a time that may be far off."""
    with transaction(db):
        return claim_store.make_due(db, kinds, now)


def catch_up(db: Database, *, kinds: Sequence[JobKind], now: datetime) -> int:
    """The same for what was decided by the old time but committed after the clock was put back."""
    # A look without the write lock: mostly there is none.
    if not claim_store.has_ahead(db, kinds, now):
        return 0
    with transaction(db):
        return claim_store.make_ahead_due(db, kinds, now)
