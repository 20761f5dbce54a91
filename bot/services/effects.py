"""Carry out one effect of the outbox: put its words together, hand it over, say what became of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial, reduce
from typing import Any

from sqlite_utils import Database

from bot.domain.cards import CaseCard
from bot.domain.cases import BEFORE_LIVE, OPEN, BallHolder, CaseStatus, case_ref
from bot.domain.errors import (
    MessageGone,
    MessageLocked,
    NotLetIn,
    NotNow,
    PermanentFailure,
    SenderRefused,
    TransientFailure,
    UnknownOutcome,
    Unwelcome,
)
from bot.domain.letters import ShownMail
from bot.domain.mail import OutboundMail
from bot.domain.note_names import NoteName
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.domain.provisioning import Way
from bot.ports import Chat, ChatMessage, Mailer, Marker, Provisioner, Texter
from bot.rendering import cards
from bot.rendering.words import Words, words
from bot.services import (
    account_notes,
    backup,
    case_answers,
    case_step_work,
    cases,
    clippings,
    conversations,
    dead_ends,
    deciders,
    email_change_notices,
    erasures,
    faq_learning,
    faq_mails,
    key_mails,
    lifecycle_gates,
    lifecycle_mails,
    mail_words,
    notices,
    overdue_questions,
    partner_requests,
    phone_reset_desk,
    provisioning,
    standing,
    texts,
)
from bot.services.desk import Desk
from bot.services.note_words import NOTES
from bot.services.outbox import Outcome
from bot.services.queueing import GONE, HIDDEN
from bot.store import bounces, chat_messages, outbox


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The ways out that a worker holds, and who makes what goes along."""

    chat: Chat
    mailer: Mailer | None  #: of the lane of mails alone
    marker: Marker
    texter: Texter
    provisioners: Mapping[Way, Provisioner] = field(default_factory=dict)
    ready: Mapping[int, OutboundMail] = field(default_factory=dict)  #: put together ahead, by their jobs


def with_mails(db: Database, desk: Desk, ways: Ways, jobs: Sequence[Job], *, now: datetime) -> Ways:
    """The ways out for a batch, its mails ready as far as they can be before their turns."""
    if ways.mailer is None:
        return ways
    ready = mail_words.put_together(db, desk, ways.marker, jobs, now=now)
    ways.mailer.prepare(ready.values())
    return replace(ways, ready=ready)


def carry_out(db: Database, desk: Desk, ways: Ways, job: Job, *, now: datetime) -> Outcome:
    """Do it, outside any transaction; every failure of the outside world becomes an outcome."""
    try:
        return CARRIERS[job.kind](db, desk, ways, job, now)
    except TransientFailure as exc:
        return Outcome(
            status=JobStatus.QUEUED,
            error=str(exc),
            retry_after=exc.retry_after,
            not_now=isinstance(exc, NotNow),
            let_in=not isinstance(exc, NotLetIn),
        )
    except Unwelcome as exc:
        waits = not _is_left(desk, exc)
        return Outcome(status=JobStatus.FAILED, error=str(exc), not_now=waits, channel=exc.place)
    except PermanentFailure as exc:
        return Outcome(status=JobStatus.FAILED, error=str(exc))
    except UnknownOutcome as exc:
        return Outcome(status=JobStatus.UNKNOWN, error=str(exc))


def _is_left(desk: Desk, exc: Unwelcome) -> bool:
    """Whether what they refuse is a place that is not, or no longer, the desk's: nobody brings it back."""
    return exc.place not in ("", desk.approvals_channel, desk.support_channel)


OVERTAKEN = Outcome(status=JobStatus.REPLACED, error="what it says is true no more")


