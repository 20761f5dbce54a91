"""Find the answers in a reply: which of the numbered questions each of its lines is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from bot.domain.thanks import is_polite

LONGEST_ANSWER: Final = 500  #: characters kept of one; no cell of the form needs more
MOST_LINES: Final = 2_000
_FEW_WORDS: Final = 6  #: more of them are a sentence

_NUMBER: Final = r"(?P<number>[1-9]\d{0,2})"
_WORDS: Final = (
    r"(?:frage|question|punkt|point|position|item|antwort|answer|number|nummer)\s{0,3}"
    r"(?:(?:nr|no)\.?\s{0,2})?"
)
_DASH: Final = "\u2013-"  #: as programs write it, and as people type it
_BULLET: Final = rf"[\s*•{_DASH}]{{0,5}}"
#: "1. 10115", "2) …", "(3) …", "4: …", "5 - …", or a table's row; a decimal number or a time is none
_PLAIN: Final = re.compile(
    rf"{_BULLET}[(\[]?{_NUMBER}(?:(?P<sign>[)\]])[.:]?|(?P<dot>[.:])(?!\d)|\s{{1,3}}[={_DASH}]\s|\t)"
)
#: "1. April 2026", "2. Quartal": no number of a question
_DATE: Final = re.compile(
    r"\s?(?:(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|m(?:arch|ärz)|apr(?:il)?|ma[yi]|jun[ei]?|jul[yi]?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?(?:\s+\d{4}|\s*$|\s*[.,;:])"
    r"|(?:quartal|halbjahr|quarter|kw|woche|etage|stock|og|obergeschoss)\b)",
    re.IGNORECASE,
)
#: "zu 2: …", "ad 3)", "Frage 4: …", "Nr. 5 …", "to question 6 …", "#7"
_NAMED: Final = re.compile(
    rf"{_BULLET}(?:(?:(?:zu|ad|re|to)\s{{1,3}}(?:(?:der|the)\s)?)?{_WORDS}"
    r"|(?:zu|ad)\s{1,3}(?:(?:nr|no)\.?\s{0,2})?|(?:nr|no)\.\s{0,3}|#\s?)"
    rf"{_NUMBER}(?!\d)(?:\s{{0,3}}[.):=\]{_DASH}]{{1,2}}(?!\d)|(?=\s|$)(?!\s{{0,3}}(?:und|and|u\.|&|bis)\s))",
    re.IGNORECASE,
)
#: "Q1: …", "to 2: …": words that say less need a sign behind the number
_LETTERED: Final = re.compile(
    rf"\s{{0,5}}(?:[QFA]|(?:re|to|on)\s){_NUMBER}\s?[.):]{{1,2}}(?!\d)", re.IGNORECASE
)
#: our own list in what is quoted, as text or as the row of a table
_QUOTED: Final = re.compile(rf"\s*>[>\s|]{{0,20}}{_NUMBER}(?:[.)](?!\d)|\s?\|)")
#: the next number on the same line, by the sign behind the first one
_NEXT: Final = {
    ")": re.compile(rf"(?<=[\s,;/|])\(?{_NUMBER}\)"),
    ".": re.compile(rf"(?:(?<=[,;/|]\s)|(?<=[,;/|])|(?<=\s\s)){_NUMBER}\.(?!\d)"),
    ":": re.compile(rf"(?<=[\s,;/|]){_NUMBER}:\s"),
}


@dataclass(frozen=True, kw_only=True)
class Given:
    """What stands under one number, on one line; `text` may be empty."""

    number: int
    text: str


class _Line(NamedTuple):
    text: str
    quoted: bool = False


def read_answers(text: str, quoted_text: str = "") -> tuple[Given, ...]:
    """The answers of a mail in the order in which they stand; a number may come several times.

    `text` is what the sender wrote, `quoted_text` the whole text with what it quotes: an answer below a
    quoted question takes its number. Each is read once, line by line.
    """
    return _read(text, quoted_text).end()


def read_beside(text: str, quoted_text: str = "") -> tuple[str, str]:
    """What stands under no number: above the first answer, and anywhere else."""
    reader = _read(text, quoted_text)
    return (reader.above, reader.below) if reader.end() else ("", text)


def _read(text: str, quoted_text: str) -> "_Reader":
    reader = _Reader()
    for line in _lines(text, quoted_text):
        reader.take(line)
    return reader


def read_bare_answer(text: str, *, sender: str = "") -> Given | None:
    """A few words without a number, besides greetings: what answers a question that was the only one."""
    lines = [line.strip() for line in text.split("\n", MOST_LINES)[:MOST_LINES] if line.strip()]
    said = [line for line in lines if not is_polite(line[:LONGEST_ANSWER], sender=sender)]
    if len(said) != 1 or len(said[0].split()) > _FEW_WORDS or said[0].endswith(("?", "!", ".", ":")):
        return None
    return Given(number=1, text=said[0][:LONGEST_ANSWER])


def _lines(text: str, quoted_text: str) -> Iterator[_Line]:
    """The sender's lines between those that they quote; signatures and the programs' own are neither."""
    own = [line.strip() for line in text.split("\n", MOST_LINES)[:MOST_LINES]]
    whole = quoted_text.split("\n", MOST_LINES)[:MOST_LINES]
    if not any(_is_quoted(line) for line in whole):
        yield from map(_Line, own)
        return
    filled = (line for line in own if line)
    expected = next(filled, None)
    for line in whole:
        if _is_quoted(line):
            yield _Line(line, quoted=True)
        elif not line.strip():
            yield _Line("")
        elif line.strip() == expected:
            yield _Line(expected)
            expected = next(filled, None)


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


class _Reader:
    """Which number is being answered, line for line."""

    def __init__(self) -> None:
        self._given: list[Given] = []
        self._number: int | None = None
        self._said: list[str] = []
        self._asked: int | None = None  #: the number last seen in what is quoted
        self.above = self.below = ""  #: the first answer, in lines that are none

    def take(self, line: _Line) -> None:
        if line.quoted:
            self._close()
            if found := _QUOTED.match(line.text):
                self._asked = int(found["number"])
        elif not line.text:
            if self._said:  # an empty line ends an answer, but not before it began
                self._close()
        elif started := list(_numbered(line.text)):
            for number, said in started:
                self._open(number, said)
        elif self._number is not None:
            self._said.append(line.text)
        elif self._asked is not None:
            self._open(self._asked, line.text)
        elif self._given:
            self.below += f"{line.text}\n"
        else:
            self.above += f"{line.text}\n"

    def end(self) -> tuple[Given, ...]:
        self._close()
        return tuple(self._given)

    def _open(self, number: int, said: str) -> None:
        self._close()
        self._number, self._said = number, [said] if said else []
        self._asked = None

    def _close(self) -> None:
        if self._number is not None:
            text = " ".join(" ".join(self._said).split())[:LONGEST_ANSWER]
            self._given.append(Given(number=self._number, text=text))
        self._number, self._said = None, []


def _numbered(line: str) -> Iterator[tuple[int, str]]:
    """The answers that begin on this line, several where their numbers follow each other; or nothing."""
    plain = _PLAIN.match(line)
    start = plain or _NAMED.match(line) or _LETTERED.match(line)
    if start is None:
        return
    if plain and plain["dot"] == "." and _DATE.match(line, plain.end()):
        return
    number, begins = int(start["number"]), start.end()
    following = _NEXT.get((plain["sign"] or plain["dot"] or "") if plain else "")
    for mark in following.finditer(line, begins) if following else ():
        if int(mark["number"]) == number + 1:
            yield number, line[begins : mark.start()].strip(" ,;/|")
            number, begins = number + 1, mark.end()
    yield number, line[begins:].strip()
