"""Somebody asks whether a mail is from us: it is looked up in the outbox, and a false one is counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.cards import TroubleNote
from bot.domain.events import EventTag, subject_of
from bot.domain.intake import Understood
from bot.domain.outbox import Job, JobKind
from bot.domain.programmes import Programme
from bot.domain.provenance import (
    NOWHERE,
    Provenance,
    Shown,
    asks_whether_ours,
    find_shown,
    is_forward,
    judge,
    list_hosts,
)
from bot.domain.threads import list_ours
from bot.services.desk import Desk
from bot.services.queueing import queue_trouble
from bot.store import bounces, events, outbox, provenance

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class LookedUp:
    """What became of a look: `job` is the mail that went to whoever asks, where it is ours."""

    found: Provenance
    job: Job | None = None


def is_asked(understood: Understood) -> bool:
    """Whether a mail asks that; one that came too large says too little."""
    return not understood.too_large and not understood.form.has_form and asks_whether_ours(understood.mail)


def is_passed_on(understood: Understood) -> bool:
    """The same of a mail that names another as a reply does, but passes it on."""
    return is_forward(understood.mail) and is_asked(understood)


def look_up(db: Database, desk: Desk, understood: Understood, *, ref: str, now: datetime) -> LookedUp | None:
    """In the caller's transaction, for the conversation `ref`; None where it is not asked, or by a claim.

    To whom a mail of ours went is told to them alone: for everybody else that one is unsure, as one is that
    nobody sent.
    """
    if not understood.verified or not is_asked(understood):
        return None
    looked = _judge(db, desk, find_shown(understood.mail), understood.mail.sender.address)
    tag, job = EventTag.MAIL_LOOKED_UP, looked.job.id if looked.job else 0
    events.add(db, tag, subject_of(ref), actor="usher", at=now, found=looked.found, job=job)
    if looked.found is Provenance.NOT_OURS:
        _warn_of_wave(db, desk, now=now)
    return looked


def _judge(db: Database, desk: Desk, shown: Shown, address: str) -> LookedUp:
    signed = list_ours(shown.ids, desk.keyring)
    jobs = [job for one in signed if (job := outbox.find_by_message_id(db, one))]
    theirs = [job for job in jobs if _went_to(db, job, address)]
    ours = {desk.mail_from.address, desk.sender_of("A-1").address}
    desks = {desk.policy.of(programme).support_address.lower() for programme in Programme}
    found = judge(
        shown,
        signed=signed,
        theirs=bool(theirs),
        our_senders=ours,
        by_hand=desks - ours,
        our_hosts=_list_our_hosts(desk),
    )
    return LookedUp(found=found, job=theirs[0] if found is Provenance.OURS else None)


def _list_our_hosts(desk: Desk) -> set[str]:
    """Of the portal, and whatever the policy's words name: our mails lead there."""
    said = desk.policy.model_dump_json().replace("\\n", "\n")
    return {*list_hosts(desk.portal_url), *list_hosts(said)} - {NOWHERE}


def _went_to(db: Database, job: Job, address: str) -> bool:
    to = {job.recipient, *job.values.get("cc", ())}
    return job.kind is JobKind.MAIL and address in to and bounces.may_have_gone(db, job.id, job.status)


def _warn_of_wave(db: Database, desk: Desk, *, now: datetime) -> None:
    """Tell staff, once a day, that many people get mails which pretend to be ours."""
    many = provenance.count_deceived(db, since=now - _DAY)
    if many >= desk.policy.alarms.false_mails:
        day = desk.policy.clock_rules.calendar.day_of(now)
        note = TroubleNote(what="false_mails", subject=str(many), detail="")
        queue_trouble(db, note, key=f"false_mails:{day}", now=now)
