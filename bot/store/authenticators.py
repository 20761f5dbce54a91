"""Second factors of staff, sealed, one a person; and who has agreed that one is lost."""

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.step_up import Authenticator, ResetAsked
from bot.store.database import count, instant, maybe_instant, row, rows, text_of


def find(db: Database, person: str) -> Authenticator | None:
    found = row(db, "select * from authenticators where person = :person", {"person": person})
    return _authenticator(found) if found else None


def put(db: Database, device: Authenticator) -> None:
    """Write it as it is now, in the place of what the person had."""
    count(
        db,
        """insert into authenticators
           (person, sealed, address, made_at, confirmed_at, last_step, wrong, locked_until)
           values (:person, :sealed, :address, :made_at, :confirmed_at, :last_step, :wrong, :locked_until)
           on conflict (person) do update set sealed = :sealed, address = :address, made_at = :made_at,
           confirmed_at = :confirmed_at, last_step = :last_step, wrong = :wrong,
           locked_until = :locked_until""",
        {
            "person": device.person,
            "sealed": device.sealed,
            "address": device.address,
            "made_at": text_of(device.made_at),
            "confirmed_at": _maybe(device.confirmed_at),
            "last_step": device.last_step,
            "wrong": device.wrong,
            "locked_until": _maybe(device.locked_until),
        },
    )


def drop(db: Database, person: str) -> None:
    """Forget the device, and whoever asked for that."""
    count(db, "delete from authenticators where person = :person", {"person": person})
    count(db, "delete from authenticator_resets where person = :person", {"person": person})


def list_confirmed(db: Database) -> frozenset[str]:
    """Who has a device that counts."""
    found = rows(db, "select person from authenticators where confirmed_at is not null")
    return frozenset(str(entry["person"]) for entry in found)


def list_sealed(db: Database) -> list[str]:
    """The sealed secrets of everybody."""
    return [str(entry["sealed"]) for entry in rows(db, "select sealed from authenticators")]


def find_reset(db: Database, person: str, *, since: datetime) -> ResetAsked | None:
    """Who has said, not before `since`, that the person's device is lost."""
    found = row(
        db,
        "select * from authenticator_resets where person = :person and made_at >= :since",
        {"person": person, "since": text_of(since)},
    )
    if found is None:
        return None
    return ResetAsked(by=found["made_by"], right_of=found["right_of"], at=instant(found["made_at"]))


def put_reset(db: Database, person: str, asked: ResetAsked) -> None:
    count(
        db,
        """insert into authenticator_resets (person, made_by, right_of, made_at)
           values (:person, :by, :right_of, :at)
           on conflict (person) do update set made_by = :by, right_of = :right_of, made_at = :at""",
        {"person": person, "by": asked.by, "right_of": asked.right_of, "at": text_of(asked.at)},
    )


def _maybe(moment: datetime | None) -> str | None:
    return text_of(moment) if moment else None


def _authenticator(entry: dict[str, Any]) -> Authenticator:
    return Authenticator(
        person=entry["person"],
        sealed=entry["sealed"],
        address=entry["address"],
        made_at=instant(entry["made_at"]),
        confirmed_at=maybe_instant(entry["confirmed_at"]),
        last_step=int(entry["last_step"]),
        wrong=int(entry["wrong"]),
        locked_until=maybe_instant(entry["locked_until"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table authenticators (
            person text primary key,
            sealed text not null,
            address text not null,
            made_at text not null,
            confirmed_at text,
            last_step integer not null,
            wrong integer not null,
            locked_until text
        );
        create table authenticator_resets (
            person text primary key,
            made_by text not null,
            right_of text not null,
            made_at text not null
        );
        create index links_by_subject on links (purpose, subject);
    """)
