"""Which mail carried which License Key, and why."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.license_keys import KeyMail, Mailed
from bot.domain.outbox import JobStatus
from bot.store.database import instant, listed, maybe_instant, row, rows, text_of

_AT_ONCE = 500


def add(db: Database, key_ids: Sequence[int], outbox_key: str, why: Mailed, *, now: datetime) -> None:
    """A mail that was queued carries these keys."""
    db.conn.executemany(
        """insert into key_mails (key_id, outbox_key, why, made_at)
           values (:key_id, :outbox_key, :why, :now)""",
        [{"key_id": key_id, "outbox_key": outbox_key, "why": why, "now": text_of(now)} for key_id in key_ids],
    )


def count_mails(db: Database, key_id: int) -> int:
    """How many mails carried it so far, whatever became of them."""
    found = row(db, "select count(*) n from key_mails where key_id = :id", {"id": key_id})
    return int(found["n"]) if found else 0


def count_since(db: Database, key_id: int, why: Mailed, *, since: datetime) -> int:
    found = row(
        db,
        "select count(*) n from key_mails where key_id = :id and why = :why and made_at > :since",
        {"id": key_id, "why": why, "since": text_of(since)},
    )
    return int(found["n"]) if found else 0


def list_of_key(db: Database, key_id: int) -> list[KeyMail]:
    """Every mail that carried it, the newest last."""
    return [mail for _, mail in _list(db, [key_id])]


def list_newest(db: Database, key_ids: Sequence[int]) -> dict[int, KeyMail]:
    """The newest mail of each key that was mailed at all."""
    found: dict[int, KeyMail] = {}
    for start in range(0, len(key_ids), _AT_ONCE):
        found |= dict(_list(db, key_ids[start : start + _AT_ONCE]))
    return found


def list_of_keys(db: Database, key_ids: Sequence[int]) -> dict[int, list[KeyMail]]:
    """Every mail of each key, the newest last; [] of one that was never mailed."""
    found: dict[int, list[KeyMail]] = {key_id: [] for key_id in key_ids}
    for start in range(0, len(key_ids), _AT_ONCE):
        for key_id, mail in _list(db, key_ids[start : start + _AT_ONCE]):
            found[key_id].append(mail)
    return found


def _list(db: Database, key_ids: Sequence[int]) -> list[tuple[int, KeyMail]]:
    inside, values = listed("key", map(str, key_ids))
    found = rows(
        db,
        f"""select m.key_id, m.why, m.made_at, o.id job_id, o.recipient, o.status, o.sent_at,
                   exists (select 1 from bounces b where b.job_id = o.id and b.gave_up = 1) returned
            from key_mails m join outbox o on o.key = m.outbox_key
            where m.key_id in ({inside}) order by m.id""",
        values,
    )
    return [
        (
            int(entry["key_id"]),
            KeyMail(
                job_id=entry["job_id"],
                why=Mailed(entry["why"]),
                to=entry["recipient"],
                status=JobStatus(entry["status"]),
                queued_at=instant(entry["made_at"]),
                sent_at=maybe_instant(entry["sent_at"]),
                returned=bool(entry["returned"]),
            ),
        )
        for entry in found
    ]


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the keys."""
    db.executescript("""
        create table key_mails (
            id integer primary key,
            key_id integer not null references license_keys (id),
            outbox_key text not null,
            why text not null,
            made_at text not null
        );
        create index mails_by_key on key_mails (key_id);
    """)
