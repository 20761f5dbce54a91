"""What all parts of the workspace share: one lock, one clock, ids, and waiting for a change."""

import secrets
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

Json = dict[str, Any]
Found = TypeVar("Found")
LETTERS = string.ascii_uppercase + string.digits


class Pulse:
    """The lock, the clock and the counter of changes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.condition = threading.Condition(threading.RLock())
        self.version = 0
        self._last_microsecond = 0

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock, then let everybody who waits look again."""
        with self.condition:
            yield
            self.version += 1
            self.condition.notify_all()

    def seconds(self) -> float:
        return self.now().timestamp()

    def ts(self) -> str:
        """A message's time and name: strictly growing even while the clock stands still."""
        with self.condition:
            microsecond = max(int(self.seconds() * 1_000_000), self._last_microsecond + 1)
            self._last_microsecond = microsecond
            return f"{microsecond // 1_000_000}.{microsecond % 1_000_000:06d}"

    def wait_for(self, predicate: Callable[[], Found], timeout: float = 20.0) -> Found:
        """The first truthy answer of the predicate, asked again after each change."""
        with self.condition:
            found = self.condition.wait_for(predicate, timeout)
            if not found:
                raise TimeoutError(f"nothing of the kind within {timeout} seconds")
            return found


def new_id(prefix: str, length: int = 10) -> str:
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(length))


def new_number() -> str:
    return str(secrets.randbelow(9_000_000_000_000) + 1_000_000_000_000)
