"""How long a partner's account lasts: begun, validated, extended, ended; and what a day will bring."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from bot.domain import lifecycle
from bot.domain.accounts import Account, AccountStatus
from bot.domain.events import EventTag
from bot.domain.lifecycle import ClockRules, Foreseen, Life, LifeState, LifeStep, Move, Moved, Stage
from bot.domain.lifecycle_refusals import DayPassed, LifeUnknown
from bot.domain.report import Week, WeekAhead
from bot.services.desk import Desk
from bot.store import events
from bot.store import lifecycle as lifecycle_store
from bot.store.database import transaction
from bot.store.lifecycle import Row

PAGE = 500  #: lives that are read at once
AHEAD = timedelta(days=90)  #: so far the report looks
FAR = timedelta(days=3_650)  #: every way of a life has ended by then, if nobody acts


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Something that a day will bring to an account, if nobody does anything before."""

    account: Account
    foreseen: Foreseen


@dataclass(frozen=True, kw_only=True)
class Affected:
    """An account to which other rules bring something else, if nobody does anything before."""

    account: Account
    before: tuple[Foreseen, ...]  #: by the rules that count now
    after: tuple[Foreseen, ...]


def find(db: Database, account_id: int) -> Life | None:
    """None for an account without a clock."""
    found = lifecycle_store.find(db, account_id)
    return found.life if found else None


def find_today(db: Database, desk: Desk, account_id: int, *, now: datetime) -> Life | None:
    """The same as it stands today, by which every gate goes, though the clock may not have looked yet."""
    life = find(db, account_id)
    return lifecycle.on_day(life, desk.policy.clock_rules, now=now) if life else None


def find_end(db: Database, desk: Desk, account: Account, *, now: datetime) -> LifeState | None:
    """EXPIRED or CLOSED where nobody may sign in or stay so, for the account's clock has run out."""
    life = find_today(db, desk, account.id, now=now)
    return life.state if life and life.state is not LifeState.VALID else None


def list_living(db: Database, desk: Desk, found: Sequence[Account], *, now: datetime) -> list[Account]:
    """Of an address's accounts those that are not over, by the clock or by a person, or all where all are.

    Sign-in, Account Recovery and answers ask it alike: one that is over stands in the way of no other.
    """
    return [one for one in found if not is_over(db, desk, one, now=now)] or list(found)


def is_over(db: Database, desk: Desk, account: Account, *, now: datetime) -> bool:
    """Whether nobody gets in any more, whatever they do: a person closed it, or the clock for good."""
    closed = find_end(db, desk, account, now=now) is LifeState.CLOSED
    return closed or account.status is AccountStatus.DEACTIVATED


def is_open(db: Database, account: Account) -> bool:
    """Whether somebody has it: it is active, and its clock, where it has one, has not closed it."""
    life = find(db, account.id)
    return account.status is AccountStatus.ACTIVE and (life is None or life.state is not LifeState.CLOSED)


def list_moves(db: Database, account_id: int) -> list[Moved]:
    """Every end that an account had, the first one first, with who moved it and why."""
    return lifecycle_store.list_moves(db, account_id)


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
    if lifecycle_store.add(db, life, next_at=_look_at(desk.policy.clock_rules, life, now)):
        _record(db, EventTag.LIFE_BEGUN, life, Move.BEGUN, by=by, now=now)
    return _get(db, account.id)


def begin_all(
    db: Database, desk: Desk, days: Sequence[tuple[date, date]], *, first: int, by: str, now: datetime
) -> int:
    """Start the clocks of accounts that exist already elsewhere, in the caller's transaction.

    `days`: when each was validated and when it ends; the accounts are numbered from `first` on. Return of
    how many something is due now.
    """
    rules = desk.policy.clock_rules
    lives = [
        lifecycle.begin(number, rules, on=validated_on, ends_on=ends_on)
        for number, (validated_on, ends_on) in enumerate(days, first)
    ]
    looks = [(life, _look_at(rules, life, now)) for life in lives]
    lifecycle_store.add_all(db, looks)
    begun = Moved(at=now, by=by, how=Move.BEGUN, ends_on=now.date())
    lifecycle_store.add_moves(db, ((life.account_id, replace(begun, ends_on=life.ends_on)) for life in lives))
    return sum(at is not None and at <= now for _, at in looks)


