"""What is kept of a partner of the Extranet beside the account: role, address, company."""

from collections.abc import Collection, Iterable

from sqlite_utils import Database

from bot.domain.partners import Holder, Partner
from bot.domain.programmes import Programme
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


def list_holders(db: Database, emails: Collection[str]) -> dict[str, list[Holder]]:
    """By address, who can use an account of it or come back, and whose is closed with none in its place."""
    sql = """select a.id account_id, a.user_id, a.email, a.first_name, a.last_name,
               coalesce(l.state, '') = 'closed' closed, a.status = 'deactivated' by_hand
             from accounts a left join lives l on l.account_id = a.id
             where a.email in ({inside}) and a.programme = :programme
               and (a.status <> 'deactivated' or l.state = 'closed')
               and not exists (select 1 from partner_invitations i
                               where i.closed_id = a.id and i.account_id is not null)
             order by a.id"""
    wanted, found = sorted(set(emails)), dict[str, list[Holder]]()
    for start in range(0, len(wanted), AT_ONCE):
        inside, values = listed("email", wanted[start : start + AT_ONCE])
        for entry in rows(db, sql.format(inside=inside), {**values, "programme": Programme.EXTRANET}):
            flags = {name: bool(entry[name]) for name in ("closed", "by_hand")}
            holder = Holder(**{**entry, **flags})
            found.setdefault(holder.email, []).append(holder)
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
