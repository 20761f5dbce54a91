"""A look of the clock that dies between a notice and its mail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.services import lifecycle_rounds
from bot.store import outbox


class Killed(Exception):  # noqa: N818 - nothing went wrong
    """The process is gone in the middle of a transaction."""


@contextmanager
def dying(after: int) -> Iterator[None]:
    """Batches of one account; in the n-th the stage is noted, and its mail is not queued any more."""
    real, left = outbox.add_all, [after]

    def add_all(*args: Any, **more: Any) -> None:  # noqa: ANN401 - as it comes
        if not left[0]:
            raise Killed
        left[0] -= 1
        real(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lifecycle_rounds, "BATCH", 1)
        patch.setattr(outbox, "add_all", add_all)
        yield
