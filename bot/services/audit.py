"""Prove that the audit trail is whole, and print it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from bot.domain.events import Event
from bot.store import events


@dataclass(frozen=True, kw_only=True)
class Proof:
    """`broken_at` is the first event that does not hold, None when all do."""

    events: int
    head: str
    broken_at: int | None


def verify(db: Database) -> Proof:
    """Recompute every link of the chain."""
    seq, digest = events.head(db)
    return Proof(events=seq, head=digest, broken_at=events.find_first_broken(db))


def export(db: Database) -> Iterator[Event]:
    """Every event, oldest first."""
    return events.iterate(db)
