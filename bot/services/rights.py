"""Whose right it is to decide a case at this moment, how many have to agree, and who did."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlite_utils import Database

from bot.domain.approvals import Approval, Grave, SecondReason, find_right
from bot.domain.cases import Case, CaseStatus, hands_in_registration
from bot.domain.errors import AlreadyApproved, AlreadyDecided, Refusal
from bot.domain.events import EventTag
from bot.domain.staff import Act, Staff
from bot.services.desk import Desk
from bot.store import absences, approvals, events


def check_undecided(
    db: Database, case: Case, by: Staff, *, now: datetime, given: tuple[Approval, ...] = ()
) -> str:
    """Whose right lets them decide; raise what keeps them: their own standing, then a faster colleague."""
    right = find_right(
        Act.REVIEW,
        ref=case.ref,
        hands=case.hands,
        by=at_this_moment(db, by, now),
        escalated=case.escalated,
        given=given if case.decision is None else (),
    )
    if (decision := case.decision) is not None:
        raise AlreadyDecided(ref=case.ref, verdict=decision.choice, by=decision.by, at=decision.at)
    return right


def at_this_moment(db: Database, by: Staff, now: datetime) -> Staff:
    """Whoever came back meanwhile, or named somebody else, is stood for no longer."""
    still = (who for who in by.stands_for if absences.stands(db, person=who.id, deputy=by.id, now=now))
    return replace(by, stands_for=tuple(still))


def right_on_registration(db: Database, case: Case, by: Staff, *, now: datetime) -> str:
    """Whose right lets them decide about an organisation's registration; raise what keeps them from it."""
    hands = hands_in_registration(case.hands)
    return find_right(Act.REGISTRATION, ref=case.ref, hands=hands, by=at_this_moment(db, by, now))


def check_may_close(db: Database, by: Staff, *, now: datetime) -> None:
    """Whether they may move an account's end, close it, or undo that; raise NotStaff or NotApprover."""
    find_right(Act.ACCOUNT, ref="", hands=frozenset(), by=at_this_moment(db, by, now))


def check_may_decide(db: Database, case: Case, by: Staff, *, now: datetime) -> None:
    """Raise what keeps them from deciding what is to be decided about a case now."""
    untold = case.status is CaseStatus.INVITED and case.heard
    if untold or case.status is CaseStatus.REGISTRATION_REVIEW:
        right_on_registration(db, case, by, now=now)
    else:
        check_undecided(db, case, by, now=now)


def may_decide(db: Database, case: Case, by: Staff, *, now: datetime) -> bool:
    """Whether a card shows them buttons that decide."""
    try:
        check_may_decide(db, case, by, now=now)
    except Refusal:
        return False
    return True


def check_may_say_yes(db: Database, case: Case, by: Staff, *, now: datetime) -> str:
    """Whose right lets them approve what the case holds now, where they have not done so before."""
    return check_undecided(db, case, by, now=now, given=approvals.list_given(db, case))


def say_yes(db: Database, case: Case, *, by: Staff, now: datetime, offer: str = "") -> tuple[Approval, ...]:
    """Record their yes to what it holds and costs now, in the caller's transaction; every yes so far."""
    right = check_may_say_yes(db, case, by, now=now)
    if not approvals.add(db, case, by=by.id, right_of=right, now=now, offer=offer):
        raise AlreadyApproved(ref=case.ref)
    events.add(
        db,
        EventTag.APPROVAL_GIVEN,
        f"case:{case.id}",
        actor=by.id,
        at=now,
        version=case.version,
        hash=case.content_hash,
        right_of=right,
    )
    return approvals.list_given(db, case)


def why_second(desk: Desk, case: Case) -> tuple[SecondReason, ...]:
    """Why one approval is not enough for what the case holds; () when it is."""
    return desk.policy.approvals.rules.why_second(
        seats=case.ordered_seats, amount=_amount(desk, case), authorised=case.authorised
    )


def why_code(desk: Desk, case: Case) -> tuple[Grave, ...]:
    """Why approving it asks for a code of the decider's second factor; () when it does not."""
    return desk.policy.approvals.rules.why_code(
        seats=case.ordered_seats, amount=_amount(desk, case), authorised=case.authorised
    )


def _amount(desk: Desk, case: Case) -> Decimal | None:
    """What all its seats cost; None where no price is told."""
    price, seats = desk.policy.mag.seat_price, case.ordered_seats
    return price.times(seats).amount if price is not None and isinstance(seats, int) else None
