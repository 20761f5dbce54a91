"""Whatever five people do in whatever order: decisions are few, rightful, and about what was seen.

Each rule is one door. A new one joins by one more rule; its buttons are kept and pressed as all others are.
"""

import re
import tempfile
from datetime import timedelta
from pathlib import Path

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
from pytest_httpserver import HTTPServer

from tests.budget import examples
from tests.cast import AVERY, BLAKE, CASEY, DANA, ELI
from tests.handlers.oracle import Policy
from tests.handlers.people import DREW, PEOPLE, STRANGER, Desk, open_desk

WHO = st.sampled_from(PEOPLE)
APPROVERS = ((AVERY.id, CASEY.id), (AVERY.id, CASEY.id, DREW), (AVERY.id,), (CASEY.id, DREW))
POLICIES = st.builds(
    Policy,
    approvers=st.sampled_from(APPROVERS).map(frozenset),
    added=st.sampled_from([frozenset[str](), frozenset({BLAKE.id})]),
    second_above=st.sampled_from([None, 0, 2]),
    second_if_unverified=st.booleans(),
)
PICK = st.integers(min_value=0, max_value=999)
DECIDES = "case_(approve|same_as|not_same|withdraw|reopen|take)|kind_ris"
DECIDER = st.sampled_from((AVERY.id, CASEY.id, DREW))
#: who has no right of their own needs a colleague's
DEPUTY = st.sampled_from((BLAKE.id, BLAKE.id, CASEY.id, ELI.id))
BACK = (False, False, True)
SAID = (
    "case C-{number}", "queue", "help", "aprove", "away", "away end", "assign C-{number} <@{whom}>", "home",
)  # fmt: skip
REASONS = ("not_a_customer", "duplicate", "wrong_data", "other")
MOST_CASES = 4


class People(RuleBasedStateMachine):
    """Five people, their sponsor and the clock."""

    server: HTTPServer

    @initialize(policy=POLICIES, variant=st.integers(1, 3))
    def open(self, policy: Policy, variant: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.desk: Desk = open_desk(Path(self.folder.name), self.server.url_for("").rstrip("/"), policy)
        workspace = self.desk.workspace
        self.server.clear()
        self.server.expect_request(re.compile("/api/.*")).respond_with_handler(workspace.answer)
        self.server.expect_request("/respond").respond_with_handler(workspace.respond)
        self.cases = 0
        for known in (True, False):
            self.a_form_comes(company=1 + known, variant=variant, known=known)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    # Mail

    @rule(company=st.integers(1, 2), variant=st.integers(1, 3), known=st.booleans())
    def a_form_comes(self, company: int, variant: int, *, known: bool) -> None:
        if self.cases < MOST_CASES:
            self.cases += 1
            sender, verdict = (DANA, "pass") if known else (STRANGER, "fail")
            self.desk.take(company, variant, sender=sender, verdict=verdict)
            self.desk.carry_out()

    @rule(pick=PICK, variant=st.integers(1, 3), seen=st.booleans())
    def it_comes_again(self, pick: int, variant: int, *, seen: bool) -> None:
        mails = [job for job in self.desk.workspace.office.mails() if job.recipient == DANA.address]
        if mails:
            answers = mails[pick % len(mails)].message_id
            self.desk.take(2, variant, sender=DANA, verdict="pass", answers=answers)
        if seen:
            self.desk.carry_out()

    # People

    def _press(self, who: str, pick: int, actions: str, times: int = 1) -> None:
        """Of the buttons of that kind, those seen last are the likeliest."""
        found = [one for one in self.desk.buttons if re.fullmatch(actions, one.action)]
        if found:
            for _ in range(times):
                self.desk.press(who, found[-1 - pick % len(found)])

    @rule(who=DECIDER, pick=PICK, times=st.sampled_from([1, 1, 2]))
    def approve(self, who: str, pick: int, times: int) -> None:
        self._press(who, pick, "case_approve", times)

    @rule(who=WHO, pick=PICK)
    def approve_too(self, who: str, pick: int) -> None:
        self._press(who, pick, "case_approve")

    @rule(who=WHO, pick=PICK)
    def take_in(self, who: str, pick: int) -> None:
        self._press(who, pick, "kind_ris")
        self.desk.carry_out()

    @rule(who=WHO, pick=PICK)
    def press(self, who: str, pick: int) -> None:
        self._press(who, pick, DECIDES)

    @rule(who=DECIDER, pick=PICK, reason=st.sampled_from(REASONS), times=st.sampled_from([1, 2]))
    def reject(self, who: str, pick: int, reason: str, times: int) -> None:
        """Press, and send some modal that was opened for somebody at some time."""
        self._press(who, pick, "case_reject")
        modals = [one for one in self.desk.modals if '"case_reject"' in one.view]
        chosen = {"reason": {"reason": {"selected_option": {"value": reason}}}}
        for _ in range(times if modals else 0):
            modal = modals[-1 - pick % len(modals)]
            self.desk.send(modal, chosen | {"note": {"note": {"value": None}}})

    @rule(who=DECIDER, presser=WHO, number=st.integers(1, 3), mentioned=st.booleans(), late=st.booleans())
    def command(self, who: str, presser: str, number: int, *, mentioned: bool, late: bool) -> None:
        """`/usher approve C-1`, and the button of the card it shows; by another, or after a change, too."""
        (self.desk.mention if mentioned else self.desk.type)(who, f"approve C-{number}")
        if late:
            self.it_comes_again(pick=number, variant=number, seen=False)
        self._press(presser, 0, "case_approve")

    @rule(who=WHO, whom=WHO, number=st.integers(1, 3), said=st.sampled_from(SAID))
    def ask(self, who: str, whom: str, number: int, said: str) -> None:
        if said == "home":
            self.desk.open_home(who)
        else:
            self.desk.type(who, said.format(number=number, whom=whom))

    @rule(who=DECIDER, deputy=DEPUTY, days=st.integers(0, 2), pick=PICK, back=st.sampled_from(BACK))
    def stand_in(self, who: str, deputy: str, days: int, pick: int, *, back: bool) -> None:
        """Somebody leaves their right to another, who uses it, perhaps after it was taken back."""
        first = self.desk.workspace.office.now.date()
        self.desk.type(who, f"away {first} {first + timedelta(days=days)} <@{deputy}>")
        if back:
            self.desk.type(who, "away end")
        self._press(deputy, pick, "case_approve")

    # Time

    @rule(what=st.sampled_from(["cards", "start", "escalate", 1, 9, 30]), number=st.integers(1, 3))
    def time_passes(self, what: str | int, number: int) -> None:
        match what:
            case "cards":
                self.desk.carry_out()
            case "start":
                self.desk.start()
            case "escalate":
                self.desk.escalate(number)
            case int():
                self.desk.workspace.office.clock.wait(hours=what)

    @invariant()
    def nothing_is_wrong(self) -> None:
        if hasattr(self, "desk"):
            assert self.desk.wrong == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_decisions_are_few_rightful_and_about_what_was_seen(httpserver: HTTPServer) -> None:
    People.server = httpserver
    budget = settings(
        max_examples=examples(100, at_once=4),
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink one takes longer than to read it
        report_multiple_bugs=False,
        print_blob=True,
    )
    run_state_machine_as_test(People, settings=budget)
