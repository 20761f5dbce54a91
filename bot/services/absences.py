"""Be away: name who decides meanwhile, and come back."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.absences import (
    LONGEST,
    Absence,
    AlreadyAway,
    DaysBackwards,
    DaysOver,
    DaysTooMany,
    DeputyAway,
    DeputyIsOneself,
    NoDeputy,
    NotAway,
    UnclearDays,
    find_meeting,
    span_of,
)
from bot.domain.approvals import check_is_staff
from bot.domain.cases import CaseStatus
from bot.domain.days import read_days
from bot.domain.errors import NotAColleague
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_note
from bot.store import absences, cases, events, notices
from bot.store.database import transaction
from bot.store.numbers import next_number


def list_stood_for(db: Database, deputy: str, *, now: datetime) -> tuple[str, ...]:
    """Whose rights somebody has at this moment because they are away."""
    return tuple(dict.fromkeys(absence.person for absence in absences.list_of_deputy(db, deputy, now=now)))


def list_open(db: Database, *, by: Staff, now: datetime) -> list[Absence]:
    """Who is away, or will be; the earliest first."""
    check_is_staff(by)
    return absences.list_open(db, now=now)


def find_present(db: Database, person: str, *, now: datetime) -> Absence | None:
    """The absence of somebody who is away at this moment."""
    there = (one for one in absences.list_open(db, now=now) if one.person == person and one.since <= now)
    return next(there, None)


@dataclass(frozen=True, kw_only=True)
class Left:
    """An absence that was begun or planned, and those whose deputy the person was meanwhile."""

    absence: Absence
    unattended: tuple[str, ...]  #: nobody takes their place over: a deputy has no deputy


def go_away(db: Database, desk: Desk, *, days: str, deputy: Staff | None, by: Staff, now: datetime) -> Left:
    """Let `deputy` decide by one's own right on those days, as typed, at the desk's time zone.

    Both are told, and with them the desk. Raise what is wrong with the days or with the deputy.
    """
    check_is_staff(by)
    since, until = _read_span(desk, days, now=now)
    if deputy is None:
        raise NoDeputy
    if deputy.id == by.id:
        raise DeputyIsOneself
    if not deputy.staff:
        raise NotAColleague(who=deputy.id)
    absence = Absence(person=by.id, deputy=deputy.id, since=since, until=until)
    with transaction(db, locks=("absences",)):
        others = absences.list_open(db, now=now)
        if same := find_meeting(absence, others, of=by.id):
            raise AlreadyAway(since=same.since, until=same.last_moment, who=same.deputy)
        if theirs := find_meeting(absence, others, of=deputy.id):
            raise DeputyAway(who=deputy.id, since=theirs.since, until=theirs.last_moment)
        absences.add(db, absence, made_by=by.id, now=now)
        _record(db, EventTag.ABSENCE_PLANNED, absence, now=now)
        left = {one.person for one in others if one.deputy == by.id and one.meets(absence)}
    return Left(absence=absence, unattended=tuple(sorted(left)))


def _read_span(desk: Desk, text: str, *, now: datetime) -> tuple[datetime, datetime]:
    zone = desk.policy.desk.zone
    today = now.astimezone(zone).date()
    days = read_days(text, today=today)
    if days is None:
        raise UnclearDays(text=text[:60])
    if days.last < days.first:
        raise DaysBackwards(text=text[:60])
    if days.last < today:
        raise DaysOver(text=text[:60])
    if max(days.last - days.first, days.first - today) > LONGEST:
        raise DaysTooMany(text=text[:60])
    return span_of(days, zone)


def come_back(db: Database, *, by: Staff, now: datetime) -> tuple[Absence, ...]:
    """End one's absence, and call off those to come; raise NotAway where there are none."""
    check_is_staff(by)
    with transaction(db, locks=("absences",)):
        ended = tuple(one for one in absences.list_open(db, now=now) if one.person == by.id)
        if not absences.end(db, by.id, now=now):
            raise NotAway
        for absence in ended:
            _record(db, EventTag.ABSENCE_ENDED, absence, now=now)
    return ended


def renew_cards(db: Database, *, now: datetime) -> None:
    """Cards name who may still decide, which changes once when an absence begins and once when it is over."""
    turned = absences.list_turned(db, now=now)
    if not turned:
        return
    with transaction(db, locks=("absences",)):
        if sum(notices.add(db, subject, step, now=now) for subject, step in turned):
            for case_id in cases.list_in(db, CaseStatus.IN_REVIEW):
                queue_case_card(db, case_id, now=now)


def _record(db: Database, tag: EventTag, absence: Absence, *, now: datetime) -> None:
    """Into the trail, and into the support channel: the deputy has to know, and the desk whom to ask."""
    dates = {"since": absence.since.isoformat(), "until": absence.until.isoformat()}
    subject = f"staff:{absence.person}"
    events.add(db, tag, subject, actor=absence.person, at=now, deputy=absence.deputy, **dates)
    values = {"person": absence.person, "deputy": absence.deputy, **dates, "tag": tag}
    queue_note(db, NoteName.AWAY, key=f"away:{next_number(db, 'away_note')}", values=values, now=now)
