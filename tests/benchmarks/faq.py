"""The search for an answer: CPU a short question and a mail, load, memory, beside BM25 over the same texts.

The yardstick is Okapi's BM25 in plain Python over titles and phrasings, a text a topic; it gives no
probability, knows no language, and hands nothing over. Both read the same messages in turns, in one process.
"""

import json
import math
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.faq import articles
from bot.faq.folding import fold, words
from bot.faq.search import shipped

DEV = Path(__file__).parents[1] / "data" / "faq" / "dev.jsonl"
ROUNDS = 3
#: in a process of its own: what loading costs, and what is then held
LOAD = """
import resource, time
from pathlib import Path
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
before, began = held(), time.process_time()
from bot.faq.search import shipped
shipped().read("my account is locked")
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
    found = []
    for text in [*texts] * ROUNDS:
        began = time.process_time()
        work(text)
        found.append((time.process_time() - began) * 1000)
    return found


def load() -> tuple[float, float]:
    """Seconds of CPU, and bytes."""
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True)
    took, held = done.stdout.split()
    return float(took), float(held)


def main() -> None:
    labelled = [json.loads(line) for line in DEV.read_text(encoding="utf-8").splitlines()]
    topics = articles.topics()
    told = [articles.load()[topic].values() for topic in topics]
    bm25 = Bm25([" ".join((line.title, *line.phrasings)) for both in told for line in both])
    inside = [one for one in labelled if one["topic"]]
    right = sum(topics[bm25.best(one["text"]) // 2] == one["topic"] for one in inside)
    ours = sum(
        [found.topic for found in shipped().read(one["text"]).candidates][:1] == [one["topic"]]
        for one in inside
    )
    print(f"right topic first: {ours / len(inside):.0%}, BM25 {right / len(inside):.0%}")
    for name, texts in (
        ("short question", [one["text"] for one in labelled if one["channel"] != "email"]),
        ("mail", [one["text"] for one in labelled if one["channel"] == "email"]),
    ):
        own, yardstick = milliseconds(shipped().read, texts), milliseconds(bm25.best, texts)
        print(
            f"{name}: median {statistics.median(own):.2f} ms of CPU, largest {max(own):.1f} ms; "
            f"BM25 {statistics.median(yardstick):.2f} ms"
        )
    took, held = min(load() for _ in range(ROUNDS))
    size = sum(path.stat().st_size for path in articles.FOLDER.parent.rglob("*") if path.suffix != ".pyc")
    print(f"load {took:.2f} s of CPU, {held / 1e6:.1f} MB of memory, {size / 1e6:.1f} MB installed")


if __name__ == "__main__":
    main()
