"""Who may decide what, how many have to, and what a decision is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.errors import AlreadyApproved, NotApprover, NotStaff, OwnWork
from bot.domain.staff import Act, Staff


class Choice(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class Phase(StrEnum):
    """How far a decision has been carried out; a card never says done before it is."""

    DECIDED = "decided"  # committed; nothing has been done yet
    EXECUTING = "executing"  # decided -> the first effect is under way
    DONE = "done"  # executing -> every effect has been carried out
    FAILED = "failed"  # executing -> an effect failed for good or is unknown, and is shown


UNFINISHED = frozenset(Phase) - {Phase.DONE}


class RejectionReason(StrEnum):
    """Coded reasons; each chooses the sponsor's mail, free text stays inside the desk."""

    NOT_A_CUSTOMER = "not_a_customer"
    DUPLICATE = "duplicate"
    WRONG_DATA = "wrong_data"
    OTHER = "other"


class VoidReason(StrEnum):
    """Why a decision was taken back."""

    WITHDRAWN = "withdrawn"  # its sponsor took the form back
    CORRECTED = "corrected"  # its sponsor sent a corrected form, which is decided anew
    STOPPED = "stopped"  # the desk stopped it at one of its steps


@dataclass(frozen=True, kw_only=True)
class Voided:
    """How a decision ended that does not stand any more."""

    at: datetime
    by: str
    why: VoidReason
    note: str = ""  #: in staff's words


@dataclass(frozen=True, kw_only=True)
class CaseDecision:
    """One decision, bound to the content that its card showed."""

    id: int
    choice: Choice
    by: str  #: a Slack id, or `cli:<user>`
    at: datetime
    version: int
    content_hash: str
    phase: Phase
    reason: RejectionReason | None = None
    note: str = ""  #: the desk's own words; never leaves the desk
    voided: Voided | None = None


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One yes to the content that a card showed; a case may need two of them."""

    by: str  #: a Slack id
    right_of: str  #: whose right it was: their own, or a colleague's who was away
    at: datetime


class SecondReason(StrEnum):
    """Why one approval is not enough."""

    SEATS = "seats"  # more seats than one person decides about
    AMOUNT = "amount"  # more money
    UNVERIFIED = "unverified"  # nobody knows that its sender is a sponsor


class Grave(StrEnum):
    """What asks for a code of the decider's second factor, as `usher.toml` names it."""

    REVIEW = "review"  # every approval of a RIS
    LARGE = "large"  # one with more seats or money than one person decides about
    UNVERIFIED = "unverified"  # one from a sender whom nobody verified
    PURCHASE = "purchase"
    REGISTRATION = "registration"
    OVERRIDE = "override"
    ERASURE = "erasure"


@dataclass(frozen=True, kw_only=True)
class ApprovalRules:
    """When a second approval is needed, and which acts ask for a code; None: never by that."""

    second_above_seats: int | None = None
    second_above_amount: Decimal | None = None
    second_if_unverified: bool = True
    step_up: frozenset[Grave] = frozenset()

    def why_second(
        self, *, seats: int | str | None, amount: Decimal | None, authorised: bool
    ) -> tuple[SecondReason, ...]:
        """Why a case of so many seats needs two approvals; () when one is enough."""
        most, dearest = self.second_above_seats, self.second_above_amount
        reasons = {
            SecondReason.SEATS: most is not None and isinstance(seats, int) and seats > most,
            SecondReason.AMOUNT: dearest is not None and amount is not None and amount > dearest,
            SecondReason.UNVERIFIED: self.second_if_unverified and not authorised,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)

    @property
    def may_ask_second(self) -> bool:
        """Whether there is any case that needs two approvals."""
        above = (self.second_above_seats, self.second_above_amount)
        return self.second_if_unverified or any(limit is not None for limit in above)

    def why_code(
        self, *, seats: int | str | None, amount: Decimal | None, authorised: bool
    ) -> tuple[Grave, ...]:
        """What makes approving such a case grave; () when it asks for no code."""
        reasons = self.why_second(seats=seats, amount=amount, authorised=authorised)
        grave = {
            Grave.LARGE: bool({SecondReason.SEATS, SecondReason.AMOUNT} & set(reasons)),
            Grave.UNVERIFIED: not authorised,
            Grave.REVIEW: True,
        }
        return tuple(why for why, holds in grave.items() if holds and why in self.step_up)


def act_of(grave: Grave) -> Act:
    """What is decided when that asks for a code."""
    return Act(str(grave)) if str(grave) in set(Act) else Act.REVIEW


def check_is_staff(by: Staff) -> None:
    """Raise NotStaff for guests, Slack Connect and whoever SLACK_STAFF does not name."""
    if not by.staff:
        raise NotStaff(who=by.name)


def find_right(
    act: Act,
    *,
    ref: str,
    hands: frozenset[str],
    by: Staff,
    escalated: bool = False,
    given: Collection[Approval] = (),
) -> str:
    """Whose right lets them decide: their own before a colleague's; raise what keeps them from it.

    Nobody is the second eye on what they, or whom they stand for, submitted or changed; and a right that
    has approved the same content already (`given`), through whomever, does not approve it again.
    """
    check_is_staff(by)
    rights = [who for who in (by, *by.stands_for) if who.may(act, escalated=escalated)]
    if not rights:
        raise NotApprover(who=by.name, act=act)
    if by.had_a_hand(hands):
        raise OwnWork(ref=ref)
    if not (clean := [who for who in rights if not who.had_a_hand(hands)]):
        raise OwnWork(ref=ref)
    spent = {name for approval in given for name in (approval.by, approval.right_of)}
    if by.id in spent or not (free := [who for who in clean if who.id not in spent]):
        raise AlreadyApproved(ref=ref)
    return free[0].id
