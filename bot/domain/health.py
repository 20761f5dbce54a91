"""How each part of the service is, in a sentence: what `/readyz`, the log and the alarms say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from bot.domain.outbox import LEASE

#: a part that is well for less than this has not got over its trouble
STEADY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the service; `since` is when it last changed between well and unwell."""

    name: str
    well: bool
    sentence: str
    since: datetime
    needs_person: bool = False  #: waiting mends nothing, e.g. a refused log-in
    tries_at: datetime | None = None  #: when it does what it rests from again
    trouble_since: datetime | None = (
        None  #: when its trouble began, or its last one, moments of ease included
    )

    def steady(self, now: datetime) -> bool:
        """Well, and for long enough to be believed."""
        return self.well and now - self.since >= STEADY


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing the doctor looked at; `mend` says what to do when it is not well."""

    name: str
    well: bool
    sentence: str
    mend: str = ""


class Health:
    """What the threads say of themselves; safe to use from all of them."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}
        self._under_way: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    def report(
        self,
        name: str,
        sentence: str,
        *,
        well: bool,
        now: datetime,
        needs_person: bool = False,
        tries_at: datetime | None = None,
    ) -> bool:
        """Note how a part is; True when that is news."""
        with self._lock:
            before = self._parts.get(name)
            news = before is None or before.well is not well
            self._parts[name] = Part(
                name=name,
                well=well,
                sentence=sentence,
                since=now if news or before is None else before.since,
                needs_person=needs_person and not well,
                tries_at=tries_at,
                trouble_since=_trouble_since(before, well=well, now=now),
            )
        return news

    def begin(self, name: str, what: str, *, at: float) -> None:
        """A part does that from now on; `at` is in seconds of a clock that nobody puts."""
        self._under_way[name] = (what, at)

    def end(self, name: str) -> None:
        self._under_way.pop(name, None)

    def look(self, *, at: float, now: datetime) -> None:
        """A part that waits for the other side says nothing itself: say so once that lasts beyond a lease."""
        for name, (what, since) in list(self._under_way.items()):
            if at - since > LEASE.total_seconds():
                minutes = int((at - since) // 60)
                sentence = f"{what} has been under way for {minutes} minutes: the other side keeps the line"
                self.report(name, sentence, well=False, now=now)

    def parts(self) -> list[Part]:
        with self._lock:
            return sorted(self._parts.values(), key=lambda part: part.name)


def _trouble_since(before: Part | None, *, well: bool, now: datetime) -> datetime | None:
    """A server that lets us in and then drops us, again and again, is one trouble and not many."""
    before_that = before.trouble_since if before else None
    eased = before is not None and before.steady(now)
    return before_that if well or (before_that and not eased) else now
