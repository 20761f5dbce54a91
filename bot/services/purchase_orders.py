"""Enter prepaid purchase orders and the money on them, and show what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.numbers import list_currencies
from sqlite_utils import Database

from bot.domain.events import EventTag
from bot.domain.money import Money, read_amount
from bot.domain.note_names import NoteName
from bot.domain.purchase_orders import (
    LONGEST_NUMBER,
    LONGEST_REASON,
    CorrectionTooLarge,
    Entry,
    EntryKind,
    NewEntry,
    OtherCurrency,
    PaidInTwice,
    PurchaseOrder,
    ReasonMissing,
    UnclearAmount,
    UnclearContact,
    UnclearCurrency,
    UnclearNumber,
    UnknownPurchaseOrder,
    fold_number,
)
from bot.domain.review_values import is_address
from bot.domain.stock import seats_paid
from bot.services import stock
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import events, purchase_orders
from bot.store.database import transaction

TWICE = timedelta(minutes=1)  #: the same amount within it may be the same command typed twice


@dataclass(frozen=True, kw_only=True)
class PaidIn:
    """Money for a purchase order, as somebody typed it."""

    number: str
    amount: str
    currency: str
    contact: str = ""  #: "" leaves the one that is known
    again: bool = False  #: the same amount as a moment ago, and meant


def pay_in(db: Database, desk: Desk, paid: PaidIn, *, by: str, now: datetime) -> PurchaseOrder:
    """Enter a purchase order, or put more money on one; raise the refusal of what is unclear about it."""
    number, contact = " ".join(paid.number.split()), paid.contact.strip().lower()
    amount = _read(paid, number, contact)
    with transaction(db, locks=(f"po:{fold_number(number)}",)):
        known = purchase_orders.find(db, number)
        order_id = known.id if known else _open(db, number, amount.currency, contact, by=by, now=now)
        if known is not None:
            _check_meant(db, known, amount, paid, by=by, now=now)
            if contact:
                purchase_orders.set_contact(db, known.id, contact)
        entry = NewEntry(
            key=f"deposit:{order_id}:{purchase_orders.count_entries(db, order_id) + 1}",
            kind=EntryKind.DEPOSIT,
            amount=amount,
        )
        purchase_orders.post(db, order_id, entry, by=by, now=now)
        order = purchase_orders.get(db, order_id)
        _tell(db, order, entry, by=by, is_new=known is None, now=now)
        stock.watch(db, desk, now=now, purchase_order=order_id)
    return order


def correct(
    db: Database, desk: Desk, *, number: str, amount: str, reason: str, by: str, now: datetime
) -> PurchaseOrder:
    """Take back what was typed too much: an entry against it, never more than is free.

    Raise UnknownPurchaseOrder, UnclearAmount, ReasonMissing or CorrectionTooLarge.
    """
    why = " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON or not why.isprintable():
        raise ReasonMissing(most=LONGEST_REASON)
    with transaction(db, locks=(f"po:{fold_number(number)}",)):
        known, _ = show(db, number)
        money = read_amount(amount.strip(), known.currency)
        if money is None or not money.minor:
            raise UnclearAmount(text=amount[:40], currency=known.currency)
        entry = NewEntry(
            key=f"correction:{known.id}:{purchase_orders.count_entries(db, known.id) + 1}",
            kind=EntryKind.CORRECTION,
            amount=money,
            reason=why,
        )
        if not purchase_orders.post(db, known.id, entry, by=by, now=now):
            raise CorrectionTooLarge(number=known.number, amount=money, available=known.available)
        order = purchase_orders.get(db, known.id)
        _tell_corrected(db, order, entry, by=by, now=now)
        stock.watch(db, desk, now=now, purchase_order=known.id)
    return order


def _tell_corrected(db: Database, order: PurchaseOrder, entry: NewEntry, *, by: str, now: datetime) -> None:
    minor, about = entry.amount.minor, f"purchase_order:{order.id}"
    tag, currency = EventTag.MONEY_CORRECTED, order.currency
    events.add(db, tag, about, actor=by, at=now, minor=minor, currency=currency)
    values = {
        "number": order.number,
        "by": by,
        "minor": minor,
        "available": order.available.minor,
        "currency": currency,
        "reason": entry.reason,
    }
    queue_note(db, NoteName.CORRECTED, key=f"note:{entry.key}", values=values, now=now)


def _read(paid: PaidIn, number: str, contact: str) -> Money:
    currency = paid.currency.strip().upper()
    if not fold_number(number) or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise UnclearNumber(most=LONGEST_NUMBER)
    if currency not in list_currencies():
        raise UnclearCurrency(text=paid.currency[:20])
    amount = read_amount(paid.amount.strip(), currency)
    if amount is None or not amount.minor:
        raise UnclearAmount(text=paid.amount[:40], currency=currency)
    if contact and not is_address(contact):
        raise UnclearContact(text=paid.contact[:80])
    return amount


def _open(db: Database, number: str, currency: str, contact: str, *, by: str, now: datetime) -> int:
    order_id = purchase_orders.add(db, number, currency=currency, contact=contact, by=by, now=now)
    if order_id is None:
        raise ValueError("a purchase order that was looked for in this transaction is there")
    tag = EventTag.PURCHASE_ORDER_OPENED
    events.add(db, tag, f"purchase_order:{order_id}", actor=by, at=now, currency=currency)
    return order_id


def _check_meant(
    db: Database, known: PurchaseOrder, amount: Money, paid: PaidIn, *, by: str, now: datetime
) -> None:
    if known.currency != amount.currency:
        raise OtherCurrency(number=known.number, currency=known.currency)
    if paid.again:
        return
    for entry in reversed(purchase_orders.list_entries(db, known.id)):
        same = (entry.kind, entry.amount, entry.by) == (EntryKind.DEPOSIT, amount, by)
        if same and timedelta() <= now - entry.at < TWICE:
            raise PaidInTwice(number=known.number, at=entry.at)


def _tell(
    db: Database, order: PurchaseOrder, entry: NewEntry, *, by: str, is_new: bool, now: datetime
) -> None:
    events.add(
        db,
        EventTag.MONEY_PAID_IN,
        f"purchase_order:{order.id}",
        actor=by,
        at=now,
        minor=entry.amount.minor,
        currency=order.currency,
    )
    values = {
        "number": order.number,
        "by": by,
        "is_new": is_new,
        "minor": entry.amount.minor,
        "available": order.available.minor,
        "currency": order.currency,
    }
    queue_note(db, NoteName.PAID_IN, key=f"note:{entry.key}", values=values, now=now)


def list_all(db: Database) -> list[PurchaseOrder]:
    """The newest first."""
    return purchase_orders.list_all(db)


def show(db: Database, number: str) -> tuple[PurchaseOrder, list[Entry]]:
    """A purchase order with everything that moved, oldest first; raise UnknownPurchaseOrder."""
    order = purchase_orders.find(db, number)
    if order is None:
        raise UnknownPurchaseOrder(number=number[:LONGEST_NUMBER])
    return order, purchase_orders.list_entries(db, order.id)


def seats_left(desk: Desk, order: PurchaseOrder) -> int | None:
    """Seats that its balance still pays for; None where nothing is charged, or not in its currency."""
    return seats_paid(order.available, desk.policy.mag.seat_price)
