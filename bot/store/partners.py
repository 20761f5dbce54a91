"""What is kept of a partner of the Extranet beside the account: role, address, company."""

from collections.abc import Collection
from dataclasses import asdict

from sqlite_utils import Database

from bot.domain.accounts import Programme
from bot.domain.partners import Partner
from bot.store.database import count, listed, row, rows

AT_ONCE = 500  #: addresses looked up in one statement


def add(db: Database, partner: Partner) -> None:
    count(
        db,
        """insert into partners (account_id, role, company, street, city, postal_code, country, state, fax,
               website, vat_id)
           values (:account_id, :role, :company, :street, :city, :postal_code, :country, :state, :fax,
               :website, :vat_id)""",
        asdict(partner),
    )


def find(db: Database, account_id: int) -> Partner | None:
    found = row(db, "select * from partners where account_id = :id", {"id": account_id})
    return Partner(**found) if found else None


def list_user_ids(db: Database, emails: Collection[str]) -> dict[str, str]:
    """By address, the User ID of a partner's account that was not ended."""
    wanted, found = sorted(set(emails)), dict[str, str]()
    for start in range(0, len(wanted), AT_ONCE):
        inside, values = listed("email", wanted[start : start + AT_ONCE])
        sql = f"""select email, user_id from accounts
                  where email in ({inside}) and programme = :programme and status <> 'deactivated'"""
        entries = rows(db, sql, {**values, "programme": Programme.EXTRANET})
        found |= {str(entry["email"]): str(entry["user_id"]) for entry in entries}
    return found


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
