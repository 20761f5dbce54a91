"""Questions in Slack: answered by an article, judged by who asked, and a person's when it did not help."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.bounces import WENT_OUT
from bot.domain.conversations import (
    Answered,
    Channel,
    Conversation,
    ConversationState,
    NewConversation,
    Tried,
)
from bot.domain.events import EventTag
from bot.domain.faq import Reaction
from bot.domain.faq_opinions import Opinion, Why
from bot.domain.faq_refusals import NoQuestion, NoSuchArticle, NotYourQuestion, QuestionsRest
from bot.domain.languages import language_of
from bot.domain.staff import Staff
from bot.domain.thanks import has_helped, is_thanks
from bot.faq.marks import find_marks
from bot.rendering.faq_cards import Told
from bot.services import conversation_words, conversations, faq
from bot.services.desk import Desk
from bot.services.faq import Help
from bot.store import conversations as conversation_store
from bot.store import events, faq_opinions, notices, outbox
from bot.store.database import transaction

LONGEST = 4_000  #: characters of a question; what is longer is read from its beginning
MOST_ASKED = 20  #: questions of one person who is none of the staff …
WITHIN = timedelta(days=1)  #: … in that time
STILL = timedelta(days=7)  #: for which what they write may belong to their last question
_SUBJECT = 80


def ask(db: Database, desk: Desk, *, text: str, by: Staff, below: str = "", now: datetime) -> Told:
    """Answer, offer three or give it to a person; `text`: masked, without Slack's marks.

    `below`: the question below whose answer it was written: it belongs there.
    The same words once more (Slack says them again, whoever asks may) are the same question.
    Raise NoQuestion, QuestionsRest.
    """
    text = text.strip()[:LONGEST]
    if not any(map(str.isalnum, text)):
        raise NoQuestion
    if is_thanks(text, sender=by.name) and (told := _thank(db, by, text, below, now=now)):
        return told
    found = faq.ask(text, desk.policy, desk.portal_url, now=now, taught=faq.find_taught(db))
    one = _open(db, desk, found, text, by=by, below=below, now=now)
    lang = found.reading.lang
    shared = bool(found.answers) and found.reading.has_rest and not one.marks
    if one.state is ConversationState.OPEN and not shared:
        return Told(ref=one.ref, lang=lang, hear_by=one.due_at)
    return Told(
        ref=one.ref,
        lang=lang,
        hear_by=one.due_at,
        answers=found.answers,
        related=faq.list_related(found.answers),
        also=faq.list_unanswered(text, found, now=now, policy=desk.policy),
        offered=found.offered,
        may_post=by.staff and bool(found.answers),
    )


def _thank(db: Database, by: Staff, text: str, below: str, *, now: datetime) -> Told | None:
    """Thanks and nothing else: what was answered last has helped, and is over.

    To what still waits for a person they add nothing, unless they say that it works: None then.
    """
    with transaction(db, locks=(f"asker:{by.id}",)):
        last = _find_below(db, below, by) or _find_last(db, by, now=now)
        waits = last is not None and last.state is ConversationState.OPEN
        if waits and has_helped(text, sender=by.name):
            return None
        if last is None or waits:
            return Told(ref="", lang=language_of(text), thanked=True)
        if was_read(db, last):
            put_opinions(db, last, list_judged(db, last), helped=True, now=now)
        conversations.end_for_asker(db, last, now=now)
    return Told(ref=last.ref, lang=last.lang, thanked=True)


def _find_below(db: Database, ref: str, by: Staff) -> Conversation | None:
    """Theirs, below whose answer they write."""
    one = conversations.find(db, ref)
    return one if one and one.slack_user == by.id else None


def _find_last(db: Database, by: Staff, *, now: datetime) -> Conversation | None:
    """What they asked last, or what was answered since by a direct message: below that they write."""
    last = conversation_store.find_last(db, slack_user=by.id, since=now - STILL)
    told = outbox.find_last_direct(db, by.id)
    at = (told.sent_at or told.created_at) if told else None
    if told and at and at >= now - STILL and (last is None or at >= last.created_at):
        return _find_below(db, str(told.values["words"].get("ref", "")), by) or last
    return last


def _open(
    db: Database, desk: Desk, found: Help, text: str, *, by: Staff, below: str, now: datetime
) -> Conversation:
    """The question, which is the asker's or the desk's.

    What they asked before in the same words stays it, and what no article surely answers goes to the person
    who has or had their last one: it is what they write back.
    """
    for_person = found.reading.reaction is Reaction.PERSON or bool(find_marks("", text))
    with transaction(db, locks=(f"asker:{by.id}",)):
        before = conversation_store.find_same(db, slack_user=by.id, words=text, since=now - WITHIN)
        if before and for_person:
            conversations.give_to_person(db, desk, before, now=now)
            return conversations.get(db, before.ref)
        if before:
            return before
        if theirs := _find_below(db, below, by):
            conversation_words.hear(db, desk, theirs, text, now=now)
            return conversations.get(db, theirs.ref)
        last = _find_last(db, by, now=now)
        if last and _belongs(last, found.reading.reaction, for_person=for_person):
            conversation_words.hear(db, desk, last, text, now=now)
            return conversations.get(db, last.ref)
        _check_rests(db, desk, by, now=now)
        return _open_new(db, desk, found, text, by=by, for_person=for_person, now=now)


def _open_new(
    db: Database, desk: Desk, found: Help, text: str, *, by: Staff, for_person: bool, now: datetime
) -> Conversation:
    new = NewConversation(
        channel=Channel.SLACK,
        address=by.email,
        name=by.name,
        subject=" ".join(text.split())[:_SUBJECT],
        words=text,
        lang=found.reading.lang,
        slack_user=by.id,
    )
    if for_person:
        return conversations.open_for_desk(db, desk, new, now=now)
    tried = [Tried(topic=answer.topic, how=Answered.SENT, at=now) for answer in found.answers]
    tried += [Tried(topic=article.id, how=Answered.OFFERED, at=now) for article in found.offered]
    if found.answers and found.reading.has_rest:
        one = conversations.open_for_desk(db, desk, new, now=now, tried=tried)
        conversations.share(db, one, now=now)
        return one
    return conversations.open_one(db, desk, new, now=now, tried=tried, answered=True)


def _belongs(last: Conversation, reaction: Reaction, *, for_person: bool) -> bool:
    """Whether what they write now goes to the person who has that question, or had it."""
    if last.owner:
        return for_person or reaction is Reaction.OFFER
    return for_person and last.state is ConversationState.OPEN


def _check_rests(db: Database, desk: Desk, by: Staff, *, now: datetime) -> None:
    if by.staff or conversation_store.count_asked(db, slack_user=by.id, since=now - WITHIN) < MOST_ASKED:
        return
    owner = desk.policy.mag
    raise QuestionsRest(most=MOST_ASKED, desk=owner.support_desk, address=owner.support_address)


def show(db: Database, desk: Desk, *, ref: str, topic: str, by: Staff, now: datetime) -> Told:
    """The one of those offered that they chose; raise NotYourQuestion, NoSuchArticle."""
    _check_topics([topic])
    with _asked(db, ref, by) as one:
        conversation_store.add_tried(db, one.id, [Tried(topic=topic, how=Answered.SENT, at=now)])
    return _told(desk, one, [topic], by=by)


def judge(
    db: Database,
    *,
    ref: str,
    topics: Sequence[str],
    helped: bool,
    why: Why | None = None,
    by: Staff,
    now: datetime,
) -> Conversation:
    """What whoever asked says of the answer: that it helped ends it. The newest word counts.

    Raise NotYourQuestion, NoSuchArticle.
    """
    _check_topics(topics)
    with _asked(db, ref, by) as one:
        put_opinions(db, one, topics, helped=helped, why=why, now=now)
        if helped:
            end_if_said_last(db, one, now=now)
    return one


def end_if_said_last(db: Database, one: Conversation, *, now: datetime) -> None:
    """It helped, and that is all, unless a person has the rest, or they have written on since.

    In the caller's transaction.
    """
    answered = max((tried.at for tried in conversation_store.list_tried(db, one.id)), default=one.created_at)
    more = (EventTag.CONVERSATION_CONTINUED, EventTag.CONVERSATION_SHARED)
    wrote = events.list_tagged(db, (f"conversation:{one.id}",), more)
    if one.state is ConversationState.OPEN and any(said.at >= answered for said in wrote):
        return
    conversations.end_for_asker(db, one, now=now)


def list_judged(db: Database, one: Conversation) -> list[str]:
    """The articles that whoever asked had last, and judges now; none where a person has written since."""
    sent = (tried for tried in conversation_store.list_tried(db, one.id) if tried.how is Answered.SENT)
    return [tried.topic for tried in sent if tried.at >= (one.since or one.created_at)]


def was_read(db: Database, one: Conversation) -> bool:
    """Whether what was answered last may have been read: one that waits for its release was not."""
    newest = outbox.find_newest(db, f"{one.ref}:faq")
    waits = newest is not None and newest.created_at >= (one.since or one.created_at)
    return not waits or (newest is not None and newest.status in WENT_OUT)


def put_opinions(
    db: Database,
    one: Conversation,
    topics: Sequence[str],
    *,
    helped: bool,
    why: Why | None = None,
    now: datetime,
) -> None:
    """In the caller's transaction."""
    for topic in topics:
        opinion = Opinion(topic=topic, lang=one.lang, helped=helped, why=why, conversation_id=one.id)
        faq_opinions.put(db, opinion, now=now)
        subject, code = f"conversation:{one.id}", str(why or "")
        events.add(
            db,
            EventTag.CONVERSATION_JUDGED,
            subject,
            actor="usher",
            at=now,
            topic=topic,
            helped=helped,
            why=code,
        )
    if topics:
        conversations.refresh(db, one.ref, now=now)


