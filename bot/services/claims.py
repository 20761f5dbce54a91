"""Take jobs back whose worker has gone or stumbled, and those that the clock, put back, has set far off."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from sqlite_utils import Database

from bot.domain import job_faults
from bot.domain.cards import TroubleNote
from bot.domain.events import EventTag
from bot.domain.outbox import LEASE, MAX_ATTEMPTS, Job, JobKind, JobStatus, back_off
from bot.services import (
    case_steps,
    conversation_replies,
    decision_phases,
    email_change_notices,
    outbox,
    phone_reset_notices,
    provisioning,
)
from bot.services.outbox import Outcome
from bot.services.queueing import queue_case_card, queue_trouble
from bot.store import chat_messages, events, workers
from bot.store import claims as claim_store
from bot.store import outbox as outbox_store
from bot.store.database import attempt, transaction

VANISHED = Outcome(status=JobStatus.UNKNOWN, error=job_faults.VANISHED)

Heard = Callable[[Job, Exception], None]  #: hears of a bug that costs no more than it has to


def _rise(_: Job, exc: Exception) -> None:
    raise exc


def release_expired(db: Database, path: Path, *, now: datetime, jitter: float, heard: Heard = _rise) -> int:
    """Take back claims whose lease has ended, and whose worker vanished.

    A worker that lives has not vanished: the clock was put forward, or the machine slept.
    """
    # A look without the write lock: mostly there is none.
    late = [worker for worker in claim_store.list_late(db, now) if not workers.lives(path, worker)]
    release = partial(release_claims, db, ended=now, now=now, jitter=jitter, heard=heard)
    return sum(release(worker) for worker in late)


def release_dead(db: Database, path: Path, *, now: datetime, jitter: float, heard: Heard = _rise) -> int:
    """Take back what dead workers had claimed, however long their leases still run."""
    release = partial(release_claims, db, now=now, jitter=jitter, heard=heard)
    return sum(release(worker) for worker in workers.bury_dead(path))


def release_claims(
    db: Database,
    worker: str,
    *,
    ended: datetime | None = None,
    now: datetime,
    jitter: float,
    heard: Heard = _rise,
) -> int:
    """Take back what a worker that is dead or has stumbled left claimed; with `ended` what is past its lease.

    A worker tries its claim in order and settles each job before the next: only the first that is left may
    have happened, the others were not tried. All at once: whoever is killed halfway would leave the next one
    a first job that was not tried. A bug in what follows from one ends that one alone.
    """
    with transaction(db):
        claimed = claim_store.list_claims(db, worker, ended=ended)
        for _, of_one in groupby(claimed, key=itemgetter(1)):
            (first, _), *untried = of_one
            end = partial(outbox.end, db, first, worker, VANISHED, now=now, jitter=jitter)
            if (bug := _try(db, first, end, heard)) is not None:
                error = f"{VANISHED.error}; {type(bug).__name__}: {bug}"
                _end(db, first, worker, VANISHED, error=error, now=now, jitter=jitter, heard=heard)
            for job, _ in untried:
                claim_store.give_back(db, job, worker)
    return len(claimed)


def end_alone(
    db: Database,
    job: Job,
    worker: str,
    outcome: Outcome,
    *,
    error: str,
    now: datetime,
    jitter: float,
    heard: Heard,
) -> JobStatus:
    """End a claim although what follows from it raises: one job must not stop its lane.

    What went is sent, and goes no more. What may go later is tried later, as often as anything; so is a step,
    which looks first for what it made. All else is shown as failed. What follows is tried each for itself.
    """
    with transaction(db):
        if outcome.ts:
            chat_messages.keep(db, outcome.message_key, channel=outcome.channel, ts=outcome.ts)
        return _end(db, job, worker, outcome, error=error, now=now, jitter=jitter, heard=heard)


def put_off_next(
    db: Database,
    worker: str,
    *,
    kinds: Sequence[JobKind],
    error: str,
    now: datetime,
    jitter: float,
    heard: Heard,
) -> None:
    """The first in line raises before it is tried: it keeps nothing behind it from going."""
    with transaction(db):
        for job, _ in claim_store.claim_jobs(db, worker, kinds=kinds, lease=LEASE, limit=1, now=now):
            later = Outcome(status=JobStatus.QUEUED)
            _end(db, job, worker, later, error=error, now=now, jitter=jitter, heard=heard)


def _end(
    db: Database,
    job: Job,
    worker: str,
    outcome: Outcome,
    *,
    error: str,
    now: datetime,
    jitter: float,
    heard: Heard,
) -> JobStatus:
    """It is told; what else follows from it does so as far as it has no bug."""
    status, next_at = outcome.status, None
    if status is JobStatus.QUEUED or outcome.step is not None:
        status = JobStatus.QUEUED if job.attempts < MAX_ATTEMPTS else JobStatus.FAILED
        next_at = now + back_off(job.attempts, jitter=jitter)
    elif status is not JobStatus.SENT and not (status is JobStatus.UNKNOWN and job.kind is JobKind.MAIL):
        status = JobStatus.FAILED
    unknown = outcome.status is JobStatus.UNKNOWN
    settled = claim_store.settle(
        db, job, worker, status, now=now, next_at=next_at, error=error, unknown=unknown
    )
    if settled and unknown:
        events.add(db, EventTag.JOB_UNKNOWN, f"job:{job.id}", actor="usher", at=now)
    what = {JobStatus.FAILED: "job_failed", JobStatus.UNKNOWN: "job_unknown"}.get(status, "")
    if settled and status is JobStatus.FAILED:
        events.add(db, EventTag.JOB_FAILED, f"job:{job.id}", actor="usher", at=now)
    if settled and what and job.kind is JobKind.MAIL:
        subject = f"{job.template} → {job.recipient}"
        note = TroubleNote(what=what, subject=subject, detail=error, id=job.id)
        queue_trouble(db, note, key=f"{what}:{job.id}:{now.isoformat()}", now=now)
    if settled:
        for follow in _list_followers(db, job, status, error, now=now):
            _try(db, job, follow, heard)
    return status


def _list_followers(
    db: Database, job: Job, status: JobStatus, error: str, *, now: datetime
) -> Iterator[Callable[[], object]]:
    yield partial(decision_phases.follow, db, job.decision_id, now=now)
    yield partial(case_steps.follow, db, job, status, None, error, now=now)
    yield partial(case_steps.follow_mail, db, job, now=now)
    yield partial(provisioning.follow, db, job, status, error, now=now)
    yield partial(conversation_replies.follow, db, job, status, now=now)
    yield partial(email_change_notices.follow_mail, db, job, now=now)
    yield partial(phone_reset_notices.follow_mail, db, job, now=now)
    if job.case_id is not None and job.kind in (JobKind.MAIL, JobKind.STEP):
        yield partial(queue_case_card, db, job.case_id, now=now)


def _try(db: Database, job: Job, act: Callable[[], object], heard: Heard) -> Exception | None:
    """Do it for itself, in the caller's transaction: a bug in it is undone, told, and returned."""
    bug = attempt(db, act)
    if bug is not None:
        heard(job, bug)
    return bug


def still_waits(db: Database, job_id: int) -> bool:
    """Whether it is yet to go: neither has it gone meanwhile, nor did anybody drop it."""
    job = outbox_store.find(db, job_id)
    return job is not None and job.status in (JobStatus.QUEUED, JobStatus.SENDING)


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
