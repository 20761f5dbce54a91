"""What an extra adds to the search where it is installed: `usher[semantic]`."""

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

from bot.faq import engine


class Extra(Protocol):
    """A second scorer; safe to share between threads."""

    @property
    def calibration(self) -> Sequence[float]:
        """Takes the place of the model's, for scores with those of the extra in them."""

    def vector(self, sentence: str, /) -> Any:  # noqa: ANN401 - the extra's own; only it looks inside
        """What it makes of a sentence, once for all windows."""

    def score(self, vectors: Sequence[Any], /) -> list[float]:
        """By column, for the sentences of one window (at least one), to be added to the model's."""


@cache
def load() -> Extra | None:
    """None where it is not installed; numpy comes with it and is imported only then."""
    if not engine.installed():
        return None
    found: Extra = importlib.import_module("bot.faq.semantic").load()
    return found
