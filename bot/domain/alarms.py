"""When staff are told of trouble: a part that stays unwell, a mailbox that falls silent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.health import Part

SILENCE = "silence"  #: the name of the alarm about a mailbox into which no mail comes
MAILBOX = "mailbox"  #: the part without which silence means nothing
DATABASE = "database"  #: the part without which no other works
WEEKS = 4  #: so many weeks before it a silence is compared with
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What an alarm is about; `expected_by` is when mail would have come by, for a silence."""

    name: str
    sentence: str
    since: datetime
    expected_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A trouble that staff were told of; over once `cleared_at` is set."""

    id: int
    name: str
    sentence: str
    since: datetime
    cleared_at: datetime | None = None


def list_troubles(parts: Sequence[Part], *, after: timedelta, now: datetime) -> list[Trouble]:
    """Parts that staff are to hear of: unwell for long, or at once where only a person can mend it."""
    troubles = [
        Trouble(name=alarm_of(part), sentence=part.sentence, since=part.trouble_since)
        for part in parts
        if not part.well
        and part.trouble_since is not None
        and (part.needs_person or now - part.trouble_since >= after)
    ]
    # Without the database every part stumbles, and for a moment after it.
    ill = any(part.name == DATABASE and part.trouble_since and not part.steady(now) for part in parts)
    return [trouble for trouble in troubles if trouble.name == DATABASE or not ill]


def alarm_of(part: Part) -> str:
    """The name under which a part's trouble is told: Slack away is one trouble in two parts."""
    return {"outbox slack": "slack"}.get(part.name, part.name)


def was_told(trouble: Trouble, last: Alarm | None, *, now: datetime) -> bool:
    """Whether this very trouble had its all-clear already.

    Two services may share a database: what one has and the other has not must not ring for ever.
    """
    over = last.cleared_at if last else None
    # An all-clear in the future is from before the clock was put back.
    return over is not None and trouble.since <= over <= now


def find_end(alarm: Alarm, parts: Iterable[Part], *, now: datetime) -> datetime | None:
    """When its parts got over it; None while one is unwell or only just well, or where none was ever ill.

    The latter is so in a second service on the same database.
    """
    concerned = [part for part in parts if alarm_of(part) == alarm.name]
    end = max((part.since for part in concerned), default=None)
    if end is None or not all(part.steady(now) for part in concerned):
        return None
    put_back = alarm.since > now  # the clock was
    return end if end >= alarm.since or put_back else None


def find_silent_from(
    arrivals: Sequence[datetime], zone: tzinfo, *, mails: int, at_least: timedelta
) -> datetime | None:
    """From when on it is suspicious that no mail has come since the last of these.

    It is compared with the same time of the week in each of the four weeks before: when so many mails had
    come after that time in every one of them. So nights, weekends and slow days are known without a
    calendar, and the quietest of the four weeks counts. None while there is too little to compare with.
    """
    # In one zone the sums are of wall-clock time, so that a change to summer time moves no office hour.
    come = sorted(arrival.astimezone(zone) for arrival in arrivals)
    if not come or come[0] > come[-1] - WEEKS * _WEEK:
        return None
    last = come[-1]
    usual = [last + at_least]
    for weeks in range(1, WEEKS + 1):
        later = [arrival for arrival in come if arrival > last - weeks * _WEEK]
        if len(later) < mails:
            return None
        usual.append(later[mails - 1] + weeks * _WEEK)
    return max(usual).astimezone(UTC)
