"""The queue as a service: who holds the ball since when, filters, and the next case for one person."""

from pathlib import Path

import pytest

from bot.domain.cards import CaseCard
from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.errors import NotStaff
from bot.domain.phone_resets import ResetCard
from bot.domain.queue import QueueEntry, read_wanted
from bot.domain.staff import Staff
from bot.services import approvals, assignments, cases, kinds, queue
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office, a_case, a_submission, an_office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office(tmp_path)


def listed(office: Office, text: str = "", by: Staff = AVERY) -> list[str]:
    return [entry.ref for entry in entries(office, text, by)]


def entries(office: Office, text: str = "", by: Staff = AVERY) -> list[QueueEntry]:
    with office.connect() as db:
        return queue.list_queue(db, by=by, wanted=read_wanted(text), now=office.now)


def next_of(office: Office, by: Staff = AVERY, after: str = "") -> CaseCard | ResetCard | None:
    with office.connect() as db:
        return queue.find_next(db, office.desk, by=by, after=after, now=office.now)


def ref_of(card: CaseCard | ResetCard | None) -> str:
    if isinstance(card, ResetCard):
        return card.reset.ref
    return card.case.ref if card else ""


def yes(office: Office, ref: str, by: Staff) -> None:
    with office.connect() as db:
        seen = cases.get_case(db, ref).content_hash
        approvals.approve(db, office.desk, ref=ref, seen=seen, by=by, now=office.now)


def test_the_ball_is_held_since_it_changed_hands_not_since_the_last_version(office: Office) -> None:
    case = a_case(office, complete=False)
    began = office.now
    office.clock.wait(days=2)
    with office.connect() as db:
        again = cases.revise_case(db, office.desk, case, a_submission(), now=office.now)
    assert again is not None
    back = office.now
    office.clock.wait(days=1)

    (entry,) = entries(office)
    assert (entry.ball, entry.since) == (BallHolder.DESK, back)
    assert back > began
    with office.connect() as db:
        cases.revise_case(db, office.desk, again, a_submission(company="Corrected"), now=office.now)
    assert entries(office)[0].since == back


def test_filters_are_words_and_all_of_them_count(office: Office) -> None:
    a_case(office, company="Acme Pumps")
    a_case(office, company="Acme Valves", complete=False)
    office.clock.wait(days=4)
    a_case(office, company="Borealis")
    with office.connect() as db:
        assignments.assign(db, ref="C-1", to=AVERY, by=BLAKE, now=office.now)

    assert listed(office) == ["C-1", "C-2", "C-3"]
    assert listed(office, "mine") == ["C-1"]
    assert listed(office, "mine", by=CASEY) == []
    assert listed(office, "sponsor") == ["C-2"]
    assert listed(office, "desk unassigned") == ["C-3"]
    assert listed(office, "OLD desk") == ["C-1"]
    assert listed(office, "acme") == ["C-1", "C-2"]
    assert listed(office, "Acme valves") == ["C-2"]
    assert listed(office, "escalated") == []


def test_the_queue_is_for_staff(office: Office) -> None:
    with pytest.raises(NotStaff):
        listed(office, by=ELI)
    with pytest.raises(NotStaff):
        next_of(office, by=ELI)


def test_the_next_case_is_the_longest_waiting_that_one_may_decide(office: Office) -> None:
    a_case(office, company="A", complete=False)  # the sponsor's turn
    a_case(office, company="B", changed_by=AVERY)  # their own work
    office.clock.wait(hours=1)
    a_case(office, company="C")
    office.clock.wait(hours=1)
    a_case(office, company="D")

    assert ref_of(next_of(office)) == "C-3"
    assert ref_of(next_of(office, by=CASEY)) == "C-2"
    assert next_of(office, by=BLAKE) is None


def test_skipping_walks_round_the_queue(office: Office) -> None:
    for company in "ABC":
        a_case(office, company=company)

    assert [ref_of(next_of(office, after=ref)) for ref in ("C-1", "C-2", "C-3")] == ["C-2", "C-3", "C-1"]
    assert ref_of(next_of(office, after="C-99")) == "C-1"


def test_skipping_the_only_one_says_that_there_is_no_other(office: Office) -> None:
    a_case(office)

    assert next_of(office, after="C-1") is None


def test_a_strangers_form_is_the_next_step_of_any_staff(office: Office) -> None:
    a_case(office, known=False)

    card = next_of(office, by=BLAKE)
    assert isinstance(card, CaseCard)
    assert card.case.status is CaseStatus.RECEIVED


def test_whoever_said_the_first_yes_is_not_asked_again(office: Office) -> None:
    a_case(office, known=False)
    with office.connect() as db:
        seen = cases.get_case(db, "C-1").content_hash
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)

    assert next_of(office, by=AVERY) is None
    assert ref_of(next_of(office, by=CASEY)) == "C-1"
    (entry,) = entries(office)
    assert [one.by for one in entry.given] == [AVERY.id]


def test_an_approved_case_leaves_the_queue_once_it_is_live(office: Office) -> None:
    a_case(office)
    yes(office, "C-1", AVERY)

    assert entries(office)[0].ball is BallHolder.USHER
    office.work()
    assert entries(office)[0].ball is BallHolder.DESK  # there are no License Keys in stock
    with office.connect() as db:
        db.execute("update cases set status = 'live'")
        db.execute("update case_steps set state = 'done'")
    assert entries(office) == []
