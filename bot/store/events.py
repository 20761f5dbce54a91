"""The audit trail: append-only, each event chained to the one before."""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlite_utils import Database

from bot.domain.events import GENESIS, Event, EventTag, chained
from bot.store.database import count, instant, row, text_of


def add(
    db: Database,
    tag: EventTag,
    subject: str,
    *,
    actor: str,
    at: datetime,
    **data: str | int | bool | None,
) -> None:
    """Append one event, in the caller's transaction; ids and codes only."""
    last = row(db, "select seq, hash from events order by seq desc limit 1")
    seq = (last["seq"] if last else 0) + 1
    link: dict[str, str] = {
        "at": text_of(at),
        "tag": str(tag),
        "actor": actor,
        "subject": subject,
        "data": json.dumps(data, sort_keys=True),
    }
    previous = last["hash"] if last else GENESIS
    count(
        db,
        """insert into events (seq, at, tag, actor, subject, data, previous, hash)
           values (:seq, :at, :tag, :actor, :subject, :data, :previous, :hash)""",
        {**link, "seq": seq, "previous": previous, "hash": chained(previous, seq=seq, **link)},
    )


def iterate(db: Database) -> Iterator[Event]:
    """Go through the trail from its beginning."""
    columns = "seq, at, tag, actor, subject, data, previous, hash"
    cursor = db.execute(f"select {columns} from events order by seq")
    for seq, at, tag, actor, subject, data, previous, digest in cursor:
        yield Event(
            seq=seq,
            at=instant(at),
            tag=tag,
            actor=actor,
            subject=subject,
            data=json.loads(data),
            previous=previous,
            hash=digest,
        )


def find_first_broken(db: Database) -> int | None:
    """Return the sequence number of the first link that does not hold, or None when the chain is whole."""
    previous, expected = GENESIS, 1
    # As bytes: whoever tampers with the file may leave what is no text at all.
    columns = ("at", "tag", "actor", "subject", "data", "previous", "hash")
    as_bytes = ", ".join(f"cast({name} as blob)" for name in columns)
    texts = " and ".join(f"typeof({name}) = 'text'" for name in columns)
    for seq, sound, *found in db.execute(f"select seq, {texts}, {as_bytes} from events order by seq"):
        link = dict(zip(columns, (part.decode("utf-8", "replace") for part in found), strict=True))
        before, digest = link.pop("previous"), link.pop("hash")
        if not sound or seq != expected or before != previous or digest != chained(previous, seq=seq, **link):
            return int(seq)
        previous, expected = digest, seq + 1
    return None


def head(db: Database) -> tuple[int, str]:
    """The newest link: its sequence number and hash; (0, …) for an empty trail."""
    last = row(db, "select seq, cast(hash as blob) hash from events order by seq desc limit 1")
    return (last["seq"], last["hash"].decode("utf-8", "replace")) if last else (0, GENESIS)
