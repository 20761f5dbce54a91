"""Prepaid purchase orders: money in accounts, moved by entries that take as much as they give."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Refusal
from bot.domain.money import Money

LONGEST_NUMBER = 60


class Account(StrEnum):
    """Where the money of a purchase order lies; every entry moves some from one to another."""

    PREPAID = "prepaid"  # outside: what the sponsor has paid in, as a negative sum
    AVAILABLE = "available"
    HELD = "held"  # for the seats of an approved case whose keys are not issued yet
    SPENT = "spent"  # for issued keys


class EntryKind(StrEnum):
    """Why money moves."""

    DEPOSIT = "deposit"  # a new purchase order, or more on one
    HOLD = "hold"  # a case was approved
    RELEASE = "release"  # it was refused, stopped or withdrawn before its keys were issued
    DEBIT = "debit"  # keys were issued
    REFUND = "refund"  # keys that nobody has seen came back to stock


#: from which account to which each kind moves it
ROUTES: dict[EntryKind, tuple[Account, Account]] = {
    EntryKind.DEPOSIT: (Account.PREPAID, Account.AVAILABLE),
    EntryKind.HOLD: (Account.AVAILABLE, Account.HELD),
    EntryKind.RELEASE: (Account.HELD, Account.AVAILABLE),
    EntryKind.DEBIT: (Account.HELD, Account.SPENT),
    EntryKind.REFUND: (Account.SPENT, Account.AVAILABLE),
}


@dataclass(frozen=True, kw_only=True)
class PurchaseOrder:
    """A prepaid purchase order with what its accounts hold."""

    id: int
    number: str  #: as the sponsor writes it
    contact: str = ""  #: whom the sponsor wants told when it runs low; "" for whoever sent the RIS
    made_at: datetime
    available: Money
    held: Money
    spent: Money

    @property
    def currency(self) -> str:
        return self.available.currency


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """Money to move; `key` is unique for ever, so that the same thing moves it once."""

    key: str
    kind: EntryKind
    amount: Money  #: more than nothing
    case_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entry(NewEntry):
    """Money that moved."""

    id: int
    purchase_order: int
    by: str  #: a Slack id, `cli:<user>`, or `usher`
    at: datetime


class UnknownPurchaseOrder(Refusal):
    """No such purchase order; values: number."""

    code = "unknown_purchase_order"


class UnclearNumber(Refusal):
    """No letter or digit in it, or far too many; values: most."""

    code = "unclear_number"


class UnclearAmount(Refusal):
    """Not an amount of money more than nothing in that currency; values: text, currency."""

    code = "unclear_amount"


class UnclearCurrency(Refusal):
    """No currency of ISO 4217; values: text."""

    code = "unclear_currency"


class UnclearContact(Refusal):
    """Not a mail address; values: text."""

    code = "unclear_contact"


class OtherCurrency(Refusal):
    """The purchase order is in another currency; values: number, currency."""

    code = "other_currency"


class PaidInTwice(Refusal):
    """The same amount came a moment ago: perhaps the same command twice; values: number, at."""

    code = "paid_in_twice"


_PREFIX = re.compile(r"^(?:PO|PURCHASEORDER|BESTELLUNG|BESTELLNUMMER|BESTELLNR)(?=.*[0-9])")


def fold_number(number: str) -> str:
    """What a purchase order is found by: "PO 4500-0123" and "45000123" are the same one."""
    return _PREFIX.sub("", "".join(sign for sign in number.upper() if sign.isalnum()))
