"""Tell staff of trouble once, and once when it is over; what was told stands in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.alarms import (
    MAILBOX,
    SILENCE,
    WEEKS,
    Alarm,
    Trouble,
    find_end,
    find_silent_from,
    was_told,
)
from bot.domain.cards import AlarmNote
from bot.domain.events import EventTag
from bot.domain.health import Part
from bot.domain.note_names import NoteName
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import alarms, events, ledger
from bot.store.database import transaction


def watch_parts(db: Database, troubles: Iterable[Trouble], parts: Sequence[Part], *, now: datetime) -> None:
    """Raise an alarm for each of these troubles that is new, then clear what its parts got over."""
    for trouble in troubles:
        raise_alarm(db, trouble, now=now)
    for alarm in alarms.list_open(db):
        end = find_end(alarm, parts, now=now)
        if end is not None:
            clear_alarm(db, alarm, until=end, now=now)


def watch_arrivals(db: Database, desk: Desk, parts: Sequence[Part], *, now: datetime) -> None:
    """Raise an alarm when the mailbox has been silent for longer than it ever is at this time of the week.

    The next mail clears it. A mailbox that cannot be reached has an alarm of its own.
    """
    last = ledger.find_last_arrival(db, now)
    if last is None:
        return
    standing = next((alarm for alarm in alarms.list_open(db) if alarm.name == SILENCE), None)
    if standing is not None:
        if last > standing.since:
            clear_alarm(db, standing, until=last, now=now)
    elif any(part.name == MAILBOX and part.steady(now) for part in parts):
        silent_from = _silent_from(db, desk, last, now)
        if silent_from is not None and silent_from <= now:
            trouble = Trouble(name=SILENCE, sentence="", since=last, expected_by=silent_from)
            raise_alarm(db, trouble, now=now)


def _silent_from(db: Database, desk: Desk, last: datetime, now: datetime) -> datetime | None:
    policy = desk.policy.alarms
    at_least = timedelta(hours=policy.silent_hours)
    recorded = ledger.find_last_recorded(db)
    # After a long outage what had come meanwhile is still being taken in, the oldest first.
    if now - last < at_least or (recorded and now - recorded < timedelta(minutes=policy.unwell_minutes)):
        return None
    arrivals = ledger.list_arrivals(db, since=last - timedelta(weeks=WEEKS + 1), until=last)
    return find_silent_from(arrivals, desk.policy.desk.zone, mails=policy.silent_mails, at_least=at_least)


def raise_alarm(db: Database, trouble: Trouble, *, now: datetime) -> None:
    """Tell staff, unless they know."""
    # Asked before the write lock is: in a long trouble this runs every few seconds.
    last = alarms.find_last(db, trouble.name)
    if (last and last.cleared_at is None) or was_told(trouble, last, now=now):
        return
    with transaction(db, locks=(f"alarm:{trouble.name}",)):
        alarm = alarms.add(db, trouble, now=now)
        if alarm is not None:
            _tell(db, alarm, EventTag.ALARM_RAISED, now=now, expected_by=trouble.expected_by)


def clear_alarm(db: Database, alarm: Alarm, *, until: datetime, now: datetime) -> None:
    """Tell staff that it is over, and how long it was."""
    with transaction(db, locks=(f"alarm:{alarm.name}",)):
        if alarms.clear(db, alarm.id, now=now):
            _tell(db, alarm, EventTag.ALARM_CLEARED, now=now, until=until)


def _tell(
    db: Database,
    alarm: Alarm,
    tag: EventTag,
    *,
    now: datetime,
    until: datetime | None = None,
    expected_by: datetime | None = None,
) -> None:
    events.add(db, tag, f"alarm:{alarm.id}", actor="usher", at=now, name=alarm.name)
    note = AlarmNote(
        name=alarm.name, sentence=alarm.sentence, since=alarm.since, until=until, expected_by=expected_by
    )
    moments = {name: value.isoformat() for name, value in asdict(note).items() if isinstance(value, datetime)}
    queue_note(
        db,
        NoteName.ALARM,
        key=f"alarm:{alarm.id}:{tag.partition(':')[2]}",
        values={**asdict(note), **moments},
        now=now,
        # One stream, so that alarm and all-clear come in order also when Slack was the trouble.
        stream=f"alarm:{alarm.name}",
    )
