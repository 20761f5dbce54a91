"""What a person reads, however sure the search is: commands, secrets, other people's data, threats.

The patterns stand in `barriers.toml`, and once: what is read first is told by them too (`marks`).
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.domain.faq import Barrier
from bot.domain.languages import is_foreign
from bot.domain.programmes import Programme
from bot.faq.folding import fold

LONGEST = 20_000  #: characters of one message; a longer one is no question
_FILE = Path(__file__).with_name("barriers.toml")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_NAME = re.compile(r"<([a-z_]+)>")
_REST = r"\w*"
_CLAUSE = re.compile(r"[,;:.!?]+|\b(?:and|but|und|aber|doch)\b")
_BEGINNING = re.compile(r"[a-z ]+\\w\*")


def barrier(message: str, said: str) -> Barrier | None:
    """Why a person has to read it, None where nobody has to.

    `message`: as it came. `said`: the sender's own words of it.
    """
    if len(message) > LONGEST:
        return Barrier.TOO_LONG
    if is_foreign(said):
        return Barrier.LANGUAGE
    line = _line(said)
    return next((reason for reason in _barriers() if _barriers()[reason].search(line)), None)


def speaks_of(reason: Barrier, said: str) -> bool:
    """Whether words are stopped for that reason, whatever comes first."""
    return _barriers()[reason].search(_line(said)) is not None


def is_upset(said: str) -> bool:
    return _pattern("marks", "upset").search(_line(said)) is not None


def names_another(said: str) -> bool:
    """Whether it speaks of somebody besides whoever writes."""
    return _pattern("others", "named").search(_line(said)) is not None


def is_unanswered(sentence: str) -> bool:
    """Whether it sounds like what an article is about, and none answers it."""
    return _pattern("sentences", "unanswered").search(_line(sentence)) is not None


def is_thanks(sentence: str) -> bool:
    """Whether it only says that something went well."""
    return _pattern("sentences", "thanks").search(_line(sentence)) is not None


def programme_of(said: str) -> Programme | None:
    """The one programme that it names."""
    named = [one for one in Programme if _pattern("programmes", one).search(_line(said))]
    return named[0] if len(named) == 1 else None


def barred(said: str) -> frozenset[str]:
    """The topics that it keeps from being the answer, by some clause of it or as a whole."""
    line = _line(said)
    clauses = [" ".join(clause.split()) for clause in _CLAUSE.split(line)]
    found = {topic for topic in _table()["barred"] if any(map(_pattern("barred", topic).search, clauses))}
    whole = _table()["barred_by_message"]
    return frozenset(found | {topic for topic in whole if _pattern("barred_by_message", topic).search(line)})


def _line(said: str) -> str:
    return _HYPHEN.sub(" ", " ".join(fold(said).split()))


@cache
def _table() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _barriers() -> Mapping[Barrier, re.Pattern[str]]:
    """In the order in which they are asked."""
    return {Barrier(name): _pattern("barriers", name) for name in _table()["barriers"]}


@cache
def _pattern(part: str, name: str) -> re.Pattern[str]:
    table = _table()
    return re.compile(_one_of(table[part][name], table["words"]))


def _one_of(patterns: Sequence[str], words: Mapping[str, Sequence[str]]) -> str:
    """Any of the patterns; names in them are looked up, and names in what they stand for.

    Beginnings of words share their end: to compile it for each is what loading takes longest for.
    """
    begun = [one.removesuffix(_REST) for one in patterns if _BEGINNING.fullmatch(one)]
    whole = [one for one in patterns if not _BEGINNING.fullmatch(one)]
    joined = "|".join([*whole, *([f"(?:{'|'.join(begun)}){_REST}"] if begun else [])])
    return (
        "(?:"
        + _NAME.sub(lambda found: _one_of(words[found[1]], words) if found[1] in words else found[0], joined)
        + ")"
    )
