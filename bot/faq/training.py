"""Makes `model.bin` from the articles' phrasings and the near misses: `python -m bot.faq.training`.

Ridge regression in closed form, then a logistic one that turns scores of held-out texts into probabilities.
Needs numpy, which the search itself does not.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.faq import articles, lexicon, model
from bot.faq.features import Seen, paired, see
from bot.faq.search import Search, evidence
from bot.faq.windows import sentences, windows

Matrix = npt.NDArray[np.float64]

_HERE = Path(__file__).parent
_RIDGE = 1.0
_MEANINGS = 1.0  #: what they weigh beside the pieces
_RAREST = 2  #: texts in which a feature must stand
_FOLDS = 4
_STEPS = 60
_SHRINK = 1.0
#: what else decides what the file holds
_CODE = ("denials", "durations", "features", "folding", "lexicon", "model", "search", "spelling", "windows", "training")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A text, its language, and its topic; "" for none."""

    text: str
    lang: str
    topic: str


def samples() -> list[Sample]:
    """Titles and phrasings, with what people say instead, and the near misses."""
    found = [
        Sample(text=text, lang=lang, topic=topic)
        for topic in articles.topics()
        for lang, article in articles.load()[topic].items()
        for text in (article.title, *article.phrasings)
    ]
    return found + [Sample(text=text, lang=lang, topic="") for lang in articles.LANGUAGES for text in near_misses(lang)]


def near_misses(lang: str) -> list[str]:
    """What sounds like a topic and is none, or is about something else altogether."""
    return (_HERE / f"near_misses.{lang}.txt").read_text(encoding="utf-8").splitlines()


def digest() -> str:
    """Of everything that decides what the file holds."""
    files = [*articles.FOLDER.glob("*.md"), *_HERE.glob("near_misses.*.txt"), lexicon.FILE]
    files += [_HERE / f"{name}.py" for name in _CODE]
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def train() -> bytes:
    """The content of the file."""
    known = samples()
    calibration = _calibrate(known)
    return _fit(known, calibration)


def _fit(known: Sequence[Sample], calibration: Sequence[float]) -> bytes:
    seen = [_whole(sample.text) for sample in known]
    kinds: tuple[tuple[Callable[[Seen], Sequence[str]], float], ...] = (
        (lambda one: sorted(one.pieces), 1.0),
        (lambda one: paired(one.concepts), _MEANINGS),
    )
    parts = [_table([of(one) for one in seen], weight) for of, weight in kinds]
    whole = np.hstack([values for _, _, values in parts])
    wanted = _wanted(known)
    base = wanted.mean(axis=0)
    gram = whole @ whole.T + _RIDGE * np.eye(len(known))
    weights = whole.T @ np.linalg.solve(gram, wanted - base)
    blocks, start = [], 0
    for (names, rarity, _), (_, weight) in zip(parts, kinds, strict=True):
        rows = weights[start : start + len(names)] * rarity[:, None] * weight
        blocks.append((names, rarity.tolist(), rows.ravel().tolist()))
        start += len(names)
    head = {
        "topics": articles.topics(),
        "base": base.tolist(),
        "calibration": list(calibration),
        "vocabulary": _vocabulary(seen),
        "sources": digest(),
    }
    return model.pack(head, blocks)


def _whole(text: str) -> Seen:
    """A phrasing is one window, however many sentences it has."""
    parts = [see(sentence) for sentence in sentences(text)]
    return Seen(
        words=tuple(word for part in parts for word in part.words),
        pieces=frozenset[str]().union(*(part.pieces for part in parts)),
        concepts=frozenset[str]().union(*(part.concepts for part in parts)),
    )


def _table(features: Sequence[Sequence[str]], weight: float) -> tuple[list[str], Matrix, Matrix]:
    """The names of the features, how rare each is, and a row of length `weight` for every text."""
    counts = Counter(name for names in features for name in names)
    kept = sorted(name for name, count in counts.items() if count >= _RAREST)
    index = {name: number for number, name in enumerate(kept)}
    rarity = np.log((len(features) + 1) / (np.array([counts[name] for name in kept]) + 0.5))
    values = np.zeros((len(features), len(kept)))
    for row, names in enumerate(features):
        columns = [index[name] for name in names if name in index]
        values[row, columns] = rarity[columns]
    sizes = np.linalg.norm(values, axis=1, keepdims=True)
    return kept, rarity, weight * values / np.where(sizes, sizes, 1)


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


def _calibrate(known: Sequence[Sample]) -> list[float]:
    """Weights for `evidence`, from texts that the model of each fold has not met, bare and in mails."""
    chance = random.Random(1)  # noqa: S311 - the same folds each time
    shuffled = chance.sample(range(len(known)), len(known))
    rows: list[list[float]] = []
    right: list[bool] = []
    for fold in range(_FOLDS):
        held = set(shuffled[fold::_FOLDS])
        learnt = [sample for number, sample in enumerate(known) if number not in held]
        search = Search(trained := model.unpack(_fit(learnt, [0.0])))
        asked = [known[number] for number in sorted(held)]
        for sample in asked + _as_mails(asked, chance):
            found = search.scored(sample.text)
            if not found:
                continue  # nothing but a greeting
            topic, window = search.ranked(found)[0]
            rows.append(evidence(trained, topic, window, len(found)))
            right.append(trained.topics[topic] == sample.topic)
    return _logistic(np.array(rows), np.array(right, dtype=float))


def _as_mails(asked: Sequence[Sample], chance: random.Random) -> list[Sample]:
    """Each between lines that ask for something else altogether, as mails have them."""
    idle: Mapping[str, list[str]] = {
        lang: [sample.text for sample in asked if sample.lang == lang and not sample.topic]
        for lang in articles.LANGUAGES
    }
    return [
        Sample(text="\n\n".join(_around(sample.text, chance.sample(idle[sample.lang], 3))), lang=sample.lang, topic=sample.topic)
        for sample in asked
    ]


def _around(text: str, idle: Sequence[str]) -> list[str]:
    return [idle[0], text, *idle[1:]]


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


if __name__ == "__main__":
    main()
