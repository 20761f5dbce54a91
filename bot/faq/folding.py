"""Spelling that says the same is made the same: case, accents, and the ways to write an umlaut."""

import re
import unicodedata
from functools import lru_cache

#: "ü", "ue" and "u" become one: in "Schlüssel", "Schluessel" and "Schlussel"
_DIGRAPH = re.compile(r"([aou])e")
_WORD = re.compile(r"[a-z0-9]+")
_APOSTROPHE = re.compile(r"(?<=[a-z])['\u2019\u00b4`](?=[a-z])")
LONGEST_WORD = 40  #: a longer one is no word


def fold(text: str) -> str:
    """Lower-case letters without accents, and "don't" as "don t"; what else stands there stays."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return _APOSTROPHE.sub(" ", _DIGRAPH.sub(r"\1", plain))


def words(folded: str) -> list[str]:
    """The words of a folded text, in order."""
    return [word for word in _WORD.findall(folded) if len(word) <= LONGEST_WORD]


@lru_cache(maxsize=20_000)
def grams(word: str) -> tuple[str, ...]:
    """Its pieces of three to five letters, edges marked: what compounds and typos leave in common."""
    edged = f" {word} "
    starts = ((size, start) for size in (3, 4, 5) for start in range(max(1, len(edged) - size + 1)))
    return tuple(dict.fromkeys(edged[start : start + size] for size, start in starts))
