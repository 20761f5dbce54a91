"""The time that the owner of an account has to stop what others agreed to in their place."""

from datetime import datetime, timedelta


def has_cooled(due_at: datetime | None, *, lasts: timedelta, told_at: datetime | None, now: datetime) -> bool:
    """Whether that time is over: never before its owner has had the whole of it since the mail went."""
    return due_at is not None and told_at is not None and now >= max(due_at, told_at + lasts)
