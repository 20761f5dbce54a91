"""`usher po`: prepaid purchase orders, the money on them and what became of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handlers.cli.desk import open_desk
from handlers.cli.output import JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.domain.purchase_orders import Entry, PurchaseOrder

app = typer.Typer(help="Prepaid purchase orders.", no_args_is_help=True)


@app.command(epilog="Example: usher po add PO-4711 10000 EUR --contact orders@sponsor.example.com")
def add(
    number: Annotated[str, typer.Argument(help="The purchase order's number, as the sponsor writes it.")],
    amount: Annotated[str, typer.Argument(help="How much was paid in: 10000 or 10000.50.")],
    currency: Annotated[str, typer.Argument(help="Three letters, such as EUR.")],
    *,
    contact: Annotated[
        str, typer.Option(help="Address of whoever hears that it runs low; the RIS's sender without one.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="The same amount as a moment ago, and meant.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Enter a purchase order with its money, or put more money on one that is known."""
    from bot.services import purchase_orders
    from bot.services.purchase_orders import PaidIn

    paid = PaidIn(number=number, amount=amount, currency=currency, contact=contact, again=again)
    with open_desk() as opened:
        order = purchase_orders.pay_in(opened.db, opened.desk, paid, by=opened.by, now=opened.now)
        seats = purchase_orders.seats_left(opened.desk, order)
    if as_json:
        print_json(order_json(order, seats))
    else:
        print_orders([(order, seats)])


@app.command(epilog="Example: usher po correct PO-4711 90000 --reason 'one zero too many'")
def correct(
    number: Annotated[str, typer.Argument(help="The purchase order's number.")],
    amount: Annotated[str, typer.Argument(help="How much of what was entered is taken back.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the entries.")],
    as_json: JsonOption = False,
) -> None:
    """Take back what was paid in by mistake: an entry against it, never more than is available."""
    from bot.services import purchase_orders

    with open_desk() as opened:
        order = purchase_orders.correct(
            opened.db, opened.desk, number=number, amount=amount, reason=reason, by=opened.by, now=opened.now
        )
        seats = purchase_orders.seats_left(opened.desk, order)
    if as_json:
        print_json(order_json(order, seats))
    else:
        print_orders([(order, seats)])


@app.command(epilog="Example: usher po show PO-4711")
def show(
    number: Annotated[str, typer.Argument(help="One of them with its entries; without it, all.")] = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """Print what is available, held and spent; of one purchase order also everything that moved."""
    from bot.services import purchase_orders

    entries: Sequence[Entry] = ()
    with open_desk() as opened:
        if number:
            order, entries = purchase_orders.show(opened.db, number)
            orders = [order]
        else:
            orders = purchase_orders.list_all(opened.db)
        found = [(one, purchase_orders.seats_left(opened.desk, one)) for one in orders]
    if as_json:
        for one, seats in found:
            more = {"entries": [_entry_json(entry) for entry in entries]} if number else {}
            print_json({**order_json(one, seats), **more})
    elif not found:
        say("no purchase order is entered: `usher po add PO-4711 10000 EUR`")
    else:
        print_orders(found)
        if entries:
            _print_entries(entries)


def order_json(order: "PurchaseOrder", seats: int | None) -> Mapping[str, Any]:
    """Amounts as text, so that no program rounds them."""
    return {
        "number": order.number,
        "contact": order.contact,
        "currency": order.currency,
        "available": str(order.available.amount),
        "held": str(order.held.amount),
        "spent": str(order.spent.amount),
        "seats": seats,
    }


def _entry_json(entry: "Entry") -> Mapping[str, Any]:
    return {
        "at": entry.at,
        "kind": entry.kind,
        "amount": str(entry.amount.amount),
        "case": entry.case_ref or None,
        "by": entry.by,
        "reason": entry.reason,
    }


def print_orders(found: "Sequence[tuple[PurchaseOrder, int | None]]") -> None:
    """One line each; `seats` that its balance still pays for, where a price says so."""
    from bot.rendering.words import words

    money = words().money
    lines = [
        (one.number, money(one.available), money(one.held), money(one.spent), seats, one.contact)
        for one, seats in found
    ]
    print_table(("number", "available", "held", "spent", "seats", "contact"), lines)


def _print_entries(entries: "Sequence[Entry]") -> None:
    from bot.rendering.words import words

    words_of = words()
    lines = [
        (
            f"{entry.at:%Y-%m-%d %H:%M}",
            words_of.name(entry.kind),
            words_of.money(entry.amount),
            entry.case_ref,
            plain(entry.by),
            plain(entry.reason),
        )
        for entry in entries
    ]
    say("")
    print_table(("at (UTC)", "what", "amount", "case", "by", "why"), lines)
