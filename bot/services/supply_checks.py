"""What the doctor says of stock and purchase orders: without them approved cases stand still."""

from collections.abc import Iterator
from datetime import datetime

from sqlite_utils import Database

from bot.domain.health import Check
from bot.services.desk import Desk
from bot.services.stock import survey


def look(db: Database, desk: Desk, *, now: datetime) -> Iterator[Check]:
    """Ill where seats are charged and there is nothing to charge, or no key to give."""
    supplies = survey(db, desk, now=now)
    wanted = f", for {supplies.seats_wanted} seats that are wanted" if supplies.seats_wanted else ""
    soon = (
        f"; {supplies.expiring} expire soon, the first on {supplies.first_expiry}"
        if supplies.expiring
        else ""
    )
    yield Check(
        name="stock",
        well=supplies.in_stock > 0 or supplies.seat_price is None,
        sentence=f"{supplies.in_stock} License Keys can be issued{wanted}{soon}",
        mend="import vouchers: `usher vouchers import FILE.csv`, or /usher stock in Slack",
    )
    paying = [order for order in supplies.orders if supplies.pays_for(order)]
    many = len(supplies.orders)
    if supplies.seat_price is None:
        sentence = "no price is set in usher.toml, so nothing is charged"
    elif not many:
        sentence = "none is entered, and seats have a price"
    else:
        sentence = f"{len(paying)} of {many} pay for at least one seat"
    yield Check(
        name="purchase orders",
        well=supplies.seat_price is None or bool(paying),
        sentence=sentence,
        mend="enter what the sponsor paid in: `usher po add NUMBER AMOUNT CURRENCY`",
    )
