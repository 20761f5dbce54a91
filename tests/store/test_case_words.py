"""What is heard of many cases at once is what is heard of each, and their turns follow."""

from pathlib import Path

from bot.domain.approvals import RejectionReason
from bot.domain.cases import BallHolder, CaseStatus
from bot.services import approvals
from bot.services.queueing import queue_case_cards
from bot.store import case_words
from bot.store.case_words import HEARD, UNRELEASED, Heard
from bot.store.database import rows, transaction
from tests.cast import AVERY, Office, a_case, an_office


def held(folder: Path) -> Office:
    """Two approved, a rejected, a complete and two incomplete cases, while every mail waits for release."""
    office = an_office(folder, delivery="hold")
    for number in range(6):
        case = a_case(office, company=f"Company {number}", complete=number < 4)
        with office.connect() as db:
            if number < 2:
                approvals.approve(
                    db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now
                )
            elif number == 2:
                approvals.reject(
                    db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
                    reason=RejectionReason.DUPLICATE, note="", now=office.now,
                )  # fmt: skip
    office.work()
    return office


def test_what_is_asked_by_state_says_what_the_whole_question_says(tmp_path: Path) -> None:
    with held(tmp_path).connect() as db:
        whole = rows(db, f"select id, status, {HEARD} heard, {UNRELEASED} waits from cases c")
        by_state = case_words.list_heard(db, {entry["id"]: CaseStatus(entry["status"]) for entry in whole})

    said = {
        entry["id"]: Heard(at_all=bool(entry["heard"]), unreleased=bool(entry["waits"])) for entry in whole
    }
    assert {case_id: by_state.get(case_id, Heard()) for case_id in said} == said
    assert {heard.unreleased for heard in said.values()} == {True, False}


def test_cards_that_are_queued_together_take_each_its_turn(tmp_path: Path) -> None:
    office = held(tmp_path)
    with office.connect() as db:
        db.execute("update turns set holder = 'usher' where until is null")
        with transaction(db):
            queue_case_cards(db, range(1, 7), now=office.now)
        found = rows(db, "select case_id, holder from turns where until is null order by case_id")

    assert [entry["holder"] for entry in found] == [office.case(f"C-{number}").ball for number in range(1, 7)]
    assert {entry["holder"] for entry in found} >= {BallHolder.DESK}
