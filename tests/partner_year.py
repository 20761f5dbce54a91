"""A year of partners as a naive model lives it, by the words of the process alone: every mail and state."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from random import Random

DAYS, SEED = 365, 20260302
CLOSED = frozenset({date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)})
#: of a hundred: how many do what the mail asks for, each some days later
REACT = {"validation": 55, "reminder": 50, "expired": 30}
BAD_ADDRESSES = 3  #: of a hundred


def reaction(number: int, nth: int, stage: str) -> int | None:
    """After how many days somebody does what their n-th mail asks for; None for never."""
    chance = Random(f"{SEED}:{number}:{nth}:{stage}")
    return chance.randint(1, 12) if chance.randint(1, 100) <= REACT[stage] else None


@cache
def is_bad(number: int) -> bool:
    return Random(f"{SEED}:{number}").randint(1, 100) <= BAD_ADDRESSES


def validated_before(number: int) -> int:
    """How many days before the year begins."""
    return Random(f"{SEED}:{number}:begin").randint(0, 89)


@cache
def last_working_day(number: int) -> int:
    """Not after that day; days are counted as `date.toordinal` does."""
    day = date.fromordinal(number)
    return number if day.weekday() < 5 and day not in CLOSED else last_working_day(number - 1)


@dataclass
class Person:
    """One partner, day by day, by the words of the process: 90 days, T-30, T-16, T-0, T+60."""

    number: int
    end: int
    state: str = "valid"
    told: dict[str, int] = field(default_factory=dict)  #: since the last validation or hold
    mails: int = 0
    acts_on: int | None = None

    def live(self, today: int, counts: Counter[str]) -> None:
        if self.acts_on == today and self.state != "closed":
            counts["validated"] += 1
            self.state, self.end, self.told = "valid", today + 90, {}
        if self.state == "expired" and today > self.end + 60:
            self.state = "closed"
        if self.state != "valid" or today < self.end - 40:  # a working day is never ten days off
            return
        warned = not is_bad(self.number) and any(today - on >= 7 for on in self.told.values())
        if today > self.end and warned:
            self.state = "expired"
            self.tell("expired", today, counts)
            return
        too_late = not self.told and today > self.end - 7  # a warning now would not be a week old
        if today > self.end or too_late:
            counts["held"] += 1
            self.end, self.told = today + 14, {}
        for stage, before in (("reminder", 16), ("validation", 30)):
            if today >= last_working_day(self.end - before):
                if stage not in self.told:
                    self.tell(stage, today, counts)
                return

    def tell(self, stage: str, today: int, counts: Counter[str]) -> None:
        counts[stage] += 1
        self.mails += 1
        self.told[stage] = today
        if not is_bad(self.number) and (days := reaction(self.number, self.mails, stage)):
            self.acts_on = today + days


def modelled(people: int, first: int) -> tuple[Counter[str], Sequence[Person]]:
    """How often each mail goes and each change comes in a year that begins on that day, and how all end."""
    counts = Counter[str]()
    persons = [Person(number, first + 90 - validated_before(number)) for number in range(people)]
    for today in range(first, first + DAYS):
        for person in persons:
            person.live(today, counts)
    return counts, persons
