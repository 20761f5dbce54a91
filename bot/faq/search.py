"""Finds the topic that a message asks for, with the probability of being right."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log

from bot.domain.faq import ANSWER_FROM, OFFERED, Candidate, Reading
from bot.faq import guard, model
from bot.faq.features import Seen, paired, see
from bot.faq.spelling import SHORTEST, Spelling
from bot.faq.windows import sentences, windows


@dataclass(frozen=True, kw_only=True)
class Window:
    """Some sentences of a message, and their score in each column of the model."""

    of: range
    scores: Sequence[float]
    known: float  #: how much of what it says the model has met, 0 to 1


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    seen: Seen
    pieces: frozenset[int]  #: those that the model knows


class Search:
    """The search over one model; safe to share between threads."""

    def __init__(self, trained: model.Model) -> None:
        self._model = trained
        self._spelling = Spelling(word for word in trained.vocabulary if len(word) >= SHORTEST)

    def read(self, text: str, lang: str = "") -> Reading:
        """What a message asks for; `lang`: its language where it is known."""
        said = sentences(text)
        seen = self._see(said)
        spoken = lang or self._language(seen)
        if barrier := guard.barrier(text, "\n".join(said)):
            return Reading(lang=spoken, barrier=barrier)
        return self._weigh(self._scores(seen), spoken)

    def scored(self, text: str) -> list[Window]:
        """The windows of a message."""
        return self._scores(self._see(sentences(text)))

    def _see(self, said: Sequence[str]) -> list[_Sentence]:
        seen = (see(sentence, self._spelling.mend) for sentence in said)
        return [_Sentence(seen=one, pieces=self._model.pieces.known(one.pieces)) for one in seen]

    def _scores(self, seen: Sequence[_Sentence]) -> list[Window]:
        return [self._score(seen[window.start : window.stop], window) for window in windows(len(seen))]

    def _score(self, chosen: Sequence[_Sentence], window: range) -> Window:
        words = [word for one in chosen for word in one.seen.words]
        pieces = frozenset[int]().union(*(one.pieces for one in chosen))
        names = frozenset[str]().union(*(one.seen.concepts for one in chosen))
        meanings = self._model.meanings.known(paired(names))
        return Window(
            of=window, scores=self._model.score(pieces, meanings), known=self._model.familiarity(words)
        )

    def _weigh(self, scored: Sequence[Window], lang: str) -> Reading:
        ranked = self.ranked(scored)
        if not ranked:
            return Reading(lang=lang)
        best = ranked[0]
        apart = [one for one in scored if not set(one.of) & set(best[1].of)]
        second = next(iter(self.ranked(apart)), None)
        first, *others = (self._candidate(topic, window, len(scored)) for topic, window in ranked[:OFFERED])
        other = self._candidate(*second, len(scored)) if second else None
        return Reading(
            lang=lang,
            candidates=(first, *others),
            second=other if other and other.topic != first.topic and other.score >= ANSWER_FROM else None,
        )

    def ranked(self, scored: Sequence[Window]) -> list[tuple[int, Window]]:
        """Each topic's number with the window that speaks for it most, the strongest first."""
        if not scored:
            return []
        best = [
            (number, max(scored, key=lambda window: window.scores[number]))
            for number in range(len(self._model.topics))
        ]
        return sorted(best, key=lambda one: -one[1].scores[one[0]])

    def _candidate(self, topic: int, window: Window, many: int) -> Candidate:
        return Candidate(
            topic=self._model.topics[topic],
            score=self._model.probability(evidence(self._model, topic, window, many)),
        )

    def _language(self, seen: Sequence[_Sentence]) -> str:
        pieces = frozenset[int]().union(*(one.pieces for one in seen))
        return "de" if self._model.score(pieces, ())[-1] > 0 else "en"


def evidence(trained: model.Model, topic: int, window: Window, many: int) -> list[float]:
    """What speaks for a topic: its score, its lead over others and over none, known words, few windows."""
    many_topics = len(trained.topics)
    own = window.scores[topic]
    others = max(score for number, score in enumerate(window.scores[:many_topics]) if number != topic)
    return [own, own - others, own - window.scores[many_topics], window.known, log(many)]


@cache
def shipped() -> Search:
    """The one over our own model, ready: what is compiled once is compiled now."""
    search = Search(model.load())
    search.read("ready")
    return search
