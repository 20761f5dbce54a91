"""What is in stock and on purchase orders, what is wanted of it, and when it runs low."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.domain.cases import CaseStatus
from bot.domain.errors import Refusal
from bot.domain.money import Money
from bot.domain.purchase_orders import PurchaseOrder

SOON = timedelta(days=60)  #: before its last day a key counts as one that expires soon
PACE = timedelta(weeks=4)  #: over so long the pace of issuing is measured


class StockTakesNothing(Refusal):
    """`/usher stock` was typed with more behind it, as if that changed the stock; values: text."""

    code = "stock_takes_nothing"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Seats of a case whose keys are not issued yet."""

    ref: str
    company: str
    status: CaseStatus
    seats: int
    covered: int = 0  #: of them, once those that come first have theirs


@dataclass(frozen=True, kw_only=True)
class Supplies:
    """Everything at one moment."""

    on: date
    in_stock: int
    expiring: int  #: of those in stock, within `SOON`
    first_expiry: date | None  #: of those in stock
    counts: Mapping[str, int] = field(default_factory=dict)  #: keys by state; what has expired apart
    issued_lately: int = 0  #: within `PACE`
    wanted: tuple[Wanted, ...] = ()  #: the order in which they are served: approved ones, then by age
    orders: tuple[PurchaseOrder, ...] = ()  #: the newest first
    seat_price: Money | None = None

    @property
    def seats_wanted(self) -> int:
        return sum(one.seats for one in self.wanted)

    @property
    def seats_covered(self) -> int:
        return sum(one.covered for one in self.wanted)

    @property
    def weeks_left(self) -> int | None:
        """For how many whole weeks the stock lasts at the present pace; None where there is none."""
        weeks = PACE // timedelta(weeks=1)
        return self.in_stock * weeks // self.issued_lately if self.issued_lately else None

    def pays_for(self, order: PurchaseOrder) -> int | None:
        """Seats that its balance still pays for; None where nothing is charged, or not in its currency."""
        return seats_paid(order.available, self.seat_price)


def seats_paid(available: Money, price: Money | None) -> int | None:
    """How many seats a balance pays for; None where that cannot be said."""
    if price is None or not price.minor or price.currency != available.currency:
        return None
    return available.minor // price.minor


def serve(wanted: Iterable[Wanted], in_stock: int) -> tuple[Wanted, ...]:
    """Who gets what of a stock: those that come first get all of theirs first."""
    served = []
    for one in wanted:
        covered = min(one.seats, in_stock)
        in_stock -= covered
        served.append(
            Wanted(ref=one.ref, company=one.company, status=one.status, seats=one.seats, covered=covered)
        )
    return tuple(served)


def find_crossed(left: int, thresholds: Sequence[int]) -> tuple[int, ...]:
    """The thresholds below which it is, the tightest first."""
    return tuple(sorted(threshold for threshold in thresholds if left < threshold))
