"""The clock of a partner's account: its warnings, its end, the way back, and never an end without a warning.

Ends are days by the desk's calendar, so that no change of the clocks moves one: an account works through the
whole day on which it ends. A life is counted in cycles, and a stage is told once in each.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.lifecycle_refusals import EndPassed, EndTooFar, LifeClosed
from bot.domain.working_time import Calendar

WARNED_FOR = timedelta(
    days=7
)  #: so long before its end the mail server took a warning that did not come back
_DAY = timedelta(days=1)


class Stage(StrEnum):
    """What the owner is told, in this order."""

    VALIDATION = "validation"
    REMINDER = "reminder"
    EXPIRED = "expired"


WARNINGS = (Stage.VALIDATION, Stage.REMINDER)


class LifeState(StrEnum):
    """Only the clock and a person change it; what its owner meets goes by `on_day`."""

    VALID = "valid"
    EXPIRED = "expired"  # valid -> its end has passed, and a warning is proven
    CLOSED = "closed"  # expired -> it can come back no more; or its account was ended


class Delivery(StrEnum):
    """How far the mail of a notice is."""

    SKIPPED = "skipped"  # a later stage was due as well: this one never goes
    WAITING = "waiting"  # in the outbox
    SENT = "sent"  # the mail server took it, and it did not come back
    LOST = "lost"  # it came back, or will never go


class Held(StrEnum):
    """Why an end was moved: no warning is proven."""

    LATE = "late"  # none could go in time
    WAITING = "waiting"  # they wait in the outbox, or went too late
    LOST = "lost"  # they came back, or never went


@dataclass(frozen=True, kw_only=True)
class ClockRules:
    """The numbers of a programme's clock, in days, and the calendar by which it goes."""

    calendar: Calendar
    valid: int = 90  #: from a validation to the end
    validation: int = 30  #: before the end; more than WARNED_FOR
    reminder: int = 16  #: before the end, less than `validation`
    reactivation: int = 60  #: after the end
    hour: time = time(9)
    hold: int = 14  #: for which an end without a warning moves; more than WARNED_FOR
    most_a_day: int = 200  #: notices that go without anybody's click
    longest: int = 180  #: from today, to which an end is moved by hand at most
    #: what was reckoned already: of thousands of accounts most end on the same few days
    _known: dict[tuple[Stage, date], datetime] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def due(self, stage: Stage, ends_on: date) -> datetime:
        """When it is due, in UTC: a warning on the last working day that is not after its day."""
        at = self._known.get((stage, ends_on))
        if at is None:
            at = self._known[stage, ends_on] = self._reckon(stage, ends_on)
        return at

    def _reckon(self, stage: Stage, ends_on: date) -> datetime:
        if stage is Stage.EXPIRED:
            return self.opens(ends_on + _DAY)
        day = ends_on - timedelta(days=self.validation if stage is Stage.VALIDATION else self.reminder)
        while not self.calendar.works_on(day):
            day -= _DAY
        return self.opens(day)

    def last_way_back(self, ends_on: date) -> date:
        """The last day on which an expired account can come back, where no mail has promised a later one."""
        return ends_on + timedelta(days=self.reactivation)

    def last_end(self, now: datetime) -> date:
        """The last day to which an end is moved by hand."""
        return self.calendar.day_of(now) + timedelta(days=self.longest)

    def closes(self, back_until: date) -> datetime:
        """When an expired account closes that can come back until then."""
        return self.opens(back_until + _DAY)

    def last_ahead(self, now: datetime) -> date:
        """The last day of which warnings go at once where staff ask: so far that no account loses both."""
        ahead = min(WARNED_FOR.days, self.validation - self.reminder - 1)
        return self.calendar.day_of(now) + timedelta(days=ahead)

    def begins(self, day: date) -> datetime:
        """The first moment of a day."""
        return datetime.combine(day, time(), tzinfo=self.calendar.zone).astimezone(UTC)

    def ends(self, day: date) -> datetime:
        """The first moment after a day; after the last of the calendar nothing comes."""
        return self.begins(min(day, date.max - _DAY) + _DAY)

    @property
    def digest(self) -> str:
        """Changes with whatever moves the days on which something is due."""
        own, hours = self.calendar, (self.validation, self.reminder, self.reactivation, self.hour)
        free = (sorted(own.weekdays), own.region, sorted(own.closed), str(own.zone))
        return hashlib.sha256(repr((hours, free)).encode()).hexdigest()[:16]

    def opens(self, day: date) -> datetime:
        """When the clock begins to look on that day."""
        return datetime.combine(day, self.hour, tzinfo=self.calendar.zone).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class StageNotice:
    """A stage that was told, or skipped, in a life's cycle."""

    stage: Stage
    ends_on: date  #: as it was told
    delivery: Delivery
    sent_at: datetime | None = None
    back_until: date | None = None  #: as it was told

    def proves(self, ends_on: date, *, at: datetime) -> bool:
        """Whether by then its owner has known long enough that the account ends on that day, or earlier."""
        known = self.delivery is Delivery.SENT and self.sent_at is not None and self.ends_on <= ends_on
        return (
            known and self.stage in WARNINGS and self.sent_at is not None and self.sent_at + WARNED_FOR <= at
        )


