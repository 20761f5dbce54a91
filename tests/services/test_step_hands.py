"""Steps that two people leave out, and cases that are stopped or corrected on their way."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.case_steps import MAILS, StepName
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import (
    ContentChanged,
    HasAdditions,
    NotApprover,
    NotNow,
    NotWithdrawable,
    PermanentFailure,
    UnknownJob,
)
from bot.domain.events import EventTag
from bot.domain.key_refusals import StockUnchecked
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.domain.provisioning import Record
from bot.domain.step_refusals import KeysAreOut, NumberMissing, SkipAsked, StepReasonMissing
from bot.services import additions, approvals, case_step_hands, cases, corrections, holds, outbox
from bot.services.case_steps import wake
from bot.store import holds as hold_store
from bot.store import license_keys, purchase_orders, queue, seats
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case, a_submission
from tests.forms import MARA, TOM
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.services.stocked import pay_in, priced
from tests.services.walked import (
    MAKES,
    N,
    S,
    approved,
    enter,
    office,
    outside,
    retry,
    skip,
    states,
    steps,
    stop,
)

__all__ = ["office"]  # pytest finds the fixture here

# Left out by two


def test_a_step_is_left_out_by_two_who_may_override(office: Office) -> None:
    outside(office, PermanentFailure("no such form"))
    approved(office)
    office.work_till_quiet()

    with pytest.raises(NotApprover):
        skip(office, N.CASE, BLAKE)
    assert skip(office, N.CASE, AVERY) is False
    with pytest.raises(SkipAsked):
        skip(office, N.CASE, AVERY)
    with office.connect() as db:
        (waiting,) = queue.list_queue(db, limit=9)
    assert (waiting.waits_for(CASEY), waiting.skip_by) == (True, AVERY.id)
    card = next(one for one in reversed(office.chat.standing.values()) if one.key == "card:C-1")
    assert "made last year" not in str(card.blocks)
    office.work()
    card = next(one for one in reversed(office.chat.standing.values()) if one.key == "card:C-1")
    assert "asks to skip it: made last year" in str(card.blocks)
    assert skip(office, N.CASE, CASEY) is True
    office.work_till_quiet()
    assert states(office) == [S.DONE, S.DONE, S.SKIPPED, S.DONE, S.DONE]
    assert office.case("C-1").status is CaseStatus.INVITED


def test_a_failed_steps_job_is_tried_again_from_the_command_line_as_from_its_card(office: Office) -> None:
    maker = outside(office, PermanentFailure("no"), PermanentFailure("no"))
    approved(office)
    office.work_till_quiet()
    (lost,) = [job for job in office.jobs(N.CASE) if job.status is JobStatus.FAILED]
    with office.connect() as db:
        outbox.retry(db, lost.id, by="cli:root", now=office.now)
    office.work_till_quiet()
    assert (len(maker.asked), steps(office)[N.CASE].state) == (2, S.FAILED)

    retry(office, N.CASE)  # the card's own; what failed before is shown no more either
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED
    assert not [job for job in office.jobs(N.CASE) if job.status is JobStatus.FAILED]
    with office.connect() as db, pytest.raises(UnknownJob):
        outbox.retry(db, lost.id, by="cli:root", now=office.now)


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


@pytest.mark.parametrize("blank", ["", " ", "\u200b", "\u00ad.\n"], ids=repr)
def test_nobody_leaves_out_stops_or_enters_anything_without_a_word(office: Office, blank: str) -> None:
    outside(office, PermanentFailure("no such form"))
    approved(office)
    office.work_till_quiet()

    with pytest.raises(StepReasonMissing):
        skip(office, N.CASE, CASEY, reason=blank)
    with pytest.raises(StepReasonMissing):
        stop(office, reason=blank)
    with pytest.raises(NumberMissing):
        enter(office, {N.CASE: Record(number=blank, url="https://netsuite.example/1")})
    assert steps(office)[N.CASE].state is S.FAILED


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
    with pytest.raises(NotWithdrawable):
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


def addition(office: Office) -> Case:
    """One more person for the organisation of C-1, who takes a spare seat."""
    nora = replace(TOM, first_name="Nora", last_name="Klein", email="nora.klein@nordlicht.example.com")
    first = office.case("C-1").ris
    ris = replace(first, users=(MARA, nora))
    case = a_case(office, replace(a_submission(), ris=ris, mail_id=7))
    with office.connect() as db:
        additions.confirm_same(
            db, office.desk, ref=case.ref, other="C-1", seen=case.content_hash, by=BLAKE, now=office.now
        )
        seen = office.case(case.ref).content_hash
        approvals.approve(db, office.desk, ref=case.ref, seen=seen, by=AVERY, now=office.now)
    return office.case(case.ref)


def test_keys_of_an_organisation_are_not_left_out_while_its_additions_build_on_them(office: Office) -> None:
    outside(office)
    approved(office, seats=6)
    office.work_till_quiet()
    addition(office)
    office.work_till_quiet()
    assert skip(office, N.KEYS, AVERY) is False
    with pytest.raises(HasAdditions):
        skip(office, N.KEYS, CASEY)

    lay_stock(office, KEYS[4:])
    with office.connect() as db, transaction(db):
        wake(db, N.KEYS, now=office.now)
    office.work_till_quiet()
    assert [office.case(ref).status for ref in ("C-1", "C-2")] == [CaseStatus.INVITED] * 2
    assert "nora.klein@nordlicht.example.com" in {job.recipient for job in office.jobs("license_key")}


def test_a_spare_seat_is_spare_again_once_its_addition_goes_without_keys(office: Office) -> None:
    outside(office)
    approved(office, seats=6)
    office.work_till_quiet()
    case = addition(office)
    office.work_till_quiet()
    with office.connect() as db:
        for by in (AVERY, CASEY):
            case_step_hands.skip(
                db, office.desk, ref=case.ref, seen=case.content_hash, step=N.KEYS, reason="x", by=by,
                code="", now=office.now,
            )  # fmt: skip
        assert [seat.holder for seat in seats.list_spare(db, 1)] == [None] * 4


def test_what_usher_tries_in_vain_can_be_left_out_entered_or_stopped(office: Office) -> None:
    outside(office, *[NotNow("nobody answers")] * 400)
    approved(office)
    office.work()
    assert steps(office)[N.CASE].takes_hand

    enter(office, {N.CASE: Record(number="4711")})
    office.work()
    assert (steps(office)[N.CASE].state, steps(office)[N.CASE].number) == (S.DONE, "4711")
    stop(office)
    assert office.case("C-1").status is CaseStatus.WITHDRAWN


def test_an_invitation_that_staff_dropped_is_written_anew(tmp_path: Path) -> None:
    office = a_desk(tmp_path, delivery="hold")
    lay_stock(office, KEYS)
    outside(office)
    approved(office)
    office.work_till_quiet()
    with office.connect() as db:
        outbox.release_all(db, by="U0AVERY0001", now=office.now)
    office.work_till_quiet()
    with office.connect() as db:
        outbox.discard(db, office.job("invitation").id, by="U0AVERY0001", now=office.now)
    assert steps(office)[N.INVITATION].state is S.FAILED

    retry(office, N.INVITATION)
    office.work_till_quiet()
    with office.connect() as db:
        outbox.release_all(db, by="U0AVERY0001", now=office.now)
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED


def test_key_mails_that_staff_dropped_are_written_anew(tmp_path: Path) -> None:
    office = a_desk(tmp_path, delivery="hold")
    lay_stock(office, KEYS)
    outside(office)
    approved(office)
    office.work_till_quiet()
    dropped, other = key_mails(office)
    with office.connect() as db:
        outbox.discard(db, dropped.id, by="U0AVERY0001", now=office.now)
    assert steps(office)[N.KEY_MAILS].state is S.FAILED

    retry(office, N.KEY_MAILS)
    office.work_till_quiet()
    assert steps(office)[N.KEY_MAILS].state is S.DESK
    before, still, anew = key_mails(office)
    assert (before.status, still.id, still.status) == (JobStatus.REPLACED, other.id, JobStatus.HELD)
    assert (anew.recipient, anew.status) == (dropped.recipient, JobStatus.HELD)
    with office.connect() as db:
        outbox.release_all(db, by="U0AVERY0001", now=office.now)
    office.work_till_quiet()
    assert steps(office)[N.KEY_MAILS].state is S.DONE
    assert [job.id for job in key_mails(office) if job.status is JobStatus.SENT] == [other.id, anew.id]


def key_mails(office: Office) -> list[Job]:
    return [job for job in office.jobs() if job.template in MAILS[N.KEY_MAILS]]


def test_no_step_is_taken_while_a_restore_holds(office: Office) -> None:
    outside(office)
    approved(office)
    with office.connect() as db, transaction(db):
        hold_store.add(db, office.now)
    office.work()
    with office.connect() as db:
        assert license_keys.count_by_state(db, on=office.now.date()) == {"stock": 4}
        with pytest.raises(StockUnchecked):
            outbox.release_all(db, by="U0AVERY0001", now=office.now)
        assert holds.find(db)
        holds.end(db, office.desk, by="U0AVERY0001", now=office.now)
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED


@pytest.mark.parametrize("step", [N.KEY_MAILS, N.INVITATION])
def test_held_mails_of_a_step_that_was_left_out_are_not_released(tmp_path: Path, step: StepName) -> None:
    office = a_desk(tmp_path, delivery="hold")
    lay_stock(office, KEYS[:4])
    outside(office)
    approved(office)
    office.work()

    def release_all() -> None:
        with office.connect() as db:
            outbox.release_all(db, by=AVERY.id, now=office.now)
        office.work()

    if step is N.INVITATION:
        release_all()
    held = [job.id for job in office.mails() if job.template in MAILS[step]]
    skip(office, step, AVERY)
    skip(office, step, CASEY)
    release_all()

    after = {job.id: job.status for job in office.mails() if job.id in held}
    assert after == dict.fromkeys(held, JobStatus.DISCARDED) != {}
    dropped = {event.subject for event in office.events() if event.tag == EventTag.JOB_DISCARDED}
    assert dropped >= {f"job:{number}" for number in held}


@pytest.mark.parametrize(("step", "of"), [(N.KEY_MAILS, "License Key"), (N.INVITATION, "register")], ids=str)
def test_a_step_whose_mails_failed_sends_them_when_it_is_tried_again(
    office: Office, step: StepName, of: str
) -> None:
    outside(office)
    approved(office)
    with office.mailer.refusing(of):
        office.work_till_quiet()
    assert steps(office)[step].state is S.FAILED
    sent = len(office.mailer.sent)
    retry(office, step)
    office.work_till_quiet()

    assert steps(office)[step].state is S.DONE
    assert any(of.lower() in mail.subject.lower() for mail in office.mailer.sent[sent:])
