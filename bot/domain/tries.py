"""How often somebody may be wrong about a secret: a rest after a few tries, each longer, none for ever."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

AT_ONCE = 5  #: wrong tries before a rest
REST = timedelta(minutes=15)  #: the first one; each doubles the one before
LONGEST = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Tries:
    """The wrong tries of an account since the last right one."""

    wrong: int = 0
    until: datetime | None = None  #: of the present rest, or the last

    def is_resting(self, now: datetime) -> bool:
        return self.until is not None and now < self.until

    def after_wrong(self, now: datetime) -> Self:
        """One more; every fifth begins a rest."""
        wrong = self.wrong + 1
        if wrong % AT_ONCE:
            return replace(self, wrong=wrong)
        doublings = min(wrong // AT_ONCE - 1, 10)
        return replace(self, wrong=wrong, until=now + min(REST * 2**doublings, LONGEST))
