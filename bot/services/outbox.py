"""The outbox's verbs: claim what is due, settle what was tried, and staff's hand on what waits or failed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain import job_faults
from bot.domain.bounces import AddressState
from bot.domain.cards import TroubleNote
from bot.domain.case_steps import StepResult
from bot.domain.cases import case_ref
from bot.domain.errors import PermanentFailure, TransientFailure, UnknownJob
from bot.domain.events import EventTag
from bot.domain.key_refusals import StockUnchecked
from bot.domain.letters import ASKING, STANDINGS
from bot.domain.mail import Address
from bot.domain.note_names import NoteName
from bot.domain.outbox import LEASE, LONGEST_WAIT, MAX_ATTEMPTS, Job, JobKind, JobStatus, back_off, patience
from bot.services import (
    case_steps,
    conversation_replies,
    conversations,
    email_change_notices,
    held_notes,
    key_mails,
    letters,
    phone_reset_notices,
    provisioning,
)
from bot.services.accounts import ACTIVATION_MAILS
from bot.services.decision_phases import follow, follow_all
from bot.services.desk import Desk
from bot.services.queueing import SECRETS, queue_case_card, queue_note, queue_trouble
from bot.services.registration import MAILS as INVITING
from bot.store import bounces, chat_messages, claims, events, holds, outbox
from bot.store.database import transaction


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one attempt; `error` is for staff.

    `channel` and `ts` name a posted message; `channel` alone, where nothing is taken.
    """

    status: JobStatus
    error: str = ""
    retry_after: float | None = None  #: seconds, where the other side named a time
    not_now: bool = False  #: the other side takes nothing at present: it costs no attempt
    sender: Address | None = None  #: of ours, whose mail went, or waits as they take none from it at present
    own: TransientFailure | PermanentFailure | None = None  #: what it is once others of that sender go
    let_in: bool = True  #: False: they refused our log-in, which is not to be tried again soon
    refused: tuple[str, ...] = ()  #: those who get no copy of a mail that went
    message_key: str = ""
    channel: str = ""
    ts: str = ""
    step: StepResult | None = None  #: how far a step came that was carried out


_ENDED = (JobStatus.FAILED, JobStatus.UNKNOWN)  #: without having gone, as far as anybody knows
#: what is said in Slack of a mail that ended so
_SAID = {
    JobStatus.FAILED: "job_failed", JobStatus.UNKNOWN: "job_unknown", JobStatus.REPLACED: "job_overtaken"
}  # fmt: skip
#: what its case's card says of a mail that is, or was, in one of these is another thing afterwards
_ON_CARD = frozenset({JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.DISCARDED, JobStatus.REPLACED})
_TOLD = frozenset({JobStatus.SENT, JobStatus.FAILED, JobStatus.UNKNOWN})
_OF_SLACK = frozenset({JobKind.CASE_CARD, JobKind.NOTE})
GIVEN_UP = (AddressState.GIVEN_UP,)
_OUTSIDE = frozenset({JobKind.STEP, JobKind.CALL_OFF})
#: what was issued since the backup is in no stock: a step would give it away again
AFTER_RESTORE = Outcome(status=JobStatus.QUEUED, error=job_faults.RESTORED, not_now=True)


def claim(
    db: Database,
    desk: Desk,
    worker: str,
    *,
    kinds: Sequence[JobKind],
    limit: int,
    now: datetime,
) -> tuple[list[Job], int]:
    """Win due jobs under a lease, their secrets opened; what may not leave yet is held and shown.

    Return those that go, and how many were won: none, where what is due stands behind what waits.
    """
    going: list[Job] = []
    due = claims.list_due(db, kinds=kinds, limit=limit, now=now)
    if not due:
        return [], 0
    with transaction(db):
        on_hold = holds.find(db) is not None
        won = claims.claim_jobs(db, worker, kinds=kinds, lease=LEASE, limit=limit, now=now, seen=due)
        given_up = bounces.list_given_up(db, {job.recipient for job, _ in won if job.kind is JobKind.MAIL})
        for job, sealed in won:
            if job.kind in _OUTSIDE and on_hold:
                end(db, job, worker, AFTER_RESTORE, now=now, jitter=0.0)
                continue
            if job.kind is JobKind.MAIL and not job.released:
                is_given_up = job.recipient in given_up
                if on_hold or is_given_up or not may_go(desk, job):
                    _hold(db, job, worker, given_up=is_given_up, now=now)
                    continue
            try:
                secrets = json.loads(desk.keyring.open(SECRETS, sealed)) if sealed else {}
            except ValueError:
                # It costs this job only: raised from here, it would keep the whole lane from its claims.
                lost = Outcome(status=JobStatus.FAILED, error=job_faults.UNOPENED)
                end(db, job, worker, lost, now=now, jitter=0.0)
                continue
            going.append(replace(job, secrets=secrets))
        follow_all(db, {job.decision_id for job in going if job.decision_id is not None}, now=now)
    return going, len(won)


