"""Whom administrators invited to register themselves, until they have."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.members import Invited
from bot.domain.ris import role_of
from bot.store.database import count, instant, maybe_instant, row, rows, text_of
from bot.store.numbers import next_id


def add(
    db: Database,
    *,
    organisation: int,
    email: str,
    role: str,
    lang: str,
    by: int,
    now: datetime,
    until: datetime,
) -> int:
    """Its number."""
    cursor = db.execute(
        f"""insert into member_invitations (id, organisation, email, role, lang, made_by, made_at, until)
           values ({next_id("member_invitations")}, :organisation, :email, :role, :lang, :by, :now,
               :until)""",
        {
            "organisation": organisation, "email": email, "role": role, "lang": lang, "by": by,
            "now": text_of(now), "until": text_of(until),
        },
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def find_open(db: Database, invitation_id: int, *, now: datetime) -> tuple[Invited, int] | None:
    """One that nobody took and nobody called back, with its organisation."""
    found = row(
        db,
        "select * from member_invitations where id = :id and ended_at is null and until > :now",
        {"id": invitation_id, "now": text_of(now)},
    )
    return (_invited(found), found["organisation"]) if found else None


def find_waiting(db: Database, invitation_id: int) -> tuple[Invited, int] | None:
    """One that nobody took and nobody called back, though it be too old, and the account that sent it."""
    sql = "select * from member_invitations where id = :id and ended_at is null"
    found = row(db, sql, {"id": invitation_id})
    return (_invited(found), found["made_by"]) if found else None


def find_open_to(db: Database, email: str, *, now: datetime) -> tuple[Invited, datetime] | None:
    """The newest that an address has and nobody took, and when it was made."""
    found = row(
        db,
        """select * from member_invitations
           where email = :email and ended_at is null and until > :now order by id desc limit 1""",
        {"email": email, "now": text_of(now)},
    )
    return (_invited(found), instant(found["made_at"])) if found else None


def list_waiting(db: Database, organisation: int) -> tuple[Invited, ...]:
    """Those of an organisation, the ones that are too old among them."""
    found = rows(
        db,
        "select * from member_invitations where organisation = :id and ended_at is null order by id",
        {"id": organisation},
    )
    return tuple(_invited(entry) for entry in found)


def list_ended(db: Database, organisation: int, *, since: datetime) -> tuple[Invited, ...]:
    """Those that nobody took and that ended since then, of people whom the organisation has not met again."""
    found = rows(
        db,
        """select * from member_invitations i
           where organisation = :id and ended_at >= :since and account_id is null and email like '%@%'
             and not exists (select 1 from member_invitations newer
                 where newer.organisation = i.organisation and newer.email = i.email and newer.id > i.id)
             and not exists (select 1 from accounts
                 where accounts.organisation = i.organisation and accounts.email = i.email)
           order by id""",
        {"id": organisation, "since": text_of(since)},
    )
    return tuple(_invited(entry) for entry in found)


def extend(db: Database, invitation_id: int, *, until: datetime) -> None:
    sql = "update member_invitations set until = :until where id = :id and ended_at is null"
    count(db, sql, {"id": invitation_id, "until": text_of(until)})


def end(
    db: Database, invitation_id: int, *, organisation: int, account_id: int | None, now: datetime
) -> bool:
    """It was taken, or called back (without an account); False where it was over already."""
    return bool(
        count(
            db,
            """update member_invitations set ended_at = :now, account_id = :account_id
               where id = :id and organisation = :organisation and ended_at is null""",
            {
                "id": invitation_id, "organisation": organisation, "account_id": account_id,
                "now": text_of(now),
            },
        )
    )  # fmt: skip


def was_ended(db: Database, invitation_id: int, *, organisation: int | None = None) -> bool:
    """Whether one, of theirs where one is named, is over without anybody having taken it."""
    sql = """select 1 as yes from member_invitations
             where id = :id and organisation = coalesce(:organisation, organisation)
             and ended_at is not null and account_id is null"""
    return row(db, sql, {"id": invitation_id, "organisation": organisation}) is not None


def find_account(db: Database, invitation_id: int) -> int | None:
    """The account that somebody made by it."""
    found = row(db, "select account_id from member_invitations where id = :id", {"id": invitation_id})
    return found["account_id"] if found else None


def end_all_by(db: Database, account_id: int, *, now: datetime) -> list[int]:
    """Those that an administrator sent and nobody took are over; their numbers."""
    found = rows(
        db,
        """update member_invitations set ended_at = :now where made_by = :by and ended_at is null
           returning id""",
        {"by": account_id, "now": text_of(now)},
    )
    return sorted(int(entry["id"]) for entry in found)


def count_by(db: Database, account_id: int) -> int:
    """How many an administrator sent that nobody took, the ones that are too old among them."""
    sql = "select count(*) as many from member_invitations where made_by = :by and ended_at is null"
    found = row(db, sql, {"by": account_id})
    return int(found["many"]) if found else 0


def list_inviters(db: Database, organisation: int) -> dict[int, int]:
    """By invitation, be it over or not, the account that sent it."""
    sql = "select id, made_by from member_invitations where organisation = :id"
    return {entry["id"]: entry["made_by"] for entry in rows(db, sql, {"id": organisation})}


def count_since(db: Database, organisation: int, *, since: datetime) -> int:
    """How many were made since then."""
    found = row(
        db,
        "select count(*) n from member_invitations where organisation = :id and made_at >= :since",
        {"id": organisation, "since": text_of(since)},
    )
    return int(found["n"]) if found else 0


def _invited(found: Mapping[str, Any]) -> Invited:
    return Invited(
        id=found["id"],
        email=found["email"],
        role=role_of(found["role"]),
        lang=found["lang"],
        until=instant(found["until"]),
        ended_at=maybe_instant(found["ended_at"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table member_invitations (
            id integer primary key,
            organisation integer not null references cases (id),
            email text not null,
            role text not null,
            lang text not null,
            made_by integer not null references accounts (id),
            made_at text not null,
            until text not null,
            ended_at text,
            account_id integer references accounts (id)
        );
        create index open_member_invitations on member_invitations (organisation, made_at);
    """)


def add_index_by_email(db: Database) -> None:
    """The migration's step by which an address is asked about; never edited once shipped."""
    db.execute(
        "create index member_invitations_by_email on member_invitations (email) where ended_at is null"
    )
