"""Staff answer a conversation: shown exactly as it will go, then sent the way the question came."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.addressees import asker_of
from bot.domain.approvals import check_is_staff
from bot.domain.conversations import QUIET, STANDING, Channel, Conversation, ConversationState, Reply
from bot.domain.events import EventTag
from bot.domain.letters import ShownMail, read_paragraphs, seal_of
from bot.domain.note_names import NoteName
from bot.domain.outbox import Job, JobStatus
from bot.domain.staff import Staff
from bot.rendering import conversation_mails, mails
from bot.services import faq_mails
from bot.services.cases import refusals_recorded
from bot.services.conversations import (
    acting,
    check_heard,
    check_is_open,
    check_is_reachable,
    check_is_theirs,
    claim,
    close,
    due_of,
    find,
    get,
    refresh,
)
from bot.services.desk import Desk
from bot.services.queueing import queue_direct, queue_mail
from bot.store import conversations, events, outbox

MAIL = "conversation_reply"
#: what answers whoever asked, by mail or in Slack
_ANSWERS = (
    MAIL,
    NoteName.CONVERSATION_DIRECT,
    faq_mails.MAIL,
    NoteName.FAQ_DIRECT,
    "blank_form",
    "whose_mail",
)


def begin(
    db: Database, desk: Desk, *, ref: str, heard: int, by: Staff, closes: bool = False, now: datetime
) -> tuple[Reply, Conversation]:
    """An answer to what its writer saw of it, not written yet. Raise what would keep it from being sent."""
    reply = Reply(ref=ref, heard=heard, key=desk.new_token()[:16], closes=closes)
    with refusals_recorded(db, ref, by, now):
        check_is_staff(by)
        return reply, _check(get(db, ref), reply, by)


def submit(
    db: Database, desk: Desk, reply: Reply, *, by: Staff, now: datetime
) -> tuple[Reply, Conversation, ShownMail] | None:
    """Send what was shown, or close without a word: None. Else how it would go now, to be looked at."""
    if reply.closes and not reply.text.strip():
        close(db, ref=reply.ref, heard=reply.heard, by=by, now=now)
        return None
    if reply.seal and _send(db, desk, reply, by=by, now=now):
        return None
    with acting(db, reply.ref, by, now) as one:
        _check(one, reply, by)
    words = _words(db, desk, one, reply, now=now)
    shown = _shown(desk, one, words)
    return replace(reply, seal=_seal(one, words)), one, shown


def _send(db: Database, desk: Desk, reply: Reply, *, by: Staff, now: datetime) -> bool:
    """False where it would go otherwise by now."""
    key = f"{reply.ref}:reply:{reply.key}"
    with acting(db, reply.ref, by, now) as one:
        if outbox.find_by_key(db, key) is not None:
            return True  # the same click once more
        _check(one, reply, by)
        words = _words(db, desk, one, reply, now=now)
        if _seal(one, words) != reply.seal:
            return False
        claim(db, one, by=by, now=now)
        _queue(db, desk, one, words, key=key, now=now)
        to = ConversationState.CLOSED if reply.closes else ConversationState.ANSWERED
        closed_by = by.id if reply.closes else ""
        conversations.move(db, one.id, since=STANDING, to=to, closed_by=closed_by, now=now)
        subject = f"conversation:{one.id}"
        events.add(db, EventTag.CONVERSATION_REPLIED, subject, actor=by.id, at=now, closed=reply.closes)
        refresh(db, one.ref, now=now)
    return True


def _check(one: Conversation, reply: Reply, by: Staff) -> Conversation:
    check_is_open(one)
    check_is_reachable(one)
    check_heard(one, reply.heard)
    check_is_theirs(one, by)
    return one


def _words(db: Database, desk: Desk, one: Conversation, reply: Reply, *, now: datetime) -> dict[str, Any]:
    """Raise NothingWritten."""
    paragraphs = read_paragraphs(reply.text)
    if one.channel is Channel.SLACK:
        return {"ref": one.ref, "lang": one.lang, "paragraphs": paragraphs, "closes": reply.closes}
    of = faq_mails.find_programme(db, desk, one, now=now)
    return conversation_mails.reply(one, desk.policy, paragraphs, closes=reply.closes, of=of)


def _seal(one: Conversation, words: dict[str, Any]) -> str:
    return seal_of(one.slack_user or one.address, (), words)


def _shown(desk: Desk, one: Conversation, words: dict[str, Any]) -> ShownMail:
    if one.channel is Channel.SLACK:
        text = "\n\n".join("\n".join(lines) for lines in words["paragraphs"])
        return ShownMail(
            template=NoteName.CONVERSATION_DIRECT, to=one.name or one.slack_user, cc=(), subject="", text=text
        )
    brand, templates = desk.policy.brand, desk.templates_dir
    rendered = mails.render_mail(MAIL, one.lang, words, brand=brand, templates_dir=templates)
    return ShownMail(template=MAIL, to=one.address, cc=(), subject=rendered.subject, text=rendered.text)


def _queue(
    db: Database, desk: Desk, one: Conversation, words: dict[str, Any], *, key: str, now: datetime
) -> None:
    """The way the question came; a form on the portal is answered by mail."""
    if one.channel is Channel.SLACK:
        queue_direct(db, NoteName.CONVERSATION_DIRECT, key=key, to=one.slack_user, values=words, now=now)
        return
    queue_mail(db, desk, MAIL, asker_of(one), key=key, words=words, now=now)


def take_back(db: Database, job: Job, *, by: str, now: datetime) -> None:
    """A reply, or an article, was discarded: nobody was answered, and the desk's turn it is.

    In the caller's transaction. One whose fate is unknown may have been read.
    """
    if job.template not in _ANSWERS or job.status is JobStatus.UNKNOWN:
        return
    one = _of(db, job)
    conversations.drop_tried(db, one.id, at=job.created_at)
    _open_again(db, one, job, by=by, due_at=now, now=now)


def come_back(db: Database, desk: Desk, job: Job, *, now: datetime) -> None:
    """An answer came back undelivered: its asker has nothing, and somebody is to find another way to them."""
    if job.template in _ANSWERS:
        _open_again(db, _of(db, job), job, by="usher", due_at=due_of(desk, now), now=now)


def follow(db: Database, job: Job, status: JobStatus, *, now: datetime) -> None:
    """One that failed leaves the question to the desk, until somebody's retry brings it after all.

    In the caller's transaction. What was asked may have been erased meanwhile.
    """
    one = find(db, _ref_of(job)) if job.template in _ANSWERS else None
    if one is None:
        return
    if status is JobStatus.FAILED:
        _open_again(db, one, job, by="usher", due_at=now, now=now)
    elif status is JobStatus.SENT and one.state is ConversationState.OPEN:
        newest = events.list_about(db, [f"conversation:{one.id}"])[-1:]
        if [event.tag for event in newest] == [EventTag.CONVERSATION_UNREPLIED]:
            open_ones, to = (ConversationState.OPEN,), ConversationState.ANSWERED
            conversations.move(db, one.id, since=open_ones, to=to, now=now)
            refresh(db, one.ref, now=now)


def _of(db: Database, job: Job) -> Conversation:
    return get(db, _ref_of(job))


def _ref_of(job: Job) -> str:
    return str(job.values.get("ref") or job.values["words"]["ref"])


def _open_again(
    db: Database, one: Conversation, job: Job, *, by: str, due_at: datetime, now: datetime
) -> None:
    if not _was_settled_since(one, job) and conversations.move(
        db, one.id, since=QUIET, to=ConversationState.OPEN, due_at=due_at, now=now
    ):
        tag, subject = EventTag.CONVERSATION_UNREPLIED, f"conversation:{one.id}"
        events.add(db, tag, subject, actor=by, at=now)
    refresh(db, one.ref, now=now)


def _was_settled_since(one: Conversation, job: Job) -> bool:
    """Whether another answer took its place, or somebody closed it otherwise."""
    moved = one.since or one.created_at
    return one.state is not ConversationState.OPEN and moved > job.created_at
