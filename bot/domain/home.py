"""What a person finds in the home tab: what waits for them, what they wait for, and how the desk stands."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.absences import Absence
from bot.domain.cards import CaseCard
from bot.domain.cases import BallHolder
from bot.domain.conversations import Conversation
from bot.domain.phone_resets import ResetCard
from bot.domain.queue import QueueEntry


@dataclass(frozen=True, kw_only=True)
class DayFigures:
    """What happened since midnight at the desk."""

    opened: int
    approved: int
    rejected: int
    mails: int
    questions: int


@dataclass(frozen=True, kw_only=True)
class Held:
    """How many open cases somebody has to act on, and since when the oldest waits."""

    holder: BallHolder
    cases: int
    oldest: datetime


@dataclass(frozen=True, kw_only=True)
class Unmailed:
    """A live case that is not in the queue, and to how many of whose users no activation mail went."""

    ref: str
    users: int


@dataclass(frozen=True, kw_only=True)
class ToDecide:
    """A case on which the person may do the next step, with enough of it to decide on."""

    entry: QueueEntry
    card: CaseCard


@dataclass(frozen=True, kw_only=True)
class Home:
    """One person's home tab; every case stands in it once, the longest waiting first."""

    decide: tuple[ToDecide, ...]
    undecided: int  #: how many they may decide, shown or not
    assigned: tuple[QueueEntry, ...]  #: to them, with the desk, and others decide
    waiting: tuple[QueueEntry, ...]  #: approved by them or assigned to them, and it is somebody else's turn
    others: tuple[QueueEntry, ...]  #: the rest of the queue
    held: tuple[Held, ...]
    figures: DayFigures
    away: tuple[Absence, ...]
    asked: tuple[Conversation, ...] = ()  #: questions whose turn is the desk's, the gravest first
    unmailed: tuple[Unmailed, ...] = ()
    lost: tuple[ResetCard, ...] = ()  #: phones and apps about which only the desk can decide
