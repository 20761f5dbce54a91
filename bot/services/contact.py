"""The contact form: what answers a question at once, and a person who has it when that does not do."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.contact import AT_ONCE, LONGEST, LONGEST_NAME, Asked, ContactFault
from bot.domain.conversations import Answered, Channel, ConversationState, NewConversation, Tried
from bot.domain.diagnosis import Finding
from bot.domain.diagnosis_checks import holding
from bot.domain.faq_opinions import Opinion, Why
from bot.domain.faq_refusals import NamedTooOften, NoSuchArticle, QuestionsRest
from bot.domain.languages import language_on
from bot.domain.sessions import Visitor
from bot.rendering import diagnosis as diagnosis_words
from bot.services import conversations, diagnosis, faq, masking
from bot.services.desk import Desk
from bot.services.faq import Help
from bot.services.registration import read_address
from bot.store import conversations as conversation_store
from bot.store import faq_opinions
from bot.store.database import transaction

WITHIN = timedelta(days=1)  #: in which one address asks as often as it is answered automatically
_SUBJECT = 80


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a page shows of a question: what is true for whoever is signed in comes first, in its words."""

    help: Help
    lang: str  #: of what is shown
    findings: tuple[tuple[Finding, str], ...] = ()

    @property
    def has_any(self) -> bool:
        """Whether anything is shown at all."""
        return bool(self.findings or self.help.answers or self.help.offered)


def fill(typed: Asked, visitor: Visitor | None) -> Asked:
    """As it is kept; who is signed in is known, and is nobody else.

    Browsers send a break as CRLF, and count it as the one character that it is here.
    """
    known = visitor.account if visitor and not visitor.lacks_factor else None
    return Asked(
        question=typed.question.replace("\r\n", "\n").replace("\r", "\n").strip(),
        name=known.name if known else " ".join(typed.name.split())[:LONGEST_NAME],
        email=known.email if known else read_address(typed.email) or typed.email.strip()[:LONGEST_NAME],
        tried=typed.tried if typed.tried in faq.list_articles("en") else "",
    )


def look(
    db: Database, desk: Desk, question: str, visitor: Visitor | None, *, lang: str, now: datetime
) -> Shown:
    """What may answer it, in its own language, or that of the page (`lang`); it changes nothing."""
    lang = language_on(lang, question)
    taught = faq.find_taught(db)
    asker = diagnosis.Asker.of_session(visitor)
    own = diagnosis.find_programme(db, desk, asker, now=now)
    found = faq.ask(
        question[:LONGEST], desk.policy, desk.portal_url, now=now, lang=lang, taught=taught, own=own
    )
    second = found.reading.second
    topics = [found.reading.topic, *([second.topic] if second else [])]
    causes = diagnosis.diagnose(db, desk, asker, topics, now)
    said = diagnosis_words.paragraphs(causes, lang=lang, policy=desk.policy, now=now)
    held = dict.fromkeys(holding(answer.topic, causes) for answer in found.answers)
    of = found.reading.programme or own
    answers = [
        faq.find_answer(topic, found.reading.lang, desk.policy, desk.portal_url, of)
        for topic in held
        if topic
    ]
    return Shown(
        help=replace(found, answers=tuple(answers)),
        lang=lang,
        findings=tuple(zip(causes, said, strict=False)),
    )


def list_faults(desk: Desk, asked: Asked) -> tuple[ContactFault, ...]:
    """What keeps a filled form back."""
    faults = {
        ContactFault.QUESTION: not asked.is_question,
        ContactFault.LENGTH: asked.is_question and len(asked.question) > LONGEST,
        ContactFault.NAME: not asked.name,
        ContactFault.EMAIL: not read_address(asked.email),
        ContactFault.OWN_ADDRESS: desk.is_reached_at(asked.email),
    }
    return tuple(fault for fault, is_there in faults.items() if is_there)


def send(
    db: Database, desk: Desk, asked: Asked, visitor: Visitor | None, *, lang: str, now: datetime
) -> datetime:
    """Give it to a person; by when they answer, at the latest. Raise QuestionsRest or NamedTooOften.

    `asked` is filled and without faults; its License Keys are masked here. A second click asks nothing more.
    It is answered in the language of its words, or of the page (`lang`) where they are of neither.
    """
    words = masking.mask_text(db, desk, asked.question)
    lang = language_on(lang, words)
    taught = faq.find_taught(db)
    found = faq.ask(words, desk.policy, desk.portal_url, now=now, lang=lang, taught=taught)
    shown = [(one.topic, Answered.SENT) for one in found.answers]
    shown += [(one.id, Answered.OFFERED) for one in found.offered]
    if asked.tried:
        shown.insert(0, (asked.tried, Answered.SENT))
    new = NewConversation(
        channel=Channel.WEB,
        address=asked.email,
        name=masking.mask_text(db, desk, asked.name),
        subject=" ".join(words.split())[:_SUBJECT],
        words=words,
        lang=lang,
        verified=visitor is not None and not visitor.lacks_factor,
    )
    tried = [Tried(topic=topic, how=how, at=now) for topic, how in dict(shown).items()]
    with transaction(db, locks=(f"asker:{new.address}",)):
        before = conversation_store.find_same(db, address=new.address, words=words, since=now - AT_ONCE)
        if before and (before.state, before.verified) == (ConversationState.OPEN, new.verified):
            return before.due_at or now
        _check_rests(db, desk, new, now=now)
        return conversations.open_for_desk(db, desk, new, now=now, tried=tried).due_at or now


def _check_rests(db: Database, desk: Desk, new: NewConversation, *, now: datetime) -> None:
    """What others ask under an address that they only typed does not count against who is signed in."""
    most, owner, since = desk.policy.limits.answers_per_address, desk.policy.mag, now - WITHIN
    asked = conversation_store.count_asked_on_portal(
        db, address=new.address, verified=new.verified, since=since
    )
    if asked >= most:
        rests = QuestionsRest if new.verified else NamedTooOften
        raise rests(most=most, desk=owner.support_desk, address=owner.support_address)


def judge(db: Database, *, topic: str, lang: str, helped: bool, why: Why | None, now: datetime) -> None:
    """What somebody whom nobody knows thinks of an article; raise NoSuchArticle."""
    if topic not in faq.list_articles(lang):
        raise NoSuchArticle
    with transaction(db):
        faq_opinions.put(db, Opinion(topic=topic, lang=lang, helped=helped, why=why), now=now)


def hear_by(desk: Desk, now: datetime) -> datetime:
    """By when whoever asks now is answered."""
    return conversations.due_of(desk, now)
