"""Many accounts of partners at once, as a file brings them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.account_files import person_of
from bot.domain.accounts import NewAccount
from bot.domain.programmes import Programme
from bot.store import numbers
from bot.store.database import count_each, listed, rows, text_of

AT_ONCE = 500  #: names looked up in one statement


def list_people(db: Database, emails: Collection[str]) -> frozenset[tuple[str, str, str]]:
    """Who of these addresses has a partner's account that was not ended."""
    found = []
    for some in _pages(emails):
        inside, values = listed("email", some)
        sql = f"""select email, first_name, last_name from accounts
                  where email in ({inside}) and programme = :programme and status <> 'deactivated'"""
        found += rows(db, sql, {**values, "programme": Programme.EXTRANET})
    return frozenset(person_of(one["email"], one["first_name"], one["last_name"]) for one in found)


def list_taken(db: Database, user_ids: Collection[str]) -> frozenset[str]:
    """Which of these User IDs somebody has."""
    found = []
    for some in _pages(user_ids):
        inside, values = listed("user_id", some)
        found += rows(db, f"select user_id from accounts where user_id in ({inside})", values)
    return frozenset(str(one["user_id"]) for one in found)


def _pages(names: Collection[str]) -> list[list[str]]:
    ordered = sorted(names)
    return [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]


def next_id(db: Database) -> int:
    """The number of the account that is made next, in the caller's transaction."""
    (found,) = rows(db, f"select {numbers.next_id('accounts')} as id")
    return int(found["id"])


def add_all(db: Database, new: Sequence[tuple[NewAccount, str]], *, first: int, now: datetime) -> None:
    """Active ones without a password, each with its User ID; numbered from `first` on, in that order."""
    moment = text_of(now)
    count_each(
        db,
        """insert into accounts (id, programme, user_id, salutation, first_name, last_name, email, phones,
               job_title, role, credential, lang, origin, status, made_at, activated_at)
           values (:id, :programme, :user_id, :salutation, :first_name, :last_name, :email, '[]',
               :job_title, :role, :credential, :lang, :origin, 'active', :now, :now)""",
        (
            {
                "id": number,
                "programme": Programme.EXTRANET,
                "user_id": user_id,
                "salutation": one.salutation,
                "first_name": one.first_name,
                "last_name": one.last_name,
                "email": one.email,
                "job_title": one.job_title,
                "role": one.role,
                "credential": one.credential,
                "lang": one.lang,
                "origin": one.origin,
                "now": moment,
            }
            for number, (one, user_id) in enumerate(new, first)
        ),
    )
