"""What the desk learns of questions: words that staff give to a topic, and each week what is lacking."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.conversations import Conversation
from bot.domain.events import EventTag
from bot.domain.faq_opinions import LONGEST_PHRASING, FaqWeek, UnhelpfulArticle
from bot.domain.faq_refusals import NoSuchArticle, TooFewWords
from bot.domain.languages import LANGUAGES
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.services import conversations, faq, masking
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import conversations as conversation_store
from bot.store import events, faq_opinions, faq_phrasings
from bot.store.database import transaction

FEWEST = 3  #: words of one …
FEWEST_VAGUE = 6  #: … that names nothing we know: "please help me with this" stands in many a mail
_WEEK = timedelta(days=7)


def teach(
    db: Database, desk: Desk, *, ref: str, topic: str, text: str, by: Staff, now: datetime
) -> Conversation:
    """From now on these words ask for that topic; without a topic ("") they are forgotten.

    Raise NotStaff, UnknownConversation, NoSuchArticle, TooFewWords, WordsBarred, WordsTaken.
    """
    with conversations.acting(db, ref, by, now) as one:
        said = " ".join(masking.mask_text(db, desk, text).split())[:LONGEST_PHRASING]
        if topic and topic not in faq.list_articles("en"):
            raise NoSuchArticle
        least = FEWEST if not topic or faq.names_something(said) else FEWEST_VAGUE
        if len(said.split()) < least:
            raise TooFewWords(least=least)
        if topic:
            faq.check_teachable(said, topic)
            faq_phrasings.put(db, topic=topic, text=said, by=by.id, now=now)
        else:
            faq_phrasings.drop(db, text=said)
        subject = f"conversation:{one.id}"
        events.add(db, EventTag.CONVERSATION_TAUGHT, subject, actor=by.id, at=now, topic=topic)
        conversations.refresh(db, one.ref, now=now)
    return one


def tell(db: Database, occasion: str, *, now: datetime) -> None:
    """Queue the list of that week; nothing where nothing is lacking."""
    if find_note(db, now=now):
        with transaction(db):
            queue_note(db, NoteName.FAQ_WEEK, key=f"faq week:{occasion}", values={}, now=now)


def find_note(db: Database, *, now: datetime) -> FaqWeek | None:
    """What the last seven days have shown; None when that is nothing."""
    since = now - _WEEK
    unanswered = conversation_store.list_unanswered(db, since=since)
    judged = faq_opinions.list_unhelpful(db, since=since)
    told = {lang: faq.list_articles(lang) for lang in LANGUAGES}
    unhelpful = tuple(
        UnhelpfulArticle(title=told[one.lang][one.topic].title, judged=one)
        for one in judged
        if one.topic in told.get(one.lang, {})
    )
    found = FaqWeek(unanswered=unanswered, unhelpful=unhelpful)
    return found if unanswered or unhelpful else None
