"""Who may decide what, and what a decision is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import NotApprover, NotStaff, OwnWork
from bot.domain.staff import Staff


class Choice(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class Phase(StrEnum):
    """How far a decision has been carried out; a card never says done before it is."""

    DECIDED = "decided"  # committed; nothing has been done yet
    EXECUTING = "executing"  # decided -> the first effect is under way
    DONE = "done"  # executing -> every effect has been carried out
    FAILED = "failed"  # executing -> an effect failed for good or is unknown, and is shown


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


@dataclass(frozen=True, kw_only=True)
class Voided:
    """How a decision ended that does not stand any more."""

    at: datetime
    by: str
    why: VoidReason


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


def check_is_staff(by: Staff) -> None:
    """Raise NotStaff for guests, Slack Connect and whoever SLACK_STAFF does not name."""
    if not by.staff:
        raise NotStaff(who=by.name)


def check_may_decide(*, ref: str, hands: frozenset[str], by: Staff) -> None:
    """Raise the refusal that keeps the wrong person from deciding; the order is that of the answers."""
    check_is_staff(by)
    if not by.approver:
        raise NotApprover(who=by.name)
    if by.had_a_hand(hands):
        raise OwnWork(ref=ref)
