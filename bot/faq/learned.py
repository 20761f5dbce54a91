"""Phrasings that staff have accepted: what is nearly one of them is answered as it, with the next mail."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import sqrt
from typing import Final

from bot.domain.faq import OFFERED, Candidate, QuestionReading
from bot.faq import articles, guard, parts
from bot.faq.features import TURNS, Seen, see
from bot.faq.windows import sentences, windows

#: how like a phrasing words have to be, by cosine of their pieces …
LIKE: Final = 0.72
LIKE_SHORT: Final = 0.9  #: … of few words, where one may change what all of them mean
_FEW: Final = 6
_NOTHING: Final = Candidate(topic="", score=0.0)


@dataclass(frozen=True, kw_only=True)
class _Known:
    topic: str
    pieces: frozenset[str]
    turns: frozenset[str]
    least: float


class Learned:
    """A small index beside the trained model; safe to share between threads."""

    def __init__(self, phrasings: Iterable[tuple[str, str]]) -> None:
        self._known = [_know(topic, text) for topic, text in phrasings]

    def read(
        self,
        reading: QuestionReading,
        text: str,
        again: Callable[[str], QuestionReading],
        today: date | None = None,
    ) -> QuestionReading:
        """The trained model's reading, led by the phrasing that is nearest to some of the words, if any is.

        What stands behind a barrier stays there. `again`: how the model reads; what the other sentences ask
        for stays another question, so that a phrase which says little takes no other answer away.
        """
        if not self._known or reading.barrier:
            return reading
        said = sentences(text)
        near = ((self._nearest(*part), window) for window, *part in _parts(said, today))
        found, taken = max(near, key=lambda one: one[0].score, default=(_NOTHING, range(0)))
        if not found.topic or found.topic in guard.barred("\n".join(said)):
            return reading
        before = next((one.score for one in reading.candidates if one.topic == found.topic), 0.0)
        first = replace(found, score=max(found.score, before))
        others = [
            replace(one, score=min(one.score, first.score))
            for one in reading.candidates
            if one.topic != first.topic
        ]
        rest = [sentence for number, sentence in enumerate(said) if number not in taken]
        apart = again("\n\n".join(rest))
        second = apart.candidates[0] if apart.topic not in (None, first.topic) else None
        left = apart.has_rest or (apart.topic is None and any(map(parts.asks, rest)))
        return replace(reading, candidates=(first, *others)[:OFFERED], second=second, has_rest=left)

    def _nearest(self, part: frozenset[str], turns: frozenset[str]) -> Candidate:
        """The likest; of no topic where none is like enough, or it speaks of other days or denies."""
        scored = ((_likeness(part, one.pieces), one) for one in self._known if one.turns == turns)
        near = [(score, one.topic) for score, one in scored if score >= one.least]
        score, topic = max(near, default=(_NOTHING.score, _NOTHING.topic))
        return Candidate(topic=topic, score=score)


def owner_of(text: str, topics: Iterable[str]) -> str:
    """Which of the topics has a phrasing of its own that is nearly this text; "" where none has."""
    asked = _know("", text)
    for topic in topics:
        for article in articles.load()[topic].values():
            for line in (article.title, *article.phrasings):
                if _likeness(asked.pieces, _know(topic, line).pieces) >= asked.least:
                    return topic
    return ""


def _know(topic: str, text: str) -> _Known:
    seen = [see(sentence) for sentence in sentences(text)]
    words = sum(len(one.words) for one in seen)
    return _Known(
        topic=topic,
        pieces=_union([one.pieces for one in seen]),
        turns=_turns(seen),
        least=LIKE if words >= _FEW else LIKE_SHORT,
    )


def _parts(said: Sequence[str], today: date | None) -> Iterable[tuple[range, frozenset[str], frozenset[str]]]:
    seen = [see(sentence, today=today) for sentence in said]
    for window in windows(len(seen)):
        part = seen[window.start : window.stop]
        yield window, _union([one.pieces for one in part]), _turns(part)


def _turns(seen: Sequence[Seen]) -> frozenset[str]:
    """What makes another question of the same words: a number of days, and that a state is denied."""
    return _union([one.concepts for one in seen]) & TURNS


def _union(pieces: Sequence[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*pieces)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


@lru_cache(maxsize=4)
def learned(phrasings: tuple[tuple[str, str], ...]) -> Learned:
    """The index over them, topic and text; made once for as long as none is added."""
    return Learned(phrasings)
