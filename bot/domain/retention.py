"""How long each class of data is kept, and what comes of it then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class DataClass(StrEnum):
    """What is kept alike; what goes by age is in `Kept`, the rest says why it stays."""

    # these go by age
    MAILS = "mails"  # raw mails, from when they came; who sent them goes with them, their hashes stay
    CASES = "cases"  # of a rejected or withdrawn case: people and words; its dates and seats stay
    QUESTIONS = "questions"  # who asked and what
    OUTBOX = "outbox"  # words and addresses of what went out; that it went stays
    BOUNCES = "bounces"  # what came back from an address, and that it is doubtful
    INVITATIONS = "invitations"  # whom somebody invited, or who asked, once it is over
    ACCOUNTS = "accounts"  # closed ones: who it was; the User ID stays, and is nobody's
    TRACES = "traces"  # sessions, tries, codes, links that are over; who looked at what
    # these stay
    AUDIT = "audit"  # ids and codes, chained
    MONEY = "money"  # what was paid, for which License Key
    CONTRACTS = "contracts"  # which organisation agreed to what
    DESK = "desk"  # how the desk and its staff work
    STATE = "state"  # of the program itself


@dataclass(frozen=True, kw_only=True)
class Kept:
    """For how many days each class is kept; `holds`: cases and accounts ("C-7", "A-5") that lose nothing."""

    days: dict[DataClass, int]
    holds: frozenset[str] = frozenset()

    def before(self, data: DataClass, now: datetime) -> datetime | None:
        """What is older goes; None where the policy keeps it for good."""
        days = self.days[data]
        return now - timedelta(days=days) if days else None


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a night did to one class; `all_gone` is False where the rest waits for the next night."""

    data: DataClass
    many: int
    all_gone: bool
    at: datetime
