"""Codes at grave approvals: taken once, counted exactly, locked after five, whatever becomes of the case."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.approvals import Grave
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import (
    AlreadyApproved,
    AlreadyDecided,
    CodeMissing,
    CodesLocked,
    CodeUsed,
    ContentChanged,
    NotApprover,
    NotEnrolled,
    Refusal,
    WrongCode,
)
from bot.domain.staff import Staff
from bot.domain.step_up import LOCKED_FOR, MOST_WRONG
from bot.services import approvals, kinds, step_up
from bot.store import authenticators
from tests.authenticators import STEP, Phone, enrolled
from tests.cast import AVERY, BLAKE, CASEY, MALLORY, Office, a_case, a_submission
from tests.contracts.racing import race


def a_large_case(office: Office, seats: int = 101, **submitted: object) -> Case:
    form = a_submission(**submitted)  # type: ignore[arg-type]
    ris = replace(form.ris, company=replace(form.ris.company, seats=seats))
    return a_case(office, replace(form, ris=ris))


def approve(office: Office, case: Case, by: Staff, code: str = "", seen: str = "") -> Case:
    with office.connect() as db:
        return approvals.approve(
            db,
            office.desk,
            ref=case.ref,
            seen=seen or case.content_hash,
            by=by,
            now=office.now,
            code=code,
        )


def take(office: Office, code: str, by: Staff = AVERY, at: datetime | None = None) -> None:
    with office.connect() as db:
        step_up.take_code(db, office.desk, by=by, code=code, now=at or office.now)


def refused(office: Office, code: str) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        take(office, code)
    return refusal.value


def facts(office: Office, tag: str) -> list[object]:
    return [event.data.get("why", event.data.get("code")) for event in office.events() if event.tag == tag]


# Approving


def test_two_people_approve_a_large_case_with_their_codes(office: Office) -> None:
    averys, caseys = enrolled(office, AVERY), enrolled(office, CASEY)
    case = a_large_case(office)

    assert approve(office, case, AVERY, averys.code(office.now)).decision is None
    decided = approve(office, case, CASEY, caseys.code(office.now)).decision

    assert decided is not None
    assert decided.by == CASEY.id


def test_an_ordinary_case_asks_for_none(office: Office) -> None:
    case = a_large_case(office, seats=100)

    assert approve(office, case, AVERY).decision is not None


def test_who_has_no_phone_hears_what_to_do_and_decides_nothing(office: Office) -> None:
    case = a_large_case(office)

    for code in ("", "123456"):
        with pytest.raises(NotEnrolled):
            approve(office, case, AVERY, code)
    with office.connect() as db, pytest.raises(NotEnrolled):
        approvals.find_asked(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    assert office.case(case.ref).status is CaseStatus.IN_REVIEW
    assert facts(office, "decision:refused") == ["not_enrolled"] * 3


@pytest.mark.parametrize("code", ["", "12345", "no code", "\uff11\uff12\uff13"])
def test_what_is_no_code_is_asked_for_again_and_costs_no_try(office: Office, code: str) -> None:
    enrolled(office, AVERY)
    case = a_large_case(office)

    for _ in range(MOST_WRONG + 1):
        with pytest.raises(CodeMissing):
            approve(office, case, AVERY, code)


def test_a_wrong_code_decides_nothing_and_is_counted_although_the_decision_rolled_back(
    office: Office,
) -> None:
    phone = enrolled(office, AVERY)
    case = a_large_case(office)

    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as wrong:
            approve(office, case, AVERY, phone.wrong(office.now))
        assert wrong.value.values == {"left": left}
    with office.connect() as db:
        assert db.execute("select count(*) from approvals").fetchone()[0] == 0
    assert facts(office, "code:failed") == ["wrong"] * 4
    assert facts(office, "decision:refused") == ["wrong_code"] * 4


def test_a_code_of_another_is_none_of_mine(office: Office) -> None:
    enrolled(office, AVERY)
    caseys = enrolled(office, CASEY)

    with pytest.raises(WrongCode):
        approve(office, a_large_case(office), AVERY, caseys.code(office.now))


def test_one_code_approves_one_case(office: Office) -> None:
    phone = enrolled(office, AVERY)
    first, second = a_large_case(office), a_large_case(office, company="Marlow & Sons Ltd")
    code = phone.code(office.now)
    approve(office, first, AVERY, code)

    with pytest.raises(CodeUsed):
        approve(office, second, AVERY, code)
    office.clock.wait(seconds=30)
    approve(office, second, AVERY, phone.code(office.now))


def test_who_may_not_decide_hears_that_and_spends_no_code(office: Office) -> None:
    phone = enrolled(office, BLAKE)
    case = a_large_case(office)
    code = phone.code(office.now)

    with pytest.raises(NotApprover):
        approve(office, case, BLAKE, code)
    take(office, code, BLAKE)


@pytest.mark.parametrize("refusal", [ContentChanged, AlreadyApproved, AlreadyDecided])
def test_what_stands_in_the_way_is_said_before_a_code_is_taken(
    office: Office, refusal: type[Refusal]
) -> None:
    averys, caseys = enrolled(office, AVERY), enrolled(office, CASEY)
    case = a_large_case(office)
    if refusal is not ContentChanged:
        approve(office, case, AVERY, averys.code(office.now))
    if refusal is AlreadyDecided:
        approve(office, case, CASEY, caseys.code(office.now))
    office.clock.wait(seconds=30)
    code, seen = averys.code(office.now), "another" if refusal is ContentChanged else ""

    with pytest.raises(refusal):
        approve(office, case, AVERY, code, seen)
    take(office, code)


def test_taking_in_what_is_grave_is_no_yes(office: Office) -> None:
    """A code is asked for each approval: taking in a stranger's form of many seats asks for none."""
    phone = enrolled(office, AVERY)
    case = a_large_case(office, sender=MALLORY, sponsor=False)
    with office.connect() as db:
        kinds.accept(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)

    assert approve(office, case, AVERY, phone.code(office.now)).decision is None


