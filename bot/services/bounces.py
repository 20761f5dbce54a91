"""Bounces: count what surely speaks of a mail of ours, doubt an address, ask it once more, give it up."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.addressees import Addressee
from bot.domain.bounces import (
    PROBE,
    PROBE_AFTER,
    SOFT_WINDOW,
    AddressState,
    Doubt,
    Measure,
    is_hard,
    list_believed,
    next_measure,
    said_of,
    standing,
)
from bot.domain.cards import MailEnd, TroubleNote
from bot.domain.email_changes import is_unactivated
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.mail import BounceReport
from bot.domain.note_names import NoteName
from bot.domain.outbox import Job, JobStatus
from bot.domain.threads import list_ours
from bot.rendering import mails
from bot.services import (
    case_steps,
    conversation_replies,
    decision_mails,
    email_change_notices,
    held_notes,
    phone_reset_notices,
)
from bot.services.decision_phases import follow
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_mail, queue_note
from bot.store import accounts, bounces, events, outbox


@dataclass(frozen=True, kw_only=True)
class _Bounce:
    """What a report says of one mail of ours and one of its recipients."""

    job: Job
    recipient: str
    report: BounceReport
    mail_id: int

    @property
    def ref(self) -> str:
        return str(self.job.values["ref"])


def take_bounce(db: Database, desk: Desk, understood: Understood, now: datetime) -> str:
    """Count a delivery report about a mail of ours; one that is not surely about it changes nothing.

    Anybody can write a report. Only whom we wrote to, and their server, can know the Message-ID that we
    signed for that mail.
    """
    report, mail_id = understood.mail.bounce, understood.row.id
    job = _find_job(db, desk, report) if report else None
    if report is None or job is None:
        return _ignore(db, mail_id, "no_mail_of_ours", now)
    recipients = list_believed(report, to=job.recipient, cc=tuple(job.values.get("cc", ())))
    if not recipients:
        return _ignore(db, mail_id, "not_its_recipient", now)
    found = [
        _Bounce(job=job, recipient=one, report=said_of(report, one), mail_id=mail_id) for one in recipients
    ]
    counted = [_count(db, desk, bounce, now) for bounce in found]
    if not any(counted):
        return _ignore(db, mail_id, "repeated", now)
    if outbox.mark_went_out(db, job.id, now=now):
        held_notes.end(db, job, MailEnd.WENT, by="usher", now=now)
        case_steps.follow_mail(db, job, now=now)
    follow(db, job.decision_id, now=now)
    email_change_notices.follow_mail(db, job, now=now)
    phone_reset_notices.follow_mail(db, job, now=now)
    if job.recipient in recipients and said_of(report, job.recipient).gave_up:
        conversation_replies.come_back(db, desk, job, now=now)
    if job.case_id is not None:
        queue_case_card(db, job.case_id, now=now)
    return str(job.values["ref"])


def _find_job(db: Database, desk: Desk, report: BounceReport) -> Job | None:
    jobs = (outbox.find_by_message_id(db, one) for one in list_ours(report.original_ids, desk.keyring))
    job = next((job for job in jobs if job), None)
    return job if job and bounces.may_have_gone(db, job.id, job.status) else None


def _ignore(db: Database, mail_id: int, why: str, now: datetime) -> str:
    events.add(db, EventTag.BOUNCE_IGNORED, f"mail:{mail_id}", actor="usher", at=now, why=why)
    return ""


def _count(db: Database, desk: Desk, bounce: _Bounce, now: datetime) -> bool:
    """Do what one bounce asks for; False when it was counted before."""
    job, report, hard = bounce.job, bounce.report, is_hard(bounce.report)
    if not bounces.add(db, job.id, bounce.recipient, report, hard=hard, mail_id=bounce.mail_id, now=now):
        return False
    events.add(
        db,
        EventTag.BOUNCE_COUNTED,
        f"job:{job.id}",
        actor="usher",
        at=now,
        mail=bounce.mail_id,
        hard=hard,
        gave_up=report.gave_up,
        status=report.status,
    )
    measure = _measure_for(db, bounce, hard=hard, now=now)
    if measure is Measure.PROBE:
        _queue_probe(db, desk, bounce, now)
    if measure is Measure.GIVE_UP:
        _give_up(db, bounce, now)
    elif report.gave_up:
        _tell(db, bounce, "mail_bounced", f"{job.template} → {bounce.recipient}", now)
    return True


def _measure_for(db: Database, bounce: _Bounce, *, hard: bool, now: datetime) -> Measure:
    doubt = bounces.find_doubt(db, bounce.recipient)
    probe = outbox.find_by_key(db, doubt.probe) if doubt else None
    sent_at = probe.sent_at if probe else None
    return next_measure(
        standing(doubt, probe.status if probe else None, sent_at=sent_at, now=now),
        hard=hard,
        of_probe=doubt is not None and bounce.job.key == doubt.probe,
        recent_soft=bounces.count_soft(db, bounce.recipient, since=now - SOFT_WINDOW),
    )


def _queue_probe(db: Database, desk: Desk, bounce: _Bounce, now: datetime) -> None:
    """One more mail, later and under an id of its own: whoever forged the first report does not know it."""
    job, lang = bounce.job, str(bounce.job.values["lang"])
    key = f"probe:{job.id}:{bounce.recipient}"
    queued = queue_mail(
        db,
        desk,
        PROBE,
        Addressee(address=bounce.recipient, lang=lang, ref=bounce.ref, case_id=job.case_id),
        key=key,
        words=mails.address_probe(ref=bounce.ref, lang=lang, policy=desk.policy),
        now=now,
        automatic=True,
        not_before=now + PROBE_AFTER,
    )
    if queued:
        doubt = Doubt(address=bounce.recipient, state=AddressState.DOUBTFUL, since=now, probe=key)
        bounces.keep_doubt(db, doubt)
        events.add(db, EventTag.ADDRESS_DOUBTED, f"job:{job.id}", actor="usher", at=now)


def _give_up(db: Database, bounce: _Bounce, now: datetime) -> None:
    job, address = bounce.job, bounce.recipient
    doubt = Doubt(address=address, state=AddressState.GIVEN_UP, since=now, probe=job.key)
    bounces.keep_doubt(db, doubt)
    events.add(db, EventTag.ADDRESS_GIVEN_UP, f"job:{job.id}", actor="usher", at=now)
    _tell(db, bounce, "address_given_up", address, now)


def _tell(db: Database, bounce: _Bounce, what: str, subject: str, now: datetime) -> None:
    """Staff hear of it once, below the card or question whose mail it was."""
    job, ref = bounce.job, bounce.ref
    status, said = bounce.report.status, bounce.report.detail
    detail = said if status in said else f"{status} {said}"
    waits = any(is_unactivated(one) for one in accounts.list_by_email(db, bounce.recipient))
    anew = bounce.recipient == job.recipient and decision_mails.goes_anew(db, job)
    note = TroubleNote(
        what=what, subject=subject, detail=detail.strip(), ref=ref, id=job.id,
        unactivated=bounce.recipient if waits else "",
        anew=anew, told=anew and job.decision_id is not None,
    )  # fmt: skip
    queue_note(
        db,
        NoteName.TROUBLE,
        key=f"{what}:{job.id}:{bounce.recipient}",
        values=asdict(note),
        now=now,
        thread_key=f"card:{ref}" if job.case_id is not None else f"note:{ref}",
        case_id=job.case_id,
    )


def hear_from(db: Database, understood: Understood, *, now: datetime) -> None:
    """A verified mail shows that somebody is there: its address is good, a probe that waits is dropped."""
    if not understood.verified:
        return
    address = understood.mail.sender.address
    doubt = bounces.find_doubt(db, address)
    if doubt is None:
        return
    bounces.drop_doubt(db, address)
    events.add(db, EventTag.ADDRESS_RESTORED, f"mail:{understood.row.id}", actor="usher", at=now)
    probe = outbox.find_by_key(db, doubt.probe)
    waiting = (JobStatus.QUEUED, JobStatus.HELD)
    if probe:
        held_notes.drop(db, probe.id, since=waiting, by="usher", now=now)
