"""What the model sees of a text: pieces of its words, and what they mean, alone and in pairs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.faq.dates import days_since
from bot.faq.denials import without_denied
from bot.faq.durations import have_passed, is_more, longest
from bot.faq.folding import fold, grams, words
from bot.faq.lexicon import concepts

Spelling = Callable[[str], str]  #: mends a folded word

_WINDOW_DAYS = 60
_CYCLE_DAYS = 90
#: features by which words that are alike ask for different things
TURNS = frozenset({"denied", "days_60", "days_90", "days_over", "days_under"})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Of a sentence: its words, their pieces, and what it speaks of."""

    words: tuple[str, ...]
    pieces: frozenset[str]
    concepts: frozenset[str]


def see(sentence: str, mend: Spelling = str, today: date | None = None) -> Seen:
    """`today`: by which days that the sentence names become spans."""
    line, denies = without_denied(fold(sentence))
    said = tuple(mend(word) for word in words(line))
    names = concepts(said) | _span(line, said, days_since(sentence, today))
    return Seen(
        words=said,
        pieces=frozenset(_pieces(said)),
        concepts=names | {"denied"} if denies else names,
    )


def paired(names: Iterable[str]) -> list[str]:
    """The features of what is spoken of: each alone, and each two together."""
    ordered = sorted(names)
    pairs = (f"{one}+{two}" for number, one in enumerate(ordered) for two in ordered[number + 1 :])
    return [*ordered, *pairs]


def _pieces(said: Sequence[str]) -> Iterable[str]:
    for word in said:
        yield f"w:{word}"
        yield from grams(word)
    yield from (f"w:{one} {two}" for one, two in pairwise(said))


def _span(line: str, said: Sequence[str], since: int | None) -> frozenset[str]:
    """`since`: how many days ago something expired on a day that the line names."""
    days = longest(said) or since
    if days is None:
        return frozenset()
    if days == _CYCLE_DAYS:
        return frozenset({"days_90"})
    if days == _WINDOW_DAYS and not is_more(line, days):
        # The last day of the window is in it; else the window itself is spoken of.
        return frozenset({"days_under" if days == since or have_passed(line, days) else "days_60"})
    return frozenset({"days_under" if days < _WINDOW_DAYS else "days_over"})
