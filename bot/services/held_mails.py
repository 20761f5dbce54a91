"""Mails that wait for a person: of what is true no more none goes, and one that waited for release ends."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.mail_refusals import MailUntrue
from bot.domain.outbox import JobKind, JobStatus
from bot.services import mail_words, outbox, upkeep
from bot.store import outbox as outbox_store
from bot.store.database import beforehand


def end_untrue(db: Database, *, now: datetime) -> None:
    """What would not go if somebody released it waits no longer; called each minute.

    A bug in one costs that one: it is raised once all the others were looked at.
    """
    bugs: list[Exception] = []
    # A look without the write lock: mostly all are true.
    for job in outbox_store.list_jobs(db, (JobStatus.HELD,)):
        try:
            if not mail_words.is_true(db, job, now=now):
                _end_untrue(db, job.id, now=now)
        except Exception as exc:
            if upkeep.trouble(exc):
                raise
            bugs.append(exc)
    if bugs:
        raise bugs[0]


def release(db: Database, job_id: int, *, by: str, now: datetime) -> None:
    """Let one go. Raise MailUntrue where that ends it, or UnknownJob."""
    if _end_untrue(db, job_id, now=now):
        raise MailUntrue
    outbox.release(db, job_id, by=by, now=now)


def retry(db: Database, job_id: int, *, by: str, now: datetime) -> None:
    """Try one anew that failed, or of which nobody knows. Raise MailUntrue, StepNotOpen or UnknownJob."""
    job = outbox_store.find(db, job_id)
    if job is not None and job.kind is JobKind.MAIL and not mail_words.is_true(db, job, now=now):
        raise MailUntrue
    outbox.retry(db, job_id, by=by, now=now)


def _end_untrue(db: Database, job_id: int, *, now: datetime) -> bool:
    with beforehand(db, locks=(f"job:{job_id}",)):
        job = outbox_store.find(db, job_id)  # by now a colleague may have released it, or it is true again
        if job is None or job.status is not JobStatus.HELD or mail_words.is_true(db, job, now=now):
            return False
        outbox.overtake(db, job_id, now=now)
        return True
