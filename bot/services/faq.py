"""Answers a question, as mail, Slack, the portal and the command line all do it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlite_utils import Database

from bot.domain.conversations import Answered, Conversation, ConversationState, Suggestion, Tried
from bot.domain.events import EventTag
from bot.domain.faq import OFFER_FROM, Article, Candidate, QuestionReading, Reaction
from bot.domain.faq_opinions import Taught
from bot.domain.faq_refusals import NoSuchArticle, WordsBarred, WordsTaken
from bot.domain.mail import InboundMail
from bot.domain.programmes import Programme
from bot.faq import articles, guard
from bot.faq.features import see
from bot.faq.learned import Learned, learned, owner_of
from bot.faq.search import shipped
from bot.faq.windows import sentences
from bot.policy import Policy
from bot.rendering import faq
from bot.rendering.faq import Answer
from bot.services.desk import Desk
from bot.store import events, faq_phrasings, outbox

START: Final = "get-started"  #: the page for whoever is new
NOTHING_TAUGHT: Final = Learned(())
MOST_ASKED_AT_ONCE: Final = 5  #: questions of one message that are looked at one by one
_DEALT_WITH: Final = (EventTag.CONVERSATION_REPLIED, EventTag.CONVERSATION_REOPENED)
RELATED: Final = 2  #: articles that are named below an answer


@dataclass(frozen=True, kw_only=True)
class Help:
    """What was made of a question: the answers where it is sure, else the nearest articles."""

    reading: QuestionReading
    answers: tuple[Answer, ...]  #: more than one for a message with two questions
    offered: tuple[Article, ...]
    text: str  #: all of it in plain words, with whom to ask where it is not sure
    ms: float  #: that the search took

    @property
    def has_rest(self) -> bool:
        """Whether the answers leave something for a person."""
        return bool(self.answers) and self.reading.has_rest


def find_taught(db: Database) -> Learned:
    """The phrasings that staff have accepted until now."""
    return index(list_taught(db))


def index(taught: Iterable[Taught]) -> Learned:
    """How they lead the reading."""
    return learned(tuple((one.topic, one.text) for one in taught))


def list_taught(db: Database) -> tuple[Taught, ...]:
    """The same with who taught them, and when; in the order in which they were taught first."""
    return faq_phrasings.list_all(db)


def ask(
    text: str,
    policy: Policy,
    portal_url: str,
    *,
    now: datetime,
    lang: str = "",
    taught: Learned = NOTHING_TAUGHT,
    own: Programme | None = None,
) -> Help:
    """Read a message of `now` and answer it; `lang`: "en" or "de" where it is known.

    `own`: the programme of whoever asks, where it is known; one that the message names comes before.
    """
    shipped()  # loaded before the clock begins
    began = time.perf_counter()
    reading = _read(text, lang, taught, policy.clock_rules.calendar.day_of(now))
    took = time.perf_counter() - began
    sure = reading.reaction is Reaction.ANSWER
    topics = [reading.topic, reading.second.topic if reading.second else None] if sure else []
    answers = tuple(
        find_answer(topic, reading.lang, policy, portal_url, reading.programme or own)
        for topic in topics
        if topic
    )
    offered = (
        tuple(_article(one.topic, reading.lang) for one in reading.candidates)
        if reading.reaction is Reaction.OFFER
        else ()
    )
    words = _words(answers, offered, policy, portal_url, reading.lang)
    return Help(reading=reading, answers=answers, offered=offered, text=words, ms=took * 1000)


def read_mail(db: Database, desk: Desk, mail: InboundMail, received_at: datetime) -> QuestionReading:
    """What a mail asks for, by its sender's own words."""
    day = desk.policy.clock_rules.calendar.day_of(received_at)
    return _read_letter(db, mail.subject, mail.text, mail.lang, day)


def _read_letter(db: Database, subject: str, text: str, lang: str, day: date) -> QuestionReading:
    return _read(f"Subject: {' '.join(subject.split())}\n\n{text}", lang, find_taught(db), day)


def _read(text: str, lang: str, taught: Learned, day: date) -> QuestionReading:
    def read(part: str) -> QuestionReading:
        return shipped().read(part, lang, today=day)

    return taught.read(read(text), text, read, day)


def check_teachable(text: str, topic: str) -> None:
    """Raise WordsBarred where a person reads such words whatever is taught, or they keep that topic out.

    Raise WordsTaken where they are nearly a phrasing of another article.
    """
    reading = shipped().read(text)
    if reading.barrier or topic in guard.barred(text):
        raise WordsBarred
    others = [one.topic for one in reading.candidates if one.topic != topic]
    if owner := owner_of(text, others):
        raise WordsTaken(title=_article(owner, reading.lang).title.rstrip("?"))


def names_something(text: str) -> bool:
    """Whether words name anything that an article is about."""
    return any(see(sentence).concepts for sentence in sentences(text))


def suggest(
    db: Database, desk: Desk, one: Conversation, tried: Sequence[Tried]
) -> tuple[tuple[Suggestion, ...], bool]:
    """Which articles may answer what waits for the desk, the likeliest first: none that was answered before.

    And whether articles have answered a part of it only.
    """
    if one.state is not ConversationState.OPEN:
        return (), False
    reading, answered, left = _read_asked(db, desk, one, tried)
    if reading.matters <= len(answered):
        return (), False
    sent = {it.topic for it in tried if it.how is not Answered.OFFERED}
    suggested = tuple(
        Suggestion(topic=found.topic, title=_article(found.topic, one.lang).title, score=found.score)
        for found in _list_near(reading)
        if found.topic not in sent
    )
    return suggested, left or bool(answered)


