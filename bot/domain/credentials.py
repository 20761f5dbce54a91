"""The phone OTP of an account: its License Key, its phones, and when these may be changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain import phones
from bot.domain.sessions import Strength
from bot.domain.tries import Limit

MOST_PHONES = 3
RECOMMENDED = 2
KEY_LIMIT = Limit(most=10, lasts=timedelta(hours=1))  #: License Keys that are not theirs
CODE_LIMIT = Limit(most=10, lasts=timedelta(minutes=30))  #: wrong codes, over all their phones
_SHOWN = 2  #: digits at the end of a number


class CredentialNotice(StrEnum):
    """Of what the owner of an account is told by mail."""

    PHONE_ADDED = "phone_added"
    PHONE_REMOVED = "phone_removed"
    CODES_LOCKED = "codes_locked"  # whoever enters codes knows the password
    ANSWERS_LOCKED = "answers_locked"  # whoever answers the security question reads the mailbox
    CODES_MADE = "codes_made"  # a new set of recovery codes
    CODE_USED = "code_used"  # one of them was
    CERTIFICATE_ADDED = "certificate_added"  # registered by the desk
    CERTIFICATE_REMOVED = "certificate_removed"
    APP_CHANGED = "app_changed"  # a partner has set up another authenticator app


@dataclass(frozen=True, kw_only=True)
class Phone:
    """One of an account's numbers; it counts once a code has come back from it."""

    id: int
    number: str  #: E.164
    verified_at: datetime | None
    used_at: datetime | None  #: when a code of its last signed somebody in

    @property
    def spaced(self) -> str:
        return phones.spaced(self.number)

    @property
    def masked(self) -> str:
        """As a page shows it to whoever has a password: enough to know one's own apart, on one line."""
        country = self.spaced.partition(" ")[0]
        return f"{country}\N{NO-BREAK SPACE}•••\N{NO-BREAK SPACE}••{self.number[-_SHOWN:]}"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What an account has beside its password; `phones` the freshest first, those not verified last."""

    registered_at: datetime | None  #: since when its License Key is used
    phones: tuple[Phone, ...] = ()

    @property
    def verified(self) -> tuple[Phone, ...]:
        return tuple(phone for phone in self.phones if phone.verified_at)

    @property
    def lacking(self) -> int:
        """How many phones more are recommended."""
        return max(0, RECOMMENDED - len(self.verified))

    def may_change(self, strength: Strength) -> bool:
        """Only after a code from a phone, or by what is stronger; before the first phone there is none."""
        return self.registered_at is not None and (strength >= Strength.PHONE_OTP or not self.verified)
