"""What comes between two commits of a step: each of these was found by whatever order, and stays found."""

from pathlib import Path

import pytest

from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import Case, CaseStatus
from bot.domain.license_keys import KeyState
from bot.domain.outbox import JobKind
from bot.services import case_step_hands
from bot.store import case_steps
from bot.store import license_keys as key_store
from tests.cast import AVERY, CASEY
from tests.services.trade import GOOD, Trade, a_trade

STEPS, MAILS = (JobKind.STEP,), (JobKind.MAIL,)


@pytest.fixture
def trade(tmp_path: Path) -> Trade:
    """Five keys are in stock."""
    return a_trade(tmp_path)


def approved(trade: Trade, people: int, *, company: int = 1, spare: int = 0) -> Case:
    form = trade.form(company, range(people), hardware=0, spare=spare, number=GOOD)
    case = trade.a_form_comes(form)
    assert trade.approve(case, by=AVERY, picked=None)
    return trade.office.case(case.ref)


def again(trade: Trade, case: Case) -> Case:
    """Approved once more, after its form was corrected."""
    assert trade.end(case, "correct")
    newer = trade.office.case(case.ref)
    assert trade.approve(newer, by=AVERY, picked=None)
    return trade.office.case(case.ref)


def state(trade: Trade, case: Case, name: StepName = StepName.KEYS) -> StepState:
    with trade.office.connect() as db:
        step = case_steps.find(db, case.id, name)
    assert step is not None
    return step.state


def test_a_key_whose_mail_may_have_gone_never_comes_back_to_stock(trade: Trade) -> None:
    case = approved(trade, 1)
    trade.work(STEPS)
    trade.work(MAILS, "lost")  # it has arrived, and is to be tried once more
    assert trade.mailed

    assert trade.end(case, "stop")
    trade.check()
    with trade.office.connect() as db:
        key = key_store.find(db, 1)
    assert key is not None
    assert key.state is KeyState.VOID


def test_who_may_have_got_a_key_hears_that_it_is_anothers(trade: Trade) -> None:
    approved(trade, 1)
    trade.work(STEPS)
    trade.work(MAILS, "lost")
    (seat,) = trade.list_seats()
    assert seat.holder is not None
    assert trade.hand_over(seat, trade.heir(1))

    assert [job.recipient for job in trade.office.jobs("key_taken_over")] == [seat.holder.email]


def test_keys_that_come_back_go_to_whoever_waits_for_them(trade: Trade) -> None:
    first, second = approved(trade, 4), approved(trade, 3, company=2)
    trade.work(STEPS)
    assert state(trade, second) is StepState.BLOCKED

    assert trade.end(first, "stop")
    trade.work()
    trade.check()
    assert state(trade, second) is StepState.DONE


def test_keys_that_come_while_a_step_finds_none_wake_it(trade: Trade) -> None:
    case = approved(trade, 5, spare=2)
    trade.claim("one", STEPS, 1)
    trade.carry_out("one")  # there were too few, and nobody has heard so yet
    trade.import_keys(5)
    trade.settle("one")

    trade.work()
    trade.check()
    assert state(trade, case) is StepState.DONE


def test_a_step_of_an_approval_that_was_taken_back_says_nothing_of_the_next(trade: Trade) -> None:
    case = approved(trade, 4)
    trade.claim("one", STEPS, 1)
    trade.carry_out("one")
    case = again(trade, case)
    for number in range(1, 6):  # meanwhile the stock has gone
        trade.void(number)
    trade.settle("one")
    trade.work()

    assert state(trade, case) is StepState.BLOCKED
    trade.import_keys(4)
    trade.work()
    trade.check()
    assert state(trade, case, StepName.KEY_MAILS) is StepState.DONE


def test_a_key_that_is_with_a_mail_server_keeps_its_case_from_being_corrected(trade: Trade) -> None:
    case = approved(trade, 1)
    trade.work(STEPS)
    trade.claim("one", MAILS, 9)
    while trade.workers["one"] and trade.workers["one"][0].job.template != "license_key":
        trade.carry_out("one")
        trade.settle("one")
    trade.carry_out("one")

    assert not trade.end(case, "correct")
    trade.settle("one")
    trade.work()
    trade.check()


def test_mails_that_go_before_their_step_is_heard_of_end_it(trade: Trade) -> None:
    case = approved(trade, 2)
    trade.claim("one", STEPS, 1)
    trade.carry_out("one")
    trade.settle("one")
    trade.claim("one", STEPS, 1)
    trade.carry_out("one")
    trade.work(MAILS)
    trade.settle("one")

    assert state(trade, case, StepName.KEY_MAILS) is StepState.DONE


def test_a_wish_to_skip_ends_with_its_approval(trade: Trade) -> None:
    case = approved(trade, 5, spare=2)
    trade.work(STEPS)
    skip(trade, case, by_first=True)
    case = again(trade, case)
    trade.work(STEPS)

    skip(trade, case, by_first=False)  # the first yes to this one
    assert state(trade, case) is StepState.BLOCKED


def skip(trade: Trade, case: Case, *, by_first: bool) -> None:
    office = trade.office
    with office.connect() as db:
        case_step_hands.skip(
            db, office.desk, ref=case.ref, seen=case.content_hash, step=StepName.KEYS, reason="so",
            by=AVERY if by_first else CASEY, code="", now=office.now,
        )  # fmt: skip


def test_whoever_waits_for_spare_keys_goes_on_once_they_are_issued(trade: Trade) -> None:
    root = approved(trade, 5, spare=1)
    form = trade.form(1, [6], hardware=0, spare=0, number=GOOD)
    case = trade.a_form_comes(form)
    assert trade.join(case, root)
    assert trade.approve(trade.office.case(case.ref), by=AVERY, picked=None)
    trade.work(STEPS)
    assert [state(trade, one) for one in (root, case)] == [StepState.BLOCKED] * 2

    trade.import_keys(1)
    for job in reversed(trade.office.claim("w", kinds=STEPS)):  # two workers may take them in any order
        trade.office.carry_out(job)
    trade.work()
    trade.check()
    assert state(trade, case) is StepState.DONE
    assert trade.office.case(case.ref).status is CaseStatus.INVITED
