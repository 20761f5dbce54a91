"""A week of the desk in figures: which cases came and went, with whom they waited, who decided."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from statistics import median
from typing import Self

from bot.domain.approvals import Choice
from bot.domain.cases import BallHolder
from bot.domain.lifecycle import Stage

_ISO_WEEK = re.compile(r"([12][0-9]{3})-?w([0-9]{1,2})", re.ASCII | re.IGNORECASE)
THIS = ("this", "now", "current")
DAYS = 7


@dataclass(frozen=True)
class Week:
    """Monday to Sunday by the desk's calendar, as ISO 8601 counts the weeks."""

    monday: date

    @classmethod
    def of(cls, now: datetime, zone: tzinfo) -> Self:
        """The week in which an instant lies."""
        today = now.astimezone(zone).date()
        return cls(today - timedelta(days=today.weekday()))

    @property
    def before(self) -> "Week":
        return Week(self.monday - timedelta(days=DAYS))

    @property
    def after(self) -> "Week":
        return Week(self.monday + timedelta(days=DAYS))

    @property
    def name(self) -> str:
        """As in 2026-W47."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=DAYS - 1)

    def midnights(self, zone: tzinfo) -> list[datetime]:
        """The eight midnights around its days, in UTC: a day of a time change has 23 or 25 hours."""
        days = (self.monday + timedelta(days=number) for number in range(DAYS + 1))
        return [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]


def read_week(said: str, *, now: datetime, zone: tzinfo) -> Week | None:
    """The week that somebody names: "" the last full one, "this", "2026-W47"; None for anything else."""
    this = Week.of(now, zone)
    if not said:
        return this.before
    if said.lower() in THIS:
        return this
    named = _ISO_WEEK.fullmatch(said)
    if named is None:
        return None
    try:
        return Week(date.fromisocalendar(int(named[1]), int(named[2]), 1))
    except ValueError:  # there is no week 54
        return None


@dataclass(frozen=True, kw_only=True)
class Dwell:
    """How long cases were with somebody without a change, over all turns that the week saw."""

    turns: int
    median: timedelta
    longest: timedelta


def dwell(spans: Iterable[timedelta]) -> Dwell | None:
    """None where nobody waited for them."""
    seconds = [span.total_seconds() for span in spans]
    if not seconds:
        return None
    return Dwell(
        turns=len(seconds),
        median=timedelta(seconds=median(seconds)),
        longest=timedelta(seconds=max(seconds)),
    )


@dataclass(frozen=True, kw_only=True)
class WeekFigures:
    """What happened between two instants; `open` is at the end of them."""

    came: int = 0
    approved: int = 0
    rejected: int = 0
    withdrawn: int = 0
    open: int = 0
    mails_out: int = 0
    questions: int = 0
    mails_in: Mapping[str, int] = field(default_factory=dict)  #: by kind
    dwells: Mapping[BallHolder, Dwell] = field(default_factory=dict)

    @property
    def all_mails_in(self) -> int:
        return sum(self.mails_in.values())


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What one person decided."""

    by: str  #: a name, or `cli:<user>`
    approved: int = 0
    rejected: int = 0
    first: int = 0  #: approvals that needed a second one

    @property
    def all(self) -> int:
        return self.approved + self.rejected + self.first


@dataclass(frozen=True, kw_only=True)
class WeekAhead:
    """What the clock of partners' accounts brings in a week, if nobody acts before."""

    week: Week
    mails: Mapping[Stage, int]  #: as many accounts expire as get the mail that says so


@dataclass(frozen=True, kw_only=True)
class Report:
    """A week beside the week before."""

    week: Week
    until: datetime | None  #: up to when it goes, while the week is not over
    this: WeekFigures
    before: WeekFigures
    deciders: tuple[Decisions, ...] = ()  #: who decided most first
    came_by_day: tuple[int, ...] = (0,) * DAYS
    decided_by_day: tuple[int, ...] = (0,) * DAYS
    ahead: tuple[WeekAhead, ...] = ()  #: from the week on in which it was asked for; none without partners


def by_day(moments: Iterable[datetime], midnights: list[datetime]) -> tuple[int, ...]:
    """How many fall on each day of the week."""
    found = [0] * DAYS
    for moment in moments:
        day = sum(moment >= midnight for midnight in midnights) - 1
        if 0 <= day < DAYS:
            found[day] += 1
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One decision of the week, or a first yes; `choice` None for the latter."""

    by: str
    at: datetime
    choice: Choice | None
