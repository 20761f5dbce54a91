"""Carry out one step of a case: issue its keys, mail them, have its records made, invite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from bot.domain.case_steps import StepName, StepResult, StepState
from bot.domain.cases import BEFORE_LIVE, UNDER_WAY, Case, CaseStatus
from bot.domain.errors import PermanentFailure
from bot.domain.key_refusals import KeyUnreadable
from bot.domain.outbox import Job
from bot.domain.provisioning import Task, Way
from bot.domain.registration import find_invited
from bot.ports import Provisioner
from bot.services import accounts, license_keys, provisioning, purchasing, registration, stock
from bot.services.case_steps import (
    NOT_REGISTERED,
    STATUS,
    await_registration,
    result_of_mails,
    settle,
    wake,
)
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card
from bot.services.registration import Why
from bot.store import case_steps, cases, outbox, seats
from bot.store.database import transaction

#: why keys are waited for
OUT_OF_STOCK, SPARE_KEYS = "out_of_stock", "spare_keys"
#: why a person acts who made it before: it stands there as an earlier form had it
CORRECTED = "corrected"
UNREADABLE = "key_unreadable"  #: why they cannot be mailed


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a step needs to be carried out."""

    db: Database
    desk: Desk
    provisioners: Mapping[Way, Provisioner]
    case: Case
    now: datetime


def carry_out(
    db: Database, desk: Desk, provisioners: Mapping[Way, Provisioner], job: Job, *, now: datetime
) -> StepResult:
    """Do the step of a job, outside any transaction; repeating it does nothing twice.

    Raise what the outside world's failures raise.
    """
    name = StepName(job.template)
    with transaction(db, locks=(f"case:{job.values['ref']}",)):
        case = cases.find(db, job.case_id or 0)
        step = case_steps.find(db, job.case_id or 0, name)
        # a person may have been faster, or have had its job tried again by hand
        runs = step is not None and step.state is StepState.RUNNING
        if case is None or case.status not in UNDER_WAY or not runs:
            return StepResult(state=StepState.STOPPED)
        since, to = tuple(UNDER_WAY - {STATUS[name]}), STATUS[name]
        if cases.move(db, case.id, since=since, to=to, content_hash=case.content_hash, now=now):
            queue_case_card(db, case.id, now=now)
    return _WORK[name](Work(db=db, desk=desk, provisioners=provisioners, case=case, now=now))


def _issue_keys(work: Work) -> StepResult:
    """All of a case's keys or none; too few in stock is waited for, and so are spare keys not issued yet.

    How far it came is written down at once: keys that come a moment later have to find that it waits.
    """
    with transaction(work.db, locks=(f"case:{work.case.ref}", "stock")):
        if not _stands(work):
            return StepResult(state=StepState.STOPPED)
        result = _issue(work)
        settle(work.db, work.case.id, StepName.KEYS, result, now=work.now)
    return result


def _issue(work: Work) -> StepResult:
    db, case, now = work.db, work.case, work.now
    issued = purchasing.issue(db, work.desk, case, now=now)
    if issued is None:
        return StepResult(state=StepState.BLOCKED, reason=OUT_OF_STOCK)
    if issued:
        stock.watch(db, work.desk, now=now, purchase_order=None)
        wake(db, StepName.KEYS, reason=SPARE_KEYS, now=now)
    if any(seat.key is None and not seat.closed_at for seat in seats.list_of_case(db, case.id)):
        return StepResult(state=StepState.BLOCKED, reason=SPARE_KEYS)
    return StepResult(state=StepState.DONE)


def _mail_keys(work: Work) -> StepResult:
    """Batch after batch; whatever a death leaves unmailed keeps the step running, and is mailed next time."""
    try:
        while True:
            with transaction(work.db, locks=(f"case:{work.case.ref}",)):
                if not _stands(work):
                    return StepResult(state=StepState.STOPPED)
                if not license_keys.mail_keys(work.db, work.desk, work.case, now=work.now):
                    return result_of_mails(work.db, work.case.id, StepName.KEY_MAILS)
    except KeyUnreadable:
        return StepResult(state=StepState.FAILED, reason=UNREADABLE)


def _make(work: Work, *, task: Task) -> StepResult:
    """Have one record made outside; a person's work is not waited for here."""
    way = work.desk.policy.provisioning.way_of(task)
    if way not in work.provisioners:
        raise PermanentFailure(f"nothing is connected for {way}", mend="check [provisioning] of usher.toml")
    kept = provisioning.find_kept(work.db, work.case.id, task)
    record = None
    if kept is None or not kept.by:  # what a person made by hand no system has: it would make another
        order = provisioning.order_for(work.db, work.desk, work.case, task)
        record = work.provisioners[way].place(order)
    if record is None:
        return StepResult(state=StepState.DESK, reason=CORRECTED if kept else "")
    number, url, version = record.number, record.url, work.case.version
    return StepResult(state=StepState.DONE, number=number, url=url, version=version)


def _invite(work: Work) -> StepResult:
    """The first Organization Administrator of the form gets the invitation to register."""
    with transaction(work.db, locks=(f"case:{work.case.ref}",)):
        if not _stands(work):
            return StepResult(state=StepState.STOPPED)
        # As it stands now: somebody else may have been invited since it was read.
        _mail_invitation(replace(work, case=cases.find(work.db, work.case.id) or work.case))
        return result_of_mails(work.db, work.case.id, StepName.INVITATION)


def _mail_invitation(work: Work) -> None:
    db, desk, case, now = work.db, work.desk, work.case, work.now
    key = registration.key_of_step(db, case)
    if outbox.find_by_key(db, key) is not None:
        return
    if find_invited(case.ris) is None:
        raise PermanentFailure("the form names no Organization Administrator")
    registration.invite(db, desk, case, key=key, why=Why.FIRST, now=now)


def _open_accounts(work: Work) -> StepResult:
    """Of an addition's people; those of an organisation that is not registered yet wait for that.

    How far it came is written down at once, before anybody approves the registration.
    """
    db, case, root = work.db, work.case, work.case.addition.ref if work.case.addition else ""
    with transaction(db, locks=(f"case:{root}", f"case:{case.ref}")):
        if not _stands(work) or case.addition is None:
            return StepResult(state=StepState.STOPPED)
        organisation = cases.find(db, case.addition.of)
        # without steps it was approved by an Usher that had none: nothing leads to a registration
        if (
            organisation
            and organisation.status in BEFORE_LIVE
            and case_steps.list_of_case(db, organisation.id)
        ):
            await_registration(db, case, now=work.now)
            return StepResult(state=StepState.WAITING, reason=NOT_REGISTERED)
        if organisation and organisation.status is CaseStatus.LIVE and work.desk.policy.mag.keeps_accounts:
            accounts.open_all(db, work.desk, case, by="usher", now=work.now)
        settle(db, case.id, StepName.ACCOUNTS, StepResult(state=StepState.DONE), now=work.now)
    return StepResult(state=StepState.DONE)


def _stands(work: Work) -> bool:
    """Whether the case is still on its way, asked inside the transaction that acts."""
    case = cases.find(work.db, work.case.id)
    return case is not None and case.status in UNDER_WAY


_WORK: Mapping[StepName, Callable[[Work], StepResult]] = {
    StepName.KEYS: _issue_keys,
    StepName.KEY_MAILS: _mail_keys,
    StepName.CASE: partial(_make, task=Task.CASE),
    StepName.SITE: partial(_make, task=Task.SITE),
    StepName.INVITATION: _invite,
    StepName.ACCOUNTS: _open_accounts,
}