@dataclass(frozen=True, kw_only=True)
class Life:
    """How long an account lasts. `notices` are those of its cycle."""

    account_id: int
    validated_on: date
    ends_on: date
    validations: int = 1  #: links in mails are for one of them
    cycle: int = 1
    state: LifeState = LifeState.VALID
    notices: tuple[StageNotice, ...] = ()

    def knows(self, stage: Stage) -> bool:
        return any(notice.stage is stage for notice in self.notices)

    def is_proven(self, *, at: datetime) -> bool:
        return any(notice.proves(self.ends_on, at=at) for notice in self.notices)

    def back_until(self, rules: ClockRules) -> date:
        """The last day on which it can come back: by the rules, and never before what a mail has promised."""
        promised = (one.back_until for one in self.notices if one.back_until)
        return max((rules.last_way_back(self.ends_on), *promised))

    def has_overtaken(self, stage: Stage) -> bool:
        """Whether a later stage is on its way or has arrived, so that the mail of this one says old news."""
        order, goes = tuple(Stage), (Delivery.WAITING, Delivery.SENT)
        return any(
            order.index(one.stage) > order.index(stage) and one.delivery in goes for one in self.notices
        )


class Move(StrEnum):
    """How an end came about."""

    BEGUN = "begun"
    VALIDATED = "validated"
    EXTENDED = "extended"  # by hand, for a reason
    HELD = "held"  # by the clock, for no warning was proven
    ENDED = "ended"  # its account was closed: the clock stands
    RESUMED = "resumed"  # its account is open again: the clock goes on


@dataclass(frozen=True, kw_only=True)
class Moved:
    """An end that somebody, or the clock, has moved."""

    at: datetime
    by: str
    how: Move
    ends_on: date
    reason: str = ""  #: of EXTENDED as it was typed; of HELD why, a `Held`


@dataclass(frozen=True, kw_only=True)
class LifeStep:
    """What is to be done about a life now; `life` is as it is afterwards, `next_at` when to look again."""

    life: Life
    gives: Stage | None = None
    skips: tuple[Stage, ...] = ()
    held: Held | None = None
    closes: bool = False
    next_at: datetime | None = None  #: later than now; None for never

    @property
    def does(self) -> str:
        """The stage whose mail goes, "closed", "held", or "" for nothing."""
        return str(self.gives or ("closed" if self.closes else "held" if self.held else ""))

    @property
    def acts(self) -> bool:
        return self.gives is not None or self.held is not None or self.closes


