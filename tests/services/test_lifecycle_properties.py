"""Whatever policy, people, clocks and machine do: each stage once, the last that is due, no silent end.

The oracle is naive on purpose: it reads the outbox and the ends as they are kept, reckons each day anew from
the words of the process, and shares no line with the clock that it judges.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.account_views import AccountAct, ActTooLate
from bot.domain.accounts import AccountStatus
from bot.domain.errors import PermanentFailure
from bot.domain.lifecycle_refusals import EndPassed, LifeClosed
from bot.domain.outbox import JobKind
from bot.domain.profile_refusals import TooManyChanges
from bot.services import account_files, account_views, email_changes, lifecycle, lifecycle_rounds
from bot.services import lifecycle_gates as gates
from bot.store import accounts
from bot.store.database import instant, rows, transaction
from tests import connections
from tests.budget import examples
from tests.cast import an_office
from tests.lifecycle_kills import Killed, dying
from tests.lifecycle_numbers import Numbers, acts, numbers
from tests.partners import begun, bounce
from tests.services.test_account_files import HEAD, row

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # half a minute of a machine that does nothing else

STAGES = ("validation", "reminder", "expired")
PEOPLE = 3
WEEK = timedelta(days=7)
EDGE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A mail of the clock as the oracle saw it come into the outbox."""

    key: str
    account: int
    cycle: int
    stage: str
    ends_on: date
    back: date  #: until when it said that the account can come back


@dataclass(frozen=True, kw_only=True)
class Seen:
    state: str
    cycle: int
    ends_on: date