def validate(db: Database, desk: Desk, account_id: int, *, by: str, now: datetime) -> Life:
    """The owner has proven the address and done what belongs to it, in the caller's transaction.

    Raise LifeClosed or LifeUnknown.
    """
    rules = desk.policy.clock_rules
    life = lifecycle.validate(_get(db, account_id), rules, on=rules.calendar.day_of(now))
    lifecycle_store.save_all(db, [(life, _look_at(desk.policy.clock_rules, life, now))])
    _record(db, EventTag.LIFE_VALIDATED, life, Move.VALIDATED, by=by, now=now)
    return life


def extend(
    db: Database, desk: Desk, account_id: int, *, ends_on: date, reason: str, by: str, now: datetime
) -> Life:
    """Move the end by hand, for a reason that is kept beside it; an expired account works again.

    Raise LifeClosed, EndPassed or LifeUnknown.
    """
    with transaction(db, locks=(f"account:{account_id}",)):
        life = lifecycle.extend(_get(db, account_id), desk.policy.clock_rules, ends_on=ends_on, now=now)
        lifecycle_store.save_all(db, [(life, _look_at(desk.policy.clock_rules, life, now))])
        _record(db, EventTag.LIFE_EXTENDED, life, Move.EXTENDED, by=by, now=now, reason=reason)
    return life


def end(db: Database, account_id: int, *, by: str, now: datetime) -> None:
    """Stop the clock of an account that was ended, in the caller's transaction."""
    found = lifecycle_store.find(db, account_id)
    if found is None or found.life.state is LifeState.CLOSED:
        return
    life = replace(found.life, state=LifeState.CLOSED)
    lifecycle_store.save_all(db, [(life, None)])
    _record(db, EventTag.LIFE_CLOSED, life, Move.ENDED, by=by, now=now)


def resume(db: Database, desk: Desk, account_id: int, *, by: str, now: datetime) -> None:
    """The clock of an account that is opened again goes on, in the caller's transaction.

    Nothing that was told is told again. Raise LifeClosed where it could come back no more.
    """
    found, rules = find(db, account_id), desk.policy.clock_rules
    if found is None:
        return
    life = lifecycle.resume(found, rules, on=rules.calendar.day_of(now))
    lifecycle_store.save_all(db, [(life, _look_at(desk.policy.clock_rules, life, now))])
    _record(db, EventTag.LIFE_RESUMED, life, Move.RESUMED, by=by, now=now)


def readdress(db: Database, desk: Desk, account_id: int, *, now: datetime) -> LifeState | None:
    """An account got another address, in the caller's transaction: what the old one was told proves nothing.

    Return of how its life stands; None without a clock.
    """
    found = find(db, account_id)
    if found is None:
        return None
    life = lifecycle.readdress(found)
    if life.cycle != found.cycle:
        lifecycle_store.save_all(db, [(life, _look_at(desk.policy.clock_rules, life, now))])
    return life.state


def step_of(row: Row, rules: ClockRules, *, now: datetime, warn_until: datetime) -> LifeStep:
    """What is to be done about one now; the clock of an account that was ended stops."""
    if row.account.status is not AccountStatus.ACTIVE:
        return LifeStep(life=replace(row.life, state=LifeState.CLOSED), closes=True)
    return lifecycle.next_step(row.life, rules, now=now, warn_until=warn_until)


