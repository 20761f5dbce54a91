"""Staff send a suggested article: shown exactly as it will go, then sent the way the question came."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.conversations import (
    STANDING,
    Answered,
    Channel,
    ChosenArticle,
    Conversation,
    ConversationState,
)
from bot.domain.faq_refusals import NoSuchArticle
from bot.domain.letters import ShownMail, seal_of
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.rendering import mails
from bot.services import conversations, faq, faq_mails
from bot.services.cases import refusals_recorded
from bot.services.desk import Desk
from bot.services.queueing import HIDDEN, queue_direct
from bot.store import conversations as conversation_store
from bot.store import outbox
from bot.store.database import rehearsal

Words = dict[str, Any]


class _Otherwise(Exception):  # noqa: N818 - no error: it is shown again
    """By now it would say something else than was shown."""


def submit(
    db: Database, desk: Desk, chosen: ChosenArticle, *, by: Staff, now: datetime
) -> tuple[ChosenArticle, Conversation, ShownMail] | None:
    """Send what was shown: None, and twice is once. Else how it would go now, to be looked at.

    It says what is true at that moment. Raise what keeps a reply from being sent, and NoSuchArticle.
    """
    try:
        _send(db, desk, chosen, by=by, now=now)
    except _Otherwise:
        return look(db, desk, chosen, by=by, now=now)
    return None


def look(
    db: Database, desk: Desk, chosen: ChosenArticle, *, by: Staff, now: datetime
) -> tuple[ChosenArticle, Conversation, ShownMail]:
    """How it would go now: done and undone, for what it promises to mail is found out by mailing it."""
    with refusals_recorded(db, chosen.ref, by, now), rehearsal(db):
        check_is_staff(by)
        one = _check(conversations.get(db, chosen.ref), chosen, by)
        words, _ = _compose(db, desk, one, chosen, now=now)
    return replace(chosen, seal=_seal(one, words)), one, _shown(desk, one, words)


def _send(db: Database, desk: Desk, chosen: ChosenArticle, *, by: Staff, now: datetime) -> None:
    """Raise _Otherwise where it would go otherwise by now."""
    key = f"{chosen.ref}:faq:{chosen.heard}:{chosen.topic}"
    with conversations.acting(db, chosen.ref, by, now) as one:
        if outbox.find_by_key(db, key) is not None:
            conversations.check_is_theirs(one, by)  # who clicks second hears who was first
            return
        _check(one, chosen, by)
        words, told = _compose(db, desk, one, chosen, now=now)
        if _seal(one, words) != chosen.seal:
            raise _Otherwise
        conversations.claim(db, one, by=by, now=now)
        if one.channel is Channel.SLACK:
            queue_direct(db, NoteName.FAQ_DIRECT, key=key, to=one.slack_user, values=words, now=now)
        else:
            faq_mails.queue(db, desk, one, words, automatic=False, key=key, now=now)
        faq_mails.note(db, one, told, by=by.id, now=now)
        if words["rest_by"]:
            conversations.share(db, one, by=by.id, now=now)
        else:
            conversation_store.move(db, one.id, since=STANDING, to=ConversationState.ANSWERED, now=now)
        conversations.refresh(db, one.ref, now=now)


def _check(one: Conversation, chosen: ChosenArticle, by: Staff) -> Conversation:
    if chosen.topic not in faq.list_articles(one.lang):
        raise NoSuchArticle
    conversations.check_is_open(one)
    conversations.check_is_reachable(one)
    conversations.check_heard(one, chosen.heard)
    conversations.check_is_theirs(one, by)
    return one


def _compose(
    db: Database, desk: Desk, one: Conversation, chosen: ChosenArticle, *, now: datetime
) -> tuple[Words, Mapping[str, Answered]]:
    rest_by = _find_rest_by(db, desk, one, chosen, now=now)
    if one.channel is Channel.SLACK:
        values = {"ref": one.ref, "lang": one.lang, "topic": chosen.topic}
        values["rest_by"] = rest_by.isoformat() if rest_by else ""
        return values, {chosen.topic: Answered.SENT}
    return faq_mails.compose(db, desk, one, [chosen.topic], automatic=False, rest_by=rest_by, now=now)


def _find_rest_by(
    db: Database, desk: Desk, one: Conversation, chosen: ChosenArticle, *, now: datetime
) -> datetime | None:
    """By when a person answers what the article leaves: as promised, or from now on where that is past."""
    if not faq.leaves_rest(db, desk, one, conversation_store.list_tried(db, one.id), chosen.topic):
        return None
    return one.due_at if one.due_at and one.due_at > now else conversations.due_of(desk, now)


def _seal(one: Conversation, words: Words) -> str:
    """Of all but the minutes at which it is true, and from which on the rest is due."""
    timeless = {"as_of": "", "rest_by": bool(words["rest_by"])}
    return seal_of(one.slack_user or one.address, (), {**words, **timeless})


def _shown(desk: Desk, one: Conversation, words: Words) -> ShownMail:
    if one.channel is Channel.SLACK:
        text, to = faq_mails.find_text(desk, words), one.name or one.slack_user
        return ShownMail(template=NoteName.FAQ_DIRECT, to=to, cc=(), subject="", text=text)
    brand, templates = desk.policy.brand, desk.templates_dir
    said = {**words, **HIDDEN}
    rendered = mails.render_mail(faq_mails.MAIL, one.lang, said, brand=brand, templates_dir=templates)
    return ShownMail(
        template=faq_mails.MAIL, to=one.address, cc=(), subject=rendered.subject, text=rendered.text
    )
