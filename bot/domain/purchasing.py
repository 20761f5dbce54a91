"""What a case costs: the seats it buys, what pays for them, and what is left."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.cases import Case
from bot.domain.license_keys import Holder
from bot.domain.money import Money
from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.ris import Credential


class Obstacle(StrEnum):
    """Why the purchase order that the form names does not pay, so that the approver picks another."""

    NONE_NAMED = "none_named"
    UNKNOWN = "unknown"
    TOO_SMALL = "too_small"
    OTHER_CURRENCY = "other_currency"


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What approving a case buys."""

    seats: int  #: that are bought
    spare: int = 0  #: of its people who take spare seats of their organisation instead
    total: Money | None = None  #: None where no price is set: nothing is charged
    order: PurchaseOrder | None = None  #: that the form names, where we know it
    named: str = ""  #: as the form writes it
    in_stock: int = 0  #: keys that can be issued today

    @property
    def obstacle(self) -> Obstacle | None:
        """Why `order` does not pay for it; None where it does, or where nothing is to be paid."""
        if self.total is None or not self.total.minor:
            return None
        if self.order is None:
            return Obstacle.UNKNOWN if self.named else Obstacle.NONE_NAMED
        if self.order.currency != self.total.currency:
            return Obstacle.OTHER_CURRENCY
        return None if self.order.available.covers(self.total) else Obstacle.TOO_SMALL

    @property
    def seal(self) -> str:
        """What a yes to it is bound to: seats, price, which purchase order, and whether that pays.

        Not the balance: as long as it pays, other cases may take from it meanwhile. "" where nothing is
        charged.
        """
        if self.total is None:
            return ""
        bought = (self.seats, self.spare, self.total.minor, self.total.currency)
        pays = (self.order.id if self.order else None, self.obstacle)
        return hashlib.sha256(repr((*bought, *pays)).encode()).hexdigest()[:12]

    def of_sponsor(self, case: Case) -> bool:
        """Whether the case's sponsor may read of its purchase order: only where its contact is one of theirs.

        Whose one without a contact is nobody knows: whoever names its number would read its balance.
        """
        contact = self.order.contact.lower() if self.order else ""
        return contact.endswith(f"@{case.sponsor.domain}")

    @property
    def balance_after(self) -> Money | None:
        """What is left on its purchase order then."""
        if self.total is None or self.order is None or self.obstacle is not None:
            return None
        return self.order.available - self.total


@dataclass(frozen=True, kw_only=True)
class Bought:
    """What an approved case bought, and how far its keys are."""

    seats: int
    spare: int  #: of them without a holder
    issued: int  #: of them with a key
    total: Money | None = None  #: None where nothing is charged
    number: str = ""  #: of the purchase order that pays


def list_holders(case: Case) -> list[Holder]:
    """For whom a seat is ordered: who gets a phone OTP (an MLOA certificate outranks it and needs no key)."""
    return [
        Holder(name=f"{user.first_name} {user.last_name}".strip(), email=user.email, lang=case.lang)
        for user in case.ordered_users
        if user.credential == Credential.PHONE_OTP
    ]


def list_bought(case: Case, spare: int) -> list[Holder | None]:
    """The seats that are bought, each with who holds it: None of a spare one, which waits for somebody.

    `spare`: seats that its organisation has over, which its people take first.
    """
    holders: list[Holder | None] = [*list_holders(case)[spare:]]
    ordered = case.ordered_seats
    if case.addition is None and isinstance(ordered, int):
        holders += [None] * (ordered - len(holders))
    return holders