def test_the_policy_says_what_is_grave(office: Office) -> None:
    with office.connect() as db:
        step_up.require(db, office.desk, by=AVERY, code="", grave=Grave.REGISTRATION, now=office.now)
        for grave in (Grave.PURCHASE, Grave.OVERRIDE, Grave.ERASURE):
            with pytest.raises(NotEnrolled):
                step_up.require(db, office.desk, by=AVERY, code="", grave=grave, now=office.now)


# Time


@pytest.mark.parametrize("off", [-STEP, 0 * STEP, STEP])
def test_a_phone_may_be_a_step_off(office: Office, off: timedelta) -> None:
    phone = enrolled(office, AVERY)
    office.clock.wait(minutes=5)

    take(office, phone.code(office.now + off))


@pytest.mark.parametrize("off", [-2 * STEP, 2 * STEP])
def test_a_phone_may_not_be_further_off(office: Office, off: timedelta) -> None:
    phone = enrolled(office, AVERY)
    office.clock.wait(minutes=5)

    assert isinstance(refused(office, phone.code(office.now + off)), WrongCode)


def test_of_a_fast_phone_no_older_code_is_taken_after_a_newer_one(office: Office) -> None:
    phone = enrolled(office, AVERY)
    office.clock.wait(minutes=5)
    take(office, phone.code(office.now + STEP))

    for off in (-STEP, 0 * STEP, STEP):
        assert isinstance(refused(office, phone.code(office.now + off)), CodeUsed)
    assert facts(office, "code:failed") == ["used"] * 3


def test_a_clock_that_was_ahead_locks_nobody_out_and_each_code_counts_once_still(office: Office) -> None:
    phone = enrolled(office, AVERY)
    office.clock.wait(hours=2)
    take(office, phone.code(office.now))
    office.clock.wait(hours=-2, minutes=5)

    take(office, phone.code(office.now))
    for off in (-STEP, 0 * STEP):
        assert isinstance(refused(office, phone.code(office.now + off)), CodeUsed)


def test_the_code_that_confirmed_the_phone_is_used_up(office: Office) -> None:
    phone = enrolled(office, AVERY)

    assert isinstance(refused(office, phone.code(office.now - STEP)), CodeUsed)


# The lock


def lock(office: Office, phone: Phone) -> CodesLocked:
    said = [refused(office, phone.wrong(office.now)) for _ in range(MOST_WRONG)]
    last = said[-1]
    assert isinstance(last, CodesLocked)
    return last


def test_five_wrong_codes_lock_and_say_until_when(office: Office) -> None:
    phone = enrolled(office, AVERY)
    locked = lock(office, phone)

    assert locked.values == {"until": office.now + LOCKED_FOR}
    assert isinstance(refused(office, phone.code(office.now)), CodesLocked)
    assert [event.tag for event in office.events()].count("codes:locked") == 1
    office.work()
    assert "Five wrong codes for <@U0AVERY0001>" in office.chat.texts()


def test_a_locked_person_is_not_even_asked(office: Office) -> None:
    lock(office, enrolled(office, AVERY))

    with office.connect() as db, pytest.raises(CodesLocked):
        step_up.check_ready(db, office.desk, by=AVERY, now=office.now)


def test_after_fifteen_minutes_codes_are_taken_again_and_counted_anew(office: Office) -> None:
    phone = enrolled(office, AVERY)
    lock(office, phone)
    office.clock.at += LOCKED_FOR - timedelta(seconds=1)
    assert isinstance(refused(office, phone.code(office.now)), CodesLocked)
    office.clock.at += timedelta(seconds=1)

    assert refused(office, phone.wrong(office.now)).values == {"left": 4}
    take(office, phone.code(office.now))


def test_a_right_code_forgets_the_wrong_ones(office: Office) -> None:
    phone = enrolled(office, AVERY)
    for _ in range(MOST_WRONG - 1):
        refused(office, phone.wrong(office.now))
    take(office, phone.code(office.now))

    assert refused(office, phone.wrong(office.now)).values == {"left": 4}


def test_the_lock_of_one_is_no_lock_of_another(office: Office) -> None:
    lock(office, enrolled(office, AVERY))
    caseys = enrolled(office, CASEY)

    take(office, caseys.code(office.now), CASEY)


# Many at once


def test_of_forty_guesses_at_once_five_are_looked_at(office: Office) -> None:
    phone = enrolled(office, AVERY)
    wrong = phone.wrong(office.now)

    def guess() -> str:
        return refused(office, wrong).code

    said = race(*[guess] * 40)

    assert said.count("wrong_code") == MOST_WRONG - 1
    assert said.count("codes_locked") == 40 - (MOST_WRONG - 1)
    assert len(facts(office, "code:failed")) == MOST_WRONG
    with office.connect() as db:
        device = authenticators.find(db, AVERY.id)
    assert device is not None
    assert device.wrong == MOST_WRONG


def test_a_code_given_twice_at_once_is_taken_once(office: Office) -> None:
    phone = enrolled(office, AVERY)
    code = phone.code(office.now)

    def give() -> str:
        try:
            take(office, code)
        except CodeUsed:
            return "used"
        return "taken"

    assert sorted(race(*[give] * 12)) == ["taken", *["used"] * 11]
    assert [event.tag for event in office.events()].count("code:taken") == 1
