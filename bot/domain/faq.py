"""What the desk makes of a question: the topics it may be about, how sure that is, and what to do then."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from bot.domain.programmes import Programme

#: from which probability on an answer goes by itself, and from which on three are offered
ANSWER_FROM: Final = 0.6
OFFER_FROM: Final = 0.2
OFFERED: Final = 3  #: topics that are offered


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article as it was written; `body` is Markdown in Jinja, which the policy fills."""

    id: str
    lang: str
    title: str
    programme: Programme  #: whose desk owns the answer
    holds_for_both: bool = False  #: or the other one's, for whoever asks of that
    related: tuple[str, ...]
    source: str
    updated: date
    phrasings: tuple[str, ...]
    body: str


class Reaction(StrEnum):
    """What follows from a reading."""

    ANSWER = "answer"
    OFFER = "offer"
    PERSON = "person"


class Barrier(StrEnum):
    """Why a person reads it, however sure the search is."""

    COMMAND = "command"  #: it tells the bot, or whoever reads it, what to do to accounts or to itself
    SECRET = "secret"  # noqa: S105 - it asks for a password, a code or a key
    SOMEBODY_ELSE = "somebody_else"  #: it asks for what belongs to another person
    LOST_FACTOR = "lost_factor"  #: a second factor is to be taken away
    SECURITY = "security"  #: something may have been broken into
    LEGAL = "legal"
    LANGUAGE = "language"  #: neither English nor German
    TOO_LONG = "too_long"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A topic, and the probability that it is what was asked for."""

    topic: str
    score: float


@dataclass(frozen=True, kw_only=True)
class QuestionReading:
    """What was found for one question: the candidates by falling rank, none of them behind a barrier."""

    lang: str
    candidates: tuple[Candidate, ...] = ()
    barrier: Barrier | None = None
    second: Candidate | None = None  #: another question in the same message, as surely answered
    programme: Programme | None = None  #: the one that the words name
    has_rest: bool = False  #: and something besides, which none of them answers

    @property
    def matters(self) -> int:
        """How many things are asked for, at least."""
        return 1 + bool(self.second) + self.has_rest

    @property
    def score(self) -> float:
        return self.candidates[0].score if self.candidates else 0.0

    @property
    def reaction(self) -> Reaction:
        if self.barrier or self.score < OFFER_FROM:
            return Reaction.PERSON
        return Reaction.ANSWER if self.score >= ANSWER_FROM else Reaction.OFFER

    @property
    def topic(self) -> str | None:
        """What the desk answers by itself."""
        return self.candidates[0].topic if self.reaction is Reaction.ANSWER else None


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Messages of about the same score; one that can be believed is as large as the share of right ones."""

    low: float
    high: float
    count: int
    score: float  #: the mean
    right: float  #: the share of those whose first topic is right
