"""Finds the topic that a message asks for, with the probability of being right."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from math import log
from typing import Any

from bot.domain.faq import ANSWER_FROM, OFFERED, Candidate, QuestionReading
from bot.domain.languages import language_of, votes
from bot.faq import extra, guard, model, parts
from bot.faq.dates import find_today
from bot.faq.engine import ENGINE
from bot.faq.extra import Extra
from bot.faq.features import Seen, paired, see
from bot.faq.model import probability
from bot.faq.spelling import SHORTEST, Spelling
from bot.faq.windows import sentences, subject, windows

SURE_VOTES = 2  #: for a language against none for the other
FEEBLE = 0.1  #: a leaning of the model to a language that tells nothing
CONSIDERED = 5  #: topics whose probability is weighed
NAME = 2  #: words that name one thing, as a subject may, and ask nothing: "Password", "license key"
NEAR = 0.1  #: a topic's probability by a mail's body, from which on the name in its subject counts
MOST_TO_OFFER = 0.5  #: what that alone makes likely: enough to be offered, never to be answered
OF_ANOTHER = 0.5  #: a part's score for another topic from which on it asks for that
OF_NONE = (
    0.75  #: or its score for none, less what it adds to a topic, from which on it asks for something else
)


@dataclass(frozen=True, kw_only=True)
class Window:
    """Some sentences of a message, and their score in each column of the model (and of the extra)."""

    of: range
    scores: Sequence[float]
    known: float  #: how much of what it says the model has met, 0 to 1
    asks: bool = True  #: False where it only names a thing


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    seen: Seen
    pieces: frozenset[int]  #: those that the model knows
    vector: Any  #: of the extra's own make, where it is there


class Search:
    """The search over one model, with or without the extra; safe to share between threads."""

    def __init__(self, trained: model.Model, more: Extra | None = None) -> None:
        self._model = trained
        self._extra = more
        self._calibration = more.calibration if more else trained.calibration
        self._spelling = Spelling(word for word in trained.vocabulary if len(word) >= SHORTEST)

    @property
    def name(self) -> str:
        """Which search it is, for figures."""
        return f"own model with {ENGINE}" if self._extra else "own model"

    def read(self, text: str, lang: str = "", *, today: date | None = None) -> QuestionReading:
        """What a message asks for; `lang`: its language where it is known, `today`: the day it is of."""
        said = sentences(text)
        seen = self._see(said, today)
        spoken = lang or self._language(text, "\n".join(said), seen)
        if barrier := guard.barrier(text, "\n".join(said)):
            return QuestionReading(lang=spoken, barrier=barrier)
        barred, pairs = guard.barred("\n".join(said)), list(zip(said, seen, strict=True))
        reading = self._ask(pairs, spoken, barred, today)
        if len(said) > 1 and said[0] == subject(text) and _only_names(said[0], seen[0]):
            reading = _led_by(self._ask(pairs[1:], spoken, barred, today), reading, said)
        return replace(reading, programme=guard.programme_of("\n".join(said)))

    def _ask(
        self,
        pairs: Sequence[tuple[str, _Sentence]],
        lang: str,
        barred: Collection[str],
        today: date | None,
    ) -> QuestionReading:
        asked = [pair for pair in pairs if not guard.is_thanks(pair[0])]
        left = [pair for pair in asked if not guard.is_unanswered(pair[0])]
        divided = [pair for sentence, one in left for pair in self._parts(sentence, one, today)]
        whole = (
            self._likely(self._scores([one for _, one in left]), barred) if len(divided) > len(left) else ()
        )
        reading = self._weigh(divided, whole, lang, barred)
        return reading if len(left) == len(asked) else _offered(reading)

    def scored(self, text: str) -> list[Window]:
        """The windows of a message."""
        return self._scores(self._see(sentences(text)))

    def _see(self, said: Sequence[str], today: date | None = None) -> list[_Sentence]:
        day = find_today(said, today)
        return [self._sentence(sentence, day) for sentence in said]

    def _sentence(self, sentence: str, today: date | None) -> _Sentence:
        seen = see(sentence, self._spelling.mend, today)
        return _Sentence(
            seen=seen,
            pieces=self._model.pieces.known(seen.pieces),
            vector=self._extra.vector(sentence) if self._extra else None,
        )

    def _parts(self, sentence: str, whole: _Sentence, today: date | None) -> list[tuple[str, _Sentence]]:
        """The questions in a sentence."""
        found = parts.parts(sentence)
        return [(part, self._sentence(part, today)) for part in found] if found[1:] else [(sentence, whole)]

    def _scores(self, seen: Sequence[_Sentence]) -> list[Window]:
        return [self._score(seen[window.start : window.stop], window) for window in windows(len(seen))]

    def _score(self, chosen: Sequence[_Sentence], window: range) -> Window:
        words = [word for one in chosen for word in one.seen.words]
        pieces = frozenset[int]().union(*(one.pieces for one in chosen))
        names = frozenset[str]().union(*(one.seen.concepts for one in chosen))
        meanings = self._model.meanings.known(paired(names))
        scores = self._model.score(pieces, meanings)
        if self._extra:
            added = self._extra.score([one.vector for one in chosen])
            scores = [one + other for one, other in zip(scores, added, strict=True)]
        known, asks = self._model.familiarity(words), len(words) > NAME or len(names) > 1
        return Window(of=window, scores=scores, known=known, asks=asks)

    def _weigh(
        self,
        asked: Sequence[tuple[str, _Sentence]],
        whole: Sequence[Candidate],
        lang: str,
        barred: Collection[str],
    ) -> QuestionReading:
        """`whole`: what the sentences ask for, undivided."""
        scored = self._scores([one for _, one in asked])
        candidates = _merged([*whole, *self._likely(scored, barred)])
        if not candidates:
            return QuestionReading(lang=lang)
        first = candidates[0]
        taken = [self._strongest(first.topic, scored)]
        apart = _apart(scored, taken[0])
        second = next((one for one in self._likely(apart, barred)[:1] if one.score >= ANSWER_FROM), None)
        if second and second.topic != first.topic:
            taken.append(self._strongest(second.topic, apart))
            # Each for itself: what the other asks takes nothing from it.
            alone = self._likely(_apart(scored, taken[1]), barred)
            first = max(
                [first, *(one for one in alone if one.topic == first.topic)], key=lambda one: one.score
            )
        else:
            second = None
        topics = [first.topic, *([second.topic] if second else [])]
        rest = self._has_rest(asked, dict(zip(topics, taken, strict=True)))
        return QuestionReading(lang=lang, candidates=(first, *candidates[1:]), second=second, has_rest=rest)

    def _strongest(self, topic: str, scored: Sequence[Window]) -> Window:
        number = self._model.topics.index(topic)
        return max(scored, key=lambda window: window.scores[number])

    def _has_rest(self, asked: Sequence[tuple[str, _Sentence]], taken: Mapping[str, Window]) -> bool:
        """Whether a part asks for something that is none of the topics; in their windows it must wish it."""
        inside = {number for window in taken.values() for number in window.of}
        return any(
            self._is_apart(asked, number, taken)
            for number, (part, _) in enumerate(asked)
            if parts.wishes(part) or (number not in inside and parts.asks(part))
        )

    def _is_apart(
        self, asked: Sequence[tuple[str, _Sentence]], number: int, taken: Mapping[str, Window]
    ) -> bool:
        """Whether a part is of another matter; what is wished is, where none of these topics is the nearest.

        A question that is nearest to none may go on with one of them, as "where do I click?" does.
        """
        part, own = asked[number]
        wished = parts.wishes(part)
        alone = self._score([own], range(1)).scores
        best = max(range(len(self._model.topics) + 1), key=lambda one: alone[one])
        topic = [*self._model.topics, ""][best]
        if topic or wished:
            return topic not in taken and (wished or alone[best] >= OF_ANOTHER)
        added = (
            self._score([*(asked[one][1] for one in window.of), own], range(1)).scores[at] - window.scores[at]
            for one, window in taken.items()
            for at in [self._model.topics.index(one)]
        )
        return not parts.hangs(part) and alone[best] - max(added) >= OF_NONE

    def _likely(self, scored: Sequence[Window], barred: Collection[str]) -> list[Candidate]:
        """The topics to be offered, the most probable first."""
        open_to = [one for one in self.ranked(scored) if self._model.topics[one[0]] not in barred]
        found = [self._candidate(topic, window, scored) for topic, window in open_to[:CONSIDERED]]
        return sorted(found, key=lambda one: -one.score)[:OFFERED]

    def ranked(self, scored: Sequence[Window]) -> list[tuple[int, Window]]:
        """Each topic's number with the window that speaks for it most, the strongest first."""
        if not scored:
            return []
        best = [
            (number, max(scored, key=lambda window: window.scores[number]))
            for number in range(len(self._model.topics))
        ]
        return sorted(best, key=lambda one: -one[1].scores[one[0]])

    def _candidate(self, topic: int, window: Window, scored: Sequence[Window]) -> Candidate:
        speaks = evidence(len(self._model.topics), topic, window, scored)
        score = probability(self._calibration, speaks)
        return Candidate(
            topic=self._model.topics[topic], score=score if window.asks else min(score, MOST_TO_OFFER)
        )

    def _language(self, text: str, said: str, seen: Sequence[_Sentence]) -> str:
        """By the words that every text has, where one language alone has them; else as the model learnt.

        Where that tells nothing, by the whole text with its greeting; English where not even that tells.
        """
        german, english = votes(said)
        if min(german, english) == 0 and max(german, english) >= SURE_VOTES:
            return "de" if german else "en"
        pieces = frozenset[int]().union(*(one.pieces for one in seen))
        leaning = self._model.score(pieces, ())[-1]
        if abs(leaning) < FEEBLE:
            return language_of(text)
        return "de" if leaning > 0 else "en"


