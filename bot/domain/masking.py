"""License Keys in people's words: which words may be one, and the same text with the known ones masked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.domain.license_keys import DIGITS, Shape, kinds_of

#: Folded signs from which a key is told from what people write anyway: of 4 digits it might be any year,
#: house number or PO, and masking those would spoil forms.
RECOGNISED_FROM = 8

_PLAIN, _ANY = "A-Za-z0-9", "!-,.-~"
#: What people and their programs put between a key's signs: spaces, hyphens, a minus, what is not seen …
_SPACE = (
    r"\s\-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
    r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
)
#: … and the marks of a quoted line.
_QUOTED = r"\n[ \t]*+(?:[>|][ \t]*+)++"
_RUN = "[{sign}](?:(?:{quoted}|[{space}])*+[{sign}]){{{more},}}"
#: between keys of letters and digits only, anything else may stand
_BETWEEN_PLAIN = r"\W_"
_WORD = re.compile(f"({_QUOTED})|[{_PLAIN}]+|[{_ANY}]")
_PLAIN_WORD = re.compile(f"({_QUOTED})|[{_PLAIN}]+")
#: full-width letters, digits and hyphens as the plain ones they stand for, sign by sign
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DIGIT = re.compile("[0-9]")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Words of a text that look like a key, folded, and where they stand."""

    word: str
    start: int
    end: int


class Looks:
    """How the keys that are held look; most words do not.

    Between keys of letters and digits only anything else may stand; the others are broken by spaces alone.
    """

    def __init__(self, shapes: Iterable[Shape]) -> None:
        told = [shape for shape in shapes if shape.signs >= RECOGNISED_FROM]
        plain = [shape for shape in told if shape.kinds.isalnum()]
        signed = [shape for shape in told if not shape.kinds.isalnum()]
        self._looks = [_Look(group, plain=group is plain) for group in (plain, signed) if group]

    def find(self, text: str) -> list[Candidate]:
        """What may be a key: whole words, in any case, however they are broken."""
        text = text if text.isascii() else text.translate(_FULL_WIDTH)
        return [one for look in self._looks for one in look.find(text)]


class _Look:
    """The shapes of keys that are made of the same signs."""

    def __init__(self, shapes: Iterable[Shape], *, plain: bool) -> None:
        self._wanted: dict[int, set[str]] = {}
        for shape in shapes:
            self._wanted.setdefault(shape.signs, set()).add(shape.kinds)
        self._digits = all(DIGITS in one for found in self._wanted.values() for one in found)
        self._least = min(self._wanted)
        sign, space = (_PLAIN, _BETWEEN_PLAIN) if plain else (_ANY, _SPACE)
        self._word = _PLAIN_WORD if plain else _WORD
        self._run = re.compile(_RUN.format(sign=sign, quoted=_QUOTED, space=space, more=self._least - 1))

    def find(self, text: str) -> list[Candidate]:
        if len(text) < self._least or (self._digits and not _DIGIT.search(text)):
            return []
        runs = (run.span() for run in self._run.finditer(text))
        return [
            one
            for start, end in runs
            if not self._digits or _DIGIT.search(text, start, end)
            for one in self._in_run(text, start, end)
        ]

    def _in_run(self, text: str, start: int, end: int) -> Iterator[Candidate]:
        words = [word for word in self._word.finditer(text, start, end) if word[1] is None]
        signs = "".join(word[0] for word in words).upper()
        begins = list(accumulate((len(word[0]) for word in words), initial=0))
        ends = dict(zip(begins[1:], words, strict=True))
        for length, kinds in self._wanted.items():
            for begin, word in zip(begins, words, strict=False):
                last = ends.get(begin + length)
                if last and kinds_of(folded := signs[begin : begin + length]) in kinds:
                    yield Candidate(word=folded, start=word.start(), end=last.end())


def masked(text: str, candidates: Sequence[Candidate], known: Mapping[str, str]) -> str:
    """The text with what stands for a key in its place; `known`: a word that is one -> what to show."""
    parts: list[str] = []
    done = 0
    hits = (one for one in candidates if one.word in known)
    for hit in sorted(hits, key=lambda one: (one.start, -one.end)):
        if hit.start >= done:
            parts += [text[done : hit.start], known[hit.word]]
        done = max(done, hit.end)
    return "".join([*parts, text[done:]])