@dataclass
class World:
    """A desk, its partners, and what the oracle remembers."""

    folder: Path
    rules: Numbers
    done: Counter[str] = field(default_factory=Counter)
    told: dict[str, Told] = field(default_factory=dict)
    #: what was told at the present address, and holds for the present end
    holds: dict[int, list[Told]] = field(default_factory=dict)
    arrived: set[str] = field(default_factory=set)
    unasked: Counter[date] = field(default_factory=Counter)  #: mails that went without a click, by day
    taken_over: bool = False  #: with something due, so that nothing goes without one

    def __post_init__(self) -> None:
        self.office = an_office(self.folder)
        self.shipped = self.office.desk.policy
        self.set_policy(self.rules)
        with self.office.connect() as db:
            self.people = [
                begun(db, self.office.desk, number=number, now=self.office.now)
                for number in range(1, PEOPLE + 1)
            ]

    @property
    def ways(self) -> dict[str, Callable[[Any], None]]:
        return {
            "bounce": self.bounce, "policy": self.set_policy, "edge": self.go_to_edge,
            "kill": self.die_later,
        }  # fmt: skip

    def set_policy(self, rules: Numbers) -> None:
        self.rules = rules
        desk = replace(self.office.desk, policy=rules.policy(self.shipped))
        self.office.bot = replace(self.office.bot, desk=desk)

    def take(self, verb: str, how: Any) -> None:  # noqa: ANN401 - each verb has its own
        office, now = self.office, self.office.now
        if verb == "wait":
            office.clock.wait(days=how)
        elif verb in ("days", "ignore"):
            for _ in range(how):
                office.clock.wait(days=1)
                self.look(opens=verb == "days")
                if verb == "days":
                    office.work(kinds=[JobKind.MAIL])
        elif verb == "work":
            office.work(kinds=[JobKind.MAIL])
        elif verb == "refuse":
            office.mailer.faults.then(PermanentFailure("550 no"))
        elif verb in self.ways:
            self.ways[verb](how)
        else:
            with office.connect() as db, suppress(LifeClosed, EndPassed, ActTooLate, TooManyChanges):
                self.move(db, verb, how, now)
                self.done[verb] += 1

    def die_later(self, how: tuple[int, int]) -> None:
        """So many days later, in the n-th batch of the clock's look."""
        days, batches = how
        self.office.clock.wait(days=days)
        self.look(kill=batches)

    def go_to_edge(self, number: int) -> None:
        """To the very moment at which something is due to somebody; a minute before, nothing may happen."""
        life, clock = self.lives()[self.whose(number)], self.office.clock
        moments = [self.rules.due(stage, life.ends_on) for stage in STAGES]
        moments.append(self.closes(self.whose(number), life.ends_on))
        ahead = sorted(moment for moment in moments if moment > clock.at + EDGE)
        if ahead:
            clock.at = ahead[0] - EDGE
            self.look()
            clock.at = ahead[0]
            self.done["edge"] += 1

    def take_over(self, db: Any, ends_on: date) -> None:  # noqa: ANN401
        office = self.office
        content = f"{HEAD}\n{row(number := 100 + len(self.people), ends_on)}".encode()
        file: dict[str, Any] = {"name": "p.csv", "content": content, "now": office.now}
        account_files.check(db, office.desk, office.bot.reader, **file)
        looked = account_files.import_file(db, office.desk, office.bot.reader, by="x", **file)
        self.people += accounts.list_by_email(db, f"ada{number}@works.example.com")
        self.done["taken over"] += looked.imported
        due = any(office.now >= self.rules.due(stage, ends_on) for stage in STAGES)
        self.taken_over = self.taken_over or bool(looked.imported and due)

    def move_address(self, db: Any, number: int, now: datetime) -> None:  # noqa: ANN401
        account = accounts.find(db, number)
        assert account is not None
        if account.status is not AccountStatus.ACTIVE or self.lives()[number].state == "closed":
            return  # links of a closed account change nothing
        with transaction(db):
            new = f"new{len(self.office.tokens)}@works.example.com"
            email_changes.open_change(db, self.office.desk, account, new, now=now)
        for token in self.office.tokens[-2:]:
            email_changes.confirm(db, self.office.desk, token, now=now)
        if self.lives()[number].state == "valid":
            self.holds.pop(number, None)  # nobody at the new address knows of it

    def move(self, db: Any, verb: str, how: Any, now: datetime) -> None:  # noqa: ANN401
        if verb == "import":
            self.take_over(db, now.date() + timedelta(days=how))
            return
        if verb == "address":
            waits = {one.account for one in self.told.values() if one.key not in self.arrived}
            self.move_address(db, self.whose(how, waits), now)
            if how >= PEOPLE:  # what waited for the mailbox of before is carried out
                self.office.work(kinds=[JobKind.MAIL])
            return
        if verb in ("close", "reopen"):
            expired = {number for number, seen in self.lives().items() if seen.state == "expired"}
            account, again = self.whose(how, expired), verb == "close" and how >= PEOPLE
            for act in (verb, "reopen") if again else (verb,):
                account_views.act(db, self.office.desk, AccountAct(act), account_id=account, by="x", now=now)
            self.done["reopen"] += again
            return
        if verb == "validate":
            with transaction(db):
                life = lifecycle.validate(db, self.office.desk, self.whose(how), by="x", now=now)
            self.holds.pop(life.account_id, None)
            assert life.ends_on == self.rules.today(now) + timedelta(days=self.rules.valid)
            return
        number, days = how
        end = self.rules.today(now) + timedelta(days=days)
        account = self.whose(number)
        lifecycle.extend(db, self.office.desk, account, ends_on=end, reason="r", by="x", now=now)
        assert days >= 0
        told = self.holds.get(account, [])
        if any(one.ends_on > end or self.rules.due(one.stage, end) > now for one in told):
            self.holds.pop(account)  # it is untrue, or its day lies ahead again: it is owed anew

    def whose(self, number: int, rather: Collection[int] = ()) -> int:
        """One of those, where it is a high number."""
        everybody = [one.id for one in self.people]
        some = [one for one in everybody if one in rather and number >= PEOPLE] or everybody
        return some[number % len(some)]

    def bounce(self, number: int) -> None:
        mine = [told for told in self.told.values() if told.account == self.whose(number)]
        with self.office.connect() as db:
            for told in mine[-1:]:
                bounce(db, told.key, now=self.office.now)

    def look(self, *, kill: int | None = None, opens: bool = True) -> None:
        """The clock's look, and perhaps one before that dies in its n-th batch; then the oracle's.

        Where mails wait for a click nothing happens; somebody clicks if it `opens`.
        """
        before, told, asked, end = self.lives(), len(self.told), False, self.rules.due
        proven = {
            account: self.is_proven(account, seen.ends_on, max(self.office.now, end("expired", seen.ends_on)))
            for account, seen in before.items()
        }
        with self.office.connect() as db:
            if kill is not None:
                with dying(kill), suppress(Killed):
                    lifecycle_rounds.run(db, self.office.desk, now=self.office.now)
                    self.done["killed"] -= 1
                self.done["killed"] += 1
            if lifecycle_rounds.run(db, self.office.desk, now=self.office.now).waiting:
                assert self.lives() == before, "something happened without the click"
                self.done["waited"] += 1
                if not opens:
                    return
                asked = True
                gate = gates.find_shut(db)
                assert gate is not None
                gates.open_gate(db, self.office.desk, gate.id, by="x", now=self.office.now)
                assert not lifecycle_rounds.run(db, self.office.desk, now=self.office.now).waiting
        self.check(before)
        self.check_click(len(self.told) - told, asked=asked)
        self.check_arrived()
        for account, seen in self.lives().items():
            assert not (proven[account] and self.is_held(before[account], seen)), "held in spite of a warning"
        if asked:
            self.office.clock.wait(seconds=1)  # what comes next is later than the click

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
        jobs = self.query("select key, template from outbox where key like 'A-%:life:%' order by id")
        for job in (one for one in jobs if one["key"] not in self.told):
            ref, _, cycle, stage = job["key"].split(":")
            account = int(ref.removeprefix("A-"))
            assert job["template"] == f"account_{stage}"
            ends_on = after[account].ends_on
            told = Told(
                key=job["key"], account=account, cycle=int(cycle), stage=stage, ends_on=ends_on,
                back=self.back_until(account, ends_on),
            )  # fmt: skip
            fresh[account] += 1
            self.check_told(told, before[account], after[account])
            self.told[told.key] = told
            self.holds.setdefault(account, []).append(told)
            self.done[stage] += 1
        assert len(jobs) == len(self.told)
        assert set(fresh.values()) <= {1}, "of several that are due only one goes"
        for account in after:
            self.check_state(account, before[account], after[account])

    def check_click(self, many: int, *, asked: bool) -> None:
        """Of so many mails that went in one look: more than the policy lets go a day took a click."""
        if many and not asked:
            day = self.rules.today(self.office.now)
            self.unasked[day] += many
            assert self.unasked[day] <= self.rules.most, "more than go by themselves"
            assert not self.taken_over, "taken over, and nobody was asked"
        self.taken_over = False
        recorded = self.query("select 1 from events where tag in ('life:told', 'life:expired')")
        assert len(recorded) == len(self.told), "the trail has each mail once"

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
            assert now < self.closes(account, after.ends_on), "a close was left"
        elif before.state != "closed":
            assert before.state == "expired"
            assert now >= self.closes(account, before.ends_on), "closed early"
            self.done["closed"] += 1
        if self.is_held(before, after):
            self.check_held(account, before, after)

    def check_arrived(self) -> None:
        """What went since the last look went to the address of today."""
        emails = {one["id"]: one["email"] for one in self.query("select id, email from accounts")}
        sent = "select key, recipient from outbox where status = 'sent' and key like 'A-%:life:%' order by id"
        for job in (one for one in self.query(sent) if one["key"] not in self.arrived):
            self.arrived.add(job["key"])
            assert job["recipient"] == emails[self.told[job["key"]].account], "to another mailbox"

    def back_until(self, account: int, ends_on: date) -> date:
        """What was promised holds."""
        promised = [one.back for one in self.holds.get(account, [])]
        return max([ends_on + timedelta(days=self.rules.back), *promised])

    def closes(self, account: int, ends_on: date) -> datetime:
        return self.rules.at(self.back_until(account, ends_on) + timedelta(days=1))

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


THOROUGH = 80  #: so many examples that everything is tried by one of them
TOTAL: Counter[str] = Counter()


@settings(max_examples=examples(THOROUGH), print_blob=True)
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
    if examples(THOROUGH) < THOROUGH:
        pytest.skip("a few examples do not try everything")
    assert set(TOTAL) >= {
        *STAGES, "held", "closed", "validate", "extend", "address", "close", "reopen", "taken over", "waited",
        "edge", "killed",
    }  # fmt: skip
