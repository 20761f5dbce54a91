"""Money: whole minor units of one currency, such as cents."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,4})?")


@dataclass(frozen=True)
class Money:
    """So many minor units of a currency (ISO 4217); sums of different currencies are a bug."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Self:
        """Raise ValueError where the amount has more decimal places than its currency."""
        minor = amount.scaleb(_digits(currency))
        if minor != minor.to_integral_value():
            raise ValueError(f"{amount} has more decimal places than {currency}")
        return cls(int(minor), currency)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-_digits(self.currency))

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


def read_amount(text: str, currency: str) -> Money | None:
    """What is typed as 10000 or 10000.50; None where it is not plainly one amount of that currency.

    Thousands are not set apart: 10.000 is ten or ten thousand, depending on who reads it.
    """
    if not _AMOUNT.fullmatch(text):
        return None
    amount = Decimal(text.replace(",", "."))
    parts = -int(amount.as_tuple().exponent)
    return Money.of(amount, currency) if parts <= _digits(currency) else None


def _digits(currency: str) -> int:
    from babel.numbers import get_currency_precision  # noqa: PLC0415 - it takes a tenth of a second

    return get_currency_precision(currency)