def _send_mail(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> Outcome:
    if not mail_words.is_true(db, job, now=now):
        return OVERTAKEN
    if not job.released and bounces.is_given_up(db, job.recipient):
        return Outcome(status=JobStatus.HELD)  # since it was claimed
    assert ways.mailer is not None  # noqa: S101 - for the type checker: this lane carries mails
    mail = ways.ready.get(job.id) or mail_words.mail_of(db, desk, ways.marker, job, now=now)
    try:
        refused = ways.mailer.send(mail)
    except SenderRefused as exc:
        return Outcome(status=JobStatus.QUEUED, error=str(exc), not_now=True, sender=mail.sender, own=exc.own)
    return Outcome(status=JobStatus.SENT, refused=refused, sender=mail.sender)


def _show_card(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> Outcome:
    """Post a case's card, or update the one that stands; a card whose answer got lost is looked up."""
    key = job.stream
    shown = cases.get_card(db, desk, case_ref(job.values["case_id"]), now=now)
    shown = _with_deciders(db, desk, ways.chat, shown, now=now)
    card = cards.case_card(shown, words=_staff_words(desk))
    message = ChatMessage(channel=desk.approvals_channel, key=key, text=card.text, blocks=card.blocks)
    posted = chat_messages.find(db, key)
    found = ways.chat.find(message) if job.attempts > 1 else None
    if found and (posted is None or found > posted[1]):  # perhaps in the place of one that is gone or locked
        posted = desk.approvals_channel, found
    if posted is None:
        return _posted(key, desk.approvals_channel, ways.chat.post(message))
    channel, ts = posted
    wanted = shown.case.status in OPEN | BEFORE_LIVE or shown.case.ball is BallHolder.DESK
    if not _update(desk, ways.chat, replace(message, channel=channel), ts, leaves=wanted):
        channel, ts = desk.approvals_channel, ways.chat.post(message)  # its buttons are wanted all the same
    return _posted(key, channel, ts)


def _update(
    desk: Desk, chat: Chat, message: ChatMessage, ts: str, *, leaves: bool, erases: bool = False
) -> bool:
    """False where it stands no more, or as it is for good: locked, or in a channel that was the desk's once.

    The latter raises unless it `leaves` it there; either does where it `erases` somebody who is named there.
    """
    try:
        chat.update(message, ts)
    except MessageGone:
        return False
    except MessageLocked:
        if erases:
            raise
        return False
    except Unwelcome as exc:
        if not (leaves and _is_left(desk, exc)):
            raise
        return False
    return True


def _with_deciders(db: Database, desk: Desk, chat: Chat, card: CaseCard, *, now: datetime) -> CaseCard:
    """Say who may still decide; names, so that a card pings nobody."""
    if card.case.status is not CaseStatus.IN_REVIEW:
        return card
    free = deciders.list_deciders(db, desk, chat, card.case, card.given, now=now)
    return replace(card, deciders=tuple(one.name for one in free))


def _post_note(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> Outcome:
    """Post once, under the message it belongs to if that stands; or say anew what an earlier one said."""
    values = _words_of(db, desk, ways, job, now)
    if values is None:
        return OVERTAKEN
    card = NOTES[job.template](values, _staff_words(desk))
    if job.recipient:  # to one person, where nothing is looked up: lost on the line, it may come twice
        return _posted(job.key, *ways.chat.write_to(job.recipient, card.text, card.blocks))
    first = job.values.get("instead_of", "")
    posted = chat_messages.find(db, first) if first else None
    message = ChatMessage(channel="", key=first or job.key, text=card.text, blocks=card.blocks)
    if posted:
        channel, ts = posted
        erased = job.template == NoteName.ERASED
        stands = replace(message, channel=channel)
        if _update(desk, ways.chat, stands, ts, leaves=not erased, erases=erased):
            return _posted(first, channel, ts)
        if erased:
            return OVERTAKEN  # whom it named stands nowhere any more
    above = chat_messages.find(db, job.values["thread_key"])
    channel, thread_ts = above or (_channel_of(desk, job), "")
    aloud = bool(thread_ts) and bool(job.values.get("aloud"))
    message = replace(message, channel=channel, thread_ts=thread_ts, broadcast=aloud)
    # The first may stand, though its answer was lost.
    may_stand = (first and not posted) or job.attempts > 1
    later_than = posted[1] if posted else ""
    post_once = partial(_post_once, db, desk, ways.chat, may_stand=may_stand, later_than=later_than)
    try:
        ts = post_once(message)
    except (MessageGone, Unwelcome) as exc:
        if isinstance(exc, Unwelcome):
            if not _is_left(desk, exc):
                raise
            channel = _channel_of(desk, job)
        # What it belongs to was deleted, or stands in a channel of former days.
        message = replace(message, channel=channel, thread_ts="", broadcast=False)
        ts = post_once(message)
    return _posted(message.key, channel, ts)


def _post_once(
    db: Database, desk: Desk, chat: Chat, message: ChatMessage, *, may_stand: bool, later_than: str
) -> str:
    found = chat.find(message) if may_stand else None
    if not found or found <= later_than:
        return chat.post(message)
    if backup.find_forgetting(db, message.channel, found) is None:
        return found
    # Its key was given to something else before the restore, and its words may be about that.
    return found if _update(desk, chat, message, found, leaves=True) else chat.post(message)


def _channel_of(desk: Desk, job: Job) -> str:
    return desk.approvals_channel if job.template in AMONG_CARDS else desk.support_channel


def _words_of(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> dict[str, Any] | None:
    """What a note says: as it was queued, or as it is looked up now. None when it is true no more."""
    look_up = LOOKED_UP.get(job.template)
    return look_up(db, desk, ways, job, now) if look_up else dict(job.values["words"])


def _waiting(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> dict[str, Any] | None:
    note = notices.find_note(db, desk, ways.chat, job.case_id or 0, job.values["words"], now=now)
    return {"note": note} if note else None


def _standing(db: Database, desk: Desk, ways: Ways, _: Job, now: datetime) -> dict[str, Any] | None:
    note = standing.find_note(db, desk, ways.chat, now=now)
    return {"note": note} if note else None


def _dead_ends(db: Database, desk: Desk, _: Ways, __: Job, now: datetime) -> dict[str, Any] | None:
    note = dead_ends.find_note(db, desk, now=now)
    return {"note": note} if note else None


def _faq_week(db: Database, _: Desk, __: Ways, ___: Job, now: datetime) -> dict[str, Any] | None:
    note = faq_learning.find_note(db, now=now)
    return {"note": note} if note else None


def _overdue(db: Database, desk: Desk, ways: Ways, _: Job, now: datetime) -> dict[str, Any] | None:
    stayed = overdue_questions.list_stayed(db, desk, now=now)
    away = overdue_questions.find_away(db, desk, ways.chat, stayed, now=now)
    return {"asked": stayed, "away": away, "now": now} if stayed else None


def _mail(db: Database, desk: Desk, _: Ways, job: Job, __: datetime) -> dict[str, Any]:
    return {"mail": _shown_mail(db, desk, job.values["words"]["job_id"])}


def _told(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> dict[str, Any] | None:
    note = conversations.find_told(db, desk, ways.chat, job.values["words"], now=now)
    return {"note": note} if note else None


def _reset_waits(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> dict[str, Any] | None:
    note = phone_reset_desk.find_waits(db, desk, ways.chat, job.values["words"], now=now)
    return {"note": note} if note else None


def _clipped(db: Database, _: Desk, __: Ways, job: Job, ___: datetime) -> dict[str, Any]:
    return {
        "ref": case_ref(job.case_id or 0),
        "clipping": clippings.get(db, job.values["words"]["clipping_id"]),
    }


def _held(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> dict[str, Any]:
    """A held mail is shown as it would go out now; its link is the reader's and stays sealed."""
    values = dict(job.values["words"])
    held = outbox.find(db, values["job_id"])
    if held is None:
        return values
    shown = mail_words.mail_of(db, desk, ways.marker, replace(held, secrets=HIDDEN), now=now)
    return values | {"mail_subject": shown.subject, "text": shown.text}


def _shown_mail(db: Database, desk: Desk, job_id: int) -> ShownMail:
    """A mail that went, without its secrets; a workbook that went along is not made again for that."""
    job = outbox.find(db, job_id)
    if job is None:
        raise PermanentFailure(f"mail {job_id} is gone")
    rendered = mail_words.reword(db, desk, job)
    return ShownMail(
        template=job.template,
        to=job.recipient,
        cc=tuple(job.values["cc"]),
        subject=rendered.subject,
        text=_without_links(rendered.text),
    )


def _without_links(text: str) -> str:
    """What stands in the place of a secret link looks like none itself."""
    return reduce(lambda said, link: said.replace(link, GONE), HIDDEN.values(), text)


def _staff_words(desk: Desk) -> Words:
    return words("en", desk.policy.desk.zone)


def _posted(key: str, channel: str, ts: str) -> Outcome:
    return Outcome(status=JobStatus.SENT, message_key=key, channel=channel, ts=ts)


#: notes that stand in the channel of the cards, where they belong to none of them
AMONG_CARDS = frozenset(
    {
        NoteName.STANDING,
        NoteName.EMAIL_CHANGE,
        NoteName.PHONE_RESET,
        NoteName.PHONE_RESET_WAITS,
        NoteName.ERASURE,
    }
)

#: notes whose words are looked up when they are carried out
LOOKED_UP: dict[str, Callable[[Database, Desk, Ways, Job, datetime], dict[str, Any] | None]] = {
    NoteName.WAITING: _waiting,
    NoteName.STANDING: _standing,
    NoteName.DEAD_ENDS: _dead_ends,
    NoteName.ANSWERS: lambda db, desk, _, job, __: {
        "note": case_answers.get_note(db, desk, job.values["words"]["answers_id"])
    },
    NoteName.MAIL: _mail,
    NoteName.QUESTION: lambda db, desk, _, job, now: conversations.find_shown(
        db, desk, job.values["words"], now=now
    ),
    NoteName.CONVERSATION_TOLD: _told,
    NoteName.OVERDUE_QUESTIONS: _overdue,
    NoteName.FAQ_WEEK: _faq_week,
    NoteName.FAQ_DIRECT: lambda _, desk, __, job, ___: faq_mails.find_shown(desk, job.values["words"]),
    NoteName.CLIPPING: _clipped,
    NoteName.HELD: _held,
    NoteName.KEYS_SENT: lambda db, _, __, job, ___: key_mails.count_told(db, job.case_id or 0),
    NoteName.PARTNER_REQUEST: lambda db, _, __, job, ___: {
        "asked": partner_requests.get(db, job.values["words"]["request_id"])
    },
    NoteName.EMAIL_CHANGE: lambda db, _, __, job, now: {
        "card": email_change_notices.get_card(db, job.values["words"]["change_id"], now=now)
    },
    NoteName.EMAIL_CHANGE_TOLD: lambda db, _, __, job, now: email_change_notices.find_told(
        db, job.values["words"], now=now
    ),
    NoteName.ERASURE: lambda db, desk, _, job, __: erasures.find_note(db, desk, job.values["words"]),
    NoteName.LIFE_GATE: lambda db, desk, _, job, now: {
        "card": lifecycle_gates.get_card(db, desk, job.values["words"]["gate_id"], now=now)
    },
    NoteName.LIFE_HOLD: lambda db, _, __, job, ___: {
        "card": lifecycle_mails.get_held(db, job.values["words"])
    },
    NoteName.CERTIFICATE: lambda db, _, __, job, ___: account_notes.find_certificate_wish(
        db, job.values["words"]
    ),
    NoteName.CERTIFICATE_TOLD: lambda db, _, __, job, ___: account_notes.find_certificate_told(
        db, job.values["words"]
    ),
    NoteName.RESET_WISH: lambda db, _, __, job, ___: account_notes.find_reset_wish(db, job.values["words"]),
    NoteName.PHONE_RESET: lambda db, _, __, job, ___: {
        "card": phone_reset_desk.get_card(db, job.values["words"]["reset_id"])
    },
    NoteName.PHONE_RESET_WAITS: _reset_waits,
}


def _act_outside(db: Database, desk: Desk, ways: Ways, job: Job, now: datetime) -> Outcome:
    """The other side's no is the step's: it is shown on the card, where a person chooses what to do."""
    carry = case_step_work.carry_out if job.kind is JobKind.STEP else provisioning.carry_out
    return Outcome(status=JobStatus.SENT, step=carry(db, desk, ways.provisioners, job, now=now))


CARRIERS: dict[JobKind, Callable[[Database, Desk, Ways, Job, datetime], Outcome]] = {
    JobKind.MAIL: _send_mail,
    JobKind.STEP: _act_outside,
    JobKind.CALL_OFF: _act_outside,
    JobKind.SMS: lambda _, desk, ways, job, now: texts.send(desk, ways.texter, job, now),
    JobKind.CASE_CARD: _show_card,
    JobKind.NOTE: _post_note,
}
