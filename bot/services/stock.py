"""The stock of keys and the money on purchase orders: their figures, and a word once when they run low."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.addressees import Addressee
from bot.domain.alarms import Trouble
from bot.domain.approvals import check_is_staff
from bot.domain.errors import PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.purchase_orders import PurchaseOrder, fold_number
from bot.domain.purchasing import list_bought, list_holders
from bot.domain.ris import Credential
from bot.domain.staff import Staff
from bot.domain.stock import PACE, SOON, Supplies, Wanted, find_crossed, seats_paid, serve
from bot.ports import Chat, Picture
from bot.rendering import plots, stock_mails, stock_plot
from bot.rendering import stock as stock_cards
from bot.rendering.blocks import safe
from bot.rendering.words import Words
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_mail, queue_note
from bot.store import alarms, cases, events, license_keys, purchase_orders, seats
from bot.store import stock as stock_store
from bot.store.database import transaction
from bot.store.numbers import next_number

MOST_CARDS = 50  #: with a balance that are brought up to date at once; Slack takes about one a second
KEYS = "stock keys"  #: begins the names of the alarms about the stock


def survey(db: Database, desk: Desk, *, by: Staff | None = None, now: datetime) -> Supplies:
    """Every figure at this moment; `by`: who asks in Slack, where only staff may."""
    if by is not None:
        check_is_staff(by)
    on = desk.policy.desk.day_of(now)
    in_stock = license_keys.count_stock(db, Credential.PHONE_OTP, on=on)
    expiring, first_expiry = stock_store.find_expiring(db, on=on, until=on + SOON)
    return Supplies(
        on=on,
        in_stock=in_stock,
        expiring=expiring,
        first_expiry=first_expiry,
        counts=license_keys.count_by_state(db, on=on),
        issued_lately=stock_store.count_issued(db, since=now - PACE),
        wanted=serve([*stock_store.list_unissued(db), *_list_undecided(db)], in_stock),
        orders=tuple(purchase_orders.list_all(db)),
        seat_price=desk.policy.mag.seat_price,
    )


def _list_undecided(db: Database) -> Iterable[Wanted]:
    """What would be bought if every case were approved as it is now."""
    spare: dict[int, int] = {}  # seats that are over, by organisation: each is taken once
    for case_id in stock_store.list_undecided(db):
        case = cases.find(db, case_id)
        if case is None:
            continue
        taken, of = 0, case.addition.of if case.addition else None
        if of is not None:
            left = spare.setdefault(of, len(seats.list_spare(db, of)))
            taken = min(left, len(list_holders(case)))
            spare[of] = left - taken
        if many := len(list_bought(case, taken)):
            company = case.ris.company.name
            yield Wanted(ref=case.ref, company=company, status=case.status, seats=many)


def watch(db: Database, desk: Desk, *, now: datetime, purchase_order: int | None) -> None:
    """Say what has become low, once for each threshold on the way down; in the caller's transaction.

    To be called where keys or money were taken or came: `purchase_order` is whose balance changed, if one's
    did. What is above a threshold again is armed anew.
    """
    _watch_keys(db, desk, now=now)
    if purchase_order is not None:
        order = purchase_orders.get(db, purchase_order)
        _watch_money(db, desk, order, now=now)
        _renew_cards(db, order, now=now)


def _renew_cards(db: Database, order: PurchaseOrder, *, now: datetime) -> None:
    """Cards that wait for a yes show its balance: the longest waiting ones are brought up to date."""
    mark = fold_number(order.number)
    named = [case_id for case_id, number in stock_store.list_named(db) if fold_number(number) == mark]
    for case_id in named[:MOST_CARDS]:
        queue_case_card(db, case_id, now=now)


def watch_all(db: Database, desk: Desk, *, now: datetime) -> None:
    """The same for everything: keys expire, and prices change, without anybody's doing."""
    with transaction(db, locks=("stock",)):
        _watch_keys(db, desk, now=now)
        for order in purchase_orders.list_all(db):
            _watch_money(db, desk, order, now=now)


