"""Client certificates that the desk has registered, each for one account."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.ris import Credential
from bot.store.database import count, instant, row, rows, text_of


def find_account(db: Database, subject: str) -> int | None:
    """Whose it is."""
    found = row(db, "select account_id from certificates where subject = :subject", {"subject": subject})
    return int(found["account_id"]) if found else None


def has_any(db: Database, account_id: int) -> bool:
    sql = "select 1 from certificates where account_id = :id limit 1"
    return row(db, sql, {"id": account_id}) is not None


def list_lacking(db: Database) -> list[str]:
    """The User IDs of active accounts that have a certificate as their credential, and none here."""
    sql = """select user_id from accounts a
             where status = 'active' and credential = :credential and erased_at is null
               and not exists (select 1 from certificates c where c.account_id = a.id)
             order by id"""
    found = rows(db, sql, {"credential": Credential.MLOA_HARDWARE})
    return [str(one["user_id"]) for one in found]


def list_of_account(db: Database, account_id: int) -> list[tuple[str, datetime]]:
    """Their subjects, and since when each counts."""
    sql = "select subject, made_at from certificates where account_id = :id order by made_at"
    return [(found["subject"], instant(found["made_at"])) for found in rows(db, sql, {"id": account_id})]


def add(db: Database, subject: str, account_id: int, *, by: str, now: datetime) -> None:
    """One that is there already stays as it is."""
    count(
        db,
        """insert into certificates (subject, account_id, made_by, made_at)
           values (:subject, :id, :by, :now) on conflict do nothing""",
        {"subject": subject, "id": account_id, "by": by, "now": text_of(now)},
    )


def drop(db: Database, subject: str, account_id: int) -> bool:
    """False where it is not theirs."""
    sql = "delete from certificates where subject = :subject and account_id = :id"
    return bool(count(db, sql, {"subject": subject, "id": account_id}))


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table certificates (
            subject text primary key,
            account_id integer not null references accounts (id),
            made_by text not null,
            made_at text not null
        ) without rowid;
        create index certificates_by_account on certificates (account_id);
    """)