def _merged(found: Iterable[Candidate]) -> list[Candidate]:
    """Each topic at its best, the most probable first."""
    best = {one.topic: one for one in sorted(found, key=lambda one: one.score)}
    return sorted(best.values(), key=lambda one: -one.score)[:OFFERED]


def _apart(scored: Sequence[Window], taken: Window) -> list[Window]:
    return [one for one in scored if not set(one.of) & set(taken.of)]


def _only_names(subject: str, seen: _Sentence) -> bool:
    """Whether it names a thing or a kind of letter, and asks nothing: "Password", "Question on ForumPass"."""
    return len(parts.telling(subject)) <= NAME and len(seen.seen.concepts) <= 1


def _led_by(body: QuestionReading, whole: QuestionReading, said: Sequence[str]) -> QuestionReading:
    """What the body asks for.

    The name of a thing above it counts only where the body comes near the same, or speaks of "it".
    """
    names = parts.telling(said[0]) and not guard.programme_of(said[0])
    near = {one.topic for one in body.candidates if one.score >= NEAR}
    counts = names and body.topic is None and (whole.topic in near or any(map(parts.hangs, said[1:])))
    return whole if counts and whole.topic else body


def _offered(reading: QuestionReading) -> QuestionReading:
    """The same with nothing answered by itself: another part of the message is for a person."""
    candidates = (replace(one, score=min(one.score, MOST_TO_OFFER)) for one in reading.candidates)
    return replace(reading, candidates=tuple(candidates), second=None, has_rest=True)


def evidence(topics: int, topic: int, window: Window, scored: Sequence[Window]) -> list[float]:
    """What speaks for one of so many topics.

    Its score, its lead over others and over none in its window, over others in the whole message,
    known words, few windows.
    """
    own = window.scores[topic]
    here = _best_but(topic, window, topics)
    anywhere = max(_best_but(topic, one, topics) for one in scored)
    return [own, own - here, own - window.scores[topics], own - anywhere, window.known, log(len(scored))]


def _best_but(topic: int, window: Window, topics: int) -> float:
    return max(score for number, score in enumerate(window.scores[:topics]) if number != topic)


@cache
def shipped() -> Search:
    """The one over our own model, with the extra where it is installed, ready: what is compiled is so now."""
    search = Search(model.load(), extra.load())
    search.read("ready " * 20)  # long enough to be compared with our articles
    return search


@cache
def plain() -> Search:
    """The same without the extra, whether it is installed or not."""
    return Search(model.load())
