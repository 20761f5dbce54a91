"""Rounds: what is done once a day or a week, and which of its occasions is the last one that came."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from bot.domain.working_time import Calendar

#: the name of the last occasion that has come, such as "2026-03-02"; None while it is to wait
Occasion = Callable[[Calendar, datetime], str | None]


def daily(at: time) -> Occasion:
    """Every day, working or not, from that time by the desk's clocks on."""

    def latest(calendar: Calendar, now: datetime) -> str:
        local = now.astimezone(calendar.zone)
        return (local.date() - timedelta(days=local.time() < at)).isoformat()

    return latest


def each_working_day(at: time) -> Occasion:
    """On each working day, in its working hours from that time on; what is missed is not caught up."""

    def latest(calendar: Calendar, now: datetime) -> str | None:
        local = now.astimezone(calendar.zone)
        return local.date().isoformat() if calendar.is_working(now) and local.time() >= at else None

    return latest


def weekly(at: time) -> Occasion:
    """On the first working day of a week from that time on; if that is missed, in the next working hours.

    Named by the week's Monday, whichever day is the first.
    """

    def latest(calendar: Calendar, now: datetime) -> str | None:
        local = now.astimezone(calendar.zone)
        first = calendar.first_of_week(local.date())
        if first is None or (local.date(), local.time()) < (first, at) or not calendar.is_working(now):
            return None
        return (first - timedelta(days=first.weekday())).isoformat()

    return latest
