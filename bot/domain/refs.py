"""What cases, questions, accounts and codes are called, as people type it: C-7, "c7", with any dash."""

import re
import unicodedata
from typing import Final

#: blanks, hyphens of every kind, and what nobody sees: as a category of Unicode
BETWEEN: Final = frozenset({"Zs", "Zl", "Zp", "Pd", "Cc", "Cf"})

#: hyphens and dashes of every length, and the minus: keyboards and editors make one of the other
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")

#: what stands around an address in a sentence, or marks it up, and is not of it
AROUND_ADDRESS: Final = (
    ".,;:!()[]<>*`\"'\u2026\u2022\u00ab\u00bb\u2018\u2019\u201a\u201c\u201d\u201e\u2039\u203a"
)
#: and around a name or a code; an address may begin or end in these
AROUND: Final = f"{AROUND_ADDRESS}_~{{}}?"

#: what people write before a name of ours
_NOUN = re.compile(
    r"\W*(?:case|question|account|invitation|erasure|fall|frage|konto|einladung|löschung)\b[\s:]+"
    rf"(?=[^\w\s-]*[acepqrx]?[#{''.join(map(chr, _DASHES))}-]?[0-9]{{1,9}}\b)",
    re.IGNORECASE,
)


def read_ref(text: str, sign: str) -> int | None:
    """The number behind that sign (a pattern), in capitals or not; None when it is no such name."""
    # What stands around a name in a sentence, or marks it up, is not of it.
    named = rf"[^\w-]*{sign}([0-9]{{1,9}})(['\u2019]s)?\W*"
    found = re.fullmatch(named, text.translate(_DASHES).strip("_"), re.IGNORECASE)
    return int(found[1]) if found else None


def without_noun(text: str) -> str:
    """What follows "case" or another of our nouns where that is a name: "Q-3" of "case: Q-3"."""
    found = _NOUN.match(text)
    return text[found.end() :] if found else text


def read_number(text: str) -> int | None:
    """Of "7" and "#7", which tell the number and not of what."""
    return read_ref(text, "[#-]?")


def signs_of(text: str) -> str:
    """The signs of a code that somebody types or pastes, in small letters; nothing between or around them."""
    signs = (sign for sign in text.translate(_DASHES).lower() if unicodedata.category(sign) not in BETWEEN)
    return "".join(signs).strip(AROUND)
