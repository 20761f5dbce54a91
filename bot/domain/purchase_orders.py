"""Prepaid purchase orders: money in accounts, moved by entries that take as much as they give."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.cases import case_ref
from bot.domain.errors import Refusal
from bot.domain.money import Money

LONGEST_NUMBER = 60
LONGEST_REASON = 200


class LedgerAccount(StrEnum):
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
    CORRECTION = "correction"  # of what was paid in, that had been typed wrong: it was never there
    REFUND = "refund"  # keys that nobody has seen came back to stock


#: from which account to which each kind moves it
ROUTES: dict[EntryKind, tuple[LedgerAccount, LedgerAccount]] = {
    EntryKind.DEPOSIT: (LedgerAccount.PREPAID, LedgerAccount.AVAILABLE),
    EntryKind.CORRECTION: (LedgerAccount.AVAILABLE, LedgerAccount.PREPAID),
    EntryKind.HOLD: (LedgerAccount.AVAILABLE, LedgerAccount.HELD),
    EntryKind.RELEASE: (LedgerAccount.HELD, LedgerAccount.AVAILABLE),
    EntryKind.DEBIT: (LedgerAccount.HELD, LedgerAccount.SPENT),
    EntryKind.REFUND: (LedgerAccount.SPENT, LedgerAccount.AVAILABLE),
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
    reason: str = ""  #: of a correction, in the words of whoever made it

    @property
    def case_ref(self) -> str:
        return case_ref(self.case_id) if self.case_id else ""


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


class CorrectionTooLarge(Refusal):
    """So much is not free any more, or never came; values: number, amount, available."""

    code = "correction_too_large"


class ReasonMissing(Refusal):
    """Money is corrected for a reason only, and one on a line; values: most."""

    code = "reason_missing"


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
_SIGNS = re.compile(r"[\W_]+")
#: typographic dashes, and the minus that no keyboard has
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-") | {0xAD: None}


def fold_number(number: str) -> str:
    """What a purchase order is found by: "PO 4711-2", "po-4711 - 2" and "4711-2" are the same one.

    A sign between two digits tells numbers apart: "1-2" is neither "12" nor "1/2".
    """
    plain = "".join(unicodedata.normalize("NFKC", number.translate(_DASHES)).upper().split())
    return _PREFIX.sub("", _SIGNS.sub(_between_digits, plain))


def _between_digits(found: re.Match[str]) -> str:
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return found[0][0] if before.isdigit() and after.isdigit() else ""
