"""Take jobs back whose worker has gone or stumbled, and those that the clock, put back, has set far off."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from sqlite_utils import Database

from bot.domain.cards import TroubleNote
from bot.domain.events import EventTag
from bot.domain.outbox import Job, JobKind, JobStatus
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
    db: Database, job: Job, worker: str, outcome: Outcome, *, error: str, now: datetime
) -> JobStatus:
    """End a claim although what follows from it raises: one job must not stop its lane.

    What went is sent, and goes no more; all else is shown as failed, for a person to try again. So is a step,
    which looks first for what it made.
    """
    sent = outcome.status is JobStatus.SENT and outcome.step is None
    status = JobStatus.SENT if sent else JobStatus.FAILED
    with transaction(db):
        if outcome.ts:
            chat_messages.keep(db, outcome.message_key, channel=outcome.channel, ts=outcome.ts)
        if claim_store.settle(db, job, worker, status, now=now, error=error) and not sent:
            events.add(db, EventTag.JOB_FAILED, f"job:{job.id}", actor="usher", at=now)
            if job.kind is JobKind.MAIL:
                subject = f"{job.template} → {job.recipient}"
                note = TroubleNote(what="job_failed", subject=subject, detail=error, id=job.id)
                queue_trouble(db, note, key=f"ended_alone:{job.id}:{now.isoformat()}", now=now)
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
