"""Staff lend a step a hand: enter what they made, try again, leave it out (two people), or stop the case."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from sqlite_utils import Database

from bot.domain.approvals import Approval, Grave, VoidReason, check_is_staff, find_right
from bot.domain.cards import CaseCard, Corrected
from bot.domain.case_steps import MAILS, OPEN_TO_HANDS, CaseStep, StepName, StepState
from bot.domain.cases import BEFORE_LIVE, STANDING, UNDER_WAY, Case, CaseStatus
from bot.domain.errors import AlreadyApproved, HasAdditions, NotWithdrawable
from bot.domain.events import EventTag
from bot.domain.letters import says_something
from bot.domain.outbox import JobStatus
from bot.domain.provisioning import Record, Task
from bot.domain.staff import Act, Staff
from bot.domain.step_refusals import (
    BadLink,
    NothingEntered,
    NumberMissing,
    SkipAsked,
    StepNotOpen,
    StepReasonMissing,
)
from bot.domain.withdrawals import UNSENT, Irrevocable
from bot.rendering import order_mails
from bot.services import held_notes, key_mails, provisioning, purchasing, step_up, thread_notes, withdrawals
from bot.services.case_steps import advance, start
from bot.services.cases import answer, get_seen, move_or_explain, refresh_others, refusals_recorded
from bot.services.desk import Desk
from bot.services.outbox import retry_mail
from bot.services.queueing import queue_case_card
from bot.services.rights import at_this_moment
from bot.services.undoing import find_obstacle, void_decision
from bot.store import case_steps, case_versions, outbox, step_jobs
from bot.store.database import transaction

#: what a person may make by hand
BY_HAND = (StepName.CASE, StepName.SITE)


def check_enterable(card: CaseCard) -> None:
    """Raise StepNotOpen where nothing is left to be made by hand: the click was late."""
    at = {step.name: step for step in card.steps}
    if not any(name in at and at[name].is_enterable for name in BY_HAND):
        raise _not_open(card.case, StepName.SITE, at.get(StepName.SITE))


def find_corrected(db: Database, card: CaseCard) -> dict[StepName, Corrected]:
    """What stands outside as an earlier form had it, for the steps that wait to be made by hand."""
    found = {}
    for step in card.steps:
        kept = provisioning.find_kept(db, card.case.id, Task(step.name)) if step.name in BY_HAND else None
        if kept is None or not step.is_enterable or kept.version == card.case.version:
            continue
        if before := case_versions.find(db, card.case.id, kept.version):
            found[step.name] = Corrected(number=kept.record.number, url=kept.record.url, before=before)
    return found


def enter(
    db: Database,
    *,
    ref: str,
    seen: str,
    records: Mapping[StepName, Record],
    ticked: Collection[StepName] = (),
    by: Staff,
    now: datetime,
) -> Case:
    """Take what staff made by hand: the number of the provisioning case, of the site, or both.

    `ticked`: what stood there before and was changed to the corrected form; its number stays unless another
    one is entered.
    """
    for record in records.values():
        if not says_something(record.number):
            raise NumberMissing
        if record.url and not _is_link(record.url):
            raise BadLink(found=record.url)
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        check_is_staff(by)
        case = get_seen(db, ref, seen)
        kept = {name: provisioning.find_kept(db, case.id, Task(name)) for name in ticked}
        made = {name: found.record for name, found in kept.items() if found} | dict(records)
        if not made:
            raise NothingEntered
        for name in BY_HAND:
            if name in made:
                _enter(db, case, name, made[name], by=by, now=now)
        advance(db, case.id, now=now)
        queue_case_card(db, case.id, now=now)
        return case


def _enter(db: Database, case: Case, name: StepName, record: Record, *, by: Staff, now: datetime) -> None:
    step = case_steps.find(db, case.id, name)
    if step is None or case.status not in UNDER_WAY or not step.is_enterable:
        raise _not_open(case, name, step)
    since, to = (step.state,), StepState.DONE
    number, url = record.number, record.url
    case_steps.move(db, case.id, name, since=since, to=to, now=now, number=number, url=url, by=by.id)
    provisioning.keep(db, case.id, Task(name), record, version=case.version, by=by.id)
    thread_notes.record(db, EventTag.STEP_ENDED, case.id, actor=by.id, at=now, at_step=name)


def _is_link(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and not any(sign in url for sign in '<>|" \n')


def retry(db: Database, *, ref: str, seen: str, step: StepName, by: Staff, now: datetime) -> Case:
    """Try a failed or blocked step again; of mails those that did not go."""
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        check_is_staff(by)
        case, found = _open_step(db, ref, seen, step)
        if step in MAILS:
            _retry_mails(db, case, step, by=by, now=now)
        if (found := case_steps.find(db, case.id, step) or found).state in OPEN_TO_HANDS:
            start(db, found, now=now)
        thread_notes.record(db, EventTag.STEP_RETRIED, case.id, actor=by.id, at=now, at_step=step)
        return case


def _retry_mails(db: Database, case: Case, step: StepName, *, by: Staff, now: datetime) -> None:
    if step is StepName.KEY_MAILS:
        key_mails.clear_discarded(db, case, now=now)
    for job_id in step_jobs.list_mails(db, case.id, MAILS[step], (JobStatus.FAILED, JobStatus.UNKNOWN)):
        retry_mail(db, job_id, by=by.id, now=now)


def _open_step(db: Database, ref: str, seen: str, name: StepName) -> tuple[Case, CaseStep]:
    case = get_seen(db, ref, seen)
    step = case_steps.find(db, case.id, name)
    if step is None or case.status not in UNDER_WAY or not step.takes_hand:
        raise _not_open(case, name, step)
    return case, step


def _not_open(case: Case, name: StepName, step: CaseStep | None) -> StepNotOpen:
    return StepNotOpen(ref=case.ref, step=name, step_state=step.state if step else StepState.STOPPED)


def find_skip(db: Database, *, ref: str, seen: str, step: StepName, by: Staff, now: datetime) -> CaseStep:
    """The step they want to leave out; raise what keeps them from it."""
    with refusals_recorded(db, ref, by, now):
        case, found = _open_step(db, ref, seen, step)
        _right_to_skip(db, case, found, by, now=now)
        return found


def skip(
    db: Database,
    desk: Desk,
    *,
    ref: str,
    seen: str,
    step: StepName,
    reason: str,
    by: Staff,
    code: str,
    now: datetime,
) -> bool:
    """Agree that a step is left out; True when that was the second yes, and the case goes on without it.

    Keys that are skipped are not bought: what was held for them is released. Of mails that are skipped, those
    that did not go are discarded.
    """
    if not says_something(reason):
        raise StepReasonMissing
    find_skip(db, ref=ref, seen=seen, step=step, by=by, now=now)
    step_up.require(db, desk, by=by, code=code, grave=Grave.OVERRIDE, now=now)
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case, found = _open_step(db, ref, seen, step)
        right = _right_to_skip(db, case, found, by, now=now)
        first = case_steps.find_skip(db, case.id, step)
        tag = EventTag.STEP_SKIPPED if first else EventTag.STEP_SKIP_ASKED
        thread_notes.record(db, tag, case.id, actor=by.id, at=now, at_step=step, right_of=right)
        if first is None:
            asked = Approval(by=by.id, right_of=right, at=now)
            case_steps.ask_skip(db, found, asked, reason=reason)
            queue_case_card(db, case.id, now=now)
            return False
        _leave_out(db, desk, case, found, reason=reason, by=by, now=now)
        return True


def _right_to_skip(db: Database, case: Case, step: CaseStep, by: Staff, *, now: datetime) -> str:
    first, who = case_steps.find_skip(db, case.id, step.name), at_this_moment(db, by, now)
    given = (first,) if first else ()
    try:
        return find_right(Act.OVERRIDE, ref=case.ref, hands=case.hands, by=who, given=given)
    except AlreadyApproved as spent:
        raise SkipAsked(ref=case.ref) from spent


def _leave_out(
    db: Database, desk: Desk, case: Case, step: CaseStep, *, reason: str, by: Staff, now: datetime
) -> None:
    if step.name is StepName.KEYS:
        if other := find_obstacle(db, case):
            raise HasAdditions(ref=case.ref, other=other)
        purchasing.release(db, desk, case, by=by.id, now=now)
    since, to = (step.state,), StepState.SKIPPED
    case_steps.move(db, case.id, step.name, since=since, to=to, now=now, reason=reason, by=by.id)
    for job_id in step_jobs.list_queued(db, case.id):
        outbox.move(db, job_id, since=(JobStatus.QUEUED,), to=JobStatus.DISCARDED)
    # Released later, they would send what two people left out.
    for job_id in step_jobs.list_mails(db, case.id, MAILS.get(step.name, ()), UNSENT):
        held_notes.drop(db, job_id, since=UNSENT, by=by.id, now=now)
    advance(db, case.id, now=now)
    queue_case_card(db, case.id, now=now)


def check_may_stop(db: Database, *, ref: str, seen: str, by: Staff, now: datetime) -> Case:
    """The case they want to stop; raise what keeps them from it."""
    with refusals_recorded(db, ref, by, now):
        return _stoppable(db, ref, seen, by, now)[0]


def _stoppable(db: Database, ref: str, seen: str, by: Staff, now: datetime) -> tuple[Case, str]:
    case = get_seen(db, ref, seen)
    right = find_right(Act.PURCHASE, ref=ref, hands=case.hands, by=at_this_moment(db, by, now))
    if case.status not in BEFORE_LIVE:
        raise NotWithdrawable(ref=case.ref, status=case.status, standing=case.status in STANDING)
    if other := find_obstacle(db, case):  # before anybody is asked why, and for a code
        raise HasAdditions(ref=case.ref, other=other)
    return case, right


def stop(
    db: Database,
    desk: Desk,
    *,
    ref: str,
    seen: str,
    reason: str,
    by: Staff,
    code: str,
    now: datetime,
    at_wish: bool = False,
    ready: Callable[[], object] = bool,
) -> Case:
    """End an approved case: its decision is taken back, its money and keys given back, its sponsor told.

    `at_wish`: the sponsor asked for it, and hears that it is done.
    What cannot be called back is named to the sponsor, and below the card. Where the policy asks a code for a
    purchase, theirs is taken first. `ready` is called once nothing stands in the way that could be seen
    before: from there it takes seconds where there are thousands of seats.
    """
    if not says_something(reason):
        raise StepReasonMissing
    check_may_stop(db, ref=ref, seen=seen, by=by, now=now)
    step_up.require(db, desk, by=by, code=code, grave=Grave.PURCHASE, now=now)
    ready()
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case, right = _stoppable(db, ref, seen, by, now)
        if at_wish:
            withdrawals.end(db, desk, case, by=by, right_of=right, now=now, reason=reason)
            return case
        standing = void_decision(db, desk, case, why=VoidReason.STOPPED, by=by.id, now=now, note=reason)
        move_or_explain(db, case, tuple(BEFORE_LIVE), CaseStatus.WITHDRAWN, now=now)
        if provisioning.call_off(db, desk, case, now=now):
            standing = (*standing, Irrevocable.MADE)
        thread_notes.record(db, EventTag.CASE_STOPPED, case.id, actor=by.id, at=now, right_of=right)
        words = order_mails.withdrawal(case, desk.policy, standing, stopped=True)
        answer(db, desk, case, "withdrawal", now=now, words=words, again="stopped", by_staff=True)
        withdrawals.note(db, case, "stopped", now=now, by=by.id, standing=standing)
        queue_case_card(db, case.id, now=now)
        refresh_others(db, case, now=now)
        return case
