"""Money: whole minor units of one currency, such as cents."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from babel.numbers import get_currency_precision


@dataclass(frozen=True)
class Money:
    """So many minor units of a currency (ISO 4217); sums of different currencies are a bug."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Self:
        """Raise ValueError where the amount has more decimal places than its currency."""
        minor = amount.scaleb(get_currency_precision(currency))
        if minor != minor.to_integral_value():
            raise ValueError(f"{amount} has more decimal places than {currency}")
        return cls(int(minor), currency)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))

    def times(self, many: int) -> "Money":
        return Money(self.minor * many, self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def covers(self, other: "Money") -> bool:
        """Whether so much can be paid out of it."""
        return self.currency == other.currency and self.minor >= other.minor

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
