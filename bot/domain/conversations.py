"""Conversations: a question that a person answers, who has it, by when, and what is known of its asker."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.domain.accounts import AccountStatus
from bot.domain.cases import Thread
from bot.domain.faq_opinions import Why
from bot.domain.lifecycle import LifeState
from bot.domain.refs import read_ref


class Channel(StrEnum):
    """How it came, and how it is answered."""

    MAIL = "mail"
    SLACK = "slack"  # answered by a direct message
    WEB = "web"  # the portal's contact form: answered by mail


class ConversationState(StrEnum):
    """Whose turn it is."""

    OPEN = "open"  # the desk's: asked, or written to once more
    ANSWERED = "answered"  # the customer's: open -> the desk wrote to them
    CLOSED = "closed"  # open, answered -> staff closed it, or the customer said thanks; a reply opens it


STANDING = (ConversationState.OPEN, ConversationState.ANSWERED)  #: nobody has closed it
QUIET = (ConversationState.ANSWERED, ConversationState.CLOSED)  #: it is not the desk's turn


class Mark(StrEnum):
    """Why it is to be read before the others; the order is theirs."""

    SECURITY = "security"
    LEGAL = "legal"
    UPSET = "upset"


class Answered(StrEnum):
    """What Usher did with an article before a person was asked."""

    SENT = "sent"
    ACCOUNT = "account"  # what is true for their account went in its place
    OFFERED = "offered"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """An answer that did not end it."""

    topic: str  #: the article's id
    how: Answered
    at: datetime
    title: str = ""  #: the article's, where people read it
    helped: bool | None = None  #: what whoever asked thinks of it; None while they did not say
    why: Why | None = None  #: it did not help, where they gave a reason


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A question and how it stands."""

    id: int
    address: str  #: whose it is: nobody else's mail belongs to it
    name: str
    subject: str
    lang: str
    mail_id: int  #: its first mail; 0 where it did not begin with one
    created_at: datetime
    words: str = ""  #: how it began, as far as it is searched
    channel: Channel = Channel.MAIL
    slack_user: str = ""  #: to whom a direct message goes
    verified: bool = False  #: somebody vouches for its asker
    marks: tuple[Mark, ...] = ()
    state: ConversationState = ConversationState.ANSWERED
    since: datetime | None = None  #: it is in that state; None of one that is older than its states
    due_at: datetime | None = None  #: by when the desk is to write; None where nobody waits for that
    owner: str = ""  #: a Slack id; "" while nobody has taken it
    owned_since: datetime | None = None
    closed_by: str = ""  #: a Slack id, or CUSTOMER
    heard: int = 1  #: how often its asker wrote: what a card showed is told by it
    thread: Thread = field(default_factory=Thread)  #: what an answer by mail has to name

    @property
    def ref(self) -> str:
        return conversation_ref(self.id)

    @property
    def is_marked(self) -> bool:
        return bool(self.marks)

    @property
    def is_reachable(self) -> bool:
        """Whether anybody can be answered: a mail may come without its sender's address."""
        return self.channel is Channel.SLACK or bool(self.address)

    def is_overdue(self, now: datetime) -> bool:
        return self.state is ConversationState.OPEN and self.due_at is not None and self.due_at <= now


CUSTOMER = "customer"  #: who closed it, beside ids


@dataclass(frozen=True, kw_only=True)
class NewConversation:
    """What somebody asks, whichever way it came."""

    channel: Channel
    address: str
    name: str
    subject: str
    words: str  #: theirs alone, its secrets masked
    lang: str
    verified: bool = False
    slack_user: str = ""
    mail_id: int = 0
    thread: Thread = field(default_factory=Thread)
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """One account of the asker's address, as far as it may be why they write; no names."""

    user_id: str
    ref: str  #: "C-7" of its organisation; "" for a partner
    status: AccountStatus
    since: datetime  #: activated, or made while it is only invited
    locked_until: datetime | None = None
    waits_for_terms: bool = False
    lacks_key: bool = False  #: no License Key is entered yet
    password_at: datetime | None = None  #: last changed
    bounced: str = ""  #: the newest mail to it that came back
    life: LifeState | None = None  #: how its clock stands; None without one
    is_over: bool = False  #: it can come back no more
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """An article that may answer a question, and the probability of that."""

    topic: str
    title: str
    score: float


@dataclass(frozen=True, kw_only=True)
class ConversationCard:
    """How a conversation stands, for staff."""

    conversation: Conversation
    now: datetime
    tried: tuple[Tried, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    suggested: tuple[Suggestion, ...] = ()
    has_rest: bool = False  #: articles have answered a part of it


class ToldWhat(StrEnum):
    """What the desk is told below a card."""

    REOPENED = "reopened"  # by its asker
    BELIEVED = "believed"  # staff closed it without a word before its asker was known to be who they say
    HANDED_OVER = "handed_over"
    OVERDUE = "overdue"
    PILED = "piled"  # further questions of an unproven address stand there too


@dataclass(frozen=True, kw_only=True)
class ConversationTold:
    """A note below a card, with whom it calls."""

    what: ToldWhat
    ref: str
    by: str = ""  #: who handed it over
    due_at: datetime | None = None
    people: tuple[str, ...] = ()  #: Slack ids; none where nobody has it, or nobody is there


@dataclass(frozen=True, kw_only=True)
class AwayOwner:
    """Who has a question and is away today."""

    name: str  #: which pings nobody
    deputy: str = ""  #: a Slack id; "" where nobody is there to stand in


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer that is being written, as its modal carries it."""

    ref: str
    heard: int  #: as often had its asker written when it was begun
    key: str  #: tells this one from any other: submitted twice it goes once
    closes: bool = False  #: it is the last word; then it may say nothing
    text: str = ""
    seal: str = ""  #: of what was shown; "" before anything was


@dataclass(frozen=True, kw_only=True)
class ChosenArticle:
    """An article that staff send, as its modal carries it."""

    ref: str
    heard: int  #: as often had its asker written when it was chosen
    topic: str
    seal: str = ""  #: of what was shown; "" before anything was


def is_over_by_thanks(one: Conversation, tried: Iterable[Tried], *, helped: bool) -> bool:
    """Thanks end what was answered, and what waits beside articles that were offered, if these helped."""
    offered = any(each.how is Answered.OFFERED for each in tried)
    return one.state in QUIET or (helped and offered and one.heard == 1 and not one.owner)


def conversation_ref(number: int) -> str:
    """What a conversation is called wherever it is named: "Q-7"."""
    return f"Q-{number}"


def conversation_id(ref: str) -> int | None:
    """Read "Q-7", "q7"; None when it is no conversation's name."""
    return read_ref(ref, "Q-?")


def urgency(one: Conversation) -> tuple[int, str]:
    """Sorts what is marked to the front, then what is due first."""
    rank = min((list(Mark).index(mark) for mark in one.marks), default=len(Mark))
    due = one.due_at or one.created_at
    return rank, due.isoformat()
