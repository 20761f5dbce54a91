"""How each part of the service is, in a sentence: what `/readyz` and the log say."""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the service; `since` is when it last changed between well and unwell."""

    name: str
    well: bool
    sentence: str
    since: datetime


class Health:
    """What the threads say of themselves; safe to use from all of them."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}
        self._lock = Lock()

    def report(self, name: str, sentence: str, *, well: bool, now: datetime) -> bool:
        """Note how a part is; True when that is news."""
        with self._lock:
            before = self._parts.get(name)
            news = before is None or before.well is not well
            since = now if news or before is None else before.since
            self._parts[name] = Part(name=name, well=well, sentence=sentence, since=since)
        return news

    def parts(self) -> list[Part]:
        with self._lock:
            return sorted(self._parts.values(), key=lambda part: part.name)
