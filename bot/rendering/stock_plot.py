"""The picture of the stock: keys beside the seats that want them, and what lies on each purchase order."""

from typing import TYPE_CHECKING

from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.stock import Supplies
from bot.rendering import quoting
from bot.rendering.plots import DARK, FAINT, LIGHT, clear, picture
from bot.rendering.stock import stock_title
from bot.rendering.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ORDERS = 6


def supplies(shown: Supplies, *, words: Words) -> bytes:
    """A PNG of 1080 dots' width; takes about half a second."""

    def draw(figure: "Figure") -> None:
        keys, money = figure.subplots(2, 1, height_ratios=(2, 3))
        _draw_keys(keys, shown, words)
        _draw_money(money, shown, words)

    return picture(stock_title(shown, words), draw)


def _draw_keys(axes: "Axes", shown: Supplies, words: Words) -> None:
    """A bar for what is there, and one for what is wanted, of which a part may lack its keys."""
    covered, short = shown.seats_covered, shown.seats_wanted - shown.seats_covered
    axes.barh([1], [shown.in_stock], height=0.5, color=DARK)
    axes.barh([0], [covered], height=0.5, color=DARK, label=words.say("stock.plot.covered"))
    axes.barh([0], [short], left=[covered], height=0.5, color=LIGHT, label=words.say("stock.plot.short"))
    most = max(shown.in_stock, shown.seats_wanted, 1)
    for place, number in ((1, shown.in_stock), (0, shown.seats_wanted)):
        axes.text(number + most * 0.02, place, words.number(number), va="center", fontsize=10)
    axes.set_yticks([1, 0], [words.say("stock.plot.in_stock"), words.say("stock.plot.wanted")])
    axes.set_ylim(-1.1, 1.6)
    axes.set_xlim(0, most * 1.12)
    axes.set_xticks([])
    axes.set_title(words.say("stock.plot.keys"), loc="left", fontsize=11)
    axes.legend(loc="lower right", ncols=2, frameon=False, fontsize=9)
    clear(axes)


def _draw_money(axes: "Axes", shown: Supplies, words: Words) -> None:
    """Each purchase order as a whole bar: what part of it is available, held and spent."""
    orders = list(reversed(shown.orders[:MOST_ORDERS]))
    axes.set_title(words.say("stock.plot.money"), loc="left", fontsize=11)
    axes.set_xticks([])
    axes.set_xlim(0, 1)
    if not orders:
        axes.set_yticks([])
        text = words.say("stock.plot.no_orders")
        axes.text(0.5, 0.5, text, ha="center", transform=axes.transAxes)
        clear(axes)
        return
    left = [0.0] * len(orders)
    for name, colour in (("available", DARK), ("held", LIGHT), ("spent", FAINT)):
        parts = [getattr(one, name).minor / max(1, _whole(one)) for one in orders]
        label = words.say(f"stock.plot.{name}")
        axes.barh(range(len(orders)), parts, left=left, height=0.36, color=colour, label=label)
        left = [before + part for before, part in zip(left, parts, strict=True)]
    for place, one in enumerate(orders):
        available = f"{words.money(one.available)} {words.say('stock.plot.available')}"
        said = f"{quoting.one_line(one.number, 24)} · {available}"
        axes.text(0, place + 0.26, said, va="bottom", fontsize=9, parse_math=False)
    axes.set_yticks([])
    axes.set_ylim(-1.1, len(orders) - 0.2)
    axes.legend(loc="lower left", ncols=3, frameon=False, fontsize=9, borderaxespad=0)
    clear(axes)


def _whole(order: PurchaseOrder) -> int:
    return order.available.minor + order.held.minor + order.spent.minor
