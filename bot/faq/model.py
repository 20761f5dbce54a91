"""The trained model: one small file, and how it scores what was seen of a text, without any library."""

import json
import zlib
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import exp, sqrt
from pathlib import Path
from typing import Any, Final

FILE = Path(__file__).with_name("model.bin")
#: the columns behind those of the topics
BEHIND: Final = ("none", "german")
_QUANTA = 32_767


@dataclass(frozen=True, kw_only=True)
class Block:
    """The weights of one kind of feature: a row each, in which the feature's rarity is already counted."""

    index: Mapping[str, int]
    rarity: "array[float]"
    rows: "array[int]"
    width: int
    scale: float

    @cached_property
    def rarest(self) -> float:
        return max(self.rarity)

    def known(self, features: Iterable[str]) -> frozenset[int]:
        """The numbers of those features that have a row."""
        return frozenset(self.index[one] for one in features if one in self.index)

    def score(self, known: Collection[int]) -> list[float]:
        """A score for each column; all zero where nothing is known."""
        rows, width = self.rows, self.width
        if not known:
            return [0.0] * width
        size = sqrt(sum(self.rarity[row] ** 2 for row in known))
        columns = zip(*(rows[row * width : (row + 1) * width] for row in known), strict=True)
        return [sum(column) * self.scale / size for column in columns]


@dataclass(frozen=True, kw_only=True)
class Model:
    """What training left: weights for pieces and meanings, and how a score becomes a probability."""

    topics: tuple[str, ...]
    pieces: Block
    meanings: Block
    base: tuple[float, ...]  #: the score of a text of which nothing is known, by column
    calibration: tuple[float, ...]  #: weights of `evidence`, the last one stands alone
    vocabulary: frozenset[str]  #: words that are spelt right
    sources: str  #: the digest of what it was trained on

    def score(self, pieces: Collection[int], meanings: Collection[int]) -> list[float]:
        """By column: the topics, then `BEHIND`. Both as their blocks know them."""
        both = zip(self.base, self.pieces.score(pieces), self.meanings.score(meanings), strict=True)
        return [sum(parts) for parts in both]

    def familiarity(self, words: Iterable[str]) -> float:
        """The share of words that stood in the texts of training, a rare one counted for more, 0 to 1."""
        met = unmet = 0.0
        for word in words:
            row = self.pieces.index.get(f"w:{word}")
            if row is None:
                unmet += self.pieces.rarest
            else:
                met += self.pieces.rarity[row]
        return met / (met + unmet) if met else 0.0


def probability(calibration: Sequence[float], evidence: Sequence[float]) -> float:
    """Of being right: a weight for each part of the evidence, the last weight stands alone."""
    *weights, alone = calibration
    return 1 / (1 + exp(-sum(map(float.__mul__, weights, evidence)) - alone))


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A block before it is packed: its features, how rare each is, and their rows one after the other."""

    features: Sequence[str]
    rarity: Sequence[float]
    values: Sequence[float]


def pack(head: Mapping[str, Any], blocks: Sequence[Trained]) -> bytes:
    """The file of a model: a line of JSON, then rarity and rows of each block, all compressed."""
    scales = [max(map(abs, block.values)) / _QUANTA for block in blocks]
    line = {**head, "features": [list(block.features) for block in blocks], "scales": scales}
    parts = [json.dumps(line, ensure_ascii=False).encode(), b"\n"]
    for block, scale in zip(blocks, scales, strict=True):
        rows = array("h", (round(value / scale) for value in block.values))
        parts += [array("f", block.rarity).tobytes(), rows.tobytes()]
    return zlib.compress(b"".join(parts), 9)


def unpack(content: bytes) -> Model:
    """Raise ValueError for what is no model."""
    line, _, rest = zlib.decompress(content).partition(b"\n")
    head = json.loads(line)
    width = len(head["topics"]) + len(BEHIND)
    blocks = []
    for names, scale in zip(head["features"], head["scales"], strict=True):
        rarity, rows = array("f"), array("h")
        rarity.frombytes(rest[: 4 * len(names)])
        rest = rest[4 * len(names) :]
        rows.frombytes(rest[: 2 * width * len(names)])
        rest = rest[2 * width * len(names) :]
        index = {name: number for number, name in enumerate(names)}
        blocks.append(Block(index=index, rarity=rarity, rows=rows, width=width, scale=scale))
    return Model(
        topics=tuple(head["topics"]),
        pieces=blocks[0],
        meanings=blocks[1],
        base=tuple(head["base"]),
        calibration=tuple(head["calibration"]),
        vocabulary=frozenset(head["vocabulary"]),
        sources=head["sources"],
    )


@cache
def load(path: Path = FILE) -> Model:
    return unpack(path.read_bytes())
