"""The search for an answer: CPU a short question and a mail, load, memory, beside BM25 over the same texts.

Both with and without the extra, where it is installed.

The yardstick is Okapi's BM25 in plain Python over titles and phrasings, a text a topic; it gives no
probability, knows no language, and hands nothing over. Both read the same messages in turns, in one process.
"""

import math
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bot.faq import articles, engine, semantic
from bot.faq.evaluation import Labelled
from bot.faq.folding import fold, words
from bot.faq.search import Search, plain, shipped
from tests.faq.sets import SETS, labelled

ROUNDS = 3
#: in a process of its own: what loading costs, and what is then held
LOAD = """
import resource, time
from pathlib import Path
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
before, began = held(), time.process_time()
from bot.faq.search import plain, shipped
{search}().read("my account is locked")
print(time.process_time() - began, held() - before)
"""


class Bm25:
    """Ranks the topics by the words that a question shares with their texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(words(fold(text))) for text in texts]
        self._sizes = [sum(counts.values()) for counts in self._counts]
        self._mean = statistics.mean(self._sizes)
        self._held = Counter(word for counts in self._counts for word in counts)

    def best(self, question: str) -> int:
        asked = words(fold(question))
        return max(range(len(self._counts)), key=lambda number: self._score(asked, number))

    def _score(self, asked: Sequence[str], number: int) -> float:
        counts, length = self._counts[number], 0.25 + 0.75 * self._sizes[number] / self._mean
        return sum(
            self._rarity(word) * counts[word] * 2.2 / (counts[word] + 1.2 * length)
            for word in asked
            if word in counts
        )

    def _rarity(self, word: str) -> float:
        return math.log(1 + (len(self._counts) - self._held[word] + 0.5) / (self._held[word] + 0.5))


def milliseconds(work: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Each text as if nobody had asked it before."""
    found = []
    for text in [*texts] * ROUNDS:
        forget()
        began = time.process_time()
        work(text)
        found.append((time.process_time() - began) * 1000)
    return found


def forget() -> None:
    if engine.installed():
        embed: Any = semantic.embedder()
        embed.cache_clear()


def load(search: str) -> tuple[float, float]:
    """Seconds of CPU, and bytes."""
    code = LOAD.replace("{search}", search)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    took, held = done.stdout.split()
    return float(took), float(held)


def yardstick() -> Callable[[str], str]:
    """BM25 as a reader: the topic that it puts first."""
    topics = articles.topics()
    told = [articles.load()[topic].values() for topic in topics]
    bm25 = Bm25([" ".join((line.title, *line.phrasings)) for both in told for line in both])
    return lambda text: topics[bm25.best(text) // 2]


def first(search: Search) -> Callable[[str], str]:
    return lambda text: next((one.topic for one in search.read(text).candidates), "")


def measure(name: str, work: Callable[[str], str], messages: Sequence[Labelled]) -> None:
    for one_set in SETS:
        inside = [one for one in labelled(one_set) if one.topic]
        right = sum(work(one.text) == one.topic for one in inside)
        print(f"{name}: right topic first in {one_set}: {right / len(inside):.0%}")
    for kind, mails in (("short question", False), ("mail", True)):
        took = milliseconds(work, [one.text for one in messages if (one.channel == "email") is mails])
        print(f"{name}: {kind}: median {statistics.median(took):.2f} ms of CPU, largest {max(took):.1f} ms")


def main() -> None:
    messages = labelled(SETS[0])
    measure("BM25", yardstick(), messages)
    for search in [plain, *[shipped] * engine.installed()]:
        measure(search().name, first(search()), messages)
        took, held = min(load(search.__name__) for _ in range(ROUNDS))
        print(f"{search().name}: load {took:.2f} s of CPU, {held / 1e6:.1f} MB of memory")
    size = sum(path.stat().st_size for path in articles.FOLDER.parent.rglob("*") if path.suffix != ".pyc")
    print(f"{size / 1e6:.1f} MB installed, and 100 MB for the extra's model")


if __name__ == "__main__":
    main()
