"""The steps of an approved case: each once, in order, resumed, and staff's hands on them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.case_steps import CaseStep, StepName, StepState
from bot.domain.cases import BallHolder, Case, CaseStatus
from bot.domain.errors import (
    AlreadyApproved,
    ContentChanged,
    NotApprover,
    NotNow,
    NotStaff,
    PermanentFailure,
    UnknownOutcome,
)
from bot.domain.outbox import JobKind, JobStatus
from bot.domain.provisioning import Order, Record, Way
from bot.domain.staff import Act, Staff
from bot.domain.step_refusals import BadLink, KeysAreOut, NothingEntered, NumberMissing, StepNotOpen
from bot.services import approvals, case_step_hands, cases, corrections, outbox
from bot.services import license_keys as key_service
from bot.services.case_steps import wake
from bot.store import case_steps, license_keys, purchase_orders, seats
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office, a_case, a_submission
from tests.forms import MARA, TOM
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.services.stocked import pay_in, priced

N, S = StepName, StepState
MAKES = Staff(id="U0DREW00001", name="Drew", staff=True, acts=frozenset({Act.REVIEW}))


class Maker:
    """Makes records outside, and fails as it is told to."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.records: dict[str, Record] = {}
        self.asked: list[Order] = []

    def place(self, order: Order, *, again: bool) -> Record:
        del again
        self.asked.append(order)
        if self.faults:
            raise self.faults.pop(0)
        return self.records.setdefault(order.external_id, Record(number=f"N-{len(self.records) + 1}"))

    def check(self) -> str:
        return "a maker"

    def close(self) -> None: ...


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = a_desk(tmp_path)
    lay_stock(office, KEYS[:4])
    return office


def approved(office: Office, *, seats: int = 3) -> Case:
    submission = a_submission()
    company = replace(submission.ris.company, seats=seats, application="ForumPass", purchase_order="4711")
    case = a_case(
        office, replace(submission, ris=replace(submission.ris, company=company, users=(MARA, TOM)))
    )
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


def skip(office: Office, step: StepName, by: Staff) -> bool:
    with office.connect() as db:
        return case_step_hands.skip(
            db,
            office.desk,
            ref="C-1",
            seen=office.case("C-1").content_hash,
            step=step,
            reason="made last year",
            by=by,
            code="",
            now=office.now,
        )


def stop(office: Office, by: Staff = CASEY) -> Case:
    with office.connect() as db:
        return case_step_hands.stop(
            db,
            office.desk,
            ref="C-1",
            seen=office.case("C-1").content_hash,
            reason="ordered twice",
            by=by,
            code="",
            now=office.now,
        )


# In order, each once


def test_a_case_goes_from_approved_to_invited_by_itself(office: Office) -> None:
    maker = outside(office)
    approved(office)
    office.work_till_quiet()

    assert states(office) == [S.DONE] * 5
    assert office.case("C-1").status is CaseStatus.INVITED
    assert office.case("C-1").ball is BallHolder.CUSTOMER
    assert [order.external_id for order in maker.asked] == ["usher-C-1-case", "usher-C-1-site"]
    assert [order.case_number for order in maker.asked] == ["", "N-1"]
    templates = [job.template for job in office.mails() if job.status is JobStatus.SENT]
    assert templates[1:] == ["order_confirmation", "license_key", "license_key", "invitation"]


def test_a_person_makes_what_nobody_else_does(office: Office) -> None:
    approved(office)
    office.work_till_quiet()
    assert states(office) == [S.DONE, S.DONE, S.DESK, S.WAITING, S.WAITING]
    assert office.case("C-1").ball is BallHolder.DESK

    enter(office, {N.CASE: Record(number="4711", url="https://netsuite.example/4711")})
    office.work_till_quiet()
    assert states(office)[2:] == [S.DONE, S.DESK, S.WAITING]

    enter(office, {N.SITE: Record(number="borealis")})
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED
    assert (steps(office)[N.CASE].number, steps(office)[N.CASE].by) == ("4711", BLAKE.id)


def test_both_numbers_may_be_entered_at_once(office: Office) -> None:
    approved(office)
    office.work_till_quiet()
    enter(office, {N.CASE: Record(number="4711"), N.SITE: Record(number="borealis")})
    office.work_till_quiet()

    assert office.case("C-1").status is CaseStatus.INVITED


def test_what_was_entered_stays(office: Office) -> None:
    approved(office)
    office.work_till_quiet()
    enter(office, {N.CASE: Record(number="4711")})

    with pytest.raises(StepNotOpen):
        enter(office, {N.CASE: Record(number="4712")})
    with pytest.raises(NothingEntered):
        enter(office, {})
    with pytest.raises(NumberMissing):
        enter(office, {N.SITE: Record(number="", url="https://sites.example.com/x")})
    with pytest.raises(BadLink):
        enter(office, {N.SITE: Record(number="x", url="javascript:alert(1)")})
    with pytest.raises(NotStaff):
        enter(office, {N.SITE: Record(number="x")}, by=ELI)
    assert steps(office)[N.CASE].number == "4711"


