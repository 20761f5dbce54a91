"""What can go wrong with Slack, on purpose: refusals, outages, cut lines, late and repeated deliveries."""

import threading
from collections import deque
from dataclasses import dataclass

from bot.sandbox.slack.courier import Courier, Envelope, Kind
from bot.sandbox.slack.pulse import Pulse
from bot.sandbox.slack.sockets import Sockets

EVERY = "*"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How one call fails."""

    status: int = 200
    error: str = ""  # the code of an {"ok": false} answer
    retry_after: int | None = None
    cut: str = ""  # "before" or "after" the effect
    seconds: float = 0.0


class Faults:
    """Planned misfortune; each plan is for the next N calls of a method, "*" for any."""

    def __init__(self, pulse: Pulse, courier: Courier, sockets: Sockets) -> None:
        self._pulse = pulse
        self._courier = courier
        self._sockets = sockets
        self._plans: dict[str, deque[Fault]] = {}
        self._down: Fault | None = None
        self._stopped = threading.Event()

    def _plan(self, method: str, times: int, fault: Fault) -> None:
        with self._pulse.condition:
            self._plans.setdefault(method, deque()).extend([fault] * times)

    def rate_limit(self, method: str = EVERY, *, times: int = 1, retry_after: int = 1) -> None:
        self._plan(method, times, Fault(status=429, error="ratelimited", retry_after=retry_after))

    def server_error(self, method: str = EVERY, *, times: int = 1, status: int = 503) -> None:
        self._plan(method, times, Fault(status=status, error="internal_error"))

    def refuse(self, method: str, error: str, *, times: int = 1) -> None:
        self._plan(method, times, Fault(error=error))

    def cut_before(self, method: str = EVERY, *, times: int = 1) -> None:
        """The connection ends, nothing has happened."""
        self._plan(method, times, Fault(cut="before"))

    def cut_after(self, method: str = EVERY, *, times: int = 1) -> None:
        """The call has its effect, but nobody is told."""
        self._plan(method, times, Fault(cut="after"))

    def slow(self, method: str = EVERY, *, seconds: float, times: int = 1) -> None:
        self._plan(method, times, Fault(seconds=seconds))

    def take(self, method: str) -> Fault | None:
        """The fault for this call, if one is planned."""
        with self._pulse.condition:
            if self._down is not None:
                return self._down
            for name in (method, EVERY):
                if self._plans.get(name):
                    return self._plans[name].popleft()
            return None

    def clear(self) -> None:
        with self._pulse.condition:
            self._plans.clear()
        self.come_up()

    def go_down(self, *, cut: bool = False) -> None:
        """Slack is away: calls fail (503, or a cut line), sockets break and are not taken."""
        with self._pulse.changing():
            self._down = Fault(cut="before") if cut else Fault(status=503, error="service_unavailable")
            self._sockets.refusing = True
        self._sockets.cut()

    def come_up(self) -> None:
        with self._pulse.changing():
            self._down = None
            self._sockets.refusing = False

    def cut_sockets(self, last: bytes = b"") -> None:
        self._sockets.cut(last)

    def refresh_sockets(self) -> None:
        """Slack asks the app to connect anew."""
        self._sockets.refresh()

    def redeliver_last(self, kind: Kind | None = None) -> Envelope:
        """The last envelope (of a kind) comes once more."""
        with self._pulse.condition:
            last = next(one for one in reversed(self._courier.log) if kind in (None, one.kind))
        return self._courier.redeliver(last)

    def hold_next(self, kind: Kind, *, times: int = 1) -> None:
        """The next envelopes stay with Slack until `release_held`: the person sees a time-out."""
        with self._pulse.condition:
            self._courier.line.hold[kind] += times

    def release_held(self) -> list[Envelope]:
        return self._courier.release_held()

    def lose_acks(self, kind: Kind, *, times: int = 1) -> None:
        """The app's next acknowledgements never arrive."""
        with self._pulse.condition:
            self._courier.line.lose_acks[kind] += times

    def wait(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def start(self) -> None:
        self._stopped.clear()

    def stop(self) -> None:
        self._stopped.set()
