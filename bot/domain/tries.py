"""How often somebody was wrong in a row, and from when on they may try again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self


class Tried(StrEnum):
    """What is tried; each has a count of its own."""

    PASSWORD = "password"  # noqa: S105 - the name of a count
    LICENSE_KEY = "license_key"
    PHONE_CODE = "phone_code"
    PASSWORD_AGAIN = "password_again"  # noqa: S105 - of somebody who is signed in
    ANSWER = "answer"  # to a security question
    RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many wrong ones in a row, and then none at all for so long."""

    most: int
    lasts: timedelta


@dataclass(frozen=True, kw_only=True)
class Tries:
    """Wrong ones since the last right one."""

    wrong: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until

    def after_wrong(self, limit: Limit, now: datetime) -> Self:
        """One more; a lock that has run out begins a new count."""
        wrong = (0 if self.locked_until is not None else self.wrong) + 1
        return type(self)(wrong=wrong, locked_until=now + limit.lasts if wrong >= limit.most else None)
