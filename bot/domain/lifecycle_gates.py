"""What the desk is shown of the clock: mails that wait for a click, and ends that were moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.accounts import Account
from bot.domain.lifecycle import Held, Stage


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Mails of the clock were due that do not go by themselves: shut until somebody settles it."""

    id: int
    asked_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""  #: who let them go; "usher" where so many were due no longer
    released: int = 0  #: how many waited then
    imported: bool = False  #: accounts were taken over: until the yes not even one goes by itself


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One of the mails that wait."""

    account: Account
    stage: Stage
    ends_on: date
    held: bool = False  #: its end moves, for nobody was surely warned


@dataclass(frozen=True, kw_only=True)
class GateCard:
    """A gate with what waits behind it, by stage, and the first of them."""

    gate: Gate
    most: int  #: that go without a click
    counts: Mapping[Stage, int]
    held: int = 0
    first: tuple[Waiting, ...] = ()
    since: date | None = None  #: when the earliest of them was due
    behind: int = 0  #: days since then, as after a down-time

    @property
    def many(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class HeldEnd:
    """An end that was moved, for no warning was proven."""

    account: Account
    why: Held
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class HeldCard:
    """The ends that one look has moved; `more` beyond what is shown."""

    ends: tuple[HeldEnd, ...]
    more: int = 0
