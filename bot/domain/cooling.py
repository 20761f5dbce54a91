"""The time that the owner of an account has to stop what others agreed to in their place."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Told(StrEnum):
    """How far the mail is by which the address on file hears what was agreed to in its owner's place."""

    ON_ITS_WAY = "on_its_way"
    HELD = "held"  # by DELIVERY, or since a restore: it waits for a release
    DROPPED = "dropped"  # staff discarded it before it was tried
    SENT = "sent"
    RETURNED = "returned"  # it went, and came back
    REFUSED = "refused"  # tried for good: their server does not take it
    UNSURE = "unsure"  # tried for good: nobody knows whether it went
    GIVEN_UP = "given_up"  # held, for the address was given up before

    @property
    def in_vain(self) -> bool:
        """Whether it could not be told by mail, as far as anybody knows."""
        return self in (Told.RETURNED, Told.REFUSED, Told.UNSURE, Told.GIVEN_UP)


@dataclass(frozen=True, kw_only=True)
class CoolingNotice:
    """That mail; `tried_at`: when it went, or was tried for good, from which on the cooling time runs."""

    told: Told
    tried_at: datetime | None = None


def counts_from(
    due_at: datetime | None, *, lasts: timedelta, notice: CoolingNotice | None
) -> datetime | None:
    """When that time is over, as far as is known now: the whole of it runs since the mail was tried."""
    if due_at is None or notice is None or notice.tried_at is None:
        return due_at
    return max(due_at, notice.tried_at + lasts)


def has_cooled(
    due_at: datetime | None, *, lasts: timedelta, notice: CoolingNotice | None, now: datetime
) -> bool:
    """Whether that time is over; it has not begun while the mail waits with us."""
    end = counts_from(due_at, lasts=lasts, notice=notice)
    return end is not None and notice is not None and notice.tried_at is not None and now >= end
