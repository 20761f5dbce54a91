"""The connections that a test's desks keep: closed behind each test."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database

from bot.store.connections import Connections

_used: set["DeskConnections"] = set()


class DeskConnections(Connections):
    """Those of a test's desk, which may outlive one test and be used again in the next."""

    @contextmanager
    def take(self) -> Iterator[Database]:
        _used.add(self)
        with super().take() as db:
            yield db


def close_idle() -> None:
    while _used:
        _used.pop().close()
