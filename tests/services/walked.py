"""A case on its way through its steps, who makes things outside, and staff's hands on it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.case_steps import CaseStep, StepName, StepState
from bot.domain.cases import Case
from bot.domain.errors import PermanentFailure
from bot.domain.provisioning import CalledOff, Order, Record, Task, Way
from bot.domain.ris import User
from bot.domain.staff import Act, Staff
from bot.services import approvals, case_step_hands
from bot.store import case_steps
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case, a_submission
from tests.forms import MARA, TOM
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock

N, S = StepName, StepState
MAKES = Staff(id="U0DREW00001", name="Drew", staff=True, acts=frozenset({Act.REVIEW}))


class Maker:
    """Makes records outside, and fails as it is told to."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.records: dict[str, Record] = {}
        self.asked: list[Order] = []
        self.called_off: list[Order] = []
        self.refuses: set[Task] = set()

    def place(self, order: Order) -> Record:
        self.asked.append(order)
        if order.task in self.refuses:
            raise PermanentFailure("no such template", mend="make one")
        if self.faults:
            raise self.faults.pop(0)
        return self.records.setdefault(order.external_id, Record(number=f"N-{len(self.records) + 1}"))

    def call_off(self, order: Order) -> CalledOff:
        self.called_off.append(order)
        if self.faults:
            raise self.faults.pop(0)
        record = self.records.get(order.external_id)
        return CalledOff(record=record, told=record is not None)

    def check(self) -> str:
        return "a maker"

    def close(self) -> None: ...


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = a_desk(tmp_path)
    lay_stock(office, KEYS[:4])
    return office


def approved(office: Office, *, seats: int = 3, users: tuple[User, ...] = (MARA, TOM)) -> Case:
    submission = a_submission()
    company = replace(submission.ris.company, seats=seats, application="ForumPass", purchase_order="4711")
    case = a_case(office, replace(submission, ris=replace(submission.ris, company=company, users=users)))
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    return office.case(case.ref)


def outside(office: Office, *faults: Exception) -> Maker:
    """A maker takes the place of the desk's hands."""
    maker = Maker(*faults)
    office.provisioners = {Way.DESK: maker}
    return maker


def steps(office: Office) -> dict[StepName, CaseStep]:
    with office.connect() as db:
        return {step.name: step for step in case_steps.list_of_case(db, 1)}


def states(office: Office) -> list[StepState]:
    return [step.state for step in steps(office).values()]


def enter(office: Office, records: Mapping[StepName, Record], by: Staff = BLAKE) -> None:
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        case_step_hands.enter(db, ref="C-1", seen=seen, records=records, by=by, now=office.now)


def retry(office: Office, step: StepName, by: Staff = BLAKE) -> None:
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        case_step_hands.retry(db, ref="C-1", seen=seen, step=step, by=by, now=office.now)


def skip(office: Office, step: StepName, by: Staff, *, reason: str = "made last year") -> bool:
    with office.connect() as db:
        return case_step_hands.skip(
            db,
            office.desk,
            ref="C-1",
            seen=office.case("C-1").content_hash,
            step=step,
            reason=reason,
            by=by,
            code="",
            now=office.now,
        )


def stop(office: Office, by: Staff = CASEY, *, reason: str = "ordered twice") -> Case:
    with office.connect() as db:
        return case_step_hands.stop(
            db,
            office.desk,
            ref="C-1",
            seen=office.case("C-1").content_hash,
            reason=reason,
            by=by,
            code="",
            now=office.now,
        )
