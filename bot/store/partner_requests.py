"""Who has asked for an invitation to the Extranet, and what the desk made of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.partner_requests import PartnerRequest, RequestState
from bot.store.database import count, instant, row, text_of


def add(
    db: Database, *, email: str, name: str, company: str, lang: str, shown_at: datetime, now: datetime
) -> int:
    """Its number; 0 where one from that address is open already. `shown_at`: when its card comes."""
    values = {
        "email": email,
        "name": name,
        "company": company,
        "lang": lang,
        "now": text_of(now),
        "shown_at": text_of(shown_at),
    }
    cursor = db.execute(
        """insert into partner_requests (email, name, company, lang, asked_at, state, decided_by,
             shown_at)
           select :email, :name, :company, :lang, :now, 'asked', '', :shown_at
           where not exists (select 1 from partner_requests where email = :email and state = 'asked')""",
        values,
    )
    return int(cursor.lastrowid or 0) if cursor.rowcount else 0


def find(db: Database, request_id: int) -> PartnerRequest | None:
    found = row(db, "select * from partner_requests where id = :id", {"id": request_id})
    return _request(found) if found else None


def is_open(db: Database, email: str) -> bool:
    sql = "select 1 from partner_requests where email = :email and state = 'asked'"
    return row(db, sql, {"email": email}) is not None


def find_shown(db: Database, *, before: int) -> datetime | None:
    """When the card came, or comes, that has so many behind it; None where there are fewer."""
    sql = "select shown_at from partner_requests order by shown_at desc limit 1 offset :before"
    found = row(db, sql, {"before": before})
    return instant(found["shown_at"]) if found else None


def settle(db: Database, request_id: int, *, to: RequestState, by: str) -> bool:
    """Compare, then swap; False where it was decided about before."""
    sql = "update partner_requests set state = :to, decided_by = :by where id = :id and state = 'asked'"
    return bool(count(db, sql, {"id": request_id, "to": to, "by": by}))


def _request(found: Mapping[str, Any]) -> PartnerRequest:
    return PartnerRequest(
        id=found["id"],
        email=found["email"],
        name=found["name"],
        company=found["company"],
        lang=found["lang"],
        asked_at=instant(found["asked_at"]),
        state=RequestState(found["state"]),
        decided_by=found["decided_by"],
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table partner_requests (
            id integer primary key,
            email text not null,
            name text not null,
            company text not null,
            lang text not null,
            asked_at text not null,
            state text not null,
            decided_by text not null
        );
        create index partner_requests_by_email on partner_requests (email);
        create index partner_requests_by_time on partner_requests (asked_at);
    """)


def add_turns(db: Database) -> None:
    """The step of a later migration: of very many the cards come one after the other."""
    db.execute("alter table partner_requests add column shown_at text not null default ''")
    db.execute("update partner_requests set shown_at = asked_at")
    db.execute("create index partner_requests_by_turn on partner_requests (shown_at)")
