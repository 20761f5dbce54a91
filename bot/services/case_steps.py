"""The steps of an approved case, one after the other: begun, followed, woken, and finished."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.case_steps import (
    ENDED,
    MAILS,
    OF_ADDITION,
    OF_ORGANISATION,
    CaseStep,
    StepName,
    StepResult,
    StepState,
    left_out,
)
from bot.domain.cases import UNDER_WAY, Case, CaseStatus, case_ref
from bot.domain.events import EventTag
from bot.domain.outbox import Job, JobKind, JobStatus, NewJob
from bot.domain.provisioning import Record, Task
from bot.domain.step_refusals import StepNotOpen
from bot.services import provisioning, thread_notes
from bot.services.queueing import queue_case_card
from bot.store import case_steps, cases, license_keys, outbox, step_jobs

#: where a case stands while it is at a step
STATUS = {
    StepName.KEYS: CaseStatus.PURCHASING,
    StepName.KEY_MAILS: CaseStatus.PURCHASING,
    StepName.CASE: CaseStatus.PROVISIONING,
    StepName.SITE: CaseStatus.PROVISIONING,
    StepName.INVITATION: CaseStatus.PROVISIONING,
    StepName.ACCOUNTS: CaseStatus.PURCHASING,
}
_TAGS = {
    StepState.DONE: EventTag.STEP_ENDED,
    StepState.FAILED: EventTag.STEP_FAILED,
    StepState.BLOCKED: EventTag.STEP_BLOCKED,
    StepState.DESK: EventTag.STEP_LEFT_TO_DESK,
}
NOT_REGISTERED = "not_registered"  #: why the accounts of an addition are waited for
_LOST = frozenset({JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.DISCARDED})
_GOING = frozenset({JobStatus.QUEUED, JobStatus.SENDING})


def begin(db: Database, case: Case, *, now: datetime) -> None:
    """Lay the steps of a case that was approved and begin the first, in the deciding transaction."""
    case_steps.lay(db, case.id, OF_ADDITION if case.addition else OF_ORGANISATION, now=now)
    advance(db, case.id, now=now)


def advance(db: Database, case_id: int, *, now: datetime) -> None:
    """Begin the next step if none is under way; after the last one the case is where they lead."""
    for step in case_steps.list_of_case(db, case_id):
        if step.state is StepState.WAITING:
            start(db, step, now=now)
        if step.state not in ENDED:
            return
    _finish(db, case_id, now=now)


def start(db: Database, step: CaseStep, *, now: datetime) -> bool:
    """Let a step be carried out, anew where it was tried before; False when somebody was faster."""
    since, ref = (step.state,), case_ref(step.case_id)
    if not case_steps.move(db, step.case_id, step.name, since=since, to=StepState.RUNNING, now=now):
        return False
    for job_id in step_jobs.list_lost(db, step.case_id, step.name):  # it is tried in this one's place
        outbox.move(db, job_id, since=(JobStatus.FAILED, JobStatus.UNKNOWN), to=JobStatus.REPLACED)
    begun = replace(step, since=now, tries=step.tries + 1)
    job = NewJob(
        key=_job_key(begun),
        kind=JobKind.STEP,
        stream=f"steps:{ref}",
        template=step.name,
        values={"ref": ref},
        case_id=step.case_id,
    )
    outbox.add(db, job, now=now)
    queue_case_card(db, step.case_id, now=now)
    return True


def retry(db: Database, job: Job, *, by: str, now: datetime) -> None:
    """Try the step again whose job failed, as its card's button does, in the caller's transaction.

    Raise StepNotOpen where the step is elsewhere by now.
    """
    name, ref = StepName(job.template), case_ref(job.case_id or 0)
    step = case_steps.find(db, job.case_id or 0, name)
    if step is None or step.state is not StepState.FAILED:
        raise StepNotOpen(ref=ref, step=name, step_state=step.state if step else StepState.STOPPED)
    start(db, step, now=now)
    thread_notes.record(db, EventTag.STEP_RETRIED, step.case_id, actor=by, at=now, at_step=name)


def _job_key(step: CaseStep) -> str:
    """Of the job that carries out what was begun then."""
    return f"step:{case_ref(step.case_id)}:{step.name}:{step.tries}:{step.since:%Y-%m-%dT%H:%M:%S.%f}"


def wake(db: Database, name: StepName, *, reason: str = "", now: datetime) -> int:
    """What they waited for may be there: let the blocked steps of that name be tried again, oldest first.

    `reason`: only those that wait for that.
    """
    blocked = case_steps.list_in(db, name, StepState.BLOCKED)
    return sum(start(db, step, now=now) for step in blocked if reason in ("", step.reason))


def follow(
    db: Database, job: Job, status: JobStatus, result: StepResult | None, error: str, *, now: datetime
) -> None:
    """Bring a step to what became of its job, in the transaction that settles that."""
    if job.kind is not JobKind.STEP or job.case_id is None:
        return
    name = StepName(job.template)
    if result is not None and result.number:  # also of a case that was stopped meanwhile
        record = Record(number=result.number, url=result.url)
        provisioning.keep(db, job.case_id, Task(name), record, version=result.version)
    step = case_steps.find(db, job.case_id, name)
    if step is None or job.key != _job_key(step):  # of an approval that was taken back meanwhile
        return
    if status is JobStatus.SENT and result is not None:
        if result.state is StepState.RUNNING:  # meanwhile its mails may have gone
            result = result_of_mails(db, job.case_id, name)
        settle(db, job.case_id, name, result, now=now)
    elif status in _LOST:
        reason = error or job.error or status
        settle(db, job.case_id, name, StepResult(state=StepState.FAILED, reason=reason), now=now)
    elif status is JobStatus.QUEUED and case_steps.set_reason(db, job.case_id, name, error):
        queue_case_card(db, job.case_id, now=now)


def follow_mail(db: Database, job: Job, *, now: datetime) -> None:
    """Bring a step to what became of its mails, when one of them changed its state."""
    name = next((name for name, templates in MAILS.items() if job.template in templates), None)
    if name is not None and job.case_id is not None:
        step = case_steps.find(db, job.case_id, name)
        failed = step is not None and step.state is StepState.FAILED
        if failed and name is StepName.KEY_MAILS and license_keys.is_any_unmailed(db, job.case_id):
            return  # its own job failed: nobody would mail the others
        settle(db, job.case_id, name, result_of_mails(db, job.case_id, name), now=now)


def follow_other(db: Database, case_id: int, *, now: datetime) -> None:
    """Somebody else is invited, in the caller's transaction: what failed is tried by that, or is done."""
    since, name = (StepState.SKIPPED,), StepName.INVITATION
    if not case_steps.move(db, case_id, name, since=since, to=StepState.DONE, now=now):
        settle(db, case_id, name, result_of_mails(db, case_id, name), now=now)


