"""Who looks after a case: only staff, told once, and no right to decide comes with it."""

from pathlib import Path

import pytest

from bot.domain.errors import CaseClosed, NotAColleague, NotStaff, UnknownCase
from bot.domain.staff import Staff
from bot.services import approvals, assignments, cases
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office, a_case, an_office
from tests.services.registering import decide, registered


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office(tmp_path)


def assign(office: Office, to: Staff | None, *, by: Staff = AVERY, ref: str = "C-1") -> str:
    with office.connect() as db:
        return assignments.assign(db, ref=ref, to=to, by=by, now=office.now).assigned_to


def told(office: Office) -> list[str]:
    """What stands in the case's thread, and where it stands."""
    office.work()
    return [m.text for m in office.chat.standing.values() if m.thread_ts and m.key.startswith("step:")]


def test_the_assignee_hears_of_it_once_in_the_cases_thread(office: Office) -> None:
    a_case(office)
    office.work()

    assert assign(office, BLAKE) == BLAKE.id
    assert assign(office, BLAKE) == BLAKE.id

    (line,) = told(office)
    assert line.count(f"<@{BLAKE.id}>") == 1
    assert [(e.tag, e.actor, e.subject, e.data) for e in office.events() if "assign" in e.tag] == [
        ("case:assigned", AVERY.id, "case:1", {"who": BLAKE.id})
    ]


def test_taking_and_giving_back_are_told_as_what_they_are(office: Office) -> None:
    a_case(office)
    office.work()

    assign(office, BLAKE, by=BLAKE)
    assert assign(office, None, by=CASEY) == ""

    taken, freed = told(office)
    assert "looks after it" in taken
    assert f"took it from <@{BLAKE.id}>" in freed


def test_only_staff_assign_and_only_to_staff(office: Office) -> None:
    a_case(office)

    with pytest.raises(NotAColleague):
        assign(office, ELI)
    with pytest.raises(NotStaff):
        assign(office, AVERY, by=ELI)
    with pytest.raises(UnknownCase):
        assign(office, AVERY, ref="C-99")
    assert office.case("C-1").assigned_to == ""


def test_a_closed_case_is_nobodys(office: Office) -> None:
    from bot.domain.approvals import RejectionReason  # noqa: PLC0415

    case = a_case(office)
    with office.connect() as db:
        approvals.reject(
            db,
            office.desk,
            ref="C-1",
            seen=case.content_hash,
            by=AVERY,
            reason=RejectionReason.OTHER,
            note="",
            now=office.now,
        )

    with pytest.raises(CaseClosed):
        assign(office, BLAKE)


def test_a_case_is_assigned_until_nothing_is_left_to_do(tmp_path: Path) -> None:
    office = registered(tmp_path)
    assign(office, BLAKE)
    decide(office)
    office.work_till_quiet()

    with pytest.raises(CaseClosed):
        assign(office, AVERY)
    assert office.case("C-1").assigned_to == BLAKE.id


def test_the_card_says_who_has_it_and_a_click_on_it_still_decides(office: Office) -> None:
    case = a_case(office)
    assign(office, BLAKE)
    office.work()
    assert any(f"Assigned to <@{BLAKE.id}>" in str(m.blocks) for m in office.chat.standing.values())

    with office.connect() as db:
        approvals.approve(db, office.desk, ref="C-1", seen=case.content_hash, by=AVERY, now=office.now)
        assert cases.get_case(db, "C-1").decision is not None
