"""Whatever policy, people, clocks and machine do: each stage once, the last that is due, no silent end.

The oracle is naive on purpose: it reads the outbox and the ends as they are kept, reckons each day anew from
the words of the process, and shares no line with the clock that it judges.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import PermanentFailure
from bot.domain.lifecycle_refusals import EndPassed, LifeClosed
from bot.domain.outbox import JobKind
from bot.policy import Policy
from bot.services import lifecycle, lifecycle_rounds
from bot.store.database import instant, rows, transaction
from tests import connections
from tests.budget import examples
from tests.cast import an_office
from tests.partners import begun, bounce

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # half a minute of a machine that does nothing else

STAGES = ("validation", "reminder", "expired")
PEOPLE = 3
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A mail of the clock as the oracle saw it come into the outbox."""

    key: str
    account: int
    cycle: int
    stage: str
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class Seen:
    state: str
    cycle: int
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """A policy as the oracle knows it."""

    zone: str
    weekdays: tuple[str, ...]
    valid: int
    validation: int
    reminder: int
    back: int
    hold: int
    hour: time

    def at(self, day: date) -> datetime:
        return datetime.combine(day, self.hour, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def due(self, stage: str, end: date) -> datetime:
        if stage == "expired":
            return self.at(end + timedelta(days=1))
        day = end - timedelta(days=self.validation if stage == "validation" else self.reminder)
        while f"{day:%a}".lower() not in self.weekdays:
            day -= timedelta(days=1)
        return self.at(day)

    def today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.zone)).date()

    def policy(self, shipped: Policy) -> Policy:
        clock = {
            "valid_days": self.valid, "validation_days": self.validation, "reminder_days": self.reminder,
            "reactivation_days": self.back, "expiry_hold_days": self.hold, "hour": self.hour,
            "most_a_day": 1_000,
        }  # fmt: skip
        extranet = shipped.extranet.model_copy(
            update={"clock": shipped.extranet.clock.model_copy(update=clock)}
        )
        return shipped.model_copy(
            update={
                "extranet": extranet,
                "desk": shipped.desk.model_copy(update={"timezone": self.zone}),
                "calendar": shipped.calendar.model_copy(
                    update={"working_days": self.weekdays, "holidays": ""}
                ),
            }
        )


@st.composite
def numbers(draw: st.DrawFn) -> Numbers:
    validation = draw(st.integers(8, 60))
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return Numbers(
        zone=draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])),
        weekdays=draw(st.sampled_from([week[:5], week, ("wed",)])),
        valid=validation + draw(st.integers(1, 90)),
        validation=validation,
        reminder=draw(st.integers(1, validation - 1)),
        back=draw(st.integers(1, 90)),
        hold=draw(st.integers(8, 30)),
        hour=draw(st.sampled_from([time(0), time(2, 30), time(9), time(23, 59)])),
    )


whom = st.integers(0, PEOPLE - 1)
acts = st.one_of(
    st.tuples(st.just("wait"), st.one_of(st.integers(0, 200), st.sampled_from([0.01, 0.4, 1, 1, 7]))),
    st.tuples(st.just("days"), st.integers(5, 60)),
    st.tuples(st.just("days"), st.integers(20, 100)),
    st.tuples(st.just("work"), st.just(0)),
    st.tuples(st.just("refuse"), st.just(0)),
    st.tuples(st.just("bounce"), whom),
    st.tuples(st.just("validate"), whom),
    st.tuples(st.just("extend"), st.tuples(whom, st.integers(-10, 120))),
    st.tuples(st.just("extend"), st.tuples(whom, st.integers(0, 30))),
    st.tuples(st.just("kill"), st.integers(0, 2)),
    st.tuples(st.just("policy"), numbers()),
)


class Killed(Exception):  # noqa: N818 - nothing went wrong
    """The process is gone in the middle of a transaction."""


