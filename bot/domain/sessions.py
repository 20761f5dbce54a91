"""Who is signed in to the portal, how strongly, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.domain.accounts import Account, Customer

IDLE = timedelta(minutes=30)  #: without a page, after which a session is over (OWASP ASVS 3.3)
LONGEST = timedelta(hours=12)  #: however busy it is
SEEN_EVERY = timedelta(minutes=1)  #: a page does not write each time that somebody was here


class Strength(IntEnum):
    """What a session has proven, the weakest first (process.md, Words)."""

    PASSWORD = 1
    PHONE_OTP = 2
    MLOA_HARDWARE = 3


class Ending(StrEnum):
    """Why a browser's session is over."""

    IDLE = "idle"
    LONGEST = "longest"
    ELSEWHERE = "elsewhere"  #: from another browser, by a new password, or by the end of its account


@dataclass(frozen=True, kw_only=True)
class Session:
    """One browser's; its token is nowhere but in that browser."""

    account_id: int
    strength: Strength
    made_at: datetime  #: of the first of a chain: raising its strength makes no session longer
    seen_at: datetime
    launching: str = ""  #: the application that waits for it to be strong enough

    def ends_at(self) -> datetime:
        return min(self.seen_at + IDLE, self.made_at + LONGEST)

    def ending(self, now: datetime) -> Ending:
        """Why it is over, or is no use any more."""
        if now < self.ends_at():
            return Ending.ELSEWHERE
        return Ending.IDLE if self.seen_at + IDLE <= self.made_at + LONGEST else Ending.LONGEST

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at()


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whose page this is."""

    session: Session
    account: Account
    customer: Customer
    token: str

    @property
    def lacks_factor(self) -> bool:
        """Whether they have shown less than their programme asks: partners need both factors."""
        return self.account.is_partner and self.session.strength is Strength.PASSWORD
