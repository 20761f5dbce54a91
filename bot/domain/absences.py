"""Being away: from when to when, and who decides meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.domain.days import Days

LONGEST = timedelta(days=366)  #: beyond that somebody mistyped a year


@dataclass(frozen=True, kw_only=True)
class Absence:
    """`deputy` decides by `person`'s right from `since` until before `until`, never about their own work."""

    person: str
    deputy: str
    since: datetime
    until: datetime

    @property
    def last_moment(self) -> datetime:
        """Within the last day that is included."""
        return self.until - timedelta(microseconds=1)

    def meets(self, other: "Absence") -> bool:
        return self.since < other.until and other.since < self.until


def span_of(days: Days, zone: tzinfo) -> tuple[datetime, datetime]:
    """From the first day's midnight at the desk to the one after the last day, in UTC."""
    return _midnight(days.first, zone), _midnight(days.last + timedelta(days=1), zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def find_meeting(absence: Absence, others: Iterable[Absence], *, of: str) -> Absence | None:
    """An absence of that person that falls into the same time."""
    return next((one for one in others if one.person == of and one.meets(absence)), None)
