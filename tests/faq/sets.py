"""The labelled sets, and which half of the second one nobody looked at while the search was tuned."""

import json
from pathlib import Path

from bot.faq.evaluation import Labelled

DATA = Path(__file__).parents[1] / "data" / "faq"
SETS = ("dev.jsonl", "second.jsonl")

#: half of each channel, of what is in scope, out of it and adversarial, drawn by `random.Random(9)`
UNSEEN = frozenset((DATA / "unseen.txt").read_text(encoding="utf-8").split())


def labelled(name: str) -> list[Labelled]:
    """Every message of a set."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [
        Labelled(
            id=line["id"], text=line["text"], topic=line["topic"], lang=line["lang"],
            channel=line["channel"], tags=tuple(line["tags"]),
        )
        for line in map(json.loads, lines)
    ]  # fmt: skip


def halves() -> dict[str, list[Labelled]]:
    """The second set: what was looked at, and what was not."""
    second = labelled("second.jsonl")
    return {
        "looked at": [one for one in second if one.id not in UNSEEN],
        "unseen": [one for one in second if one.id in UNSEEN],
    }