# What they wait for


def test_too_few_keys_block_it_until_more_come(office: Office) -> None:
    outside(office)
    approved(office, seats=6)
    office.work_till_quiet()
    assert (steps(office)[N.KEYS].state, steps(office)[N.KEYS].reason) == (S.BLOCKED, "out_of_stock")
    with office.connect() as db:
        assert license_keys.count_by_state(db, on=office.now.date()) == {"stock": 4}
        assert wake(db, N.KEYS, now=office.now) == 1
    office.work_till_quiet()
    assert steps(office)[N.KEYS].state is S.BLOCKED

    lay_stock(office, KEYS[4:])
    with office.connect() as db, transaction(db):
        wake(db, N.KEYS, now=office.now)
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED


def test_a_held_mail_is_the_desks_and_its_release_goes_on(tmp_path: Path) -> None:
    office = a_desk(tmp_path, delivery="hold")
    lay_stock(office, KEYS)
    outside(office)
    approved(office)
    office.work_till_quiet()

    assert (steps(office)[N.KEY_MAILS].state, steps(office)[N.KEY_MAILS].reason) == (S.DESK, "mail_held")


# When it goes wrong outside


def test_what_nobody_knows_is_asked_again_until_it_is_known(office: Office) -> None:
    maker = outside(office, UnknownOutcome("the line was lost"), UnknownOutcome("again"))
    approved(office)
    office.work_till_quiet()

    assert len(maker.asked) == 4
    assert len(maker.records) == 2
    assert office.case("C-1").status is CaseStatus.INVITED


def test_what_is_never_known_is_shown_to_a_person(office: Office) -> None:
    outside(office, *[UnknownOutcome("the line was lost")] * 40)
    approved(office)
    office.work_till_quiet(rounds=90)

    assert (steps(office)[N.CASE].state, steps(office)[N.CASE].reason) == (S.FAILED, "the line was lost")
    assert "the line was lost" in office.chat.texts()


def test_a_side_that_takes_nothing_is_waited_for_and_the_card_says_so(office: Office) -> None:
    outside(office, *[NotNow("it asks for patience")] * 30)
    approved(office)
    office.work()
    assert (steps(office)[N.CASE].state, steps(office)[N.CASE].reason) == (S.RUNNING, "it asks for patience")
    assert "it asks for patience" in office.chat.texts()

    office.work_till_quiet(rounds=90)
    assert office.case("C-1").status is CaseStatus.INVITED


def test_a_no_is_a_persons_and_can_be_tried_again(office: Office) -> None:
    maker = outside(office, PermanentFailure("no such form"))
    approved(office)
    office.work_till_quiet()
    assert states(office) == [S.DONE, S.DONE, S.FAILED, S.WAITING, S.WAITING]
    assert office.case("C-1").ball is BallHolder.DESK

    retry(office, N.CASE)
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED
    assert len(maker.records) == 2
    with pytest.raises(StepNotOpen):
        retry(office, N.CASE)


def test_a_worker_that_dies_at_any_step_leaves_nothing_undone_or_double(office: Office) -> None:
    maker = outside(office)
    approved(office)
    for turn in range(200):
        jobs = office.claim(f"w{turn}", limit=1)
        if not jobs:
            if not any(job.status in (JobStatus.QUEUED, JobStatus.SENDING) for job in office.jobs()):
                break
            office.clock.wait(minutes=10)
            continue
        if jobs[0].kind is JobKind.STEP and jobs[0].attempts == 1:
            office.carry_out_only(jobs[0])  # and dies before it says so
            with office.connect() as db:
                outbox.release_claims(db, f"w{turn}", now=office.now, jitter=0.0)
            office.clock.wait(minutes=10)
        else:
            office.carry_out(jobs[0], f"w{turn}")

    assert office.case("C-1").status is CaseStatus.INVITED
    assert len(maker.records) == 2
    mails = [job.template for job in office.mails()]
    assert (mails.count("license_key"), mails.count("invitation")) == (2, 1)


# Left out by two


def test_a_step_is_left_out_by_two_who_may_override(office: Office) -> None:
    outside(office, PermanentFailure("no such form"))
    approved(office)
    office.work_till_quiet()

    with pytest.raises(NotApprover):
        skip(office, N.CASE, BLAKE)
    assert skip(office, N.CASE, AVERY) is False
    with pytest.raises(AlreadyApproved):
        skip(office, N.CASE, AVERY)
    assert skip(office, N.CASE, CASEY) is True
    office.work_till_quiet()
    assert states(office) == [S.DONE, S.DONE, S.SKIPPED, S.DONE, S.DONE]
    assert office.case("C-1").status is CaseStatus.INVITED


def test_who_asked_counts_only_until_it_is_tried_again(office: Office) -> None:
    outside(office, PermanentFailure("no"), PermanentFailure("no"))
    approved(office)
    office.work_till_quiet()
    skip(office, N.CASE, AVERY)
    retry(office, N.CASE)
    office.work_till_quiet()

    assert skip(office, N.CASE, CASEY) is False


