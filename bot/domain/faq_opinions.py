"""Whether an article helped whoever asked, and if not, why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_PHRASING = 300  #: characters of what is taught


class Why(StrEnum):
    """What was wrong with an answer that did not help."""

    WRONG = "wrong"  # it answers another question
    UNCLEAR = "unclear"
    DID_NOT_WORK = "did_not_work"  # done as it says


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What somebody thinks of an article that they were shown; of them it says nothing."""

    topic: str
    lang: str
    helped: bool
    why: Why | None = None
    conversation_id: int = 0  #: 0 on the portal's own page, where nobody is known


@dataclass(frozen=True, kw_only=True)
class Taught:
    """Words that staff gave to an article."""

    topic: str
    text: str
    by: str  #: a Slack id
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """A question that no article answered."""

    ref: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Unhelpful:
    """An article by what was thought of it in a week."""

    topic: str
    lang: str
    not_helped: int
    helped: int
    why: tuple[tuple[Why, int], ...] = ()  #: the most frequent reason first


@dataclass(frozen=True, kw_only=True)
class UnhelpfulArticle:
    """The same with its title."""

    title: str
    judged: Unhelpful


@dataclass(frozen=True, kw_only=True)
class FaqWeek:
    """What the articles lacked in a week."""

    unanswered: tuple[Unanswered, ...] = ()
    unhelpful: tuple[UnhelpfulArticle, ...] = ()
