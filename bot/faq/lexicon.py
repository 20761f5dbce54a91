"""What words mean: `concepts.toml`, looked up in folded words."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from bot.faq.folding import fold

FILE = Path(__file__).with_name("concepts.toml")
_GAP = re.compile(r"[^a-z0-9*]+")


@dataclass(frozen=True, kw_only=True)
class _Lexicon:
    """The patterns by their shape: what one word is, begins with, ends in or holds; else expressions."""

    whole: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    first: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    last: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    inner: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    odd: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)
    rows: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)  #: several words in a row

    def add(self, name: str, patterns: Sequence[str]) -> None:
        cleaned = [_GAP.sub(" ", fold(one)).strip() for one in patterns]
        for one in cleaned:
            if " " not in one:
                self._add_word(name, one)
        if rows := [one for one in cleaned if " " in one]:
            self.rows.append((name, re.compile(rf"\b(?:{'|'.join(map(_expression, rows))})(?!\w)")))

    def _add_word(self, name: str, pattern: str) -> None:
        bare = pattern.strip("*")
        if "*" in bare:
            self.odd.append((name, re.compile(_expression(pattern))))
            return
        shape = {"": self.whole, "*": self.first}
        if pattern.startswith("*"):
            shape = {"": self.last, "*": self.inner}
        shape["*" if pattern.endswith("*") else ""][bare].add(name)

    def of_word(self, word: str) -> Iterator[str]:
        yield from self.whole.get(word, ())
        for at in range(len(word) + 1):
            yield from self.first.get(word[:at], ())
            yield from self.last.get(word[at:], ())
        for part, names in self.inner.items():
            if part in word:
                yield from names
        yield from (name for name, pattern in self.odd if pattern.fullmatch(word))


def _expression(pattern: str) -> str:
    return pattern.replace("*", "[a-z0-9]*")


@cache
def _load() -> _Lexicon:
    found = _Lexicon()
    for name, patterns in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        found.add(name, patterns)
    return found


@lru_cache(maxsize=20_000)
def of_word(word: str) -> frozenset[str]:
    """What one folded word means; a compound may mean several things."""
    return frozenset(_load().of_word(word))


def concepts(words: Sequence[str]) -> frozenset[str]:
    """The names of all that folded words speak of."""
    line = " ".join(words)
    rows = {name for name, several in _load().rows if several.search(line)}
    return frozenset(rows).union(*map(of_word, words))
