"""Whatever happens in whatever order: the money adds up, and no License Key is ever in two hands."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.domain.cases import STANDING, UNDER_WAY, CaseStatus
from bot.domain.outbox import JobKind
from tests.budget import examples
from tests.cast import AVERY
from tests.services.crew import FAULTS, KINDS
from tests.services.trade import GOOD, NONE, SMALL, UNKNOWN, Trade, a_trade

MOST_CASES = 7
THOROUGH = 60  #: so many runs that what has to succeed at some time does
PICK = st.integers(min_value=0, max_value=999)
WORKER = st.sampled_from(("one", "two"))
WHAT = st.sampled_from((KINDS, (JobKind.STEP,), (JobKind.MAIL,)))
PEOPLE = st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True)
#: verbs without which a run has shown nothing
MUST = (
    "approve", "join", "stop", "correct", "hand_over", "void", "carry out keys", "carry out key_mails",
    "carry out license_key", "carry out key_handed_over",
)  # fmt: skip


class Buying(RuleBasedStateMachine):
    """A desk, its customers, two workers and the clock."""

    done: ClassVar[Counter[str]] = Counter()

    @initialize(
        keys_to=st.sampled_from(("users", "users", "contact")), spare=st.integers(0, 2), works=st.booleans()
    )
    def open(self, keys_to: str, spare: int, *, works: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.trade: Trade = a_trade(Path(self.folder.name), keys_to=keys_to)
        self.a_form_comes(company=1, people=[0, 1], hardware=1, spare=spare, number=GOOD, at_once=True)
        if works:
            self.trade.work()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            try:
                self.trade.come_to_rest()
                self.trade.check()
            finally:
                Buying.done += self.trade.done
                self.folder.cleanup()

    # Forms

    @rule(
        company=st.integers(1, 2),
        people=PEOPLE,
        hardware=st.integers(0, 1),
        spare=st.integers(0, 2),
        number=st.sampled_from((GOOD, GOOD, GOOD, SMALL, UNKNOWN, NONE)),
        at_once=st.booleans(),
    )
    def a_form_comes(
        self, company: int, people: list[int], hardware: int, spare: int, number: str, *, at_once: bool
    ) -> None:
        trade = self.trade
        if len(trade.list_cases(*CaseStatus)) < MOST_CASES:
            ris = trade.form(company, people, hardware=hardware, spare=spare, number=number)
            case = trade.a_form_comes(ris)
            if at_once:
                trade.approve(case, by=AVERY, picked=None)

    @rule(pick=PICK, people=PEOPLE, hardware=st.integers(0, 1))
    def an_addition_comes(self, pick: int, people: list[int], hardware: int) -> None:
        trade = self.trade
        roots = [case for case in trade.list_cases(*STANDING) if case.addition is None]
        if roots and len(trade.list_cases(*CaseStatus)) < MOST_CASES:
            root = roots[pick % len(roots)]
            company = int(root.ris.company.name.split()[1])
            case = trade.a_form_comes(trade.form(company, people, hardware=hardware, spare=0, number=GOOD))
            if trade.join(case, root):
                trade.approve(trade.office.case(case.ref), by=AVERY, picked=None)

    # People

    @rule(pick=PICK, order=st.sampled_from((None, None, 1, 2)))
    def approve(self, pick: int, order: int | None) -> None:
        if waiting := self.trade.list_cases(CaseStatus.IN_REVIEW):
            self.trade.approve(waiting[pick % len(waiting)], by=AVERY, picked=order)

    @rule(pick=PICK, how=st.sampled_from(("reject", "withdraw", "stop", "stop", "correct", "correct")))
    def end(self, pick: int, how: str) -> None:
        waiting = how in ("reject", "withdraw") and pick % 2
        found = self.trade.list_cases(CaseStatus.IN_REVIEW) if waiting else self.trade.list_cases(*UNDER_WAY)
        if found:
            self.trade.end(found[pick % len(found)], how)

    @rule(pick=PICK, how=st.sampled_from(("retry", "skip", "enter")))
    def lend_a_hand(self, pick: int, how: str) -> None:
        if found := self.trade.list_cases(*UNDER_WAY):
            self.trade.lend_a_hand(found[pick % len(found)], how)

    @rule(pick=PICK, number=st.integers(1, 4))
    def hand_over(self, pick: int, number: int) -> None:
        if found := [
            seat for seat in self.trade.list_seats() if seat.key and seat.holder and not seat.closed_at
        ]:
            self.trade.hand_over(found[pick % len(found)], self.trade.heir(number))

    @rule(pick=PICK)
    def send_again(self, pick: int) -> None:
        if found := [seat for seat in self.trade.list_seats() if seat.key]:
            self.trade.send_again(found[pick % len(found)])

    @rule(pick=PICK, how=st.sampled_from(("void", "use")))
    def end_a_key(self, pick: int, how: str) -> None:
        number = 1 + pick % self.trade.imported
        (self.trade.void if how == "void" else self.trade.use)(number)

    @rule(pick=PICK, how=st.sampled_from(("retry", "discard")))
    def mend_a_mail(self, pick: int, how: str) -> None:
        self.trade.mend_mail(pick, how)

    @rule(number=st.sampled_from((GOOD, SMALL)), euros=st.sampled_from((100, 300)))
    def pay_in(self, number: str, euros: int) -> None:
        self.trade.pay_in(number, euros)

    @rule(many=st.integers(1, 4), again=st.booleans())
    def import_keys(self, many: int, *, again: bool) -> None:
        self.trade.import_keys(many, again=again)

    # Workers and time

    @rule(worker=WORKER, kinds=WHAT, limit=st.integers(1, 3))
    def claim(self, worker: str, kinds: tuple[JobKind, ...], limit: int) -> None:
        self.trade.claim(worker, kinds, limit)

    @rule(worker=WORKER, fault=st.sampled_from(sorted(FAULTS)), settles=st.booleans())
    def carry_out(self, worker: str, fault: str, *, settles: bool) -> None:
        self.trade.carry_out(worker, fault)
        if settles:
            self.trade.settle(worker)

    @rule(worker=WORKER)
    def settle(self, worker: str) -> None:
        self.trade.settle(worker)

    @rule(worker=WORKER, provably=st.booleans())
    def die(self, worker: str, *, provably: bool) -> None:
        self.trade.die(worker, provably=provably)

    @rule(kinds=WHAT, fault=st.sampled_from(sorted(FAULTS)))
    def work(self, kinds: tuple[JobKind, ...], fault: str) -> None:
        self.trade.work(kinds, fault)

    @rule(minutes=st.sampled_from((1, 6, 60, 1500)))
    def wait(self, minutes: int) -> None:
        self.trade.wait(minutes)

    @invariant()
    def it_adds_up(self) -> None:
        if hasattr(self, "trade"):
            self.trade.check()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_money_adds_up_and_no_key_is_in_two_hands() -> None:
    budget = settings(
        max_examples=examples(THOROUGH, at_once=10),
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink one takes longer than to read it
        report_multiple_bugs=False,
        print_blob=True,
    )
    run_state_machine_as_test(Buying, settings=budget)
    if budget.max_examples >= THOROUGH:
        assert [verb for verb in MUST if not Buying.done[verb]] == []
