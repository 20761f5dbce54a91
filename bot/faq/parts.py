"""A sentence that asks two things is two parts, and some parts ask for something of their own.

How they begin stands in `parts.toml`.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bot.faq.folding import fold, words

_FILE = Path(__file__).with_name("parts.toml")
_FEWEST = 3  #: words that a part needs to be one
_OWN = 2  #: of those that tell something, where it could go on with the question before it
_NAME = re.compile(r"<([a-z]+)>")


def parts(sentence: str) -> list[str]:
    """The questions in it, in order; itself where it holds one."""
    found: list[str] = []
    begin = 0
    for at in _pattern("break").finditer(sentence):
        left, right = sentence[begin : at.start()], sentence[at.end() :]
        if min(len(left.split()), len(right.split())) < _FEWEST or _pattern("dependent").search(left):
            continue
        if at[1] and not (inquires(left) and len(telling(right)) >= _OWN):
            continue
        found.append(left)
        begin = at.end()
    return [*found, sentence[begin:]]


def asks(part: str) -> bool:
    """Whether it asks something that is more than help with the rest."""
    return _pattern("asks").search(part) is not None and bool(telling(part))


def inquires(part: str) -> bool:
    """Whether it asks, or says that somebody wonders: "we do not know how long …"."""
    return asks(part) or _pattern("within").search(part) is not None


def wishes(part: str) -> bool:
    """Whether it asks for something to be done, or says itself that it begins anew."""
    return _pattern("wishes").search(part) is not None and bool(telling(part))


def hangs(part: str) -> bool:
    """Whether a question hangs on what stands beside it, as "how long does that last?" does."""
    return _pattern("hangs").search(part) is not None


def telling(part: str) -> list[str]:
    """Its words, folded, without those that only ask for help."""
    return [word for word in words(fold(part)) if word not in _idle()]


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _idle() -> frozenset[str]:
    return frozenset(word for listed in _table()["idle"].values() for word in words(fold(listed)))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_one_of(_table()["parts"][name]), re.IGNORECASE)


def _one_of(patterns: Sequence[str]) -> str:
    joined = "|".join(patterns)
    return f"(?:{_NAME.sub(lambda found: _one_of(_table()['words'][found[1]]), joined)})"
