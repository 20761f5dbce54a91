"""Being away: from when to when, and who decides meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.domain.days import Days
from bot.domain.errors import Refusal

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


class UnclearDays(Refusal):
    """What was typed is no day and no two days; values: text."""

    code = "unclear_days"


class DaysBackwards(Refusal):
    """The last day is before the first; values: text."""

    code = "days_backwards"


class DaysOver(Refusal):
    """Both days are behind us; values: text."""

    code = "days_over"


class DaysTooMany(Refusal):
    """More than a year, or more than a year away, so that a year was mistyped; values: text."""

    code = "days_too_many"


class NoDeputy(Refusal):
    """Nobody was named who decides meanwhile."""

    code = "no_deputy"


class DeputyIsOneself(Refusal):
    """One does not stand in for oneself."""

    code = "deputy_is_oneself"


class DeputyAway(Refusal):
    """Whoever was named is away themselves; values: who, since, until."""

    code = "deputy_away"


class AlreadyAway(Refusal):
    """They are away then already; values: who (decides), since, until."""

    code = "already_away"


class NotAway(Refusal):
    """There is no absence that could end."""

    code = "not_away"
