"""What a person reads, however sure the search is: commands, secrets, other people's data, threats.

The patterns stand in `barriers.toml`.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.domain.faq import Barrier
from bot.domain.languages import is_foreign
from bot.faq.folding import fold

LONGEST = 20_000  #: characters of one message; a longer one is no question
_FILE = Path(__file__).with_name("barriers.toml")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_NAME = re.compile(r"<([a-z_]+)>")


def barrier(message: str, said: str) -> Barrier | None:
    """Why a person has to read it, None where nobody has to.

    `message`: as it came. `said`: the sender's own words of it.
    """
    if len(message) > LONGEST:
        return Barrier.TOO_LONG
    if is_foreign(said):
        return Barrier.LANGUAGE
    folded = _HYPHEN.sub(" ", " ".join(fold(said).split()))
    return next((reason for reason, pattern in _barriers() if pattern.search(folded)), None)


@cache
def _barriers() -> tuple[tuple[Barrier, re.Pattern[str]], ...]:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        (Barrier(name), re.compile(_one_of(patterns, table["words"])))
        for name, patterns in table["barriers"].items()
    )


def _one_of(patterns: Sequence[str], words: Mapping[str, Sequence[str]]) -> str:
    """Any of the patterns; names in them are looked up, and names in what they stand for."""
    joined = "|".join(f"(?:{one})" for one in patterns)
    return (
        "(?:"
        + _NAME.sub(lambda found: _one_of(words[found[1]], words) if found[1] in words else found[0], joined)
        + ")"
    )
