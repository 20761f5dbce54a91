"""Makes `model.bin` and `semantic.bin` from phrasings and near misses: `python -m bot.faq.training`.

Ridge regression in closed form, then a logistic one that turns scores of held-out texts into probabilities.
Needs numpy, which comes with matplotlib, and for `semantic.bin` the extra; the search itself needs neither.
"""

import hashlib
import random
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.domain.languages import LANGUAGES
from bot.faq import articles, engine, lexicon, model, semantic
from bot.faq.features import Seen, paired, see
from bot.faq.search import CONSIDERED, Search, evidence
from bot.faq.windows import sentences

Matrix = npt.NDArray[np.float64]

_HERE = Path(__file__).parent
_RIDGE = 1.0
_EXTRA_RIDGE = 0.1
_EXTRA_SHARE = 0.5  #: of the extra beside our own model, chosen on held-out texts
_RAREST = 2  #: texts in which a feature must stand
_FOLDS = 4
_STEPS = 60
_SHRINK = 1.0


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A text, its language, and its topic; "" for none."""

    text: str
    lang: str
    topic: str


def samples() -> list[Sample]:
    """Titles and phrasings, and the near misses."""
    found = [
        Sample(text=text, lang=lang, topic=topic)
        for topic in articles.topics()
        for lang, article in articles.load()[topic].items()
        for text in (article.title, *article.phrasings)
    ]
    for lang in LANGUAGES:
        found += [Sample(text=text, lang=lang, topic="") for text in near_misses(lang)]
    return found


def near_misses(lang: str) -> list[str]:
    """What sounds like a topic and is none, or is about something else altogether."""
    return (_HERE / f"near_misses.{lang}.txt").read_text(encoding="utf-8").splitlines()


def digest() -> str:
    """Of every text and every concept that the file was made from."""
    whole = hashlib.sha256(lexicon.FILE.read_bytes())
    for sample in samples():
        whole.update(f"{sample.topic}\0{sample.lang}\0{sample.text}\0".encode())
    return whole.hexdigest()


def train() -> bytes:
    """The content of `model.bin`."""
    known = samples()
    return _fit(known, _calibrate(known, semantically=False))


def train_extra() -> bytes:
    """The content of `semantic.bin`. Raise ImportError where the extra is not installed."""
    known = samples()
    return semantic.pack(_head(known, _calibrate(known, semantically=True)))


def _head(known: Sequence[Sample], calibration: Sequence[float]) -> semantic.Head:
    wanted = _wanted(known)
    vectors = np.array([_vector(sample.text) for sample in known])
    middle, base = vectors.mean(axis=0), wanted.mean(axis=0)
    apart = vectors - middle
    bend = apart.T @ apart + _EXTRA_RIDGE * np.eye(semantic.SIZE)
    weights = _EXTRA_SHARE * np.linalg.solve(bend, apart.T @ (wanted - base))
    return semantic.Head(
        base=tuple((_EXTRA_SHARE * base - middle @ weights).tolist()),
        weights=array("f", weights.ravel().tolist()),
        calibration=tuple(calibration),
        sources=digest(),
    )


@cache
def _vector(text: str) -> Matrix:
    said = sentences(text)
    if not said:
        return np.zeros(semantic.SIZE)
    return semantic.mean([_embed(sentence) for sentence in said]).astype(np.float64)


@cache
def _embed(sentence: str) -> semantic.Vector:
    return semantic.embedder()(sentence)


def _fit(known: Sequence[Sample], calibration: Sequence[float]) -> bytes:
    seen = [_whole(sample.text) for sample in known]
    pieces = _table([sorted(one.pieces) for one in seen])
    meanings = _table([paired(one.concepts) for one in seen])
    whole = np.hstack([pieces.values, meanings.values])
    wanted = _wanted(known)
    base = wanted.mean(axis=0)
    # The dual form: a text a row is far fewer than a feature a row.
    gram = whole @ whole.T + _RIDGE * np.eye(len(known))
    weights = whole.T @ np.linalg.solve(gram, wanted - base)
    cut = len(pieces.features)
    head = {
        "topics": articles.topics(),
        "base": base.tolist(),
        "calibration": list(calibration),
        "vocabulary": _vocabulary(seen),
        "sources": digest(),
    }
    return model.pack(head, [pieces.trained(weights[:cut]), meanings.trained(weights[cut:])])


@cache
def _whole(text: str) -> Seen:
    """A phrasing is one window, however many sentences it has."""
    parts = [see(sentence) for sentence in sentences(text)]
    return Seen(
        words=tuple(word for part in parts for word in part.words),
        pieces=frozenset[str]().union(*(part.pieces for part in parts)),
        concepts=frozenset[str]().union(*(part.concepts for part in parts)),
    )


@dataclass(frozen=True, kw_only=True)
class _Table:
    features: list[str]
    rarity: Matrix
    values: Matrix  #: a row of length 1 for every text

    def trained(self, weights: Matrix) -> model.Trained:
        rows = weights * self.rarity[:, None]
        return model.Trained(
            features=self.features, rarity=self.rarity.tolist(), values=rows.ravel().tolist()
        )


def _table(features: Sequence[Sequence[str]]) -> _Table:
    """Of features that stand in more than one text."""
    counts = Counter(name for names in features for name in names)
    kept = sorted(name for name, count in counts.items() if count >= _RAREST)
    index = {name: number for number, name in enumerate(kept)}
    rarity = np.log((len(features) + 1) / (np.array([counts[name] for name in kept]) + 0.5))
    values = np.zeros((len(features), len(kept)))
    for row, names in enumerate(features):
        columns = [index[name] for name in names if name in index]
        values[row, columns] = rarity[columns]
    sizes = np.linalg.norm(values, axis=1, keepdims=True)
    return _Table(features=kept, rarity=rarity, values=values / np.where(sizes, sizes, 1))


def _wanted(known: Sequence[Sample]) -> Matrix:
    names = [*articles.topics(), ""]
    wanted = np.zeros((len(known), len(names) + 1))
    for row, sample in enumerate(known):
        wanted[row, names.index(sample.topic)] = 1
        wanted[row, -1] = 1 if sample.lang == "de" else -1
    return wanted


def _vocabulary(seen: Sequence[Seen]) -> list[str]:
    """Words that more than one text has, so that a slip in one of them is not taken for right."""
    counts = Counter(word for one in seen for word in set(one.words))
    return sorted(word for word, count in counts.items() if count >= _RAREST)


def _calibrate(known: Sequence[Sample], *, semantically: bool) -> list[float]:
    """Weights for `evidence`, from texts that the model of each fold has not met, bare and in mails."""
    chance = random.Random(1)  # noqa: S311 - the same folds each time
    shuffled = chance.sample(range(len(known)), len(known))
    rows: list[list[float]] = []
    right: list[bool] = []
    for fold in range(_FOLDS):
        held = set(shuffled[fold::_FOLDS])
        learnt = [sample for number, sample in enumerate(known) if number not in held]
        trained = model.unpack(_fit(learnt, [0.0]))
        added = semantic.Semantic(_head(learnt, [0.0]), _embed) if semantically else None
        search = Search(trained, added)
        asked = [known[number] for number in sorted(held)]
        for sample in asked + _as_mails(asked[::2], asked, chance):
            found = search.scored(sample.text)
            for topic, window in search.ranked(found)[:CONSIDERED]:
                rows.append(evidence(len(trained.topics), topic, window, found))
                right.append(trained.topics[topic] == sample.topic)
    return _logistic(np.array(rows), np.array(right, dtype=float))


def _as_mails(asked: Sequence[Sample], held: Sequence[Sample], chance: random.Random) -> list[Sample]:
    """Each between lines that ask for something else altogether, as mails have them."""
    idle = {
        lang: [sample.text for sample in held if sample.lang == lang and not sample.topic]
        for lang in LANGUAGES
    }
    mails = []
    for sample in asked:
        first, *others = chance.sample(idle[sample.lang], 3)
        text = "\n\n".join([first, sample.text, *others])
        mails.append(Sample(text=text, lang=sample.lang, topic=sample.topic))
    return mails


def _logistic(rows: Matrix, right: Matrix) -> list[float]:
    """Logistic regression by Newton's steps, with a little shrinking; the last weight stands alone."""
    whole = np.hstack([rows, np.ones((len(rows), 1))])
    weights = np.zeros(whole.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-whole @ weights))
        slope = whole.T @ (right - chance) - _SHRINK * weights
        bend = (whole * (chance * (1 - chance))[:, None]).T @ whole + _SHRINK * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    return [float(weight) for weight in weights]


def main() -> None:
    model.FILE.write_bytes(train())
    if engine.installed():
        semantic.FILE.write_bytes(train_extra())
    else:
        sys.stderr.write("semantic.bin is left as it was: it needs `pip install usher[semantic]`\n")


if __name__ == "__main__":
    main()