def result_of_mails(db: Database, case_id: int, name: StepName) -> StepResult:
    """How far a step is by its mails: one that is lost or held needs a hand."""
    if name is StepName.KEY_MAILS and license_keys.is_any_unmailed(db, case_id):
        return StepResult(state=StepState.RUNNING)
    states = step_jobs.list_states_of_mails(db, case_id, MAILS[name])
    if name is StepName.INVITATION and states & (_GOING | {JobStatus.HELD, JobStatus.SENT}):
        states -= {JobStatus.DISCARDED}  # one was written anew
    elif name is StepName.INVITATION and states == {JobStatus.REPLACED}:  # its link ended before it went
        return StepResult(state=StepState.FAILED, reason="mail_replaced")
    if lost := states & _LOST:
        return StepResult(state=StepState.FAILED, reason=f"mail_{min(lost)}")
    if JobStatus.HELD in states:
        return StepResult(state=StepState.DESK, reason="mail_held")
    return StepResult(state=StepState.RUNNING if states & _GOING else StepState.DONE)


def settle(db: Database, case_id: int, name: StepName, result: StepResult, *, now: datetime) -> None:
    """Write down how far a step came, in the caller's transaction; what comes after it begins."""
    step = case_steps.find(db, case_id, name)
    open_to = {StepState.RUNNING, *((StepState.DESK, StepState.FAILED) if name in MAILS else ())}
    said = (result.state, result.reason)
    if step is None or step.state not in open_to or (step.state, step.reason) == said:
        return
    case_steps.move(
        db,
        case_id,
        name,
        since=(step.state,),
        to=result.state,
        now=now,
        reason=result.reason,
        number=result.number,
        url=result.url,
    )
    if tag := _TAGS.get(result.state):
        # What the other side says may name anybody: it stands on the card, not in the trail.
        thread_notes.record(db, tag, case_id, actor="usher", at=now, at_step=name)
    if result.state is StepState.DONE:
        advance(db, case_id, now=now)
    queue_case_card(db, case_id, now=now)


def _finish(db: Database, case_id: int, *, now: datetime) -> None:
    case = cases.find(db, case_id)
    if case is None:
        return
    to = CaseStatus.LIVE if case.addition else CaseStatus.INVITED
    if cases.move(db, case_id, since=tuple(UNDER_WAY), to=to, content_hash=case.content_hash, now=now):
        thread_notes.record(db, _tag_of_end(db, case), case_id, actor="usher", at=now)
        queue_case_card(db, case_id, now=now)


def _tag_of_end(db: Database, case: Case) -> EventTag:
    """What its steps led to; what was skipped is not told as done."""
    skipped = left_out(case_steps.list_of_case(db, case.id))
    if case.addition:
        return EventTag.CASE_LEFT_TO_DESK if skipped else EventTag.CASE_FINISHED
    return EventTag.CASE_LEFT_TO_DESK if StepName.INVITATION in skipped else EventTag.CASE_INVITED


def await_registration(db: Database, addition: Case, *, now: datetime) -> None:
    """Its people get in once their organisation is registered, which is the customer's turn."""
    result = StepResult(state=StepState.WAITING, reason=NOT_REGISTERED)
    settle(db, addition.id, StepName.ACCOUNTS, result, now=now)
    since, to = tuple(UNDER_WAY), CaseStatus.INVITED
    if cases.move(db, addition.id, since=since, to=to, content_hash=addition.content_hash, now=now):
        thread_notes.record(db, EventTag.CASE_AWAITS_REGISTRATION, addition.id, actor="usher", at=now)
        queue_case_card(db, addition.id, now=now)


def go_on_registered(db: Database, organisation: Case, *, now: datetime) -> None:
    """What waited for its registration goes on, in the transaction that approves that."""
    for number in cases.list_additions(db, organisation.id, (CaseStatus.INVITED,)):
        since, to = (CaseStatus.INVITED,), STATUS[StepName.ACCOUNTS]
        addition = cases.find(db, number)
        if addition and cases.move(
            db, number, since=since, to=to, content_hash=addition.content_hash, now=now
        ):
            advance(db, number, now=now)


def stop(db: Database, case_id: int, *, now: datetime) -> None:
    """End every step that is not at its end, in the caller's transaction."""
    for step in case_steps.list_of_case(db, case_id):
        if step.state not in ENDED:
            since, reason = (step.state,), step.reason
            to = StepState.STOPPED
            case_steps.move(db, case_id, step.name, since=since, to=to, now=now, reason=reason)
    for job_id in step_jobs.list_queued(db, case_id):
        outbox.move(db, job_id, since=(JobStatus.QUEUED,), to=JobStatus.DISCARDED)
