"""Accounts, their User IDs, and their passwords' hashes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, NewAccount, Origin
from bot.domain.cases import CaseStatus
from bot.domain.programmes import Programme
from bot.domain.ris import Credential, Role, role_of
from bot.store.bounces import came_back_of
from bot.store.database import count, instant, maybe_instant, row, rows, text_of
from bot.store.numbers import next_id


def add(
    db: Database,
    new: NewAccount,
    *,
    user_id: str,
    programme: Programme = Programme.MAG,
    organisation: int = 0,
    case_id: int = 0,
    now: datetime,
) -> Account | None:
    """Make it, waiting for its activation; None where that User ID is taken."""
    values = {
        "programme": programme,
        "user_id": user_id,
        "organisation": organisation,
        "case_id": case_id,
        "salutation": new.salutation,
        "first_name": new.first_name,
        "last_name": new.last_name,
        "email": new.email,
        "phones": json.dumps(new.phones),
        "job_title": new.job_title,
        "role": new.role,
        "credential": new.credential,
        "lang": new.lang,
        "origin": new.origin,
        "now": text_of(now),
    }
    added = count(
        db,
        f"""insert into accounts (id, programme, user_id, organisation, case_id, salutation, first_name,
               last_name, email, phones, job_title, role, credential, lang, origin, status, made_at)
           values ({next_id("accounts")}, :programme, :user_id, nullif(:organisation, 0),
               nullif(:case_id, 0), :salutation, :first_name, :last_name, :email, :phones, :job_title,
               :role, :credential, :lang, :origin, 'waiting', :now)
           on conflict do nothing""",
        values,
    )
    return find_by_user_id(db, user_id) if added else None


def find(db: Database, account_id: int) -> Account | None:
    found = row(db, "select * from accounts where id = :id", {"id": account_id})
    return from_row(found) if found else None


def find_by_user_id(db: Database, user_id: str) -> Account | None:
    """By a User ID as `fold_user_id` writes it."""
    sql = "select * from accounts where user_id = :user_id and erased_at is null"
    found = row(db, sql, {"user_id": user_id})
    return from_row(found) if found else None


def list_by_email(db: Database, email: str) -> list[Account]:
    """Every account of an address in lower case, the oldest first: no address is a key."""
    sql = "select * from accounts where email = :email and erased_at is null order by id"
    found = rows(db, sql, {"email": email})
    return [from_row(entry) for entry in found]


def list_of_organisation(db: Database, organisation: int) -> list[Account]:
    sql = "select * from accounts where organisation = :id and erased_at is null order by id"
    found = rows(db, sql, {"id": organisation})
    return [from_row(entry) for entry in found]


def list_of_case(db: Database, case_id: int) -> list[Account]:
    """The accounts of the people whom a case brought."""
    found = rows(db, "select * from accounts where case_id = :id order by id", {"id": case_id})
    return [from_row(entry) for entry in found]


def count_waiting(db: Database, case_id: int) -> int:
    """Those of them who have not activated theirs."""
    sql = "select count(*) as many from accounts where case_id = :id and status = :status"
    (found,) = rows(db, sql, {"id": case_id, "status": AccountStatus.WAITING})
    return int(found["many"])


def count_unmailed(db: Database, case_id: int) -> int:
    """Those of them to whom no activation mail went or goes: it waits, did not go, or came back."""
    sql = f"select count(*) as many from accounts a where a.case_id = :id and {_is_unmailed()}"
    (found,) = rows(db, sql, {"id": case_id})
    return int(found["many"])


def list_unmailed(db: Database) -> dict[int, int]:
    """How many there are, of each live case that has some."""
    # whoever waits is few: live cases, and those who got in by them, are ever more
    sql = f"""select a.case_id, count(*) as many from accounts a indexed by accounts_waiting
        join cases c on c.id = a.case_id
        where +c.status = '{CaseStatus.LIVE}' and a.case_id is not null and {_is_unmailed()}
        group by a.case_id order by a.case_id"""
    return {entry["case_id"]: entry["many"] for entry in rows(db, sql)}


def _is_unmailed() -> str:
    ref = "'A-' || a.id"
    return f"""a.status = '{AccountStatus.WAITING}' and exists (select 1 {_activations_of(ref, "a.email")})
        and not {is_mailed_of(ref, "a.email")}"""


def is_mailed_of(ref: str, email: str) -> str:
    """In SQL: whether an activation mail of that account went to that address or goes, and is not back."""
    # `+`: by their keys it reads a few mails of each, by their state all that ever went
    return f"""exists (select 1 {_activations_of(ref, email)}
        and +mail.status in ('queued', 'sending', 'sent', 'unknown') and not {came_back_of("mail")})"""


def _activations_of(ref: str, email: str) -> str:
    return f"""from outbox mail where mail.key >= {ref} || ':activation:'
        and mail.key < {ref} || ':activation;' and mail.recipient = {email}"""


def move(db: Database, account_id: int, *, since: AccountStatus, to: AccountStatus, now: datetime) -> bool:
    """Compare, then swap; False where it is no longer what it was seen to be."""
    return bool(
        count(
            db,
            """update accounts set status = :to,
                 activated_at = case when :to = 'active' then coalesce(activated_at, :now)
                                     else activated_at end
               where id = :id and status = :since and erased_at is null""",
            {"id": account_id, "since": since, "to": to, "now": text_of(now)},
        )
    )


def set_role(db: Database, account_id: int, role: Role) -> None:
    count(db, "update accounts set role = :role where id = :id", {"id": account_id, "role": role})


def set_email(db: Database, account_id: int, email: str) -> None:
    """In lower case."""
    count(db, "update accounts set email = :email where id = :id", {"id": account_id, "email": email})


def set_language(db: Database, account_id: int, lang: str) -> None:
    count(db, "update accounts set lang = :lang where id = :id", {"id": account_id, "lang": lang})


def find_password(db: Database, account_id: int) -> str:
    """The argon2 hash of its password; "" where none is set."""
    found = row(db, "select password from accounts where id = :id", {"id": account_id})
    return str(found["password"]) if found else ""


def from_row(found: Mapping[str, Any]) -> Account:
    """Of a row that has all columns of `accounts`."""
    return Account(
        id=found["id"],
        user_id=found["user_id"],
        programme=Programme(found["programme"]),
        organisation=found["organisation"] or 0,
        case_id=found["case_id"] or 0,
        salutation=found["salutation"],
        first_name=found["first_name"],
        last_name=found["last_name"],
        email=found["email"],
        phones=tuple(json.loads(found["phones"])),
        job_title=found["job_title"],
        role=role_of(found["role"]),
        credential=Credential(found["credential"]),
        lang=found["lang"],
        origin=Origin(found["origin"]),
        status=AccountStatus(found["status"]),
        made_at=instant(found["made_at"]),
        activated_at=maybe_instant(found["activated_at"]),
        erased=found["erased_at"] is not None,
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table accounts (
            id integer primary key,
            user_id text not null unique,
            organisation integer not null references cases (id),
            case_id integer not null references cases (id),
            salutation text not null,
            first_name text not null,
            last_name text not null,
            email text not null,
            phones text not null,
            job_title text not null,
            role text not null,
            credential text not null,
            lang text not null,
            origin text not null,
            status text not null,
            made_at text not null,
            activated_at text,
            password text not null default '',
            password_set_at text
        );
        create index accounts_by_email on accounts (email);
        create index accounts_by_organisation on accounts (organisation);
        create index accounts_by_case on accounts (case_id);
    """)


def add_programmes(db: Database) -> None:
    """The step of a later migration: an account may be a partner's, and belong to no case.

    A constraint goes by an edit of the table's text, as SQLite's own page on `alter table` has it: making the
    table anew would drop what refers to it.
    """
    db.execute("alter table accounts add column programme text not null default 'mag'")
    version = db.execute("pragma schema_version").fetchone()[0]
    db.execute("pragma writable_schema = on")
    for column in ("organisation", "case_id"):
        count(
            db,
            """update sqlite_schema
               set sql = replace(sql, :column || ' integer not null', :column || ' integer')
               where type = 'table' and name = 'accounts'""",
            {"column": column},
        )
    db.execute(f"pragma schema_version = {version + 1}")
    db.execute("pragma writable_schema = off")
