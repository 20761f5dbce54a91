"""What a label or heading of anybody's form may mean, from the words in it."""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from bot.domain import form_vocabulary as vocabulary
from bot.domain import plain_words
from bot.domain.plain_words import folded

LONGEST_LABEL: Final = 90  #: characters; what is longer is a note
_MOST_WORDS: Final = 14
_WEAK: Final = 0.55
_WORD: Final = re.compile(r"[a-z]+|[0-9]+")
_OF_A_NAME: Final = frozenset({"name", "first_name", "last_name"})
_LINKS: Final = ("", "s", "n", "en", "es", "e", "er")  #: what joins the parts of a German word
_SHORTEST_PART: Final = 3
_ENDINGS: Final = ("s", "es", "n", "en", "e", "er", "em")
#: "Firma lt. Handelsregister": what follows only says where else it stands.
_SOURCE: Final = re.compile(r"(?<=\w) +(?:lt|laut|gem|gemass|as per|according to|as in|wie im)\b.*")
_MARKS: Final = frozenset({"mandatory", "required", "pflichtfeld", "pflicht"})

#: Two meanings in one label that together are one field, or one cell for several fields.
_TOGETHER: Final = (
    frozenset({"street", "postal_code", "city"}),
    frozenset({"postal_code", "city"}),
    frozenset({"country", "state"}),
)
#: What a label says besides, where it says something else too.
_YIELDS: Final = {
    "street": ("email", "website", "postal_code", "city"),
    "house_number": ("street",),
    "ignored": (),
}


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a label says: `fields` with their weights, surest first; `about` whom.

    `fields` is empty where only `about` is said, as by "Contact" or "Users".
    """

    fields: tuple[tuple[str, float], ...] = ()
    together: tuple[str, ...] = ()  #: fields that share the cell, in the order of the label
    about: frozenset[str] = frozenset()
    coverage: float = 0.0  #: how much of the label was understood
    ordinal: int | None = None

    @property
    def field(self) -> str:
        return self.fields[0][0] if self.fields else ""

    @property
    def weight(self) -> float:
        return self.fields[0][1] if self.fields else 0.0


NOTHING: Final = Meaning()


@dataclass(frozen=True)
class _Phrase:
    fields: tuple[tuple[str, float], ...] = ()
    about: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, ...], _Phrase]:
    fields: dict[tuple[str, ...], dict[str, float]] = {}
    about: dict[tuple[str, ...], list[str]] = {}
    for weight, words in ((1.0, vocabulary.STRONG), (_WEAK, vocabulary.WEAK)):
        for name, said in words.items():
            for phrase in _listed(said):
                fields.setdefault(phrase, {}).setdefault(name, weight)
    for whom, said in vocabulary.QUALIFIERS.items():
        for phrase in _listed(said):
            about.setdefault(phrase, []).append(whom)
    return {
        phrase: _Phrase(tuple(fields.get(phrase, {}).items()), tuple(about.get(phrase, ())))
        for phrase in fields.keys() | about.keys()
    }


def _listed(said: str) -> list[tuple[str, ...]]:
    return [tuple(_WORD.findall(folded(phrase))) for phrase in said.split(";") if phrase.strip()]


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, _phrases()))


@lru_cache(maxsize=1)
def _parts() -> frozenset[str]:
    """Single words that may stand within a longer one."""
    single = {phrase[0] for phrase in _phrases() if len(phrase) == 1 and len(phrase[0]) >= _SHORTEST_PART}
    return frozenset(single | plain_words.NEUTRAL_PARTS)


@lru_cache(maxsize=8192)
def _split(word: str, depth: int = 3) -> tuple[str, ...]:
    """The known words a compound is made of, or nothing."""
    if word in _parts():
        return (word,)
    if depth == 0 or len(word) < 2 * _SHORTEST_PART - 1:
        return ()
    for cut in range(len(word) - 2, _SHORTEST_PART - 1, -1):
        rest = _split(word[cut:], depth - 1)
        if not rest:
            continue
        left = word[:cut]
        for link in _LINKS:
            if left.endswith(link) and (bare := left[: len(left) - len(link)]) in _parts():
                return (bare, *rest)
    return ()


def _words(text: str) -> list[str]:
    found: list[str] = []
    for word in _WORD.findall(_SOURCE.sub("", folded(text))):
        alone = (word,) in _phrases() or word in plain_words.FILLERS
        found += (word,) if alone else _without_modifiers(_split(word)) or (word,)
    return found


def _without_modifiers(parts: tuple[str, ...]) -> tuple[str, ...]:
    """A compound's last part says what it is; "Dienst-" before it names no application."""
    kept = (p for p in parts[:-1] if p not in plain_words.NEUTRAL_PARTS or p in plain_words.ORDINALS)
    return (*kept, *parts[-1:])


