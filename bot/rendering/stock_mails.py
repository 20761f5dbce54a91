"""The mail about a purchase order that runs low: a builder, which takes values for the outbox."""

from datetime import datetime

from bot.domain.purchase_orders import PurchaseOrder
from bot.policy import Policy
from bot.rendering.case_facts import Values
from bot.rendering.words import words


def po_low(order: PurchaseOrder, left: int, *, lang: str, policy: Policy, on: datetime) -> Values:
    """To its contact, else to the sponsor whose case it paid for last; `left`: seats it still pays for."""
    say, price = words(lang, policy.desk.zone), policy.mag.seat_price
    return {
        "lang": lang,
        "desk": policy.desk.name,
        "programme": policy.mag.name,
        "support_desk": policy.mag.support_desk,
        "support_address": policy.mag.support_address,
        "sponsor": policy.mag.sponsor,
        "number": order.number,
        "available": say.money(order.available),
        "held": say.money(order.held) if order.held.minor else "",
        "seat_price": say.money(price) if price else "",
        "seats_left": left,
        "on": say.date(on),
    }
