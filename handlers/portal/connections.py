"""The portal's connections: none waits for ever, and however many wait, the next visitor gets in.

Waitress stops to accept at its limit and closes only the silent, so a hundred visitors who send a byte now
and then kept everybody else out.
"""

import time
from collections.abc import Collection

from waitress.channel import HTTPChannel

MOST = 400  #: connections of one listener; the usual limit of a process is 1,024 files
FEWER = 40  #: as many are closed at once where there are more, the longest-waiting first
PATIENCE = 20.0  #: seconds for a request to arrive as a whole …
BYTES_A_SECOND = 2000  #: … and one more for each so many bytes of its body


class Connection(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """Waitress's, which knows since when it waits for a request, and asks only for a body that is to come."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.waits_since = time.monotonic()
        super().__init__(*args, **kwargs)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.waits_since = time.monotonic()
        return bool(super().received(data))

    def send_continue(self) -> None:
        """Say 100 where a body is to come; waitress would wait for one for ever where there is none."""
        if self.request.completed:
            self.request.expect_continue = False
        else:
            super().send_continue()

    @property
    def waits(self) -> bool:
        """Whether nothing of it is being answered."""
        return not (self.requests or self.will_close)

    def is_late(self, now: float) -> bool:
        """Whether what it sends comes too slowly; `now` is monotonic."""
        if not self.waits or self.request is None:
            return False
        sent: int = self.request.body_bytes_received
        return now > self.waits_since + PATIENCE + sent / BYTES_A_SECOND


def close_late(connections: Collection[Connection], now: float) -> None:
    """Close, at the loop's next turn, whose request does not come to its end."""
    for one in connections:
        if one.is_late(now):
            one.will_close = True


def make_room(connections: Collection[Connection], *, most: int = MOST, fewer: int = FEWER) -> None:
    """Close those that wait longest, at the loop's next turn, where there are too many."""
    if len(connections) < most:
        return
    waiting = sorted((one for one in connections if one.waits), key=lambda one: one.waits_since)
    for one in waiting[:fewer]:
        one.will_close = True