@dataclass
class World:
    """A desk, its partners, and what the oracle remembers."""

    folder: Path
    rules: Numbers
    done: Counter[str] = field(default_factory=Counter)
    told: dict[str, Told] = field(default_factory=dict)
    holds: dict[int, list[Told]] = field(default_factory=dict)  #: what was told and holds for the present end

    def __post_init__(self) -> None:
        self.office = an_office(self.folder)
        self.shipped = self.office.desk.policy
        self.set_policy(self.rules)
        with self.office.connect() as db:
            self.people = [
                begun(db, self.office.desk, number=number, now=self.office.now)
                for number in range(1, PEOPLE + 1)
            ]

    def set_policy(self, rules: Numbers) -> None:
        self.rules = rules
        desk = replace(self.office.desk, policy=rules.policy(self.shipped))
        self.office.bot = replace(self.office.bot, desk=desk)

    def take(self, verb: str, how: Any) -> None:  # noqa: ANN401 - each verb has its own
        office, now = self.office, self.office.now
        if verb == "wait":
            office.clock.wait(days=how)
        elif verb == "days":
            for _ in range(how):
                office.clock.wait(days=1)
                self.look()
                office.work(kinds=[JobKind.MAIL])
        elif verb == "work":
            office.work(kinds=[JobKind.MAIL])
        elif verb == "refuse":
            office.mailer.faults.then(PermanentFailure("550 no"))
        elif verb == "bounce":
            self.bounce(how)
        elif verb == "policy":
            self.set_policy(how)
        elif verb == "kill":
            self.look(kill=how)
        else:
            with office.connect() as db, suppress(LifeClosed, EndPassed):
                self.move(db, verb, how, now)
                self.done[verb] += 1

    def move(self, db: Any, verb: str, how: Any, now: datetime) -> None:  # noqa: ANN401
        if verb == "validate":
            with transaction(db):
                life = lifecycle.validate(db, self.office.desk, self.people[how].id, by="x", now=now)
            self.holds.pop(life.account_id, None)
            assert life.ends_on == self.rules.today(now) + timedelta(days=self.rules.valid)
            return
        number, days = how
        end = self.rules.today(now) + timedelta(days=days)
        account = self.people[number].id
        lifecycle.extend(db, self.office.desk, account, ends_on=end, reason="r", by="x", now=now)
        assert days >= 0
        told = self.holds.get(account, [])
        if any(one.ends_on > end or self.rules.due(one.stage, end) > now for one in told):
            self.holds.pop(account)  # it is untrue, or its day lies ahead again: it is owed anew

    def bounce(self, number: int) -> None:
        mine = [told for told in self.told.values() if told.account == self.people[number].id]
        with self.office.connect() as db:
            for told in mine[-1:]:
                bounce(db, told.key, now=self.office.now)

    def look(self, *, kill: int | None = None) -> None:
        """The clock's look, and perhaps one before that dies in its n-th batch; then the oracle's."""
        before, end = self.lives(), self.rules.due
        proven = {
            account: self.is_proven(account, seen.ends_on, max(self.office.now, end("expired", seen.ends_on)))
            for account, seen in before.items()
        }
        with self.office.connect() as db:
            if kill is not None:
                with dying(kill), suppress(Killed):
                    lifecycle_rounds.run(db, self.office.desk, now=self.office.now)
            lifecycle_rounds.run(db, self.office.desk, now=self.office.now)
        self.check(before)
        for account, seen in self.lives().items():
            assert not (proven[account] and self.is_held(before[account], seen)), "held in spite of a warning"

    # The oracle

    def query(self, sql: str) -> list[dict[str, Any]]:
        with self.office.connect() as db:
            return rows(db, sql)

    def lives(self) -> dict[int, Seen]:
        found = self.query("select * from lives")
        return {
            one["account_id"]: Seen(
                state=one["state"], cycle=one["cycle"], ends_on=date.fromisoformat(one["ends_on"])
            )
            for one in found
        }

    def check(self, before: dict[int, Seen]) -> None:
        after, fresh = self.lives(), Counter[int]()
        for account in (one for one in after if self.is_held(before[one], after[one])):
            self.holds.pop(account, None)
        jobs = self.query("select key, template from outbox where template like 'account_%' order by id")
        for job in (one for one in jobs if one["key"] not in self.told):
            ref, _, cycle, stage = job["key"].split(":")
            account = int(ref.removeprefix("A-"))
            assert job["template"] == f"account_{stage}"
            told = Told(
                key=job["key"], account=account, cycle=int(cycle), stage=stage, ends_on=after[account].ends_on
            )
            fresh[account] += 1
            self.check_told(told, before[account], after[account])
            self.told[told.key] = told
            self.holds.setdefault(account, []).append(told)
            self.done[stage] += 1
        assert len(jobs) == len(self.told)
        assert set(fresh.values()) <= {1}, "of several that are due only one goes"
        for account in after:
            self.check_state(account, before[account], after[account])

    def check_told(self, told: Told, before: Seen, after: Seen) -> None:
        """At most once in a cycle, in order, not early, the last that is due, and of the true end."""
        now, rules = self.office.now, self.rules
        others = self.holds.get(told.account, [])
        assert all(STAGES.index(one.stage) < STAGES.index(told.stage) for one in others)
        assert told.cycle == after.cycle
        if told.stage == "expired":
            assert now >= rules.due("expired", before.ends_on), "expired early"
            assert self.is_proven(told.account, before.ends_on, now), "expired without a warning"
            assert after.state == "expired"
            return
        assert after.state == "valid"
        assert now >= rules.due(told.stage, after.ends_on), "warned early"
        assert told.stage == "reminder" or now < rules.due("reminder", after.ends_on), "not the tightest"
        end = rules.due("expired", after.ends_on)
        assert now < end, "warned after the end as if before"
        assert end - now >= WEEK or self.is_proven(told.account, after.ends_on, end), (
            "warned too late to end so"
        )

    def check_state(self, account: int, before: Seen, after: Seen) -> None:
        """After one look nothing that is due is left."""
        now, rules = self.office.now, self.rules
        mine = self.holds.get(account, [])
        if after.state == "valid":
            assert now < rules.due("expired", after.ends_on), "an end was left"
            due = [stage for stage in STAGES if now >= rules.due(stage, after.ends_on)]
            told = max((STAGES.index(one.stage) for one in mine), default=-1)
            assert not due or told >= STAGES.index(due[-1]), "a warning was left"
        elif after.state == "expired":
            assert any(one.stage == "expired" for one in mine)
            assert now < rules.at(after.ends_on + timedelta(days=rules.back + 1)), "a close was left"
        elif before.state != "closed":
            assert before.state == "expired"
            assert now >= rules.at(before.ends_on + timedelta(days=rules.back + 1)), "closed early"
            self.done["closed"] += 1
        if self.is_held(before, after):
            self.check_held(account, before, after)

    def is_held(self, before: Seen, after: Seen) -> bool:
        return after.cycle != before.cycle  # within one look nothing else begins one

    def check_held(self, account: int, before: Seen, after: Seen) -> None:
        now, rules = self.office.now, self.rules
        assert (before.state, after.cycle) == ("valid", before.cycle + 1)
        assert after.ends_on == max(before.ends_on, rules.today(now) + timedelta(days=rules.hold))
        notes = self.query("select vals from outbox where template = 'life_hold_note'")
        said = f'[{account}, "'
        assert any(f'"{after.ends_on}"' in note["vals"] and said in note["vals"] for note in notes)
        self.done["held"] += 1

    def is_proven(self, account: int, ends_on: date, at: datetime) -> bool:
        """Whether a warning that holds was taken a week before, stayed out, and told no later end."""
        warnings = [
            one for one in self.holds.get(account, []) if one.stage != "expired" and one.ends_on <= ends_on
        ]
        if not warnings:
            return False
        returned = "select job_id from bounces"
        sent = self.query(f"select key, sent_at from outbox where status = 'sent' and id not in ({returned})")
        at_of = {one["key"]: instant(one["sent_at"]) for one in sent}
        return any(one.key in at_of and at_of[one.key] + WEEK <= at for one in warnings)


@contextmanager
def dying(after: int) -> Iterator[None]:
    """Batches of one account, the n-th of which is written and never committed."""
    real, left = lifecycle_rounds._take, [after]

    def take(*args: Any, **more: Any) -> None:  # noqa: ANN401 - as it comes
        real(*args, **more)
        if not left[0]:
            raise Killed
        left[0] -= 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lifecycle_rounds, "BATCH", 1)
        patch.setattr(lifecycle_rounds, "_take", take)
        yield


TOTAL: Counter[str] = Counter()


@settings(max_examples=examples(80), print_blob=True)
@given(rules=numbers(), acts=st.lists(acts, min_size=12, max_size=24))
def test_each_stage_once_the_last_due_none_early_and_no_silent_end(
    rules: Numbers, acts: list[tuple[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), rules)
        world.look()
        for verb, how in acts:
            world.take(verb, how)
            world.look()
        TOTAL.update(world.done)
    connections.close_idle()


def test_the_property_was_not_empty() -> None:
    print(dict(TOTAL))  # noqa: T201 - what was tried, where somebody asks
    assert set(TOTAL) >= {*STAGES, "held", "closed", "validate", "extend"}