def begin(account_id: int, rules: ClockRules, *, on: date, ends_on: date | None = None) -> Life:
    """A life from its first validation; `ends_on` where it is known from elsewhere, also a past one."""
    ends_on = ends_on or on + timedelta(days=rules.valid)
    return Life(account_id=account_id, validated_on=on, ends_on=ends_on)


def validate(life: Life, rules: ClockRules, *, on: date) -> Life:
    """Its owner has proven the address again: the days are counted anew. Raise LifeClosed."""
    if life.state is LifeState.CLOSED:
        raise LifeClosed
    fresh = begin(life.account_id, rules, on=on)
    return replace(fresh, validations=life.validations + 1, cycle=life.cycle + 1)


def extend(life: Life, rules: ClockRules, *, ends_on: date, now: datetime) -> Life:
    """Move the end, to a later or an earlier day. Raise LifeClosed, EndPassed or EndTooFar.

    Where what was told is true no more, or its day lies ahead again, a new cycle begins, so that it is told
    anew; else the days of what was not told yet follow the end.
    """
    if life.state is LifeState.CLOSED:
        raise LifeClosed
    if ends_on < rules.calendar.day_of(now):
        raise EndPassed(day=ends_on.isoformat())
    if ends_on > (last := rules.last_end(now)):
        raise EndTooFar(last=last.isoformat())
    told = [notice for notice in life.notices if notice.delivery is not Delivery.SKIPPED]
    wrong = any(one.ends_on > ends_on or rules.due(one.stage, ends_on) > now for one in told)
    if life.state is LifeState.VALID and not wrong:
        return replace(life, ends_on=ends_on)
    return replace(life, state=LifeState.VALID, ends_on=ends_on, cycle=life.cycle + 1, notices=())


def readdress(life: Life) -> Life:
    """The account has another address, where nobody knows what was told: it is told anew, in a new cycle."""
    if life.state is not LifeState.VALID or not life.notices:
        return life
    return replace(life, cycle=life.cycle + 1, notices=())


def resume(life: Life, rules: ClockRules, *, on: date) -> Life:
    """Where it stopped when its account was ended, with the same end; raise LifeClosed if too late."""
    if on > life.back_until(rules):
        raise LifeClosed
    state = LifeState.EXPIRED if life.knows(Stage.EXPIRED) else LifeState.VALID
    return replace(life, state=state)


def find_next_look(life: Life, rules: ClockRules) -> datetime | None:
    """When something is due next, which may be past; None for a closed one."""
    if life.state is LifeState.CLOSED:
        return None
    if life.state is LifeState.EXPIRED:
        return rules.closes(life.back_until(rules))
    last = max((WARNINGS.index(one.stage) for one in life.notices if one.stage in WARNINGS), default=-1)
    return min(rules.due(stage, life.ends_on) for stage in (*WARNINGS[last + 1 :], Stage.EXPIRED))


def next_step(
    life: Life, rules: ClockRules, *, now: datetime, warn_until: datetime | None = None
) -> LifeStep:
    """What is due now or overdue; of several stages the last.

    `warn_until`: warnings that are due by then go now already; nothing ends before its time.
    """
    if life.state is LifeState.VALID:
        if now >= rules.due(Stage.EXPIRED, life.ends_on):
            return _end(life, rules, now=now)
        return _warn(life, rules, now=now, warn_until=max(now, warn_until or now))
    next_at = find_next_look(life, rules)
    if next_at is not None and now >= next_at:
        return LifeStep(life=replace(life, state=LifeState.CLOSED), closes=True)
    return LifeStep(life=life, next_at=next_at)


def on_day(life: Life, rules: ClockRules, *, now: datetime) -> Life:
    """As it stands on the day of `now`, from its first moment: what the clock makes of it at its hour.

    So every gate agrees with the last days that mails have told, however late the clock looks.
    """
    at = max(now, rules.opens(rules.calendar.day_of(now)))
    step = next_step(life, rules, now=at)
    if step.closes or step.gives is Stage.EXPIRED:
        return replace(life, state=step.life.state, ends_on=step.life.ends_on)
    return life


