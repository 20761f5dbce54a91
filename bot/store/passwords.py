"""The hashes of passwords that accounts had, and of one that waits for the rest of its activation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.passwords import HowSet
from bot.store.database import count, instant, listed, row, rows, text_of
from bot.store.tokens import hash_of


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A password that waits for the rest of its activation; `sealed` is a partner's authenticator, or ""."""

    hash: str
    sealed: str


def swap(
    db: Database, account_id: int, hashed: str, *, since: str, how: HowSet, keep: int, now: datetime
) -> bool:
    """Compare, then swap; False where the account's hash is no longer `since`, "" for none.

    The newest `keep` hashes of the account stay in its history, this one among them.
    """
    values = {"id": account_id, "hashed": hashed, "since": since, "how": how, "now": text_of(now)}
    swapped = count(
        db,
        """update accounts set password = :hashed, password_set_at = :now
           where id = :id and password = :since""",
        values,
    )
    if not swapped:
        return False
    count(
        db,
        "insert into passwords (account_id, hash, how, set_at) values (:id, :hashed, :how, :now)",
        values,
    )
    count(
        db,
        """delete from passwords where account_id = :id and id not in
             (select id from passwords where account_id = :id order by id desc limit :keep)""",
        {"id": account_id, "keep": max(keep, 1)},
    )
    return True


def rehash(db: Database, account_id: int, hashed: str, *, since: str) -> None:
    """The same password under another hash: no change, and nothing where it was changed meanwhile."""
    values = {"id": account_id, "hashed": hashed, "since": since}
    count(db, "update accounts set password = :hashed where id = :id and password = :since", values)
    count(db, "update passwords set hash = :hashed where account_id = :id and hash = :since", values)


def list_hashes(db: Database, account_ids: Collection[int], *, limit: int) -> list[str]:
    """Of the newest so many passwords of one person's accounts, the present one first."""
    inside, values = listed("id", map(str, account_ids))
    found = rows(
        db,
        f"select hash from passwords where account_id in ({inside}) order by id desc limit :limit",
        {**values, "limit": limit},
    )
    return [str(entry["hash"]) for entry in found]


def find_last(db: Database, account_id: int) -> tuple[datetime, HowSet] | None:
    """When and how the present one was set."""
    found = row(
        db,
        "select set_at, how from passwords where account_id = :id order by id desc limit 1",
        {"id": account_id},
    )
    return (instant(found["set_at"]), HowSet(found["how"])) if found else None


def count_set(db: Database, account_id: int) -> int:
    """A number that grows with each password that is set."""
    found = row(db, "select max(id) as last from passwords where account_id = :id", {"id": account_id})
    return int(found["last"] or 0) if found else 0


def add_draft(
    db: Database, token: str, account_id: int, hashed: str, *, now: datetime, sealed: str = ""
) -> None:
    """A password that was chosen, until its account is activated; `sealed`: a partner's authenticator."""
    count(
        db,
        """insert into password_drafts (token, account_id, hash, sealed, made_at)
           values (:token, :account_id, :hash, :sealed, :now)""",
        {
            "token": hash_of(token), "account_id": account_id, "hash": hashed, "sealed": sealed,
            "now": text_of(now),
        },
    )  # fmt: skip


def find_draft(db: Database, token: str, account_id: int, *, since: datetime) -> Chosen | None:
    """The hash that was chosen for that account, not before `since`, and the sealed authenticator."""
    found = row(
        db,
        """select hash, sealed from password_drafts
           where token = :token and account_id = :account_id and made_at >= :since""",
        {"token": hash_of(token), "account_id": account_id, "since": text_of(since)},
    )
    return Chosen(hash=found["hash"], sealed=found["sealed"]) if found else None


def drop_drafts(db: Database, account_id: int) -> None:
    count(db, "delete from password_drafts where account_id = :id", {"id": account_id})


def drop_old_drafts(db: Database, *, before: datetime) -> None:
    """Everybody's whose time is over."""
    count(db, "delete from password_drafts where made_at < :before", {"before": text_of(before)})


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table passwords (
            id integer primary key,
            account_id integer not null references accounts (id) on delete cascade,
            hash text not null,
            how text not null,
            set_at text not null
        );
        create index passwords_by_account on passwords (account_id);
        create table password_drafts (
            token text primary key,
            account_id integer not null references accounts (id) on delete cascade,
            hash text not null,
            made_at text not null
        ) without rowid;
        create index password_drafts_by_account on password_drafts (account_id);
    """)


def add_authenticators(db: Database) -> None:
    """The step of a later migration: a draft holds the authenticator that is set up with the password."""
    db.execute("alter table password_drafts add column sealed text not null default ''")