def _bare(word: str) -> str:
    """An unknown word without its ending, where that is a known one: "Ansprechpartners"."""
    for end in _ENDINGS:
        bare = word.removesuffix(end)
        if (
            bare != word
            and len(bare) > _SHORTEST_PART
            and ((bare,) in _phrases() or bare in plain_words.FILLERS)
        ):
            return bare
    return word


@lru_cache(maxsize=16384)
def meaning_of(text: str) -> Meaning:
    """What a label may mean; NOTHING where it is none."""
    if not text or len(text) > LONGEST_LABEL or "@" in text:
        return NOTHING
    words = _words(text)
    if not words or len(words) > _MOST_WORDS:
        return NOTHING
    return _said_alone(words) or _said_by(words)


def _said_by(words: list[str]) -> Meaning:
    said = _Said()
    said.read(words)
    if not said.explained:
        return _only_ordinal(words)
    if not plain_words.TITLES.isdisjoint(said.rest) and max(said.fields.values(), default=0.0) < 1:
        return NOTHING
    if name := _composed(words, said.fields):
        said.fields, said.about = {name: 1.0}, said.about - {"user"}
    meant = _meant(said.fields, said.about, said.explained / said.counted, _ordinal(said.rest))
    if meant.field == "full_name" and not meant.together:
        return replace(meant, together=_name_order(words))
    if meant.field in _OF_A_NAME and (order := _name_order(words, both=True)):
        return replace(meant, fields=(("full_name", 2.0),), together=order)
    return meant


@dataclass
class _Said:
    """What the words of a label say, one after the other; `rest` are those that say nothing known."""

    fields: dict[str, float] = field(default_factory=dict)
    about: set[str] = field(default_factory=set)
    rest: list[str] = field(default_factory=list)
    explained: int = 0
    counted: int = 0

    def read(self, words: list[str]) -> None:
        position = 0
        while position < len(words):
            length, phrase = _longest_phrase(words, position)
            if not phrase and (bare := _bare(words[position])) != words[position]:
                words[position] = bare
                length, phrase = _longest_phrase(words, position)
            if phrase:
                self._add(phrase, length)
            else:
                self._leave(words[position])
            position += max(length, 1)

    def _add(self, phrase: _Phrase, length: int) -> None:
        for name, weight in phrase.fields:
            before = self.fields.get(name, 0.0)
            # Two languages may say it twice; two words that may mean it do not make it certain.
            self.fields[name] = before + weight if weight >= 1 else max(before, weight)
        self.about.update(phrase.about)
        self.explained += length
        self.counted += length

    def _leave(self, word: str) -> None:
        self.rest.append(word)
        self.counted += word not in plain_words.FILLERS and not word.isdigit()


@lru_cache(maxsize=1)
def _compositions() -> list[tuple[str, frozenset[str], frozenset[str]]]:
    return [
        (name, plain_words.words_in(folded(one)), plain_words.words_in(folded(other)))
        for name, (one, other) in vocabulary.COMPOSED.items()
    ]


def _composed(words: list[str], fields: dict[str, float]) -> str:
    """The field that two words make together, unless another is said outright: "Zahl der Lizenzen"."""
    outright = {name for name, weight in fields.items() if weight >= 1 and name != "name"}
    for name, kinds, things in _compositions():
        first = next((at for at, word in enumerate(words) if word in kinds), None)
        after = first is not None and (
            words[-1] in vocabulary.COUNTS or not things.isdisjoint(words[first + 1 :])
        )
        if after and outright <= {name} and not things.isdisjoint(words):
            return name
    return ""


