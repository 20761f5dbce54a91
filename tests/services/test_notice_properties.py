"""Whatever happens to cases and clocks in whatever order: each notice once, none about what is over."""

import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import AlreadyDecided, NotReviewable
from bot.services import approvals, cases
from bot.store.database import transaction
from handlers.clock import rounds
from tests.budget import examples
from tests.cast import AVERY, CASEY, Office, a_case, a_submission, an_office

pytestmark = pytest.mark.slow

spans = st.sampled_from([0.01, 1, 5, 8, 16, 24, 72, 168, 24 * 90, -24, -24 * 30])
acts = st.one_of(
    st.tuples(st.just("wait"), spans),
    st.tuples(st.just("look"), st.sampled_from(["one", "two"])),
    st.tuples(st.just("work"), st.just("")),
    st.tuples(st.just("open"), st.booleans()),
    st.tuples(st.just("revise"), st.booleans()),
    st.tuples(st.just("approve"), st.sampled_from([AVERY, CASEY])),
)


class Desk:
    """Two processes on one database, and what should never have been sent."""

    def __init__(self, folder: Path) -> None:
        self.offices = {"one": an_office(folder), "two": an_office(folder)}
        self.office: Office = self.offices["one"]
        self.cases: list[Case] = []

    def take(self, verb: str, how: object) -> None:
        if verb == "wait":
            self.office.clock.wait(hours=float(str(how)))
        elif verb == "look":
            rounds.look(self.offices[str(how)].bot, now=self.office.now)
        elif verb == "work":
            self.work()
        elif verb == "open":
            self.open(complete=bool(how))
        elif self.cases:
            self.change(verb, how)

    def open(self, *, complete: bool) -> None:
        number = len(self.cases)
        submission = a_submission(company=f"Company {number} Ltd", complete=complete)
        self.cases.append(a_case(self.office, submission))

    def change(self, verb: str, how: object) -> None:
        case = self.office.case(self.cases[-1].ref)
        with self.office.connect() as db:
            if verb == "revise" and case.decision is None:
                company = f"{case.ris.company.name.split(' v')[0]} v{case.version + 1}"
                newer = a_submission(company=company, complete=bool(how))
                with transaction(db):
                    cases.revise_case(db, self.office.desk, case, newer, now=self.office.now)
            elif verb == "approve":
                who = AVERY if how == AVERY else CASEY
                desk, seen, now = self.office.desk, case.content_hash, self.office.now
                with suppress(AlreadyDecided, NotReviewable):  # whose turn it is decides that, not this test
                    approvals.approve(db, desk, ref=case.ref, seen=seen, by=who, now=now)

    def work(self) -> None:
        """Carry out, and see that nothing goes out about what is over."""
        before = {m.message_id for m in self.office.mailer.sent}
        stood = set(self.office.chat.standing)
        self.office.work()
        for ts, note in self.office.chat.standing.items():
            if ts not in stood and note.key.startswith("notice:turn:"):
                turn = int(note.key.split(":")[2])
                assert self.lasts(turn), note
        for mail in self.office.mailer.sent:
            if mail.message_id not in before and mail.subject.startswith("Still open"):
                open_ones = [self.office.case(c.ref) for c in self.cases if f"({c.ref})" in mail.text]
                assert open_ones
                assert all(case.status is CaseStatus.WAITING_FOR_SPONSOR for case in open_ones)

    def lasts(self, turn: int) -> bool:
        with self.office.connect() as db:
            found = db.execute("select until from turns where id = :id", {"id": turn}).fetchone()
        return bool(found == (None,))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(acts, min_size=5, max_size=40))
def test_no_notice_comes_twice_and_none_about_what_is_over(steps: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for verb, how in steps:
            desk.take(verb, how)
        desk.work()

        said = Counter(note.key for note in desk.office.chat.standing.values() if "notice:" in note.key)
        assert set(said.values()) <= {1}
        events = Counter(
            (event.tag, event.subject, event.at)
            for event in desk.office.events()
            if event.tag in ("case:reminded", "case:escalated", "sponsor:nudged", "sponsor:silent")
        )
        assert set(events.values()) <= {1}
        mails = desk.office.jobs("nudge")
        days = Counter((job.recipient, (job.created_at + timedelta(hours=1)).date()) for job in mails)
        assert set(days.values()) <= {1}
        assert all(8 <= (job.created_at + timedelta(hours=1)).hour < 19 for job in mails)
