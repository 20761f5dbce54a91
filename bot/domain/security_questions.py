"""Security questions: which there are, how answers are compared, and what an answer must be."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.passwords import fold

HOW_MANY = 3
LEAST = 3  #: letters or digits of an answer
MOST = 100  #: signs of an answer as it is typed


class Question(StrEnum):
    """Each asks for what stays the same, is remembered, and does not stand in a profile."""

    TEACHER = "teacher"
    STREET = "street"
    FRIEND = "friend"
    CONCERT = "concert"
    FIRST_JOB = "first_job"
    FLIGHT = "flight"
    GRANDMOTHER = "grandmother"
    DISH = "dish"
    BOOK = "book"
    PET = "pet"
    HOLIDAY = "holiday"
    CAR = "car"


class AnswerFault(StrEnum):
    """What is wrong with a question or its answer."""

    NO_QUESTION = "no_question"  # none is chosen, or none of ours
    SAME_QUESTION = "same_question"  # it was chosen above
    SHORT = "short"
    LONG = "long"
    SAME_ANSWER = "same_answer"  # it was given above


@dataclass(frozen=True)
class Given:
    """A question and its answer as they came from a form."""

    question: str
    answer: str


def normal(answer: str) -> str:
    """What is hashed and compared: without case, accents, spaces and marks; "" for nothing but marks."""
    wide = unicodedata.normalize("NFKC", answer[:MOST])
    return "".join(sign for sign in fold(wide) if sign.isalnum())


def find_faults(given: Sequence[Given]) -> tuple[AnswerFault | None, ...]:
    """The first fault of each of three, in their order; None for one that is sound."""
    return tuple(_fault(one, given[:at]) for at, one in enumerate(given))


def _fault(one: Given, above: Sequence[Given]) -> AnswerFault | None:
    if one.question not in set(Question):
        return AnswerFault.NO_QUESTION
    if one.question in {other.question for other in above}:
        return AnswerFault.SAME_QUESTION
    if len(one.answer) > MOST:
        return AnswerFault.LONG
    if len(normal(one.answer)) < LEAST:
        return AnswerFault.SHORT
    if normal(one.answer) in {normal(other.answer) for other in above}:
        return AnswerFault.SAME_ANSWER
    return None