def _said_alone(words: list[str]) -> Meaning | None:
    """What "First" and "Last" mean where a heading says nothing else."""
    said = [word for word in words if word not in _MARKS]
    name = plain_words.ALONE.get(said[0]) if len(said) == 1 else None
    if name is None:
        order = _name_order(said, both=True) if len(said) == 2 else ()  # noqa: PLR2004
        return Meaning(fields=(("full_name", 2.0),), together=order, coverage=1.0) if order else None
    return Meaning(fields=((name, 1.0),), coverage=1.0)


def _name_order(words: list[str], *, both: bool = False) -> tuple[str, ...]:
    """Which part of a name a label for the whole of it says first; nothing where it does not say.

    `both`: only where it says both of them itself, as "Name (last, first)" does.
    """
    first = next((i for i, word in enumerate(words) if word in plain_words.FIRST_PARTS), None)
    last = next((i for i, word in enumerate(words) if word in plain_words.LAST_PARTS), None)
    if last and words[0] == "name" and words[last] == "surname":
        first = 0  # "Name and surname"
    if last is None and not both and "name" in words:
        last = words.index("name")
    if first is None or last is None:
        return ()
    return ("first_name", "last_name") if first < last else ("last_name", "first_name")


def _longest_phrase(words: list[str], position: int) -> tuple[int, _Phrase | None]:
    phrases = _phrases()
    for length in range(min(_longest(), len(words) - position), 0, -1):
        phrase = phrases.get(tuple(words[position : position + length]))
        if phrase:
            return length, phrase
    return 0, None


def _only_ordinal(words: list[str]) -> Meaning:
    ordinal = _ordinal(words)
    return Meaning(ordinal=ordinal, coverage=1.0) if ordinal and len(words) == 1 else NOTHING


def _ordinal(words: list[str]) -> int | None:
    """The number that a label gives: one that is said before one that is only meant."""
    said = [plain_words.ORDINALS[word] for word in words if word in plain_words.ORDINALS]
    return next((number for number in said if number != plain_words.LATER), said[0] if said else None)


def _meant(fields: dict[str, float], about: set[str], coverage: float, ordinal: int | None) -> Meaning:
    strong = [name for name, weight in fields.items() if weight >= 1]
    if {"first_name", "last_name"} <= set(strong):
        order = tuple(name for name in fields if name in {"first_name", "last_name"})
        return _meaning({"full_name": 2.0}, order, about, coverage, ordinal)
    for group in _TOGETHER:
        if group <= set(strong):
            order = tuple(name for name in fields if name in group)
            return _meaning(dict.fromkeys(order, 1.0), order, about, coverage, ordinal)
    kept = _whose_name(fields, about)
    if len(strong) > 1:
        kept.pop("name", None)  # "City name"
    for name, stronger in _YIELDS.items():
        if name in kept and (set(stronger) & set(strong) or (name == "ignored" and len(strong) > 1)):
            del kept[name]
    return _meaning(kept, (), about, coverage, ordinal)


def _whose_name(fields: dict[str, float], about: set[str]) -> dict[str, float]:
    """The fields where "Name of customer" and "Kunde (Firma)" are the company's name, and no other name."""
    if "contact" in about or any(weight >= 1 for name, weight in fields.items() if name != "name"):
        return dict(fields)
    said = ("name" in fields, "company_name" in fields, "company" in about)
    if sum(said) > 1:
        return {"company_name": 1.0}
    return {"full_name": 1.0} if {"name", "full_name"} <= fields.keys() else dict(fields)


def _meaning(
    fields: dict[str, float], together: tuple[str, ...], about: set[str], coverage: float, ordinal: int | None
) -> Meaning:
    order = sorted(fields.items(), key=lambda pair: -pair[1])
    return Meaning(
        fields=tuple(order), together=together, about=frozenset(about), coverage=coverage, ordinal=ordinal
    )