def leaves_rest(db: Database, desk: Desk, one: Conversation, tried: Sequence[Tried], topic: str) -> bool:
    """Whether an article, with those sent before, answers only a part of what waits for the desk."""
    if one.state is not ConversationState.OPEN:
        return False
    reading, answered, left = _read_asked(db, desk, one, tried)
    return left or reading.matters > len(answered | {topic})


def _read_asked(
    db: Database, desk: Desk, one: Conversation, tried: Sequence[Tried]
) -> tuple[QuestionReading, set[str], bool]:
    """What is asked now, the articles that have answered some of it, and whether more was left before it.

    What its asker wrote last; or how it began, where that says nothing that an article is near to, or is
    answered while a person still has what was left before it.
    """
    sent = [it for it in tried if it.how is not Answered.OFFERED]
    answered = {it.topic for it in sent}
    if newest := find_newest_words(db, one):
        words, at = newest
        reading = _read_words(db, desk, replace(one, subject="", words=words, created_at=at))
        if _list_near(reading):
            since, left = {it.topic for it in sent if it.at > at}, _was_left(db, one, at)
            if not left or reading.matters > len(since):
                return reading, since, left
            answered = {it.topic for it in sent if it.at <= at}
    return _read_words(db, desk, one), answered, False


def _was_left(db: Database, one: Conversation, at: datetime) -> bool:
    """Whether a person then had what articles had left, and had not written nor ended it."""
    subject, tags = f"conversation:{one.id}", (EventTag.CONVERSATION_SHARED, *_DEALT_WITH)
    before = [event.tag for event in events.list_tagged(db, [subject], tags) if event.at <= at]
    return before[-1:] == [EventTag.CONVERSATION_SHARED]


def _read_words(db: Database, desk: Desk, one: Conversation) -> QuestionReading:
    if not f"{one.subject}{one.words}".strip():
        return QuestionReading(lang=one.lang)
    day = desk.policy.clock_rules.calendar.day_of(one.created_at)
    return _read_letter(db, one.subject, one.words, one.lang, day)


def _list_near(reading: QuestionReading) -> list[Candidate]:
    """What is asked besides may be none of the likeliest of the whole."""
    near = {found.topic: found for found in reading.candidates if found.score >= OFFER_FROM}
    if reading.second:
        near.setdefault(reading.second.topic, reading.second)
    return list(near.values())


def find_newest_words(db: Database, one: Conversation) -> tuple[str, datetime] | None:
    """What they wrote last, by mail or in Slack, as the note below the card has it; None where only once."""
    found = (outbox.find_newest(db, f"note:{one.ref}:{how}:") for how in ("mail", "words"))
    newest = max((job for job in found if job), key=lambda job: job.id, default=None)
    return (str(newest.values.get("words", {}).get("text", "")), newest.created_at) if newest else None


def titled(tried: Iterable[Tried], lang: str) -> tuple[Tried, ...]:
    """The same with the titles of the articles that there still are."""
    told = list_articles(lang)
    return tuple(replace(one, title=told[one.topic].title) if one.topic in told else one for one in tried)


def find_answer(
    topic: str, lang: str, policy: Policy, portal_url: str, of: Programme | None = None
) -> Answer:
    """`of`: the programme that is asked about, where it is known. Raise KeyError for a topic that is none."""
    return faq.answer(_article(topic, lang), policy, portal_url, of)


def find_text(topic: str, lang: str, desk: Desk) -> str:
    """An article in plain words, as a draft; raise NoSuchArticle."""
    if topic not in list_articles(lang):
        raise NoSuchArticle
    return find_answer(topic, lang, desk.policy, desk.portal_url).text.strip()


def list_related(answers: Sequence[Answer]) -> tuple[Article, ...]:
    """Two that are close to the first of them, and none of those told already."""
    told = {one.topic for one in answers}
    close = (
        _article(topic, one.lang) for one in answers[:1] for topic in _article(one.topic, one.lang).related
    )
    return tuple(one for one in close if one.id not in told)[:RELATED]


def list_unanswered(text: str, found: Help, *, now: datetime, policy: Policy) -> tuple[Article, ...]:
    """What is nearest to each further question of such words that the answers leave out without a rest."""
    asked = [sentence for sentence in sentences(text) if sentence.rstrip().endswith("?")]
    if found.reading.has_rest or not found.answers or len(asked) <= len(found.answers):
        return ()
    lang, day = found.reading.lang, policy.clock_rules.calendar.day_of(now)
    near = [shipped().read(one, lang, today=day).candidates[:1] for one in asked[:MOST_ASKED_AT_ONCE]]
    told = {one.topic for one in found.answers}
    topics = dict.fromkeys(one.topic for (one,) in filter(None, near) if one.topic not in told)
    return tuple(_article(topic, lang) for topic in topics)


def list_articles(lang: str) -> Mapping[str, Article]:
    """All of one language, by topic."""
    return {topic: both[lang] for topic, both in articles.load().items()}


def list_by_programme(lang: str, policy: Policy) -> list[tuple[str, list[Article]]]:
    """The name of each programme with its articles, in the order of their titles."""
    told = [one for one in list_articles(lang).values() if one.id != START]
    return [
        (policy.of(of).name, sorted((one for one in told if one.programme is of), key=lambda one: one.title))
        for of in Programme
    ]


def _article(topic: str, lang: str) -> Article:
    return articles.load()[topic][lang]


def _words(
    answers: tuple[Answer, ...], offered: tuple[Article, ...], policy: Policy, portal_url: str, lang: str
) -> str:
    if answers:
        return "\n".join(f"{one.title}\n\n{one.text}" for one in answers)
    if offered:
        return faq.as_text(faq.offer(offered, policy, portal_url, lang=lang))
    return faq.as_text(faq.person(policy, lang=lang))
