"""Messages that staff took up, each kept once, and the cases to which they were added."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.clippings import Clipping, Message
from bot.store.database import count, instant, row, rows, text_of

_JOINED = """select c.id, m.channel, m.ts, m.author, m.text, m.link, c.word, c.added_by, c.added_at
             from case_clippings c join clippings m on m.id = c.clipping_id"""


def keep(db: Database, message: Message, *, now: datetime) -> int:
    """Keep a message as it reads now, unless a case has it already; return its number."""
    (found,) = rows(
        db,
        """insert into clippings (channel, ts, author, text, link, made_at)
           values (:channel, :ts, :author, :text, :link, :now)
           on conflict (channel, ts) do update set made_at = :now,
             text = case when exists (select 1 from case_clippings where clipping_id = clippings.id)
                         then text else :text end
           returning id""",
        {**asdict(message), "now": text_of(now)},
    )
    return int(found["id"])


def drop_unused(db: Database, *, before: datetime) -> None:
    """Forget what was taken up and added to nothing: it is somebody's words."""
    count(
        db,
        """delete from clippings where made_at < :before
             and not exists (select 1 from case_clippings where clipping_id = clippings.id)""",
        {"before": text_of(before)},
    )


def is_kept(db: Database, clipping_id: int) -> bool:
    return row(db, "select 1 from clippings where id = :id", {"id": clipping_id}) is not None


def add(db: Database, case_id: int, clipping_id: int, *, word: str, by: str, now: datetime) -> int | None:
    """Add a kept message to a case; None when it was added before."""
    found = rows(
        db,
        """insert into case_clippings (case_id, clipping_id, word, added_by, added_at)
           values (:case_id, :clipping_id, :word, :by, :now) on conflict do nothing returning id""",
        {"case_id": case_id, "clipping_id": clipping_id, "word": word, "by": by, "now": text_of(now)},
    )
    return int(found[0]["id"]) if found else None


def find(db: Database, number: int) -> Clipping | None:
    found = row(db, f"{_JOINED} where c.id = :id", {"id": number})
    return _clipping(found) if found else None


def get_number(db: Database, case_id: int, clipping_id: int) -> int:
    """The number under which that message stands in that case, where it does."""
    sql = "select id from case_clippings where case_id = :case_id and clipping_id = :clipping_id"
    (found,) = rows(db, sql, {"case_id": case_id, "clipping_id": clipping_id})
    return int(found["id"])


def list_of_case(db: Database, case_id: int) -> list[Clipping]:
    """Everything that was added to a case, the newest first."""
    found = rows(db, f"{_JOINED} where c.case_id = :id order by c.id desc", {"id": case_id})
    return [_clipping(entry) for entry in found]


def _clipping(found: Mapping[str, Any]) -> Clipping:
    return Clipping(
        id=found["id"],
        message=Message(
            channel=found["channel"],
            ts=found["ts"],
            author=found["author"],
            text=found["text"],
            link=found["link"],
        ),
        word=found["word"],
        added_by=found["added_by"],
        added_at=instant(found["added_at"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped.

    A number is given once for ever: a modal may still name one that was forgotten.
    """
    db.executescript("""
        create table clippings (
            id integer primary key autoincrement,
            channel text not null,
            ts text not null,
            author text not null,
            text text not null,
            link text not null,
            made_at text not null,
            unique (channel, ts)
        );
        create table case_clippings (
            id integer primary key,
            case_id integer not null references cases (id) on delete cascade,
            clipping_id integer not null references clippings (id),
            word text not null,
            added_by text not null,
            added_at text not null,
            unique (case_id, clipping_id)
        );
        create index case_clippings_by_message on case_clippings (clipping_id);
    """)
