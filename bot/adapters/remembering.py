"""Answers of the outside world that hold for some minutes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

REMEMBERED = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class _Remembered(Generic[T]):
    value: T
    since: datetime

    def holds(self, now: datetime) -> bool:
        """A clock that was put back must not lengthen what somebody may."""
        return self.since <= now < self.since + REMEMBERED


class Memory(Generic[T]):
    """Answers of the last five minutes: a departed colleague keeps no rights longer than that."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._answers: dict[str, _Remembered[T]] = {}

    def recall(self, key: str, ask: Callable[[], T]) -> T:
        now = self._now()
        with self._lock:
            remembered = self._answers.get(key)
        if remembered is not None and remembered.holds(now):
            return remembered.value
        value = ask()  # without the lock: two may ask at once, and get the same
        with self._lock:
            self._answers = {kept: answer for kept, answer in self._answers.items() if answer.holds(now)}
            self._answers[key] = _Remembered(value=value, since=now)
        return value