def _watch_keys(db: Database, desk: Desk, *, now: datetime) -> None:
    if not license_keys.find_newest(db):  # a desk that never had keys does not run out of them
        return
    on = desk.policy.desk.day_of(now)
    left = license_keys.count_stock(db, Credential.PHONE_OTP, on=on)
    crossed = _cross(db, KEYS, left, desk.policy.stock.warn_below_keys, now=now)
    if crossed is not None:
        values = {"left": left, "below": crossed}
        queue_note(db, NoteName.KEYS_LOW, key=f"low:{next_number(db, 'low')}", values=values, now=now)


def _watch_money(db: Database, desk: Desk, order: PurchaseOrder, *, now: datetime) -> None:
    """Only what was above a threshold goes below it: a small purchase order is small on purpose."""
    price = desk.policy.mag.seat_price
    left = seats_paid(order.available, price)
    if left is None or price is None:
        return
    peak = stock_store.find_peak(db, order.id) // price.minor
    reached = [threshold for threshold in desk.policy.stock.warn_below_seats if peak >= threshold]
    crossed = _cross(db, f"purchase order {order.id}", left, reached, now=now)
    if crossed is None:
        return
    key = f"low:{next_number(db, 'low')}"
    told = _mail_sponsor(db, desk, order, left, key=key, now=now)
    values = {
        "number": order.number,
        "minor": order.available.minor,
        "currency": order.currency,
        "left": left,
        "below": crossed,
        "told": told,
    }
    queue_note(db, NoteName.MONEY_LOW, key=f"{key}:note", values=values, now=now)


def _cross(db: Database, name: str, left: int, thresholds: Sequence[int], *, now: datetime) -> int | None:
    """Note which thresholds it is below; the tightest of those that are new, None where none is."""
    crossed = find_crossed(left, thresholds)
    for alarm in alarms.list_open(db):
        subject, _, threshold = alarm.name.rpartition(" ")
        if subject == name and int(threshold) not in crossed and alarms.clear(db, alarm.id, now=now):
            events.add(
                db, EventTag.ALARM_CLEARED, f"alarm:{alarm.id}", actor="usher", at=now, name=alarm.name
            )
    fresh = [one for one in crossed if _raise(db, f"{name} {one}", now=now)]
    return min(fresh, default=None)


def _raise(db: Database, name: str, *, now: datetime) -> bool:
    alarm = alarms.add(db, Trouble(name=name, sentence="", since=now), now=now)
    if alarm is not None:
        events.add(db, EventTag.ALARM_RAISED, f"alarm:{alarm.id}", actor="usher", at=now, name=name)
    return alarm is not None


def _mail_sponsor(
    db: Database, desk: Desk, order: PurchaseOrder, left: int, *, key: str, now: datetime
) -> bool:
    """To the contact of the purchase order; without one nobody outside may read its balance.

    Whoever names its number in a form is no proof that it is theirs.
    """
    if not (to := order.contact):
        return False
    case_id = stock_store.find_payer_case(db, order.id)
    case = cases.find(db, case_id) if case_id is not None else None
    lang = case.lang if case else "en"
    whom = Addressee(address=to, lang=lang, ref=f"S-{next_number(db, 'staff_mail')}")
    words = stock_mails.po_low(order, left, lang=lang, policy=desk.policy, on=now)
    return queue_mail(db, desk, "po_low", whom, key=key, words=words, now=now)


def send_chart(chat: Chat, to: str, supplies: Supplies, *, words: Words) -> str:
    """Send the chart to whoever asked, directly; return what becomes of it, as a sentence."""
    if not plots.can_draw():
        return words.say("stock.no_picture")
    picture = Picture(
        name=f"usher-stock-{supplies.on.isoformat()}.png",
        content=stock_plot.supplies(supplies, words=words),
        title=stock_cards.stock_title(supplies, words),
        alt=stock_cards.picture_alt(supplies, words),
    )
    try:
        channel, _ = chat.write_to(to, picture.title, [])
        chat.send_picture(channel, picture)
    except (TransientFailure, PermanentFailure, UnknownOutcome) as exc:
        return words.say("stock.picture_lost", reason=safe(str(exc), 300))
    return words.say("stock.picture")
