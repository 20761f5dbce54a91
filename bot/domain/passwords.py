"""The password policy: each rule has a code, and says of a password whether it keeps it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

_PART = 3  #: letters or digits in a row, from which on a piece of a name is a part of it
LEAST_OWN = 5  #: different letters or digits that have to be left without what everybody takes

#: what the commonest passwords are made of, in English and German, as `fold` writes it
_COMMON = """
abc admin administrator april august autumn baseball basketball batman berlin changeme chocolate computer
december default deutschland dezember dragon februar february football freitag friday fruehling fuckyou
fussball geheim germany guest hallo heaven hello herbst ichliebedich iloveyou internet jahr januar
january july jumping june juni kennwort killer letmein liverpool login london loveme maerz march master
michael monday monkey montag november october office oktober parole passphrase passwd password passwort
pokemon portal princess samstag saturday schalke schatz secret september service shadow sommer sonntag
spring starwars summer sunday sunshine superman support temp test thursday trustno tuesday user wednesday
welcome whatever willkommen winter year zugang
"""
COMMON_WORDS = tuple(_COMMON.split())
#: neighbours on keyboards, in the alphabet and among the digits; read backwards too
_ROWS = (
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "azertyuiop"),
    *("asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm", "wxcvbn", "1qaz", "2wsx", "3edc", "1q2w3e4r5t"),
)
ROWS = _ROWS + tuple(row[::-1] for row in _ROWS)
#: signs that people write for a letter, believing that nobody else does
LOOKALIKES = {"a": "@4", "b": "8", "e": "3", "g": "9", "i": "1!", "l": "1", "o": "0", "s": "5$", "t": "7"}
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe"})
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "\u0131": "i"})


class PasswordFault(StrEnum):
    """A rule that a password breaks, in the order in which the rules are listed for people."""

    SHORT = "short"
    LONG = "long"
    NO_SIGN = "no_sign"  # neither a symbol nor a digit
    NO_UPPER = "no_upper"
    NO_LOWER = "no_lower"
    USER_ID = "user_id"  # a part of the User ID is in it
    NAME = "name"  # a part of the first or last name is in it
    COMMON = "common"  # little of it is its owner's own
    USED = "used"  # one of the last passwords


class HowSet(StrEnum):
    """How a password came to be."""

    ACTIVATION = "activation"
    CHANGE = "change"  # its owner was signed in, and knew the one before
    PROLONGATION = "prolongation"  # by the link of a partner's clock, which proves the address
    RESET = "reset"  # by a link, after it was forgotten or an administrator wished it


@dataclass(frozen=True, kw_only=True)
class PasswordRules:
    """The numbers of the policy, and what the desk is called: no password is made of that."""

    min_length: int = 12
    max_length: int = 128
    history: int = 24  #: so many of the last passwords are not taken again
    between_changes: timedelta = timedelta(hours=24)
    words: tuple[str, ...] = ()  #: as `parts_of` gives them


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose password it is to be."""

    user_id: str
    first_name: str
    last_name: str


_LONGEST = 4096  #: characters as they were typed; the policy's longest is at most a quarter of it


def normal(password: str) -> str:
    """The one spelling that is hashed: keyboards and systems write é in two ways (Unicode NFC).

    Of one that is longer than any of ours only the beginning: putting accents in order takes a time that
    grows with their square, some minutes for a megabyte of them.
    """
    return unicodedata.normalize("NFC", password[:_LONGEST])


def find_faults(password: str, owner: Owner, rules: PasswordRules) -> tuple[PasswordFault, ...]:
    """Every rule that it breaks, but `used`, for which its owner's history is needed.

    A symbol is a mark of punctuation or any other sign; a space may be in it, and is none.
    """
    text = normal(password)
    if len(password) > _LONGEST or len(text) > rules.max_length:
        return (PasswordFault.LONG,)  # nobody reads a megabyte for the other rules
    return tuple(fault for fault, broken in _look(text, owner, rules) if broken)


def _look(text: str, owner: Owner, rules: PasswordRules) -> Iterator[tuple[PasswordFault, bool]]:
    kinds = {unicodedata.category(sign) for sign in text}
    folded = fold(text)
    names = (*parts_of(owner.first_name), *parts_of(owner.last_name))
    yield PasswordFault.SHORT, len(text) < rules.min_length
    yield PasswordFault.NO_SIGN, not any(kind[0] in "NPS" for kind in kinds)
    yield PasswordFault.NO_UPPER, "Lu" not in kinds
    yield PasswordFault.NO_LOWER, "Ll" not in kinds
    yield PasswordFault.USER_ID, any(part in folded for part in parts_of(owner.user_id))
    yield PasswordFault.NAME, any(part in folded for part in names)
    yield PasswordFault.COMMON, len(set(own_signs(folded, rules.words))) < LEAST_OWN


def parts_of(text: str) -> tuple[str, ...]:
    """Its words of three letters or more, without accents, and as German spells them: muller, mueller."""
    lower = unicodedata.normalize("NFC", text.casefold())
    spellings = (fold(lower), fold(lower.translate(_SPELT)))
    found = (part for spelling in spellings for part in re.findall(r"[^\W_]+", spelling))
    return tuple(dict.fromkeys(part for part in found if len(part) >= _PART))


def fold(text: str) -> str:
    """Without case and accents, so that Zoë, zoe and ZOE are the same."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(sign for sign in apart if not unicodedata.category(sign).startswith("M"))
    return unicodedata.normalize("NFC", bare.casefold().translate(_PLAIN))


def own_signs(folded: str, words: tuple[str, ...]) -> str:
    """What is left of a folded password without common words, runs such as 1234 and qwertz, and marks."""
    rest = _words_pattern(words).sub(" ", folded)
    return "".join(sign for sign in _without_runs(rest) if sign.isalnum())


@cache
def _words_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """The longest first, so that of `passwords` not only `pass` goes."""
    ordered = sorted({*COMMON_WORDS, *words}, key=lambda word: (-len(word), word))
    return re.compile("|".join("".join(map(_lookalike, word)) for word in ordered))


def _lookalike(letter: str) -> str:
    return "[" + re.escape(letter + LOOKALIKES.get(letter, "")) + "]"


def _without_runs(text: str) -> str:
    kept, at = "", 0
    while at < len(text):
        end = at + 1
        while end < len(text) and any(text[at : end + 1] in row for row in ROWS):
            end += 1
        if end - at < _PART:
            kept += text[at]
            end = at + 1
        at = end
    return kept


def may_change_at(set_at: datetime | None, how: HowSet | None, rules: PasswordRules) -> datetime | None:
    """Until when a change has to wait; None for one that need not, as after a reset."""
    if set_at is None or how is None or how is HowSet.RESET:
        return None
    return set_at + rules.between_changes


def words_of(names: Iterable[str]) -> tuple[str, ...]:
    """The words of the desk's own names, for `PasswordRules.words`."""
    return tuple(dict.fromkeys(part for name in names for part in parts_of(name)))
