"""What whoever asked in Slack writes on: it goes to the person who has their question, as a reply does."""

import hashlib
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cards import shown_words
from bot.domain.conversations import Conversation, ConversationState, Mark, ToldWhat
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.faq.marks import find_marks
from bot.services import conversations
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import conversations as conversation_store
from bot.store import events, outbox


def hear(db: Database, desk: Desk, one: Conversation, words: str, *, now: datetime) -> None:
    """In the caller's transaction. What was quiet is open again.

    The same words within two minutes are a second click, or Slack's repetition, and heard once.
    """
    digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:12]
    minute = int(now.timestamp()) // 60
    before, key = (f"note:{one.ref}:words:{digest}:{each}" for each in (minute - 1, minute))
    if outbox.find_by_key(db, before) is not None:
        return
    above = conversations.card_key(one.ref)
    said = {**shown_words(words), "received_at": now.isoformat(), "follow_up": True}
    values = conversations.card_values(one) | said
    if not queue_note(db, NoteName.QUESTION, key=key, values=values, now=now, thread_key=above):
        return
    found = {*one.marks, *find_marks("", words)}
    marks = tuple(mark for mark in Mark if mark in found)
    conversation_store.hear(db, one.id, thread=one.thread, marks=marks, verified=one.verified)
    tag, subject = EventTag.CONVERSATION_CONTINUED, f"conversation:{one.id}"
    events.add(db, tag, subject, actor="usher", at=now)
    conversations.give_to_person(db, desk, one, now=now)
    if one.state is not ConversationState.OPEN:
        conversations.tell(db, one, ToldWhat.REOPENED, now=now)
