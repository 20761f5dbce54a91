"""The second factor of those who decide: when a code counts, when trying is over, how long things last."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from bot.domain.refs import signs_of

MOST_WRONG = 5
LOCKED_FOR = timedelta(minutes=15)
LINK_LASTS = timedelta(hours=24)
_FITS_AT_ONCE = 2  #: steps between the oldest and the newest code that are taken at one moment
LINK_AGAIN_AFTER = timedelta(minutes=5)  #: whoever has an old link cannot fill a mailbox with new ones
RESET_LASTS = timedelta(hours=24)  #: between the first and the second who agree to a reset
_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Authenticator:
    """A person's device: it counts once a first code has confirmed it. One a person."""

    person: str  #: a Slack id
    sealed: str  #: the secret, under a key of its own
    address: str  #: where its link went; "" once it is confirmed
    made_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0  #: of the newest code that was taken; that one and all before are used
    wrong: int = 0  #: wrong codes since the last right one
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until

    def after_wrong(self, now: datetime) -> Self:
        """One more wrong code; a lock that has run out begins a new count."""
        wrong = (0 if self.locked_until is not None else self.wrong) + 1
        return replace(self, wrong=wrong, locked_until=now + LOCKED_FOR if wrong >= MOST_WRONG else None)

    def has_used(self, step: int) -> bool:
        """Whether a code of that step, which fits now, was taken before, or a later one.

        A newest step too far ahead of it was taken while the clock was ahead: it does not count, or nobody
        would get in until the clock has caught up.
        """
        return step <= self.last_step <= step + _FITS_AT_ONCE

    def after_right(self, step: int) -> Self:
        return replace(self, last_step=step, wrong=0, locked_until=None)


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """What the holder of a link sees: what an authenticator app needs, to be scanned or typed."""

    secret: str  #: base32
    uri: str  #: `otpauth://…`, for the QR code


@dataclass(frozen=True, kw_only=True)
class ResetAsked:
    """The first of two who agree that a person's device is lost."""

    by: str
    right_of: str
    at: datetime


def read_code(text: str) -> str:
    """The six digits of what somebody typed, however they are parted; "" when it is no code at all."""
    digits = signs_of(unicodedata.normalize("NFKC", text[:40]))
    return digits if len(digits) == _DIGITS and digits.isascii() and digits.isdigit() else ""
