"""The audit trail: append-only, each event chained to the one before."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.events import GENESIS, Event, EventTag, Head, Restore, chained
from bot.store.database import count_each, instant, listed, maybe_instant, row, rows, text_of

COLUMNS = "seq, at, tag, actor, subject, data, previous, hash"
RESTORED = "database"  #: the subject of a restore
AT_ONCE = 500  #: subjects looked up in one statement


Data = Mapping[str, str | int | bool | None]  #: ids and codes


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """What happened to one subject; ids and codes only."""

    tag: EventTag
    subject: str
    data: Data


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
    add_all(db, [NewEvent(tag=tag, subject=subject, data=data)], actor=actor, at=at)


def add_all(db: Database, happened: Iterable[NewEvent], *, actor: str, at: datetime) -> None:
    """Append several, in that order, in the caller's transaction."""
    last = row(db, "select seq, hash from events order by seq desc limit 1")
    seq, previous = (last["seq"], last["hash"]) if last else (0, GENESIS)
    links: list[dict[str, str | int]] = []
    moment = text_of(at)
    for number, event in enumerate(happened, start=seq + 1):
        link: dict[str, str] = {
            "at": moment,
            "tag": str(event.tag),
            "actor": actor,
            "subject": event.subject,
            "data": json.dumps(event.data, sort_keys=True),
        }
        digest = chained(previous, seq=number, **link)
        links.append({**link, "seq": number, "previous": previous, "hash": digest})
        previous = digest
    count_each(
        db,
        """insert into events (seq, at, tag, actor, subject, data, previous, hash)
           values (:seq, :at, :tag, :actor, :subject, :data, :previous, :hash)""",
        links,
    )


def iterate(db: Database) -> Iterator[Event]:
    """Go through the trail from its beginning."""
    names = COLUMNS.split(", ")
    for entry in db.execute(f"select {COLUMNS} from events order by seq"):
        yield _event(dict(zip(names, entry, strict=True)))


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


def head(db: Database) -> Head:
    """The newest link; 0 and GENESIS of an empty trail."""
    last = row(db, "select seq, cast(hash as blob) hash from events order by seq desc limit 1")
    return Head(last["seq"], last["hash"].decode("utf-8", "replace")) if last else Head(0, GENESIS)


def contains(db: Database, link: Head) -> bool:
    """Whether the trail has exactly that link; the empty trail's is in each."""
    sql = "select cast(hash as blob) hash from events where seq = :seq"
    found = row(db, sql, {"seq": link.seq})
    return found["hash"] == link.hash.encode() if found else link == Head(0, GENESIS)


def list_restores(db: Database) -> list[Restore]:
    """Every restore that the trail names, oldest first; one whose time nobody can read is none."""
    # As bytes: whoever tampers with the file may leave what is no text at all.
    sql = """select seq, cast(at as blob) at, cast(actor as blob) actor,
             (select cast(at as blob) from events before where before.seq = e.seq - 1) newest
             from events e where subject = :subject and tag = :tag order by seq"""
    found: list[Restore] = []
    for entry in rows(db, sql, {"subject": RESTORED, "tag": str(EventTag.DATABASE_RESTORED)}):
        with suppress(ValueError):
            at, by = entry["at"].decode(), entry["actor"].decode("utf-8", "replace")
            newest = maybe_instant(entry["newest"] and entry["newest"].decode())
            found.append(Restore(seq=entry["seq"], at=instant(at), by=by, newest=newest))
    return found


def find_link(db: Database, hash_: str) -> int | None:
    """The number of the event with that hash; None where the trail has none."""
    found = row(db, "select seq from events where cast(hash as blob) = :hash", {"hash": hash_.encode()})
    return int(found["seq"]) if found else None


def list_about(db: Database, subjects: Sequence[str]) -> list[Event]:
    """Everything about these, oldest first."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(subjects), AT_ONCE):
        inside, values = listed("subject", subjects[start : start + AT_ONCE])
        found += rows(db, f"select {COLUMNS} from events where subject in ({inside})", values)
    return [_event(entry) for entry in sorted(found, key=lambda entry: int(entry["seq"]))]


def list_tagged(db: Database, subjects: Sequence[str], tags: Sequence[EventTag]) -> list[Event]:
    """The same, of these kinds only."""
    return [one for one in list_about(db, subjects) if one.tag in tags]


def _event(entry: Mapping[str, Any]) -> Event:
    return Event(**{**entry, "at": instant(entry["at"]), "data": json.loads(entry["data"])})
