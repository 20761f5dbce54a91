"""What is kept of a partner of the Extranet beside the account: role, address, company."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import Programme
from bot.domain.partners import Partner
from bot.store.database import count_each, listed, row, rows

AT_ONCE = 500  #: addresses looked up in one statement


def add(db: Database, partner: Partner) -> None:
    add_all(db, [partner])


def add_all(db: Database, partners: Iterable[Partner]) -> None:
    count_each(
        db,
        """insert into partners (account_id, role, company, street, city, postal_code, country, state, fax,
               website, vat_id)
           values (:account_id, :role, :company, :street, :city, :postal_code, :country, :state, :fax,
               :website, :vat_id)""",
        (vars(partner) for partner in partners),
    )


def find(db: Database, account_id: int) -> Partner | None:
    found = row(db, "select * from partners where account_id = :id", {"id": account_id})
    return Partner(**found) if found else None


def list_user_ids(db: Database, emails: Collection[str]) -> dict[str, str]:
    """By address, the User ID of a partner's account that was not ended, and can come back if it expired."""
    sql = """select email, user_id from accounts a left join lives l on l.account_id = a.id
             where email in ({inside}) and programme = :programme and status <> 'deactivated'
               and coalesce(l.state, '') <> 'closed'"""
    return {str(entry["email"]): str(entry["user_id"]) for entry in _of_addresses(db, sql, emails)}


def list_closed(db: Database, emails: Collection[str]) -> dict[str, int]:
    """By address, the number of the newest partner's account of it that is closed."""
    sql = """select email, max(a.id) id from accounts a join lives l on l.account_id = a.id
             where email in ({inside}) and programme = :programme and l.state = 'closed' group by email"""
    return {str(entry["email"]): int(entry["id"]) for entry in _of_addresses(db, sql, emails)}


def _of_addresses(db: Database, sql: str, emails: Collection[str]) -> Iterator[Mapping[str, Any]]:
    wanted = sorted(set(emails))
    for start in range(0, len(wanted), AT_ONCE):
        inside, values = listed("email", wanted[start : start + AT_ONCE])
        yield from rows(db, sql.format(inside=inside), {**values, "programme": Programme.EXTRANET})


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table partners (
            account_id integer primary key references accounts (id) on delete cascade,
            role text not null,
            company text not null,
            street text not null,
            city text not null,
            postal_code text not null,
            country text not null,
            state text not null,
            fax text not null,
            website text not null,
            vat_id text not null
        );
    """)
