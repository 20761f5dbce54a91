"""Who has the ball."""

import pytest

from bot.domain.approvals import Phase
from bot.domain.cases import BallHolder, CaseStatus, ball_of


@pytest.mark.parametrize("phase", list(Phase))
def test_whoever_is_invited_has_the_ball_however_far_the_orders_own_mail_is(phase: Phase) -> None:
    """Held, it was nobody's turn, and the customer was reminded of nothing."""
    assert ball_of(CaseStatus.INVITED, phase) is BallHolder.CUSTOMER
    assert ball_of(CaseStatus.INVITED, phase, heard=True) is BallHolder.DESK
    assert ball_of(CaseStatus.REGISTRATION_REVIEW, phase) is BallHolder.DESK


@pytest.mark.parametrize("phase", [Phase.DECIDED, Phase.EXECUTING])
def test_while_a_decision_is_carried_out_it_is_ushers_turn(phase: Phase) -> None:
    assert ball_of(CaseStatus.APPROVED, phase) is BallHolder.USHER
    assert ball_of(CaseStatus.REJECTED, phase) is BallHolder.USHER
    assert ball_of(CaseStatus.REJECTED, Phase.FAILED) is BallHolder.DESK
