"""What the lobby shows and does, told as values, so that whoever joins the sandbox can plug in any world."""

import smtplib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class ClockKnob(Protocol):
    """The sandbox's clock; `bot.clock.TurnableClock` fits."""

    def now(self) -> datetime: ...
    def turn(self, by: timedelta) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere to go: Slack, webmail, portal."""

    name: str
    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to try; `done` looks at the world, and what was done once stays ticked."""

    title: str
    text: str
    done: Callable[[], bool]
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Act:
    """A button; `do` returns a sentence that says what happened."""

    id: str
    label: str
    text: str
    do: Callable[[], str]
    group: str = "Send a mail to the desk"
    primary: bool = False


@dataclass(frozen=True)
class Deed:
    """A line of the lobby's diary."""

    at: datetime
    text: str
    ok: bool = True


@dataclass(kw_only=True)
class Lobby:
    places: Sequence[Place]
    steps: Sequence[Step]
    acts: Sequence[Act]
    clock: ClockKnob
    diary: deque[Deed] = field(default_factory=lambda: deque(maxlen=8))
    _ticked: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ticks(self) -> list[bool]:
        """Which steps are done, looking only where it is not known yet."""
        for number, step in enumerate(self.steps):
            if number not in self._ticked and step.done():
                with self._lock:
                    self._ticked.add(number)
        return [number in self._ticked for number in range(len(self.steps))]

    def press(self, act: Act) -> Deed:
        try:
            text, ok = act.do(), True
        except (OSError, smtplib.SMTPException) as error:
            text, ok = f"{act.label}: it did not work ({error})", False
        return self.note(text, ok=ok)

    def turn(self, by: timedelta) -> Deed:
        if by <= timedelta():
            return self.note("The clock turns forward only.", ok=False)
        now = self.clock.turn(by)
        return self.note(f"The clock now says {said(now)}.")

    def turn_to(self, then: datetime) -> Deed:
        return self.turn(then - self.clock.now())

    def note(self, text: str, *, ok: bool = True) -> Deed:
        deed = Deed(self.clock.now(), text, ok)
        self.diary.appendleft(deed)
        return deed

    def version(self, ticks: Sequence[bool]) -> str:
        """Changes whenever the page would look different."""
        last = self.diary[0].at.isoformat() if self.diary else ""
        minute = f"{self.clock.now():%Y%m%d%H%M}"
        return f"{''.join(str(int(tick)) for tick in ticks)}-{minute}-{last}"


def said(when: datetime) -> str:
    return f"{when.astimezone(UTC):%A, %-d %B %Y, %H:%M} UTC"
