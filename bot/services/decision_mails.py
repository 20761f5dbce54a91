"""A mail of a decision or of how a case stands that never arrived: written anew, or told otherwise."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import MailEnd
from bot.domain.cases import Case, case_ref
from bot.domain.errors import NotReviewable, UnknownJob
from bot.domain.events import EventTag
from bot.domain.letters import STANDINGS
from bot.domain.mail_refusals import WordsNotKept
from bot.domain.outbox import Job, JobStatus
from bot.domain.staff import Staff
from bot.services import held_notes, thread_notes
from bot.services.cases import answer, get_case, refusals_recorded
from bot.services.decision_phases import follow
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card
from bot.store import bounces, cases, outbox, step_jobs
from bot.store.database import transaction

#: states in which a person may say that its reader was told otherwise
LOST = (JobStatus.DISCARDED, JobStatus.FAILED, JobStatus.UNKNOWN)


def write_anew(db: Database, desk: Desk, job_id: int, *, by: Staff, now: datetime) -> Case:
    """What staff had discarded, or what came back, goes after all, in another mail with a link that works.

    Its words are those of the decision, which has to stand, or of how the case stands still. Raise UnknownJob
    where it was written anew already or told otherwise, WordsNotKept where nothing is left that could be
    written to anybody.
    """
    with _of_case(db, job_id, EventTag.CASE_TOLD_ANEW, by=by, now=now) as (job, case):
        since = _lost(db, job, JobStatus.DISCARDED)
        if not held_notes.replace(db, job.id, since=since, how=MailEnd.ANEW, by=by.id, now=now):
            raise _unknown(db, job)
        if job.values.get("erased"):
            raise WordsNotKept(ref=case.ref)
        words, again = job.values["words"], str(job.id)
        queued = answer(
            db,
            desk,
            replace(case, cc=tuple(job.values["cc"])),  # whoever had written is among them
            job.template,
            now=now,
            words=words,
            decision_id=job.decision_id,
            again=again,
            by_staff=True,
        )
        if not queued:  # there is nobody any more to whom it could go
            raise WordsNotKept(ref=case.ref)
        return case


def note_told(db: Database, job_id: int, *, by: Staff, now: datetime) -> Case:
    """Its reader knows by another way: nothing is left to do about it. Raise UnknownJob where it went."""
    with _of_case(db, job_id, EventTag.CASE_TOLD_OTHERWISE, by=by, now=now) as (job, case):
        since = _lost(db, job, *LOST)
        if job.decision_id is None or not outbox.move(db, job.id, since=since, to=JobStatus.TOLD):
            raise _unknown(db, job)
        held_notes.end(db, job, MailEnd.TOLD, by=by.id, now=now)
        return case


def goes_anew(db: Database, job: Job) -> bool:
    """Whether its case's card offers to write a mail anew that came back."""
    if job.case_id is None or not _is_such(job) or job.status not in (*LOST, JobStatus.SENT):
        return False
    case = cases.find(db, job.case_id)
    return case is not None and _says_what_stands(db, job, case)


def _lost(db: Database, job: Job, *states: JobStatus) -> Sequence[JobStatus]:
    """The states in which it is to be dealt with: what came back is as lost as what did not go."""
    return (*states, JobStatus.SENT) if bounces.is_lost(db, job.id) else states


@contextmanager
def _of_case(
    db: Database, job_id: int, tag: EventTag, *, by: Staff, now: datetime
) -> Iterator[tuple[Job, Case]]:
    """Such a mail that says what stands, and its case, which says afterwards what was done."""
    job = outbox.find(db, job_id)
    if job is None or job.case_id is None or not _is_such(job):
        raise UnknownJob(id=job_id, status=job.status if job else "")
    ref = case_ref(job.case_id)
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}", f"job:{job_id}")):
        check_is_staff(by)
        case = get_case(db, ref)
        job = outbox.find(db, job_id) or job
        if not _says_what_stands(db, job, case):
            raise NotReviewable(ref=case.ref, status=case.status)
        yield job, case
        thread_notes.record(db, tag, case.id, actor=by.id, at=now, about=job.template)
        follow(db, job.decision_id, now=now)
        queue_case_card(db, case.id, now=now)


def _is_such(job: Job) -> bool:
    return job.decision_id is not None or job.template in STANDINGS


def _says_what_stands(db: Database, job: Job, case: Case) -> bool:
    """Whether its decision stands, or the case as it says, of which no newer mail says anything."""
    if job.decision_id is not None:
        return case.decision is not None and case.decision.id == job.decision_id
    overtaken = job.status in LOST and job.id not in step_jobs.list_undelivered(db, case.id)
    return STANDINGS[job.template] is case.status and not overtaken


def _unknown(db: Database, job: Job) -> UnknownJob:
    return UnknownJob(id=job.id, status=job.status, **held_notes.find_end(db, job))
