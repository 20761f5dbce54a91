"""The extra: what sentences mean to a small language model, as scores to be added to our own model's."""

import importlib
import json
import zlib
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.faq.engine import ENGINE

Vector = npt.NDArray[np.float32]  #: SIZE numbers, of length 1

FILE = Path(__file__).with_name("semantic.bin")
SIZE: Final = 384
LONGEST: Final = 300  #: characters of a sentence; more cost seconds and say nothing new
REMEMBERED: Final = 128  #: sentences of the last mails, in memory alone


@dataclass(frozen=True, kw_only=True)
class Head:
    """What training left: a weight for each number of a vector and each column, and the calibration."""

    base: tuple[float, ...]
    weights: "array[float]"  #: a row of columns for each number of a vector
    calibration: tuple[float, ...]
    sources: str  #: the digest of what it was trained on


class Semantic:
    """A head over a language model; safe to share between threads."""

    def __init__(self, head: Head, embed: Callable[[str], Vector]) -> None:
        self.calibration = head.calibration
        self._weights = np.array(head.weights).reshape(SIZE, len(head.base))
        self._base = np.array(head.base)
        self.vector = embed

    def score(self, vectors: Sequence[Vector]) -> list[float]:
        """By column, for the sentences of one window (at least one)."""
        found: list[float] = (self._base + mean(vectors) @ self._weights).tolist()
        return found


def mean(vectors: Sequence[Vector]) -> Vector:
    """The direction that sentences have in common."""
    whole: Vector = np.mean(vectors, axis=0)
    return whole / max(float(np.linalg.norm(whole)), 1e-6)


@cache
def load(path: Path = FILE) -> Semantic:
    return Semantic(unpack(path.read_bytes()), embedder())


@cache
def embedder() -> Callable[[str], Vector]:
    """Raise ImportError where the extra is not installed. One thread: the desk has other things to do."""
    engine: Any = importlib.import_module(ENGINE).E5(num_threads=1)
    return embedding(engine.query)


def embedding(query: Callable[[str], Vector]) -> Callable[[str], Vector]:
    """`query` of the engine for any text; the newest sentences are asked for once.

    A mail is read when it comes, and again each time its card is drawn.
    """

    @lru_cache(maxsize=REMEMBERED)
    def embed(sentence: str) -> Vector:
        # Lone surrogates have no bytes, and a NUL ends a text in C.
        plain = sentence[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
        vector = query(plain)
        vector.setflags(write=False)
        return vector

    return embed


def pack(head: Head) -> bytes:
    line = {"base": head.base, "calibration": head.calibration, "sources": head.sources}
    return zlib.compress(json.dumps(line).encode() + b"\n" + array("f", head.weights).tobytes(), 9)


def unpack(content: bytes) -> Head:
    """Raise ValueError for what is no head."""
    line, _, rest = zlib.decompress(content).partition(b"\n")
    told = json.loads(line)
    weights = array("f")
    weights.frombytes(rest)
    return Head(
        base=tuple(told["base"]),
        weights=weights,
        calibration=tuple(told["calibration"]),
        sources=told["sources"],
    )