def find_next_due(db: Database, *, kinds: Sequence[JobKind]) -> datetime | None:
    """A cheap look without the write lock: when is there something to claim? None when nothing waits."""
    return outbox.find_next_due(db, kinds)


def may_go(desk: Desk, job: Job) -> bool:
    """Whether DELIVERY lets a mail go without a person's word."""
    return desk.delivery.may_go((job.recipient, *job.values.get("cc", ())))


def _hold(db: Database, job: Job, worker: str, *, given_up: bool, now: datetime) -> None:
    claims.settle(db, job, worker, JobStatus.HELD, now=now)
    show_held(db, job, given_up=given_up, now=now)


def show_held(db: Database, job: Job, *, given_up: bool = False, now: datetime) -> None:
    """Staff see a mail that waits, with its buttons; in the caller's transaction."""
    held_notes.show(db, job, given_up=given_up, now=now)
    _follow_letter(db, job, JobStatus.HELD, now=now)
    follow(db, job.decision_id, now=now)


def settle(
    db: Database, job: Job, worker: str, outcome: Outcome, *, now: datetime, jitter: float, tells: bool = True
) -> JobStatus:
    """End a claim by what became of it; a lease that had ended meanwhile leaves the job to its next owner.

    `tells`: False where a batch's decisions are followed together, once its mails have gone.
    """
    with transaction(db, locks=(f"job:{job.id}",)):
        return end(db, job, worker, outcome, now=now, jitter=jitter, tells=tells)


def give_back(db: Database, job: Job, worker: str) -> None:
    """End a claim of what was not tried: it costs no attempt."""
    with transaction(db, locks=(f"job:{job.id}",)):
        claims.give_back(db, job, worker)


def end(
    db: Database, job: Job, worker: str, outcome: Outcome, *, now: datetime, jitter: float, tells: bool = True
) -> JobStatus:
    """The same in the caller's transaction."""
    status = _after(job, outcome)
    if outcome.ts:
        chat_messages.keep(db, outcome.message_key, channel=outcome.channel, ts=outcome.ts)
    settled = claims.settle(
        db,
        job,
        worker,
        status,
        now=now,
        next_at=now + _wait(job, outcome, now, jitter) if status is JobStatus.QUEUED else None,
        error=outcome.error,
        unknown=outcome.status is JobStatus.UNKNOWN,
        counts=not outcome.not_now,
    )
    if settled:
        # each time: whoever looks for what may have gone counts on it
        if outcome.status is JobStatus.UNKNOWN:
            events.add(db, EventTag.JOB_UNKNOWN, f"job:{job.id}", actor="usher", at=now)
        if status is JobStatus.HELD:  # its address was given up meanwhile
            held_notes.show(db, job, given_up=True, now=now)
        _show_end(db, job, status, outcome.error, now=now)
        _show_refused(db, job, outcome.refused, now=now)
        _show_left(db, job, status, outcome, now=now)
        _follow_letter(db, job, status, now=now)
        case_steps.follow(db, job, status, outcome.step, outcome.error, now=now)
        provisioning.follow(db, job, status, outcome.error, now=now)
        if tells or status is not JobStatus.SENT:
            follow(db, job.decision_id, now=now)
    return status


def _wait(job: Job, outcome: Outcome, now: datetime, jitter: float) -> timedelta:
    """Until the next try: as long as the other side asked for, or what we think fit."""
    if outcome.retry_after:
        return timedelta(seconds=min(outcome.retry_after, LONGEST_WAIT.total_seconds()))
    if outcome.not_now:
        return patience(now - job.created_at, jitter=jitter)
    return back_off(job.attempts, jitter=jitter)


