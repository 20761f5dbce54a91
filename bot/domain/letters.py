"""Letters of staff to a case's sponsor: questions, which wait for an answer, and replies, which do not."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.cases import CaseStatus
from bot.domain.errors import NothingWritten, TooManyQuestions
from bot.domain.outbox import JobStatus

LONGEST_LETTER = 3_000  #: characters; as many as a field of Slack's holds
MOST_QUESTIONS = 20  #: in one letter

#: a number or a dot that somebody typed before a question: the mail gives each its own
_MARK = re.compile(r"^\s*(?:\(?[1-9]\d?[.)]+|[-*•–])\s+")  # noqa: RUF001 - the dash people type


class Letter(StrEnum):
    """What staff write; each is the name of its mail."""

    QUESTION = "desk_question"
    REPLY = "desk_reply"


#: mails for whose answer a case waits, and letters, by which what its sponsor wrote is dealt with
ASKING = frozenset({"ris_problems", *Letter})

#: mails of no decision that say how a case stands: while it stands so, one that was discarded or came back
#: may be written anew
STANDINGS = {"site_ready": CaseStatus.LIVE, "withdrawal": CaseStatus.WITHDRAWN}

#: in which states each may be written: who is asked has to be able to change something by the answer, and
#: to a sender whom nobody has taken in nothing is written
WRITABLE = {
    Letter.QUESTION: frozenset({CaseStatus.IN_REVIEW, CaseStatus.WAITING_FOR_SPONSOR}),
    Letter.REPLY: frozenset(CaseStatus) - {CaseStatus.RECEIVED},
}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A letter that is being written, as its modal carries it."""

    letter: Letter
    ref: str
    seen: str  #: the content hash of what its writer saw of the case
    key: str  #: tells this letter from any other: submitted twice it goes once
    text: str = ""
    seal: str = ""  #: of the mail that was shown; "" before one was
    read_to: int = 0  #: the newest note of what its sponsor wrote, as its writer saw the case


@dataclass(frozen=True, kw_only=True)
class ShownMail:
    """A mail about a case in words, as staff are shown it; what is secret in it is hidden."""

    template: str
    to: str
    cc: tuple[str, ...]
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """A question of staff that nobody has answered."""

    number: int  #: counts from 1 within its case
    text: str
    asked_by: str
    asked_at: datetime
    mail: JobStatus  #: how far its mail is


def read_questions(text: str) -> tuple[str, ...]:
    """Each line is a question, without the number it may have; raise NothingWritten, TooManyQuestions."""
    lines = [_MARK.sub("", line, count=1).strip() for line in _lines(text)]
    questions = tuple(line for line in lines if says_something(line))
    if not questions:
        raise NothingWritten
    if len(questions) > MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS, written=len(questions))
    return questions


def read_paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph, between which empty lines stand; raise NothingWritten."""
    if not says_something(text):
        raise NothingWritten
    paragraphs: list[list[str]] = [[]]
    for line in _lines(text):
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def _lines(text: str) -> list[str]:
    return text[:LONGEST_LETTER].replace("\r\n", "\n").replace("\r", "\n").split("\n")


def says_something(text: str) -> bool:
    """Whether there is a letter or a digit in it: blanks and signs that nobody sees say nothing."""
    return any(sign.isalnum() for sign in text)


def seal_of(to: str, cc: tuple[str, ...], words: Mapping[str, Any]) -> str:
    """The hex SHA-256 of what makes a mail: a letter goes only as it was shown."""
    return hashlib.sha256(json.dumps([to, cc, words], sort_keys=True).encode()).hexdigest()