def preview(db: Database, desk: Desk, *, on: date, now: datetime) -> list[Expected]:
    """What that day brings to whom, in order of the time at which it happens. Raise DayPassed.

    It is foreseen from the accounts, the policy and the clock alone, and changes nothing. Nothing comes where
    accounts are kept elsewhere.
    """
    rules = desk.policy.clock_rules
    get_end_of(desk, on, now=now)
    if not desk.policy.extranet.keeps_accounts:
        return []
    found = [
        Expected(account=row.account, foreseen=foreseen)
        for row in _list_active(db)
        for foreseen in lifecycle.foresee_day(row.life, rules, on=on, now=now)
    ]
    return sorted(found, key=lambda one: (one.foreseen.at, one.account.id))


def compare(
    db: Database, desk: Desk, other: ClockRules, *, on: date | None, now: datetime
) -> Iterator[Affected]:
    """To whom other rules bring something else, on that day or on the whole way; changes nothing.

    Raise DayPassed.
    """
    if on is not None:
        get_end_of(desk, on, now=now)
    for row in _list_active(db):
        before, after = (
            tuple(
                lifecycle.foresee_day(row.life, rules, on=on, now=now)
                if on
                else lifecycle.foresee(row.life, rules, now=now, until=now + FAR)
            )
            for rules in (desk.policy.clock_rules, other)
        )
        if [_said(one, desk.policy.clock_rules) for one in before] != [_said(one, other) for one in after]:
            yield Affected(account=row.account, before=before, after=after)


def _said(one: Foreseen, rules: ClockRules) -> tuple[datetime, str, date, date]:
    """What its owner notices of it."""
    return one.at, one.step.does, one.step.life.ends_on, one.step.life.back_until(rules)


def _list_active(db: Database) -> Iterator[Row]:
    """Everybody for whom the clock goes, whenever it was to look at them by the rules of its last look."""
    last = 0
    while page := lifecycle_store.list_after(db, last, limit=PAGE):
        yield from (row for row in page if row.account.status is AccountStatus.ACTIVE)
        last = page[-1].account.id


def forecast(db: Database, desk: Desk, *, now: datetime) -> tuple[WeekAhead, ...]:
    """The clock's mails of the coming weeks if nobody acts; none where no account has a clock, or it stands.

    Of thousands of accounts most end on the same few days: each such kind is foreseen once.
    """
    rules, until = desk.policy.clock_rules, now + AHEAD
    goes, counts = desk.policy.extranet.keeps_accounts, Counter[tuple[date, Stage]]()
    alike = lifecycle_store.count_alike(db, until=until) if goes else []
    for life, many in alike:
        for one in lifecycle.foresee(life, rules, now=now, until=until):
            if one.step.gives:
                counts[Week.of(one.at, rules.calendar.zone).monday, one.step.gives] += many
    week, last, ahead = (
        Week.of(now, rules.calendar.zone),
        Week.of(until, rules.calendar.zone),
        list[WeekAhead](),
    )
    while alike and week.monday <= last.monday:
        mails = {stage: counts[week.monday, stage] for stage in Stage}
        ahead.append(WeekAhead(week=week, mails=mails))
        week = week.after
    return tuple(ahead)


def get_end_of(desk: Desk, day: date, *, now: datetime) -> datetime:
    """The end of today or of a later day; raise DayPassed."""
    if day < desk.policy.clock_rules.calendar.day_of(now):
        raise DayPassed(day=day.isoformat())
    return desk.policy.clock_rules.ends(day)


def _look_at(rules: ClockRules, life: Life, now: datetime) -> datetime | None:
    """Never before now: whoever let mails go before did not mean this one."""
    at = lifecycle.find_next_look(life, rules)
    return max(at, now) if at else None


def _get(db: Database, account_id: int) -> Life:
    life = find(db, account_id)
    if life is None:
        raise LifeUnknown
    return life


def _record(
    db: Database, tag: EventTag, life: Life, how: Move, *, by: str, now: datetime, reason: str = ""
) -> None:
    moved = Moved(at=now, by=by, how=how, ends_on=life.ends_on, reason=reason)
    lifecycle_store.add_move(db, life.account_id, moved)
    subject, ends_on = f"account:{life.account_id}", life.ends_on.isoformat()
    events.add(db, tag, subject, actor=by, at=now, cycle=life.cycle, ends_on=ends_on)
