"""What people type to find something, and which words of a case or question answer it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from bot.domain.accounts import Account
from bot.domain.cases import CaseStatus
from bot.domain.conversations import Conversation
from bot.domain.mail import Address
from bot.domain.partners import Invitation
from bot.domain.refs import read_number, read_ref, without_noun
from bot.domain.ris import RisCase
from bot.domain.told_passwords import without_passwords

MOST_WORDS: Final = 12  #: of what is typed; more are left out, and that is said
MOST_TYPED: Final = 300  #: characters of it that are looked at
LONGEST: Final = 300  #: characters of a value that are searched

_WORD: Final = re.compile(r"[^\W_]+")
_E164: Final = re.compile(r"\+[0-9]{1,15}")
#: letters that no accent is taken off, beside those as which they are typed
_LETTERS: Final = str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "ħ": "h",
})  # fmt: skip
_WRITTEN_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_MARKS: Final = frozenset({"Mn", "Me", "Cf"})
#: figures as a phone number is written, over several words
_FIGURES: Final = re.compile(r"(?<![^\s])\+?[0-9(][0-9()/.\- ]{3,}[0-9](?![^\s])", re.ASCII)
LEAST_OF_PHONE: Final = 5  #: figures; fewer are no phone number


class Subject(StrEnum):
    """What a value is."""

    NUMBER = "number"  # C-7, Q-3
    COMPANY = "company"
    PERSON = "person"
    ADDRESS = "address"
    PHONE = "phone"
    ORDER = "order"  # the purchase order
    VAT_ID = "vat_id"
    TITLE = "title"  # the subject of a question
    WORDS = "words"  # a line of what was asked


#: what a case or question is called: who types one of these means it
NAMES: Final = frozenset({Subject.NUMBER, Subject.COMPANY})


class Value(NamedTuple):
    """Something that a case or question can be found by, as it is written there.

    A tuple, for each form has dozens.
    """

    subject: Subject
    text: str


@dataclass(frozen=True)
class Phrase:
    """Words that stand in a row; the last may be only begun."""

    words: tuple[str, ...]
    begun: bool = True

    def is_in(self, words: Sequence[str]) -> bool:
        size = len(self.words)
        rows = (tuple(words[at : at + size]) for at in range(len(words) - size + 1))
        return any(row[:-1] == self.words[:-1] and self._ends(row[-1]) for row in rows)

    def _ends(self, word: str) -> bool:
        return word.startswith(self.words[-1]) if self.begun else word == self.words[-1]


@dataclass(frozen=True)
class Wanted:
    """One thing that is looked for: any of these will do, and of one all its phrases are needed."""

    any_of: tuple[tuple[Phrase, ...], ...]

    @property
    def phrases(self) -> Iterator[Phrase]:
        return (phrase for together in self.any_of for phrase in together)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A case or question that has every word; `matched` are values of it that have some."""

    ref: str
    title: str  #: the company, or the question's subject
    at: datetime  #: when it came
    status: CaseStatus | None = None  #: None of a question
    matched: tuple[Value, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Findings:
    """One page of what was found, best and newest first."""

    typed: str
    found: tuple[Found, ...] = ()
    page: int = 1  #: counts from 1
    pages: int = 0
    total: int = 0
    capped: bool = False  #: whether there is more than `total`
    left_out: bool = False  #: whether more was typed than is looked at
    invited: tuple[Invitation, ...] = ()  #: to the Extranet, by number or address
    account: Account | None = None  #: whose A-7 is typed, as in our mails, or whose request R-7 or E-7
    erasure: str = ""  #: the X-7 that is typed, where there is one


def read(typed: str) -> tuple[tuple[Wanted, ...], bool]:
    """Everything that is looked for, and whether more was typed than that; whatever stands there is words."""
    text = without_noun(typed[:MOST_TYPED])
    wanted = list(_read(text))
    return tuple(wanted[:MOST_WORDS]), len(wanted) > MOST_WORDS or len(typed) > MOST_TYPED


def _read(text: str) -> Iterator[Wanted]:
    at = 0
    for figures in _FIGURES.finditer(text):
        yield from _read_words(text[at : figures.start()])
        if phone := _read_phone(figures[0]):
            yield phone
        else:
            yield from _read_words(figures[0])
        at = figures.end()
    yield from _read_words(text[at:])


def _read_words(text: str) -> Iterator[Wanted]:
    for word in text.split():
        if any_of := _any_of(word):
            yield Wanted(any_of)


def _any_of(word: str) -> tuple[tuple[Phrase, ...], ...]:
    for kind in "cq":
        if (named := read_ref(word, f"{kind}-?")) is not None:
            return ((Phrase((f"{kind}{named}",), begun=False),),)
    rows = [Phrase(tuple(words)) for words in spellings(word)]
    if (number := read_number(word)) is not None:
        rows += [Phrase((f"{kind}{number}",), begun=False) for kind in "cq"]
    return tuple((row,) for row in rows)


def _read_phone(figures: str) -> Wanted | None:
    """As a phone number, however it is grouped and with or without its country; or as the words it is."""
    number = re.sub(r"[^0-9]", "", figures).lstrip("0")
    if len(number) < LEAST_OF_PHONE:
        return None
    whole, ending = Phrase((number,)), Phrase((_backwards(number),))
    words = [Phrase(tuple(row)) for word in figures.split() for row in spellings(word)]
    return Wanted(((whole,), (ending,), tuple(words)))


def _backwards(number: str) -> str:
    """So that the end of a number is the beginning of a word."""
    return f"r{number[::-1]}"


def spellings(text: str) -> list[list[str]]:
    """The words of a text without case and accents; a second time with its umlauts written out, if any."""
    if text.isascii():  # what nearly all texts are, quickly
        words = _WORD.findall(text[:LONGEST].lower())
        return [words] if words else []
    cut = unicodedata.normalize("NFC", text[:LONGEST]).casefold()
    both = [_words(cut), _words(cut.translate(_WRITTEN_OUT))]
    return [words for words in (both[:1] if both[0] == both[1] else both) if words]


def _words(text: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    return _WORD.findall("".join(sign for sign in apart if unicodedata.category(sign) not in _MARKS))


def rows_of(value: Value) -> list[list[str]]:
    """The words by which a value is found, each row for itself."""
    if value.subject is Subject.NUMBER:
        return [[value.text.replace("-", "").lower()]]
    if value.subject is Subject.PHONE and _E164.fullmatch(value.text):  # as nearly all phones are, quickly
        return [[value.text[1:]], [_backwards(value.text[1:])]]
    rows = spellings(value.text)
    if value.subject is Subject.PHONE and (number := re.sub(r"[^0-9]", "", value.text)):
        rows += [[number], [_backwards(number)]]
    return rows


def matching(values: Sequence[Value], wanted: Sequence[Wanted]) -> tuple[Value, ...]:
    """Those that have something of what is looked for, each once, and first what has most of it."""
    points = {value: _points(rows_of(value), wanted) for value in dict.fromkeys(values)}
    return tuple(sorted((value for value in points if points[value]), key=lambda value: -points[value]))


def _points(rows: Sequence[Sequence[str]], wanted: Sequence[Wanted]) -> int:
    return sum(any(phrase.is_in(row) for phrase in one.phrases for row in rows) for one in wanted)


def values_of_case(ref: str, ris: RisCase, *, sponsor: Address, cc: Sequence[str], title: str) -> list[Value]:
    """By what a case is found: what its form holds, and who sent it in which mail."""
    company = ris.company
    texts: dict[Subject, Sequence[str]] = {
        Subject.NUMBER: [ref],
        Subject.COMPANY: [company.name],
        Subject.PERSON: [
            company.contact_name,
            sponsor.name,
            *(f"{user.first_name} {user.last_name}".strip() for user in ris.users),
        ],
        Subject.ADDRESS: [company.contact_email, sponsor.address, *cc, *(user.email for user in ris.users)],
        Subject.PHONE: [company.contact_phone, *(phone for user in ris.users for phone in user.phones)],
        Subject.ORDER: [company.purchase_order],
        Subject.VAT_ID: [company.vat_id],
        Subject.TITLE: [without_passwords(title)],
    }
    return [Value(subject, text) for subject, several in texts.items() for text in several if text]


def values_of_conversation(conversation: Conversation) -> list[Value]:
    """By what a question is found: who asked, its subject, and what it says without a password in it."""
    texts = {
        Subject.NUMBER: conversation.ref,
        Subject.PERSON: conversation.name,
        Subject.ADDRESS: conversation.address,
        Subject.TITLE: without_passwords(conversation.subject),
    }
    lines = (line.strip() for line in without_passwords(conversation.words).splitlines())
    pieces = (line[at : at + LONGEST] for line in lines for at in range(0, len(line), LONGEST))
    return [
        *(Value(subject, text) for subject, text in texts.items() if text),
        *(Value(Subject.WORDS, piece) for piece in pieces),
    ]