def _follow_letter(db: Database, job: Job, status: JobStatus, *, now: datetime) -> None:
    """A mail of a case that went stands in its thread; how far staff's own question is, its card says.

    So does an answer to a question, below that one's card. What cools says whether its owner was told.
    """
    email_change_notices.follow_mail(db, job, now=now)
    phone_reset_notices.follow_mail(db, job, now=now)
    if job.template == conversation_replies.MAIL and status is JobStatus.SENT:
        above, values = conversations.card_key(str(job.values["ref"])), {"job_id": job.id}
        queue_note(db, NoteName.MAIL, key=f"mail:{job.id}", values=values, now=now, thread_key=above)
    conversation_replies.follow(db, job, status, now=now)
    if job.kind is not JobKind.MAIL or job.case_id is None:
        return
    together = status in _TOLD and key_mails.tell_together(db, job, now=now)
    if status is JobStatus.SENT and not together:
        thread, values = f"card:{case_ref(job.case_id)}", {"job_id": job.id}
        key = f"mail:{job.id}"
        queue_note(db, NoteName.MAIL, key=key, values=values, now=now, thread_key=thread, case_id=job.case_id)
    # While a letter goes, what was written to us counts as dealt with; what did not go, the card says.
    # That a decision's mail went, its phase says.
    waits = job.decision_id is not None and status is not JobStatus.SENT
    is_released = job.template in (*ACTIVATION_MAILS, *STANDINGS) and JobStatus.HELD in (status, job.status)
    if waits or is_released or job.template in (*ASKING, *INVITING) or {status, job.status} & _ON_CARD:
        queue_case_card(db, job.case_id, now=now)
    case_steps.follow_mail(db, job, now=now)


def _after(job: Job, outcome: Outcome) -> JobStatus:
    """The next state: after an unknown outcome a mail repeats once, Slack is looked up until it answers.

    So is what a step has made outside, as often as anything is tried; then a person is asked. What goes to
    one person in Slack is looked up nowhere, and repeats once. A text never repeats: whoever waits for it
    asks for another.
    """
    if outcome.status is JobStatus.UNKNOWN:
        if job.kind is JobKind.SMS:
            return JobStatus.UNKNOWN
        if job.kind is JobKind.MAIL or _is_direct(job):
            again = job.unknowns == 0
        else:
            again = job.kind in _OF_SLACK or _is_early(job)
        return JobStatus.QUEUED if again else JobStatus.UNKNOWN
    # Nobody can be told in Slack that Slack refuses us: `/readyz` says so, and once a person has mended the
    # cause (the bot invited, the app installed anew) the card comes by itself, however long that takes. What
    # is refused for its own sake is tried as often as anything: the next version of Usher may put it better.
    again = outcome.status is JobStatus.FAILED and job.kind in _OF_SLACK
    if again or outcome.status is JobStatus.QUEUED:
        more = outcome.not_now or _is_early(job)
        return JobStatus.QUEUED if more else JobStatus.FAILED
    return outcome.status


def _is_direct(job: Job) -> bool:
    return job.kind is JobKind.NOTE and bool(job.recipient)


def _is_early(job: Job) -> bool:
    return job.attempts < MAX_ATTEMPTS


def _show_end(db: Database, job: Job, status: JobStatus, error: str, *, now: datetime) -> None:
    """What became of mails that did not go is told in Slack; a failed card or note is only in `usher jobs`.

    So is a direct answer that may not have gone. Of one that is true no more whoever released it hears;
    others read it where they look for mails.
    """
    if status is JobStatus.FAILED:
        events.add(db, EventTag.JOB_FAILED, f"job:{job.id}", actor="usher", at=now)
    said = _SAID.get(status, "") if job.kind is JobKind.MAIL else ""
    if _is_direct(job) and status is JobStatus.UNKNOWN:
        said = "direct_unknown"
    if said and status is JobStatus.REPLACED:
        events.add(db, EventTag.JOB_OVERTAKEN, f"job:{job.id}", actor="usher", at=now)
    if said and (status is not JobStatus.REPLACED or job.released):
        held_notes.show_lost(db, job, said, error, now=now)


def _show_refused(db: Database, job: Job, refused: Sequence[str], *, now: datetime) -> None:
    if refused:
        held_notes.show_lost(db, job, "copy_refused", "\n".join(refused), now=now)


def _show_left(db: Database, job: Job, status: JobStatus, outcome: Outcome, *, now: datetime) -> None:
    """Staff hear of a message that goes on naming who was or is to be erased; if REPLACED, it is gone."""
    key = job.values.get("instead_of", "") if job.template == NoteName.ERASED else outcome.message_key
    if not key or status is JobStatus.QUEUED:
        return
    named = chat_messages.take_named(db, key)
    if named and status is not JobStatus.REPLACED and named != (outcome.channel, outcome.ts):
        channel, ts = named
        note = TroubleNote(what="erased_left", subject=channel, detail=ts)
        queue_trouble(db, note, key=f"erased_left:{channel}:{ts}", now=now)


def release(db: Database, job_id: int, *, by: str, now: datetime) -> Job:
    """Let a held mail go; an address that was given up is good again by that."""
    with transaction(db, locks=(f"job:{job_id}",)):
        return _move(db, job_id, (JobStatus.HELD,), JobStatus.QUEUED, EventTag.JOB_RELEASED, by=by, now=now)


