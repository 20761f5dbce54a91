"""Codes that a phone gets: how long they live, when one is repeated, and when it is taken."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LASTS = timedelta(minutes=2)
REPEATS_FOR = timedelta(minutes=1)  #: in which Resend sends the same code again, with the same end
MOST_WRONG = 5  #: guesses at one code
MOST_TEXTS = 8  #: that one person has sent to their phones …
TEXTS_WITHIN = timedelta(hours=1)  #: … within this
#: a text that no gateway has taken for so long is said to be missing
LATE = timedelta(seconds=30)
CODES = 1_000_000
PURPOSE = "phone code"  #: under which codes are sealed (`Keyring`)


@dataclass(frozen=True, kw_only=True)
class PhoneCode:
    """A code for one phone, asked for in one session; `digits` lie sealed wherever they are kept."""

    phone_id: int
    digits: str = field(repr=False)
    made_at: datetime
    wrong: int = 0  #: guesses while it lived
    used: bool = False  #: it was taken, or another one was

    @property
    def ends_at(self) -> datetime:
        return self.made_at + LASTS

    def lives(self, now: datetime) -> bool:
        return not self.used and self.wrong < MOST_WRONG and now < self.ends_at

    def repeats(self, now: datetime) -> bool:
        """Whether Resend sends this one again; a later one gets a new code, and this one keeps its end."""
        return self.lives(now) and now < self.made_at + REPEATS_FOR


def fits(codes: Iterable[PhoneCode], digits: str, now: datetime) -> bool:
    """Whether it is one of those that live; each is compared, in the same time wherever they differ."""
    found = [hmac.compare_digest(code.digits.encode(), digits.encode()) for code in codes if code.lives(now)]
    return any(found)


def make_digits(token: str) -> str:
    """Six digits of a random token."""
    return f"{int.from_bytes(hashlib.sha256(token.encode()).digest()) % CODES:06}"
