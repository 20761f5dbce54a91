"""Buy the seats of a case: hold their price at approval, debit it for keys, give back what is not issued."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cases import Case
from bot.domain.events import EventTag
from bot.domain.license_keys import KeyState, Seat
from bot.domain.money import Money
from bot.domain.purchase_orders import EntryKind, NewEntry, PurchaseOrder
from bot.domain.purchasing import Bought, Quote, list_bought, list_holders
from bot.domain.ris import Credential
from bot.domain.step_refusals import BalanceTooSmall, PurchaseOrderNeeded
from bot.services import seat_holders, stock, thread_notes
from bot.services.desk import Desk
from bot.store import events, license_keys, purchase_orders, seats


def quote(db: Database, desk: Desk, case: Case, *, now: datetime) -> Quote:
    """What approving the case buys, and which purchase order its form names."""
    spare = min(len(_list_spare(db, case)), len(list_holders(case)))
    many, named = len(list_bought(case, spare)), case.ris.company.purchase_order
    price = desk.policy.mag.seat_price
    return Quote(
        seats=many,
        spare=spare,
        total=price.times(many) if price else None,
        order=purchase_orders.find(db, named) if price else None,
        named=named,
        in_stock=license_keys.count_stock(db, Credential.PHONE_OTP, on=desk.policy.desk.day_of(now)),
    )


def find_bought(db: Database, case: Case) -> Bought | None:
    """What the case bought, as long as that stands; None where it bought nothing."""
    stand = [seat for seat in seats.list_bought(db, case.id) if not seat.closed_at]
    if not stand:
        return None
    sums = _sums(stand)
    payers = [purchase_orders.get(db, number).number for number in sums]
    return Bought(
        seats=len(stand),
        spare=sum(seat.holder is None for seat in stand),
        issued=sum(seat.key is not None for seat in stand),
        total=next(iter(sums.values()), None),
        number=next(iter(payers), ""),
    )


def list_payers(db: Database, total: Money) -> list[PurchaseOrder]:
    """The purchase orders that pay for it, the newest first."""
    return [order for order in purchase_orders.list_all(db) if order.available.covers(total)]


def order(db: Database, desk: Desk, case: Case, *, picked: int | None, by: str, now: datetime) -> Quote:
    """Lay the seats of an approved case and hold their price, in the deciding transaction.

    `picked`: the id of the purchase order that its approver chose; None for the one that the form names.
    Raise PurchaseOrderNeeded or BalanceTooSmall.
    """
    known = seat_holders.as_known(db, case)
    holders = list_holders(known)
    spare = _list_spare(db, case)[: len(holders)]
    for seat, holder in zip(spare, holders, strict=False):
        seats.hold(db, seat.id, holder, used_in=case.id)
    bought, price = list_bought(known, len(spare)), desk.policy.mag.seat_price
    total = price.times(len(bought)) if price else None
    payer = _find_payer(db, case, total, picked) if total and total.minor else None
    seats.add_all(
        db,
        bought,
        case_id=case.id,
        organisation=case.addition.of if case.addition else case.id,
        first=seats.count_of_case(db, case.id) + 1,
        purchase_order=payer.id if payer else None,
        price=price if payer else None,
        now=now,
    )
    if payer and total:
        _post(db, payer.id, EntryKind.HOLD, total, case, by=by, now=now)
        stock.watch(db, desk, now=now, purchase_order=payer.id)
    return Quote(
        seats=len(bought), spare=len(spare), total=total, order=payer, named=case.ris.company.purchase_order
    )


def _list_spare(db: Database, case: Case) -> list[Seat]:
    return seats.list_spare(db, case.addition.of) if case.addition else []


def _find_payer(db: Database, case: Case, total: Money, picked: int | None) -> PurchaseOrder:
    number = case.ris.company.purchase_order
    payer = purchase_orders.get(db, picked) if picked else purchase_orders.find(db, number)
    if payer is None or payer.currency != total.currency:
        raise PurchaseOrderNeeded(ref=case.ref, number=number, total=total)
    if not payer.available.covers(total):
        raise BalanceTooSmall(number=payer.number, available=payer.available, total=total)
    return payer


def _post(
    db: Database,
    order_id: int,
    kind: EntryKind,
    amount: Money,
    case: Case,
    *,
    by: str,
    now: datetime,
) -> None:
    """Move money for a case; that there is less than that was looked at before, in the same transaction."""
    number = purchase_orders.count_entries(db, order_id) + 1
    entry = NewEntry(key=f"{case.ref}:{kind}:{order_id}:{number}", kind=kind, amount=amount, case_id=case.id)
    if not purchase_orders.post(db, order_id, entry, by=by, now=now):
        raise ValueError(f"{kind} of {amount.minor} {amount.currency} for {case.ref}: the account has less")
    events.add(
        db,
        EventTag.MONEY_MOVED,
        f"case:{case.id}",
        actor=by,
        at=now,
        kind=kind,
        purchase_order=order_id,
        minor=amount.minor,
        currency=amount.currency,
    )


def issue(db: Database, desk: Desk, case: Case, *, now: datetime) -> int | None:
    """Give each seat of a case a key, and debit what was held for it; in the caller's transaction.

    All of them or none: None where the stock has too few. Else how many were issued; repeating issues none.
    """
    open_seats = [seat for seat in seats.list_bought(db, case.id) if seat.key is None and not seat.closed_at]
    if not open_seats:
        return 0
    ids = [seat.id for seat in open_seats]
    if not license_keys.issue(db, ids, Credential.PHONE_OTP, on=desk.policy.desk.day_of(now), now=now):
        return None
    for order_id, amount in _sums(open_seats).items():
        _post(db, order_id, EntryKind.DEBIT, amount, case, by="usher", now=now)
    thread_notes.record(db, EventTag.KEYS_ISSUED, case.id, actor="usher", at=now, count=len(ids))
    return len(ids)


def _sums(of: list[Seat]) -> dict[int, Money]:
    """What these seats cost, by the purchase order that pays."""
    sums: dict[int, Money] = {}
    for seat in of:
        if seat.purchase_order is not None and seat.price is not None:
            before = sums.get(seat.purchase_order)
            sums[seat.purchase_order] = before + seat.price if before else seat.price
    return sums


@dataclass(frozen=True, kw_only=True)
class GivenBack:
    """What became of a case's seats when it was stopped."""

    returned: int = 0  #: keys that nobody had seen, back in stock, their money back
    void: int = 0  #: keys that somebody may know; their money stays spent
    used: int = 0  #: keys that were entered: they stay with their owners
    voided: tuple[Seat, ...] = ()  #: the seats of the void ones, as they were


