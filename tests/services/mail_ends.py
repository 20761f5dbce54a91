"""How a mail ends that tells an owner what they may stop; each end takes what ends the mail's key."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.bounces import AddressState, Doubt
from bot.domain.delivery import Delivery
from bot.domain.mail import BounceReport
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.services import email_change_notices, outbox, phone_reset_notices
from bot.store import bounces
from bot.store.database import transaction
from tests.cast import AVERY, Office

End = Callable[[Office, str], None]


def find(office: Office, ending: str) -> Job:
    (job,) = [one for one in office.jobs() if one.kind is JobKind.MAIL and one.key.endswith(ending)]
    return job


def ends(status: JobStatus) -> End:
    """It is tried, and ends like that."""

    def settle(office: Office, ending: str) -> None:
        for _ in range(4):  # of an unknown one there is one more try
            for job in office.claim():
                if job.kind is not JobKind.MAIL or not job.key.endswith(ending):
                    office.carry_out(job)
                    continue
                outcome = outbox.Outcome(status=status, error="550 5.1.1 no such user")
                with office.connect() as db:
                    outbox.settle(db, job, "w", outcome, now=office.now, jitter=0.0)
            office.clock.wait(seconds=5)

    return settle


def given_up(office: Office, ending: str) -> None:
    to = find(office, ending).recipient
    with office.connect() as db, transaction(db):
        bounces.keep_doubt(
            db, Doubt(address=to, state=AddressState.GIVEN_UP, since=office.now, probe="probe:1")
        )
    office.work()


def sent(office: Office, _: str) -> None:
    office.work()


def returned(office: Office, ending: str) -> None:
    office.work()
    job = find(office, ending)
    report = BounceReport(recipients=(job.recipient,), permanent=True, status="5.1.1")
    with office.connect() as db, transaction(db):
        bounces.add(db, job.id, job.recipient, report, hard=True, mail_id=1, now=office.now)
        email_change_notices.follow_mail(db, job, now=office.now)
        phone_reset_notices.follow_mail(db, job, now=office.now)


def held(office: Office, _: str) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    office.work()


def dropped(office: Office, ending: str) -> None:
    held(office, ending)
    with office.connect() as db:
        outbox.discard(db, find(office, ending).id, by=AVERY.id, now=office.now)
