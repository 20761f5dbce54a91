"""Prove that the audit trail is whole, post its head where nobody here can change it, and print it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.events import Event, Head, Restore
from bot.domain.note_names import NoteName
from bot.ports import Chat
from bot.services.queueing import queue_note
from bot.store import events, outbox
from bot.store.database import transaction

POSTED = "audit:head:"  #: begins the key of each posted head, which its message in Slack carries
NEWEST = 5  #: posted heads that are compared
_KEY = re.compile(re.escape(POSTED) + r"[0-9-]+:([0-9]+):([0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True)
class Proof:
    """`broken_at` is the first event that does not hold, None when all do."""

    events: int
    head: str
    broken_at: int | None
    restored: Restore | None  #: the newest restore that the trail names, for a person to know of


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A head that Slack holds, and whether the trail has that link."""

    head: Head
    agrees: bool
    undone: Restore | None = None  #: where it differs: the restore that took what it names out of the trail

    @property
    def sound(self) -> bool:
        return self.agrees or self.undone is not None


def verify(db: Database) -> Proof:
    """Recompute every link of the chain."""
    head, broken_at = events.head(db), events.find_first_broken(db)
    restored = next(reversed(events.list_restores(db)), None)
    return Proof(events=head.seq, head=head.hash, broken_at=broken_at, restored=restored)


def find_head(db: Database, noted: str) -> int | None:
    """The number of the event whose hash somebody noted; None where the trail has none like it."""
    return events.find_link(db, noted)


def export(db: Database) -> Iterator[Event]:
    """Every event, oldest first."""
    return events.iterate(db)


def post_head(db: Database, *, day: str, now: datetime) -> bool:
    """Queue the trail's head for the support channel, once a day; False when that day has one already.

    Whoever can rewrite the database can make a chain that holds in itself; what was posted holds it to
    what it was. An empty trail has nothing to post. As such a person may write a restore in, which
    excuses the heads of before, the note names it for as many nights as those are compared.
    """
    with transaction(db, locks=("audit:head",)):
        head = events.head(db)
        if not head.seq or outbox.find_newest(db, f"{POSTED}{day}:"):
            return False
        key = f"{POSTED}{day}:{head.seq}:{head.hash}"
        recent = [one for one in events.list_restores(db) if now - one.at <= timedelta(days=NEWEST + 1)]
        told = [{"seq": one.seq, "at": one.at.isoformat(), "by": one.by} for one in recent[-NEWEST:]]
        values = asdict(head) | {"restores": told}
        return queue_note(db, NoteName.AUDIT_HEAD, key=key, values=values, now=now)


def compare(db: Database, chat: Chat, channel: str) -> tuple[Posted, ...]:
    """The newest heads that Slack holds, newest first, each beside the trail; raises the three failures."""
    keys = chat.list_keys(channel, POSTED, most=NEWEST)
    read = ((found, at) for key, at in keys if (found := _KEY.fullmatch(key)))
    restores = events.list_restores(db)
    return tuple(_beside(db, Head(int(found[1]), found[2]), at, restores) for found, at in read)


def _beside(db: Database, head: Head, posted_at: datetime, restores: Sequence[Restore]) -> Posted:
    """A restore ends the trail in its own event: what stood from there on may differ, nothing before."""
    if events.contains(db, head):
        return Posted(head=head, agrees=True)
    undoing = (one for one in reversed(restores) if one.seq <= head.seq and posted_at < one.at)
    return Posted(head=head, agrees=False, undone=next(undoing, None))