def test_keys_that_are_left_out_are_not_paid(office: Office) -> None:
    office.bot = priced(office.bot, 100)
    pay_in(office, "1000", number="4711")
    outside(office)
    approved(office, seats=6)
    office.work_till_quiet()
    skip(office, N.KEYS, AVERY)
    skip(office, N.KEYS, CASEY)
    office.work_till_quiet()

    with office.connect() as db:
        order = purchase_orders.find(db, "4711")
        left = [seat for seat in seats.list_of_case(db, 1) if not seat.closed_at]
    assert order is not None
    assert (order.available.minor, order.held.minor, order.spent.minor) == (100_000, 0, 0)
    assert left == []
    assert office.case("C-1").status is CaseStatus.INVITED


# Stopped


def test_stopping_before_keys_are_mailed_gives_all_back(office: Office) -> None:
    office.bot = priced(office.bot, 100)
    pay_in(office, "1000", number="4711")
    approved(office)
    for job in office.claim(kinds=(JobKind.STEP,)):
        office.carry_out(job)  # the keys are issued, and not mailed
    stop(office)
    office.work_till_quiet()

    with office.connect() as db:
        order = purchase_orders.find(db, "4711")
        assert license_keys.count_by_state(db, on=office.now.date()) == {"stock": 4}
    assert order is not None
    assert (order.available.minor, order.held.minor, order.spent.minor) == (100_000, 0, 0)
    assert office.case("C-1").status is CaseStatus.WITHDRAWN
    assert not any(job.template == "license_key" and job.status is JobStatus.SENT for job in office.mails())


def test_stopping_after_they_were_mailed_makes_them_void_and_keeps_their_money(office: Office) -> None:
    office.bot = priced(office.bot, 100)
    pay_in(office, "1000", number="4711")
    approved(office)
    office.work_till_quiet()
    stop(office)
    office.work_till_quiet()

    with office.connect() as db:
        order = purchase_orders.find(db, "4711")
        keys = license_keys.count_by_state(db, on=office.now.date())
    assert order is not None
    assert (order.available.minor, order.held.minor, order.spent.minor) == (80_000, 0, 20_000)
    assert keys == {"stock": 2, "void": 2}  # the spare one was shown to nobody
    letter = office.mailer.sent[-1]
    assert "void" in letter.text
    assert "we have stopped the order" in letter.subject


def test_only_who_may_buy_stops_and_only_what_is_under_way(office: Office) -> None:
    approved(office)
    office.work_till_quiet()

    with pytest.raises(NotApprover):
        stop(office, BLAKE)
    with pytest.raises(NotApprover):
        stop(office, MAKES)
    stop(office)
    with pytest.raises(StepNotOpen):
        stop(office)
    with office.connect() as db, pytest.raises(ContentChanged):
        case_step_hands.retry(db, ref="C-1", seen="x", step=N.CASE, by=BLAKE, now=office.now)


def test_a_stopped_case_takes_no_step_that_was_claimed_before(office: Office) -> None:
    maker = outside(office)
    approved(office)
    jobs = office.claim(kinds=(JobKind.STEP,))
    with office.connect() as db:
        assert cases.get_case(db, "C-1").status is CaseStatus.APPROVED
    stop(office)
    for job in jobs:
        office.carry_out(job)
    office.work_till_quiet()

    with office.connect() as db:
        assert license_keys.count_by_state(db, on=office.now.date()) == {"stock": 4}
    assert maker.asked == []


def test_a_corrected_form_reopens_nothing_once_keys_are_out(office: Office) -> None:
    approved(office)
    office.work_till_quiet()
    case = office.case("C-1")
    submission = a_submission()
    with office.connect() as db, pytest.raises(KeysAreOut):
        corrections.reopen(
            db, office.desk, submission, ref=case.ref, seen=case.content_hash, by=CASEY, now=office.now
        )

    assert office.case("C-1").status is case.status
    with office.connect() as db:
        assert license_keys.count_by_state(db, on=office.now.date())["issued"] == 3


def test_keys_are_mailed_in_batches_and_a_death_between_them_mails_the_rest(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_service, "AT_ONCE", 1)
    outside(office)
    case = approved(office)
    for job in office.claim(kinds=(JobKind.STEP,)):
        office.carry_out(job)  # the keys are issued
    office.claim("dead", kinds=(JobKind.STEP,))
    with office.connect() as db, transaction(db):
        assert key_service.mail_keys(db, office.desk, case, now=office.now) == 1
    office.work(kinds=(JobKind.MAIL,))
    assert steps(office)[N.KEY_MAILS].state is S.RUNNING

    with office.connect() as db:
        outbox.release_claims(db, "dead", now=office.now, jitter=0.0)
    office.work_till_quiet()
    assert [job.template for job in office.mails()].count("license_key") == 2
    assert office.case("C-1").status is CaseStatus.INVITED
