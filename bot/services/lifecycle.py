"""How long a partner's account lasts: begun, validated, extended, ended; and what a day will bring."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlite_utils import Database

from bot.domain import lifecycle
from bot.domain.accounts import Account, AccountStatus
from bot.domain.events import EventTag
from bot.domain.lifecycle import ClockRules, Foreseen, Life, LifeState, Step
from bot.domain.lifecycle_refusals import DayPassed, LifeUnknown
from bot.services.desk import Desk
from bot.store import events
from bot.store import lifecycle as store
from bot.store.database import transaction
from bot.store.lifecycle import Moved, Place, Row

PAGE = 500  #: lives that are read at once


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Something that a day will bring to an account, if nobody does anything before."""

    account: Account
    foreseen: Foreseen


def find(db: Database, account_id: int) -> Life | None:
    """None for an account without a clock."""
    found = store.find(db, account_id)
    return found.life if found else None


def list_moves(db: Database, account_id: int) -> list[Moved]:
    """Every end that an account had, the first one first, with who moved it and why."""
    return store.list_moves(db, account_id)


def begin(
    db: Database,
    desk: Desk,
    account: Account,
    *,
    by: str,
    now: datetime,
    validated_on: date | None = None,
    ends_on: date | None = None,
) -> Life:
    """Start an account's clock, in the caller's transaction; one that goes is left as it is.

    `validated_on` and `ends_on`: of an account that exists already elsewhere; what is overdue is due now.
    """
    rules = desk.policy.clock_rules
    on = validated_on or rules.calendar.day_of(now)
    life = lifecycle.begin(account.id, rules, on=on, ends_on=ends_on)
    if store.add(db, life, next_at=_look_at(desk, life, now)):
        _record(db, EventTag.LIFE_BEGUN, life, "begun", by=by, now=now)
    return _get(db, account.id)


def validate(db: Database, desk: Desk, account_id: int, *, by: str, now: datetime) -> Life:
    """The owner has proven the address and done what belongs to it, in the caller's transaction.

    Raise LifeClosed or LifeUnknown.
    """
    rules = desk.policy.clock_rules
    life = lifecycle.validate(_get(db, account_id), rules, on=rules.calendar.day_of(now))
    store.save_all(db, [(life, _look_at(desk, life, now))])
    _record(db, EventTag.LIFE_VALIDATED, life, "validated", by=by, now=now)
    return life


def extend(
    db: Database, desk: Desk, account_id: int, *, ends_on: date, reason: str, by: str, now: datetime
) -> Life:
    """Move the end by hand, for a reason that is kept beside it; an expired account works again.

    Raise LifeClosed, EndPassed or LifeUnknown.
    """
    with transaction(db, locks=(f"account:{account_id}",)):
        life = lifecycle.extend(_get(db, account_id), desk.policy.clock_rules, ends_on=ends_on, now=now)
        store.save_all(db, [(life, _look_at(desk, life, now))])
        _record(db, EventTag.LIFE_EXTENDED, life, "extended", by=by, now=now, reason=reason)
    return life


def end(db: Database, account_id: int, *, by: str, now: datetime) -> None:
    """Stop the clock of an account that was ended, in the caller's transaction."""
    found = store.find(db, account_id)
    if found is None or found.life.state is LifeState.CLOSED:
        return
    store.save_all(db, [(replace(found.life, state=LifeState.CLOSED), None)])
    events.add(db, EventTag.LIFE_CLOSED, f"account:{account_id}", actor=by, at=now, cycle=found.life.cycle)


def step_of(row: Row, rules: ClockRules, *, now: datetime, warn_until: datetime) -> Step:
    """What is to be done about one now; the clock of an account that was ended stops."""
    if row.account.status is not AccountStatus.ACTIVE:
        return Step(life=replace(row.life, state=LifeState.CLOSED), closes=True)
    return lifecycle.next_step(row.life, rules, now=now, warn_until=warn_until)


def preview(db: Database, desk: Desk, *, on: date, now: datetime) -> Iterator[Expected]:
    """What that day brings to whom, in order of the time from which it is due. Raise DayPassed.

    It is foreseen from the accounts, the policy and the clock alone, and changes nothing.
    """
    rules = desk.policy.clock_rules
    place, ends = Place(), get_end_of(desk, on, now=now)
    while True:
        page, place = store.list_due(db, until=ends, after=place, limit=PAGE)
        for row in page:
            if row.account.status is not AccountStatus.ACTIVE:
                continue
            for foreseen in lifecycle.foresee_day(row.life, rules, on=on, now=now):
                yield Expected(account=row.account, foreseen=foreseen)
        if len(page) < PAGE:
            return


def get_end_of(desk: Desk, day: date, *, now: datetime) -> datetime:
    """The end of today or of a later day; raise DayPassed."""
    if day < desk.policy.clock_rules.calendar.day_of(now):
        raise DayPassed(day=day.isoformat())
    return desk.policy.clock_rules.begins(date.fromordinal(day.toordinal() + 1))


def _look_at(desk: Desk, life: Life, now: datetime) -> datetime | None:
    """Never before now: whoever let mails go before did not mean this one."""
    at = lifecycle.find_next_look(life, desk.policy.clock_rules)
    return max(at, now) if at else None


def _get(db: Database, account_id: int) -> Life:
    life = find(db, account_id)
    if life is None:
        raise LifeUnknown
    return life


def _record(
    db: Database, tag: EventTag, life: Life, how: str, *, by: str, now: datetime, reason: str = ""
) -> None:
    moved = Moved(at=now, by=by, how=how, ends_on=life.ends_on, reason=reason)
    store.add_move(db, life.account_id, moved)
    subject, ends_on = f"account:{life.account_id}", life.ends_on.isoformat()
    events.add(db, tag, subject, actor=by, at=now, cycle=life.cycle, ends_on=ends_on)
