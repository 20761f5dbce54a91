"""What words mean: `concepts.toml`, looked up in folded words."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from bot.faq.folding import fold

FILE = Path(__file__).with_name("concepts.toml")
_GAP = re.compile(r"[^a-z0-9*]+")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str] | None, re.Pattern[str] | None], ...]:
    """Of each concept what one word may be, and what several in a row may be."""
    table: dict[str, list[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        (name, _one_of(patterns, rows=False), _one_of(patterns, rows=True))
        for name, patterns in table.items()
    )


def _one_of(patterns: Sequence[str], *, rows: bool) -> re.Pattern[str] | None:
    cleaned = [_GAP.sub(" ", fold(one)).strip() for one in patterns]
    kept = [one.replace("*", "[a-z0-9]*") for one in cleaned if (" " in one) is rows]
    return re.compile(rf"\b(?:{'|'.join(kept)})(?!\w)") if kept else None


@lru_cache(maxsize=20_000)
def of_word(word: str) -> frozenset[str]:
    """What one folded word means; a compound may mean several things."""
    return frozenset(name for name, single, _ in _patterns() if single and single.fullmatch(word))


def concepts(words: Sequence[str]) -> frozenset[str]:
    """The names of all that folded words speak of."""
    line = " ".join(words)
    rows = {name for name, _, several in _patterns() if several and several.search(line)}
    return frozenset(rows).union(*map(of_word, words))