def _end(life: Life, rules: ClockRules, *, now: datetime) -> LifeStep:
    """It has worked until yesterday, however late the clock looks: from then the way back is counted."""
    if not life.is_proven(at=now):
        return _hold(life, rules, now=now)
    ends_on = max(life.ends_on, rules.calendar.day_of(now) - _DAY)
    return _give(replace(life, state=LifeState.EXPIRED, ends_on=ends_on), rules, Stage.EXPIRED)


def _warn(life: Life, rules: ClockRules, *, now: datetime, warn_until: datetime) -> LifeStep:
    due = [stage for stage in WARNINGS if rules.due(stage, life.ends_on) <= warn_until]
    if not due or life.knows(due[-1]):
        return LifeStep(life=life, next_at=find_next_look(life, rules))
    end = rules.due(Stage.EXPIRED, life.ends_on)
    if now + WARNED_FOR > end and not life.is_proven(at=end):
        return _hold(life, rules, now=now)  # so late that the end would move: better to warn of the true one
    return _give(life, rules, due[-1])


def _hold(life: Life, rules: ClockRules, *, now: datetime) -> LifeStep:
    """Move the end of what nobody was surely warned of, and warn of the new one as soon as that is due."""
    ends_on = max(life.ends_on, rules.calendar.day_of(now) + timedelta(days=rules.hold))
    held = replace(life, cycle=life.cycle + 1, ends_on=ends_on, notices=())
    return replace(next_step(held, rules, now=now), held=_why(life))


def _why(life: Life) -> Held:
    """By the last that was told: one before it may have made way for it."""
    order = tuple(Stage)
    told = [notice for notice in life.notices if notice.delivery is not Delivery.SKIPPED]
    if not told:
        return Held.LATE
    last = max(told, key=lambda notice: order.index(notice.stage))
    return Held.LOST if last.delivery is Delivery.LOST else Held.WAITING


def _give(life: Life, rules: ClockRules, stage: Stage) -> LifeStep:
    before = tuple(Stage)[: tuple(Stage).index(stage)]
    skips = tuple(one for one in before if not life.knows(one))
    added = [StageNotice(stage=one, ends_on=life.ends_on, delivery=Delivery.SKIPPED) for one in skips]
    given = StageNotice(
        stage=stage, ends_on=life.ends_on, delivery=Delivery.WAITING, back_until=life.back_until(rules)
    )
    told = replace(life, notices=(*life.notices, *added, given))
    return LifeStep(life=told, gives=stage, skips=skips, next_at=find_next_look(told, rules))


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """A step that will be taken if nobody does anything."""

    at: datetime
    step: LifeStep = field(repr=False)


def foresee(life: Life, rules: ClockRules, *, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """What happens from now until then, in order, if nobody acts and every mail arrives at once.

    What is overdue happens now.
    """
    at = now
    while True:
        step = next_step(_arrived(life, at), rules, now=at)
        if step.acts:
            yield Foreseen(at=at, step=step)
        if step.next_at is None or step.next_at > until:
            return
        life, at = _arrived(step.life, at), step.next_at


def foresee_day(life: Life, rules: ClockRules, *, on: date, now: datetime) -> list[Foreseen]:
    """What happens on that day, which is today or a later one."""
    begins, ends = rules.begins(on), rules.ends(on)
    return [one for one in foresee(life, rules, now=now, until=ends) if begins <= one.at < ends]


def _arrived(life: Life, at: datetime) -> Life:
    """Every mail that waits is taken at that moment."""
    return replace(
        life,
        notices=tuple(
            replace(one, delivery=Delivery.SENT, sent_at=at) if one.delivery is Delivery.WAITING else one
            for one in life.notices
        ),
    )
