"""Working time: on which days and at which hours people can be expected to act."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Working days in one place, each with the same hours by its clocks; at least one weekday is one."""

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset(range(5))  #: as `date.weekday` counts: Monday is 0
    opens: time = time(9)
    closes: time = time(17)  #: later than `opens`; at this moment nobody works any more
    region: str = ""  #: whose public holidays are free, as `public_holidays` reads it; "" has none
    closed: frozenset[date] = frozenset()  #: more free days

    def works_on(self, day: date) -> bool:
        return (
            day.weekday() in self.weekdays
            and day not in self.closed
            and not (self.region and day in public_holidays(self.region, day.year))
        )

    def day_of(self, moment: datetime) -> date:
        """The day that it is there."""
        return moment.astimezone(self.zone).date()

    def last_moment(self, since: datetime, days: int) -> datetime:
        """The end of the day that is so many days after that of `since`, in UTC: until which a link works."""
        next_day = self.day_of(since) + (days + 1) * _DAY
        return datetime.combine(next_day, time(), self.zone).astimezone(UTC) - datetime.resolution

    def is_working(self, moment: datetime) -> bool:
        day = self.day_of(moment)
        begins, ends = self._span(day)
        return self.works_on(day) and begins <= moment < ends

    def after_hours(self, since: datetime, hours: timedelta) -> datetime:
        """The first instant, in UTC, by which so much working time has passed.

        Of no time at all that is the next instant at which somebody works.
        """
        days = self._working_days(self.day_of(since))
        while True:
            begins, ends = self._span(next(days))
            begins = max(begins, since.astimezone(UTC))
            if begins < ends and hours <= ends - begins:
                return begins + hours
            hours -= max(ends - begins, timedelta())

    def days_later(self, since: datetime, days: int) -> date:
        """The n-th working day after the day of `since`; for 0 the first one that is not before it."""
        coming = self._working_days(self.day_of(since) + (_DAY if days else timedelta()))
        for _ in range(days - 1):
            next(coming)
        return next(coming)

    def first_of_week(self, day: date) -> date | None:
        """The first working day of that day's week; None where all of it is free."""
        monday = day - timedelta(days=day.weekday())
        week = (monday + timedelta(days=number) for number in range(7))
        return next((one for one in week if self.works_on(one)), None)

    def _working_days(self, first: date) -> Iterator[date]:
        """Without an end: whoever asks stops."""
        day = first
        while True:
            if self.works_on(day):
                yield day
            day += _DAY

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """From when to when, in UTC; a day may be shorter or longer when the clocks change within it."""
        begins, ends = (
            datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC) for at in (self.opens, self.closes)
        )
        return begins, max(begins, ends)


@lru_cache(maxsize=512)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of "DE", "DE-BE" or any other ISO 3166 code; raise ValueError for no region.

    Of a country: those that all of it has.
    """
    from holidays import country_holidays  # noqa: PLC0415 - half a second that only some desks need

    country, _, part = region.partition("-")
    try:
        return frozenset(country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError as exc:
        raise ValueError(str(exc)) from None