def to_person(db: Database, desk: Desk, *, ref: str, by: Staff, now: datetime) -> Conversation:
    """Let a person have it; twice is once. Raise NotYourQuestion."""
    with _asked(db, ref, by) as one:
        conversations.give_to_person(db, desk, one, now=now)
    return conversations.get(db, ref)


def post(
    db: Database, desk: Desk, *, ref: str, topics: Sequence[str], where: str, by: Staff, now: datetime
) -> Told | None:
    """The answer for everybody in that channel, once; None where it stands. Raise NotStaff too."""
    check_is_staff(by)
    _check_topics(topics)
    with _asked(db, ref, by) as one:
        fresh = notices.add(db, f"faq:{ref}:{where}", 1, now=now)
    return _told(desk, one, topics, by=by) if fresh else None


@contextmanager
def _asked(db: Database, ref: str, by: Staff) -> Iterator[Conversation]:
    """A transaction about a question of theirs."""
    with transaction(db, locks=(f"conversation:{ref}",)):
        one = conversations.get(db, ref)
        if one.slack_user != by.id:
            raise NotYourQuestion(ref=one.ref)
        yield one


def _check_topics(topics: Sequence[str]) -> None:
    if not topics or not set(topics) <= set(faq.list_articles("en")):
        raise NoSuchArticle


def _told(desk: Desk, one: Conversation, topics: Sequence[str], *, by: Staff) -> Told:
    answers = tuple(faq.find_answer(topic, one.lang, desk.policy, desk.portal_url) for topic in topics)
    return Told(
        ref=one.ref, lang=one.lang, answers=answers, related=faq.list_related(answers), may_post=by.staff
    )
