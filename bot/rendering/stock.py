"""The stock in Slack: its figures and runway, and the notes about what comes and what runs low."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.money import Money
from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.stock import SOON, Supplies, Wanted
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

IMPORT = "vouchers_import"  #: the button, and the modals that it opens
MOST_WANTED, MOST_ORDERS = 20, 12
STATES = ("issued", "used", "void", "expired")


def supplies_card(supplies: Supplies, *, may_import: bool, picture: str = "", words: Words) -> Card:
    """Every figure; `picture`: what becomes of the chart, as a sentence."""
    title = stock_title(supplies, words)
    shown: list[Block] = [
        blocks.header(title),
        blocks.fields([_figure(label, number, words) for label, number in _figures(supplies, words)]),
        blocks.section(_runway(supplies, words)),
    ]
    if supplies.wanted:
        shown.append(_wanted(supplies, words))
    if supplies.orders or supplies.seat_price is not None:
        shown.append(_orders(supplies, words))
    shown.append(blocks.context(*filter(None, (picture, words.say("stock.how")))))
    if may_import:
        shown.append(blocks.actions(blocks.button(words.say("stock.import"), action=IMPORT, value="stock")))
    return Card(text=title, blocks=shown)


def stock_title(supplies: Supplies, words: Words) -> str:
    return words.say("stock.title", on=words.date(supplies.on))


def _figures(supplies: Supplies, words: Words) -> Iterator[tuple[str, int]]:
    yield words.say("stock.in_stock"), supplies.in_stock
    if supplies.expiring:
        yield words.say("stock.expiring", days=SOON.days), supplies.expiring
    for state in STATES:
        if number := supplies.counts.get(state, 0):
            yield words.say(f"stock.{state}"), number


def _figure(label: str, number: int, words: Words) -> str:
    return words.say("stock.figure", label=label, number=words.number(number))


def _runway(supplies: Supplies, words: Words) -> str:
    lines = [covered_text(supplies, words)]
    if supplies.weeks_left is None:
        lines.append(words.say("stock.no_pace"))
    else:
        issued = words.say("stock.pace", count=supplies.issued_lately)
        key = "stock.weeks" if supplies.weeks_left else "stock.days"
        lines.append(words.say(key, count=supplies.weeks_left, issued=issued))
    if supplies.first_expiry is not None and supplies.expiring:
        lines.append(words.say("stock.first_expiry", on=words.date(supplies.first_expiry)))
    return "\n".join(lines)


def covered_text(supplies: Supplies, words: Words) -> str:
    """The sentence that counts: of the seats that are wanted, how many have a key."""
    wanted, covered = supplies.seats_wanted, supplies.seats_covered
    if not wanted:
        return words.say("stock.nothing_wanted")
    if covered == wanted:
        return words.say("stock.covers_all", count=wanted)
    return words.say("stock.covers", covered=words.number(covered), count=wanted)


def _wanted(supplies: Supplies, words: Words) -> Block:
    lines = (_want(one, words) for one in supplies.wanted)
    heading, many = words.say("stock.wanted"), len(supplies.wanted)
    return blocks.listing(heading, lines, words, shown=MOST_WANTED, of=many)


def _want(one: Wanted, words: Words) -> str:
    short = one.seats - one.covered
    return words.say(
        "stock.want.short" if short else "stock.want",
        ref=safe(one.ref),
        company=safe(one.company, 60) or words.say("card.nameless"),
        status=words.status(one.status),
        count=one.seats,
        short=short,
    )


def _orders(supplies: Supplies, words: Words) -> Block:
    if not supplies.orders:
        return blocks.section(words.say("stock.no_orders"))
    lines = (_order(order, supplies.pays_for(order), words) for order in supplies.orders)
    heading, many = words.say("stock.orders"), len(supplies.orders)
    return blocks.listing(heading, lines, words, shown=MOST_ORDERS, of=many)


def _order(order: PurchaseOrder, seats: int | None, words: Words) -> str:
    line = words.say(
        "stock.order",
        number=safe(order.number, 60),
        available=words.money(order.available),
        held=words.money(order.held),
        spent=words.money(order.spent),
    )
    return line if seats is None else line + words.say("stock.order.seats", count=seats)


def picture_alt(supplies: Supplies, words: Words) -> str:
    """What the chart shows, for whoever hears it."""
    return words.say(
        "stock.alt",
        in_stock=supplies.in_stock,
        wanted=supplies.seats_wanted,
        covered=supplies.seats_covered,
        orders=len(supplies.orders),
    )


def import_note(values: Mapping[str, Any], *, words: Words) -> Card:
    """Vouchers were imported."""
    by = words.person(str(values["by"]), slack=True)
    return _note(words.say("stock.note.import", by=by, count=values["count"], left=values["left"]))


def paid_in_note(values: Mapping[str, Any], *, words: Words) -> Card:
    """Money came, on a new purchase order or one that was known."""
    key = "stock.note.new_order" if values["is_new"] else "stock.note.paid_in"
    said = words.say(
        key,
        by=words.person(str(values["by"]), slack=True),
        number=safe(str(values["number"]), 60),
        amount=words.money(Money(values["minor"], values["currency"])),
        available=words.money(Money(values["available"], values["currency"])),
    )
    return _note(said)


def corrected_note(values: Mapping[str, Any], *, words: Words) -> Card:
    """Money that was typed wrong was taken back, and why."""
    said = words.say(
        "stock.note.corrected",
        by=words.person(str(values["by"]), slack=True),
        number=safe(str(values["number"]), 60),
        amount=words.money(Money(values["minor"], values["currency"])),
        available=words.money(Money(values["available"], values["currency"])),
        reason=safe(str(values["reason"]), 200),
    )
    return _note(said)


def keys_low_note(values: Mapping[str, Any], *, words: Words) -> Card:
    """The stock went below a threshold."""
    left = int(values["left"])
    key = "stock.note.keys_low" if left else "stock.note.no_keys"
    return _note(words.say(key, count=left, below=values["below"]))


def money_low_note(values: Mapping[str, Any], *, words: Words) -> Card:
    """A purchase order went below a threshold."""
    said = words.say(
        "stock.note.money_low",
        number=safe(str(values["number"]), 60),
        available=words.money(Money(values["minor"], values["currency"])),
        count=values["left"],
        below=values["below"],
    )
    told = bool(values["told"])
    return _note(f"{said} {words.say('stock.note.told' if told else 'stock.note.untold')}")


def _note(text: str) -> Card:
    return Card(text=text, blocks=[blocks.section(text)])