def give_back(db: Database, desk: Desk, case: Case, *, by: str, now: datetime) -> GivenBack:
    """End what a case ordered: release what is held, return keys that nobody saw, void the others.

    In the caller's transaction; its unsent key mails are discarded before. Spare seats that its people took
    are spare again, unless a key was mailed to them.
    """
    unissued: list[Seat] = []
    with_key: dict[KeyState, list[Seat]] = {KeyState.STOCK: [], KeyState.VOID: [], KeyState.USED: []}
    for seat in seats.list_of_case(db, case.id):
        if seat.closed_at:
            continue
        if seat.case_id != case.id and (seat.key is None or seat.key.mailed_at is None):
            seats.hand_over(db, seat, None)
            continue
        end = _end_key(db, seat, now=now)
        if end is not KeyState.USED:
            seats.close(db, seat.id, now=now)
        if end is None:
            unissued.append(seat)
        else:
            with_key[end].append(seat)
    returned = with_key[KeyState.STOCK]
    for order_id, amount in _sums(unissued).items():
        _post(db, order_id, EntryKind.RELEASE, amount, case, by=by, now=now)
    for order_id, amount in _sums(returned).items():
        _post(db, order_id, EntryKind.REFUND, amount, case, by=by, now=now)
    _watch(db, desk, [*unissued, *returned], now=now)
    void, used = with_key[KeyState.VOID], len(with_key[KeyState.USED])
    if returned or void or used:
        counts = {"returned": len(returned), "void": len(void), "used": used}
        thread_notes.record(db, EventTag.KEYS_RETURNED, case.id, actor=by, at=now, **counts)
    return GivenBack(returned=len(returned), void=len(void), used=used, voided=tuple(void))


def release(db: Database, desk: Desk, case: Case, *, by: str, now: datetime) -> None:
    """Close its seats that have no key, and release what is held; the spare ones it took are spare again.

    In the caller's transaction.
    """
    unissued = [seat for seat in seats.list_bought(db, case.id) if seat.key is None and not seat.closed_at]
    for seat in unissued:
        seats.close(db, seat.id, now=now)
    for seat in seats.list_of_case(db, case.id):
        if seat.case_id != case.id and seat.key is None:
            seats.hand_over(db, seat, None)
    for order_id, amount in _sums(unissued).items():
        _post(db, order_id, EntryKind.RELEASE, amount, case, by=by, now=now)
    _watch(db, desk, unissued, now=now)


def _watch(db: Database, desk: Desk, freed: list[Seat], *, now: datetime) -> None:
    """What was low may be so no longer."""
    for order_id in _sums(freed) or (None,):
        stock.watch(db, desk, now=now, purchase_order=order_id)


def _end_key(db: Database, seat: Seat, *, now: datetime) -> KeyState | None:
    """What becomes of a seat's key; None where it has none."""
    if seat.key is None:
        return None
    if license_keys.move(db, seat.key.id, since=(KeyState.ISSUED,), to=KeyState.STOCK, now=now):
        return KeyState.STOCK
    if license_keys.move(db, seat.key.id, since=(KeyState.ISSUED,), to=KeyState.VOID, now=now):
        return KeyState.VOID
    return seat.key.state