def release_all(db: Database, *, by: str, now: datetime) -> int:
    """Let everything go that is held now, whatever DELIVERY says; what staff discarded stays discarded.

    Raise StockUnchecked while a restore's hold stands, which only `holds.end` ends.
    """
    if holds.find(db):
        raise StockUnchecked
    return release_each(db, outbox.list_jobs(db, (JobStatus.HELD,)), by=by, now=now)


def release_each(db: Database, held: Sequence[Job], *, by: str, now: datetime) -> int:
    """Let these go, and return how many; those to an address that was given up are released one by one."""
    released = 0
    for job in held:
        if bounces.is_given_up(db, job.recipient):
            continue
        try:
            release(db, job.id, by=by, now=now)
        except UnknownJob:  # a colleague has released or discarded it meanwhile
            continue
        released += 1
    return released


def retry(db: Database, job_id: int, *, by: str, now: datetime) -> Job:
    """Try a failed or unknown job again, a mail with the same Message-ID; a step's, as its card does.

    Raise UnknownJob, or StepNotOpen where the step of a job needs no hand any more.
    """
    job = outbox.find(db, job_id)
    if job is not None and job.kind is JobKind.STEP and job.status in _ENDED:
        with transaction(db, locks=(f"case:{case_ref(job.case_id or 0)}",)):
            case_steps.retry(db, job, by=by, now=now)
        return job
    with transaction(db, locks=(f"job:{job_id}",)):
        return _move(db, job_id, _ENDED, JobStatus.QUEUED, EventTag.JOB_RETRIED, by=by, now=now)


def discard(db: Database, job_id: int, *, by: str, now: datetime) -> Job:
    """Drop a job for good; leaving hold never sends it."""
    since = (JobStatus.HELD, JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.QUEUED)
    return _discard(db, job_id, since, by=by, now=now)


def discard_held(db: Database, job_id: int, *, by: str, now: datetime) -> Job:
    """The same while it waits for release, as its note shows it: raise UnknownJob once somebody let it go."""
    return _discard(db, job_id, (JobStatus.HELD,), by=by, now=now)


def _discard(db: Database, job_id: int, since: Sequence[JobStatus], *, by: str, now: datetime) -> Job:
    with transaction(db, locks=(f"job:{job_id}",)):
        return _move(db, job_id, since, JobStatus.DISCARDED, EventTag.JOB_DISCARDED, by=by, now=now)


def retry_mail(db: Database, job_id: int, *, by: str, now: datetime) -> None:
    """The same of a mail, in the caller's transaction; raise UnknownJob."""
    _move(db, job_id, _ENDED, JobStatus.QUEUED, EventTag.JOB_RETRIED, by=by, now=now)


def overtake(db: Database, job_id: int, *, now: datetime) -> None:
    """End a held mail that is true no more, in the caller's transaction; raise UnknownJob."""
    _move(db, job_id, (JobStatus.HELD,), JobStatus.REPLACED, EventTag.JOB_OVERTAKEN, by="usher", now=now)


def _move(
    db: Database,
    job_id: int,
    since: Sequence[JobStatus],
    to: JobStatus,
    tag: EventTag,
    *,
    by: str,
    now: datetime,
) -> Job:
    """In the caller's transaction."""
    job = outbox.find(db, job_id)
    if job is None:
        raise UnknownJob(id=job_id, status="")
    if not outbox.move(db, job_id, since=since, to=to):
        raise UnknownJob(id=job_id, status=job.status, **held_notes.find_end(db, job))
    events.add(db, tag, f"job:{job_id}", actor=by, at=now)
    held_notes.end(db, job, held_notes.ENDS[tag], by=by, now=now)
    if tag is EventTag.JOB_RELEASED and bounces.drop_doubt(db, job.recipient, since=GIVEN_UP):
        events.add(db, EventTag.ADDRESS_RESTORED, f"job:{job_id}", actor=by, at=now)
    if to is JobStatus.DISCARDED:
        letters.take_back(db, job, by=by, now=now)
        conversation_replies.take_back(db, job, by=by, now=now)
    _follow_letter(db, job, to, now=now)
    case_steps.follow(db, job, to, None, job.error, now=now)
    if to is JobStatus.DISCARDED:
        provisioning.follow(db, job, to, job.error, now=now)
    follow(db, job.decision_id, now=now)
    return job


def list_jobs(db: Database, statuses: Sequence[JobStatus]) -> list[Job]:
    return outbox.list_jobs(db, statuses)
