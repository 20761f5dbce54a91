"""Who was invited to the Extranet, what they have typed so far, and what came of it."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.partners import Invitation, NewInvitation
from bot.domain.registration import Draft
from bot.store.database import count, instant, listed, maybe_instant, row, rows, text_of
from bot.store.numbers import next_id

AT_ONCE = 500  #: addresses looked up in one statement


def add(
    db: Database, new: NewInvitation, *, by: str, now: datetime, until: datetime, closed_id: int = 0
) -> int:
    """Its number."""
    cursor = db.execute(
        f"""insert into partner_invitations
               (id, email, first_name, last_name, lang, role, made_by, made_at, until, draft, closed_id)
           values ({next_id("partner_invitations")}, :email, :first_name, :last_name, :lang, :role, :by,
               :now, :until, '', nullif(:closed_id, 0))""",
        {
            "email": new.email, "first_name": new.first_name, "last_name": new.last_name, "lang": new.lang,
            "role": new.role, "by": by, "now": text_of(now), "until": text_of(until),
            "closed_id": closed_id,
        },
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def find(db: Database, invitation_id: int) -> Invitation | None:
    found = row(db, "select * from partner_invitations where id = :id", {"id": invitation_id})
    return _invitation(found) if found else None


def find_of_account(db: Database, account_id: int) -> Invitation | None:
    """By which that account came."""
    found = row(db, "select * from partner_invitations where account_id = :id", {"id": account_id})
    return _invitation(found) if found else None


def list_in_place_of(db: Database, closed_id: int) -> list[int]:
    """The numbers of those that were made in the place of that closed account."""
    found = rows(db, "select id from partner_invitations where closed_id = :id", {"id": closed_id})
    return [int(entry["id"]) for entry in found]


def list_followers(db: Database, closed_id: int) -> list[int]:
    """The accounts that came in the place of that one, and in the place of those again."""
    sql = """with recursive came (id) as (
               select account_id from partner_invitations
               where closed_id = :id and account_id is not null
               union select i.account_id from partner_invitations i join came on i.closed_id = came.id
               where i.account_id is not null)
             select id from came"""
    return [int(entry["id"]) for entry in rows(db, sql, {"id": closed_id})]


def list_places(db: Database, account_id: int) -> list[int]:
    """That account, the closed one in whose place it came, and the one before that, and so on."""
    sql = """with recursive place (id) as (
               select :id
               union select i.closed_id from partner_invitations i join place on i.account_id = place.id
               where i.closed_id is not null)
             select id from place"""
    return [int(entry["id"]) for entry in rows(db, sql, {"id": account_id})]


def list_open(db: Database, emails: Collection[str], *, now: datetime) -> dict[str, list[Invitation]]:
    """By address, the invitations that are open to it, the newest first."""
    wanted, found = sorted(set(emails)), dict[str, list[Invitation]]()
    for start in range(0, len(wanted), AT_ONCE):
        inside, values = listed("email", wanted[start : start + AT_ONCE])
        sql = f"""select * from partner_invitations
                  where email in ({inside}) and ended_at is null and until > :now order by id desc"""
        for entry in rows(db, sql, {**values, "now": text_of(now)}):
            found.setdefault(str(entry["email"]), []).append(_invitation(entry))
    return found


def count_since(db: Database, since: datetime) -> int:
    """How many staff have made since then."""
    sql = "select count(*) n from partner_invitations where made_at >= :since and made_by <> 'usher'"
    found = row(db, sql, {"since": text_of(since)})
    return int(found["n"]) if found else 0


def put_draft(db: Database, invitation_id: int, draft: Draft) -> bool:
    """Keep what was typed; False where the invitation is over."""
    values = {"id": invitation_id, "draft": json.dumps(dict(draft), ensure_ascii=False)}
    sql = "update partner_invitations set draft = :draft where id = :id and ended_at is null"
    return bool(count(db, sql, values))


def renew(db: Database, invitation_id: int, *, until: datetime) -> None:
    """It works longer."""
    sql = (
        "update partner_invitations set until = :until where id = :id and ended_at is null and until < :until"
    )
    count(db, sql, {"id": invitation_id, "until": text_of(until)})


def correct(db: Database, invitation_id: int, *, role: str, lang: str) -> bool:
    """False where it is over."""
    sql = "update partner_invitations set role = :role, lang = :lang where id = :id and ended_at is null"
    return bool(count(db, sql, {"id": invitation_id, "role": role, "lang": lang}))


def end(db: Database, invitation_id: int, *, account_id: int | None, now: datetime) -> bool:
    """Compare, then swap: its person has registered, or it was withdrawn. What they typed goes."""
    return bool(
        count(
            db,
            """update partner_invitations set ended_at = :now, account_id = :account_id, draft = ''
               where id = :id and ended_at is null""",
            {"id": invitation_id, "account_id": account_id, "now": text_of(now)},
        )
    )


def _invitation(found: Mapping[str, Any]) -> Invitation:
    return Invitation(
        id=found["id"],
        email=found["email"],
        first_name=found["first_name"],
        last_name=found["last_name"],
        lang=found["lang"],
        role=found["role"],
        by=found["made_by"],
        made_at=instant(found["made_at"]),
        until=instant(found["until"]),
        draft=json.loads(found["draft"]) if found["draft"] else {},
        ended_at=maybe_instant(found["ended_at"]),
        account_id=found["account_id"],
        closed_id=found["closed_id"] or 0,
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table partner_invitations (
            id integer primary key,
            email text not null,
            first_name text not null,
            last_name text not null,
            lang text not null,
            role text not null,
            made_by text not null,
            made_at text not null,
            until text not null,
            draft text not null,
            ended_at text,
            account_id integer references accounts (id)
        );
        create index partner_invitations_by_email on partner_invitations (email);
        create index partner_invitations_by_time on partner_invitations (made_at);
        create index partner_invitations_by_account on partner_invitations (account_id)
            where account_id is not null;
    """)


def add_closed_account(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.execute("alter table partner_invitations add column closed_id integer references accounts (id)")
    db.execute("""create index partner_invitations_by_closed on partner_invitations (closed_id)
                  where closed_id is not null""")
