"""The connections that a test's desks keep: closed behind each test."""

from pathlib import Path
from weakref import WeakSet

from bot.store.connections import Connections

_made: WeakSet[Connections] = WeakSet()


def connections_to(path: Path) -> Connections:
    made = Connections(path)
    _made.add(made)
    return made


def close_idle() -> None:
    for one in list(_made):
        one.close()
