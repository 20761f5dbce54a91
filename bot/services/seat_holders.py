"""Whose seats are whose: the open seats of an organisation by the account of their holder."""

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.cases import Case
from bot.domain.license_keys import Seat
from bot.domain.members import owners
from bot.domain.organisations import Mark, MarkKind, host_first, name_of, people_of
from bot.store import accounts, email_changes, organisations, seats


def list_held(db: Database, organisation: int) -> dict[int, Seat]:
    """By the number of the account whose they are."""
    held = {seat.id: seat for seat in seats.list_held(db, organisation)}
    of = owners(held.values(), accounts.list_of_organisation(db, organisation))
    return {account.id: held[number] for number, account in of.items()}


def find(db: Database, account: Account) -> Seat | None:
    """The one that is theirs."""
    return list_held(db, account.organisation).get(account.id)


def list_marks(db: Database, organisation: int) -> list[Mark]:
    """By what holders are known, whether a form has brought them or not: by each address that they had."""
    people, held = accounts.list_of_organisation(db, organisation), list_held(db, organisation)
    holders = {one.id: one for one in people if one.id in held}
    former = [change for change in email_changes.list_former(db, organisation) if change[0] in holders]
    known = [(number, one.email) for number, one in holders.items()] + former
    return [_mark(holders[number], address) for number, address in known]


def _mark(account: Account, address: str) -> Mark:
    return Mark(MarkKind.PERSON, host_first(address), name_of(account))


def list_sharing(db: Database, case: Case) -> tuple[str, ...]:
    """Whom an addition orders for though somebody there has their address: one person by two names?"""
    if case.addition is None:
        return ()
    of = case.addition.of
    there = {_mark(one, one.email) for one in accounts.list_of_organisation(db, of)}
    there.update(organisations.list_people(db, of))
    addresses = {mark.value for mark in there if mark.value}
    new = zip(case.ordered_users, people_of(case.ordered_users), strict=True)
    sharing = [user for user, mark in new if mark.value in addresses and mark not in there]
    return tuple(f"{user.first_name} {user.last_name}".strip() or user.email for user in sharing)
