"""The one place that reads the time; everybody else is told it."""

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, aware and in UTC."""

    def now(self) -> datetime: ...


class RealClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class TurnableClock:
    """A clock that runs on from any instant and can be turned forward, for rehearsals and the sandbox."""

    def __init__(self, start: datetime | None = None) -> None:
        real = datetime.now(UTC)
        self._offset = (start.astimezone(UTC) - real) if start else timedelta()
        self._lock = Lock()

    def now(self) -> datetime:
        with self._lock:
            return datetime.now(UTC) + self._offset

    def turn(self, by: timedelta) -> datetime:
        """Move on by a span of time; backwards is refused, as in life."""
        if by < timedelta():
            raise ValueError("the clock turns forward only")
        with self._lock:
            self._offset += by
        return self.now()
