"""What can go wrong with the sandbox's mail servers, switched on by tests and by the curious."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

#: Where in an SMTP dialogue a fault strikes: `data` answers the command DATA, `end` the final dot.
Stage = Literal["auth", "mail", "rcpt", "data", "end"]


class ImapFaults:
    """Read by the server's loop at each command; plain assignments from any thread take effect at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._drops: dict[str, int] = {}
        self.clear()

    def clear(self) -> None:
        #: Every LOGIN and AUTHENTICATE is answered NO.
        self.refuse_logins = False
        #: IDLE is accepted and announces nothing before DONE.
        self.silent_idle = False
        #: Seconds before each answer to a command.
        self.delay = 0.0
        with self._lock:
            self._drops.clear()

    def drop_after(self, command: str, *, times: int = 1) -> None:
        """Carry the command out ("FETCH", "MOVE"; UID or not), then cut the line instead of answering."""
        with self._lock:
            self._drops[command.upper()] = times

    def takes_drop(self, command: str) -> bool:
        with self._lock:
            left = self._drops.get(command.upper().removeprefix("UID "), 0)
            if left:
                self._drops[command.upper().removeprefix("UID ")] = left - 1
            return left > 0


@dataclass
class SmtpFault:
    """One fault; without a reply the line is cut."""

    stage: Stage
    reply: str | None
    address: str | None
    times: int | None

    def strikes(self, stage: Stage, addresses: Iterable[str]) -> bool:
        if self.stage != stage or self.times == 0:
            return False
        return self.address is None or self.address in addresses


@dataclass(frozen=True)
class Throttle:
    mails: int
    window: timedelta
    reply: str


class SmtpFaults:
    """Faults of the SMTP server; the first that fits strikes, and wears off after its `times`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._faults: list[SmtpFault] = []
        self._throttle: Throttle | None = None
        self._accepted: list[datetime] = []
        self.clear()

    def clear(self) -> None:
        #: Every AUTH is answered 535.
        self.refuse_logins = False
        #: Seconds before MAIL and before the answer to the final dot.
        self.delay = 0.0
        with self._lock:
            self._faults.clear()
            self._throttle = None
            self._accepted.clear()

    def answer(
        self, stage: Stage, reply: str, *, address: str | None = None, times: int | None = None
    ) -> None:
        """Answer `reply` ("550 5.1.1 No such user").

        `address` narrows it to one sender (`mail`) or one recipient (`rcpt`, `data`, `end`).
        """
        self._add(SmtpFault(stage, reply, address and address.lower(), times))

    def drop(self, stage: Stage, *, address: str | None = None, times: int | None = 1) -> None:
        """Cut the line; at `end` the mail has been taken and kept, only its answer is lost."""
        self._add(SmtpFault(stage, None, address and address.lower(), times))

    def throttle(
        self, *, mails: int, seconds: float = 60, reply: str = "451 4.7.1 Too many mails, try again later"
    ) -> None:
        """Refuse MAIL once `mails` were taken within the window, measured by the world's clock."""
        with self._lock:
            self._throttle = Throttle(mails, timedelta(seconds=seconds), reply)
            self._accepted.clear()

    def take(self, stage: Stage, addresses: Iterable[str]) -> SmtpFault | None:
        wanted = {address.lower() for address in addresses}
        with self._lock:
            fault = next((fault for fault in self._faults if fault.strikes(stage, wanted)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
            return fault

    def throttled(self) -> str | None:
        with self._lock:
            if self._throttle is None:
                return None
            since = self._now() - self._throttle.window
            self._accepted = [when for when in self._accepted if when > since]
            return self._throttle.reply if len(self._accepted) >= self._throttle.mails else None

    def count_accepted(self) -> None:
        with self._lock:
            if self._throttle is not None:
                self._accepted.append(self._now())

    def _add(self, fault: SmtpFault) -> None:
        with self._lock:
            self._faults.append(fault)
