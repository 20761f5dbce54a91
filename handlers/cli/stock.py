"""`usher stock`: License Keys and money that are left, and for whom they do."""

from typing import TYPE_CHECKING

from handlers.cli.desk import open_desk
from handlers.cli.output import JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.domain.stock import Supplies


def stock(*, as_json: JsonOption = False) -> None:
    """Print keys in stock, the seats that wait for them, and what is left on purchase orders."""
    from bot.services import stock as supplies_room

    with open_desk() as opened:
        supplies = supplies_room.survey(opened.db, opened.desk, now=opened.now)
    if as_json:
        _print_json(supplies)
    else:
        _print(supplies)


def _print_json(supplies: "Supplies") -> None:
    print_json(
        {
            "what": "keys",
            "in_stock": supplies.in_stock,
            "expiring": supplies.expiring,
            "first_expiry": supplies.first_expiry,
            "counts": dict(supplies.counts),
            "seats_wanted": supplies.seats_wanted,
            "seats_covered": supplies.seats_covered,
            "issued_lately": supplies.issued_lately,
            "weeks_left": supplies.weeks_left,
        }
    )
    for one in supplies.wanted:
        said = {"ref": one.ref, "company": one.company, "status": one.status}
        print_json({"what": "wanted", **said, "seats": one.seats, "covered": one.covered})
    for order in supplies.orders:
        from handlers.cli.purchase_orders import order_json

        print_json({"what": "purchase_order", **order_json(order, supplies.pays_for(order))})


def _print(supplies: "Supplies") -> None:
    from bot.domain.stock import SOON
    from bot.rendering import stock as stock_words
    from bot.rendering.words import words
    from handlers.cli.purchase_orders import print_orders

    words_of = words()
    counts = ", ".join(f"{state} {number}" for state, number in supplies.counts.items() if state != "stock")
    expiring = ""
    if supplies.expiring:
        expiring = (
            f"; {supplies.expiring} expire within {SOON.days} days, the first on {supplies.first_expiry}"
        )
    say(f"[bold]{supplies.in_stock}[/bold] License Keys in stock{plain(expiring)}")
    if counts:
        say(plain(counts))
    say(plain(stock_words.covered_text(supplies, words_of).strip("*")))
    if supplies.wanted:
        lines = [(w.ref, w.company, w.status, w.seats, w.covered) for w in supplies.wanted]
        print_table(("case", "company", "status", "seats", "covered"), lines)
    if supplies.orders:
        print_orders([(order, supplies.pays_for(order)) for order in supplies.orders])
