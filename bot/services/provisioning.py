"""What is made outside for a case: ordered as its form says now, remembered, and called off with the case."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import Choice
from bot.domain.case_steps import StepName
from bot.domain.cases import OVER, Case
from bot.domain.errors import PermanentFailure
from bot.domain.note_names import NoteName
from bot.domain.outbox import Job, JobKind, JobStatus, NewJob
from bot.domain.provisioning import Ended, Ending, KeptRecord, Order, Record, Task, Way
from bot.ports import Provisioner
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_note
from bot.store import case_steps, case_versions, cases, outbox, provisioning
from bot.store.database import transaction

TEMPLATE = "call_off"
_IN_VAIN = {
    JobStatus.QUEUED: Ending.TRYING,
    JobStatus.FAILED: Ending.UNSEEN,
    JobStatus.UNKNOWN: Ending.UNSEEN,
    JobStatus.DISCARDED: Ending.UNSEEN,
}


def order_for(db: Database, desk: Desk, case: Case, task: Task) -> Order:
    """What is ordered outside, by the newest version of its form."""
    made = case_steps.find(db, case.id, StepName.CASE)
    kept = provisioning.list_of_case(db, case.id).get(task)
    before = case_versions.find(db, case.id, kept.version) if kept else None
    seats = case.ordered_seats
    return Order(
        external_id=_external_id(desk, case, task),
        task=task,
        ref=case.ref,
        company=case.ris.company,
        users=case.ordered_users,
        seats=seats if isinstance(seats, int) else 0,
        sponsor=case.sponsor,
        lang=case.lang,
        case_number=made.number if made else "",
        version=case.version,
        corrected=any(decision.choice is Choice.APPROVED for decision in case.voided),
        names=() if kept else case_versions.list_names(db, case.id),
        before=before.ris.company if before else None,
    )


def _external_id(desk: Desk, case: Case, task: Task) -> str:
    return f"{desk.policy.provisioning.prefix}-{case.ref}-{task}"


def keep(db: Database, case_id: int, task: Task, record: Record, *, version: int, by: str = "") -> None:
    """Remember what stands outside, in the caller's transaction; `by`: who made it by hand.

    Who enters the number of what a system has made did not make it.
    """
    known = provisioning.list_of_case(db, case_id).get(task)
    made_by = known.by if known and known.record.number == record.number else by
    provisioning.keep(db, case_id, KeptRecord(task=task, record=record, version=version, by=made_by))


def find_kept(db: Database, case_id: int, task: Task) -> KeptRecord | None:
    """What was made outside for a case, under whichever of its versions; None where nothing is known of."""
    return provisioning.list_of_case(db, case_id).get(task)


def call_off(db: Database, desk: Desk, case: Case, *, now: datetime) -> bool:
    """Let outside know that a case has ended, in the caller's transaction; False where nothing stands there.

    It comes after what is on its way: by then everybody knows whether that was made.
    """
    begun = {task: _external_id(desk, case, task) for task in _list_begun(db, desk, case)}
    if not begun:
        return False
    job = NewJob(
        key=f"{TEMPLATE}:{case.ref}:{case.version}",
        kind=JobKind.CALL_OFF,
        stream=f"steps:{case.ref}",
        template=TEMPLATE,
        values={"ref": case.ref, "begun": begun},
        case_id=case.id,
    )
    outbox.add(db, job, now=now)
    return True


def _list_begun(db: Database, desk: Desk, case: Case) -> list[Task]:
    """What stands outside, and what a system was asked for and may stand."""
    kept, begun = provisioning.list_of_case(db, case.id), []
    for task in Task:
        by_system = desk.policy.provisioning.way_of(task) is not Way.DESK
        step = case_steps.find(db, case.id, StepName(task))
        if task in kept or (by_system and step is not None and step.tries):
            begun.append(task)
    return begun


def carry_out(
    db: Database, desk: Desk, provisioners: Mapping[Way, Provisioner], job: Job, *, now: datetime
) -> None:
    """Call everything of a case off, outside any transaction, and say below its card what stands there.

    Repeating it says nothing twice. Raise what may pass of the outside world's failures.
    """
    case = cases.find(db, job.case_id or 0)
    if case is None or case.status not in OVER:
        return  # reopened meanwhile
    ended = []
    for line in _list_known(db, job, Ending.BY_HAND):
        way = provisioners.get(desk.policy.provisioning.way_of(line.task))
        order = order_for(db, desk, case, line.task)
        ended.append(_call_off(way, order, line) if way else line)
    with transaction(db, locks=(f"case:{case.ref}",)):
        for one in ended:
            _note_number(db, case, one)
        _tell(db, job, ended, key="told", now=now)
        queue_case_card(db, case.id, now=now)


def _list_known(db: Database, job: Job, ending: Ending, reason: str = "") -> list[Ended]:
    kept = provisioning.list_of_case(db, job.case_id or 0)
    lines = []
    for name, external_id in job.values["begun"].items():
        line = Ended(task=Task(name), ending=ending, external_id=external_id, reason=reason)
        if found := kept.get(line.task):
            line = replace(line, number=found.record.number, url=found.record.url)
        lines.append(line)
    return lines


def _call_off(way: Provisioner, order: Order, line: Ended) -> Ended:
    try:
        said = way.call_off(order)
    except PermanentFailure as exc:
        return replace(line, ending=Ending.UNSEEN, reason=str(exc))
    if said.record:
        line = replace(line, number=said.record.number, url=said.record.url)
    if said.told:
        return replace(line, ending=Ending.TOLD)
    return line if line.number else replace(line, ending=Ending.NOTHING)


def _note_number(db: Database, case: Case, ended: Ended) -> None:
    """What was made while the case was being stopped is named on its card too."""
    if not ended.number:
        return
    record = Record(number=ended.number, url=ended.url)
    if find_kept(db, case.id, ended.task) is None:
        keep(db, case.id, ended.task, record, version=case.version)
    case_steps.name_stopped(db, case.id, StepName(ended.task), number=record.number, url=record.url)


def _tell(db: Database, job: Job, ended: Sequence[Ended], *, key: str, now: datetime) -> None:
    """Below the card; of each job and kind once."""
    ref = job.values["ref"]
    values = {"ref": ref, "ended": [asdict(one) for one in ended]}
    thread_key, key = f"card:{ref}", f"{job.key}:{key}"
    queue_note(
        db, NoteName.OUTSIDE, key=key, values=values, now=now, thread_key=thread_key, case_id=job.case_id
    )


def follow(db: Database, job: Job, status: JobStatus, error: str, *, now: datetime) -> None:
    """Say that outside could not be told, in the transaction that settles it: at once, and for good."""
    if job.kind is JobKind.CALL_OFF and (ending := _IN_VAIN.get(status)):
        _tell(db, job, _list_known(db, job, ending, error), key=ending, now=now)
