"""Carry out one effect of the outbox: put its words together, hand it over, say what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.errors import PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.mail import OutboundMail
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.ports import Chat, ChatMessage, Mailer
from bot.rendering import cards, mails, notes
from bot.services import cases
from bot.services.desk import Desk
from bot.services.outbox import Outcome
from bot.store import outbox


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The ways out that a worker holds."""

    chat: Chat
    mailer: Mailer


def carry_out(db: Database, desk: Desk, ways: Ways, job: Job, *, now: datetime) -> Outcome:
    """Do it, outside any transaction; every failure of the outside world becomes an outcome."""
    try:
        return CARRIERS[job.kind](db, desk, ways, job, now)
    except TransientFailure as exc:
        return Outcome(status=JobStatus.QUEUED, error=str(exc), retry_after=exc.retry_after)
    except PermanentFailure as exc:
        return Outcome(status=JobStatus.FAILED, error=str(exc))
    except UnknownOutcome as exc:
        return Outcome(status=JobStatus.UNKNOWN, error=str(exc))


def _send_mail(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> Outcome:
    del db
    ways.mailer.send(mail_of(desk, job, now=now))
    return Outcome(status=JobStatus.SENT)


def mail_of(desk: Desk, job: Job, *, now: datetime) -> OutboundMail:
    """The mail a job stands for, in words; `now` is its Date."""
    thread = job.values["thread"]
    words = mails.render_mail(
        job.template,
        job.values["lang"],
        {**job.values["words"], **job.secrets},
        templates_dir=desk.templates_dir,
    )
    return OutboundMail(
        message_id=job.message_id,
        sender=desk.mail_from,
        to=job.recipient,
        cc=tuple(job.values["cc"]),
        subject=words.subject,
        text=words.text,
        html=words.html,
        in_reply_to=thread["message_id"],
        references=tuple(thread["references"]),
        automatic=job.automatic,
        date=now,
    )


def _show_card(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> Outcome:
    """Post a case's card, or update the one that stands; a card whose answer got lost is looked up."""
    del now
    key = job.stream
    card = cards.case_card(cases.get_card(db, f"C-{job.values['case_id']}"), zone=desk.policy.desk.zone)
    message = ChatMessage(channel=desk.approvals_channel, key=key, text=card.text, blocks=card.blocks)
    standing = outbox.find_message(db, key)
    if standing is None and job.attempts > 1:
        found = ways.chat.find(message)
        standing = (desk.approvals_channel, found) if found else None
    if standing is None:
        return _posted(key, desk.approvals_channel, ways.chat.post(message))
    channel, ts = standing
    ways.chat.update(ChatMessage(channel=channel, key=key, text=card.text, blocks=card.blocks), ts)
    return _posted(key, channel, ts)


def _post_note(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> Outcome:
    """Post once, under the message it belongs to if that stands."""
    card = notes.note(job.template, _words_of(db, desk, job, now), zone=desk.policy.desk.zone)
    above = outbox.find_message(db, job.values["thread_key"])
    channel, thread_ts = above or (desk.support_channel, "")
    message = ChatMessage(
        channel=channel, key=job.key, text=card.text, blocks=card.blocks, thread_ts=thread_ts
    )
    found = ways.chat.find(message) if job.attempts > 1 else None
    return _posted(job.key, channel, found or ways.chat.post(message))


def _words_of(db: Database, desk: Desk, job: Job, now: datetime) -> dict[str, Any]:
    """A held mail is shown as it would go out now."""
    words = dict(job.values["words"])
    if job.template == "held_note":
        held = outbox.find(db, words["job_id"])
        if held is not None:
            shown = mail_of(desk, held, now=now)
            words |= {"mail_subject": shown.subject, "text": shown.text}
    return words


def _posted(key: str, channel: str, ts: str) -> Outcome:
    return Outcome(status=JobStatus.SENT, message_key=key, channel=channel, ts=ts)


CARRIERS: dict[JobKind, Callable[[Database, Desk, Ways, Job, datetime], Outcome]] = {
    JobKind.MAIL: _send_mail,
    JobKind.CASE_CARD: _show_card,
    JobKind.NOTE: _post_note,
}
