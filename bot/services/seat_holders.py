"""Whose seats are whose: the open seats of an organisation by the account of their holder."""

from collections.abc import Sequence
from dataclasses import replace

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.cases import Case
from bot.domain.license_keys import Seat
from bot.domain.members import owners
from bot.domain.organisations import Mark, MarkKind, host_first, name_of, people_of
from bot.domain.ris import User
from bot.rendering.case_facts import name
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
    held = list_held(db, organisation)
    return [mark for mark, one in _known(db, organisation).items() if one.id in held]


def _known(db: Database, organisation: int) -> dict[Mark, Account]:
    """Everybody with an account there, by each address that they had; whoever has one now goes before."""
    people = {one.id: one for one in accounts.list_of_organisation(db, organisation)}
    former = email_changes.list_former(db, organisation)
    known = {_mark(people[number], address): people[number] for number, address in former}
    return known | {_mark(one, one.email): one for one in people.values()}


def as_known(db: Database, case: Case) -> Case:
    """An addition as it is ordered: whoever of it has an account there has the address of now."""
    if case.addition is None:
        return case
    there = _known(db, case.addition.of)
    known = [(user, there.get(mark)) for user, mark in _marked(case.ris.users)]
    users = tuple(replace(user, email=one.email) if one else user for user, one in known)
    return replace(case, ris=replace(case.ris, users=users))


def list_with_account(db: Database, case: Case) -> tuple[str, ...]:
    """For whom an addition orders though they have an account there, which has no seat."""
    if case.addition is None:
        return ()
    there = _known(db, case.addition.of)
    return tuple(name(user) for user, mark in _marked(case.ordered_users) if mark in there)


def _marked(users: Sequence[User]) -> list[tuple[User, Mark]]:
    return list(zip(users, people_of(users), strict=True))


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
    there.update(_known(db, of))
    new = _marked(case.ordered_users)
    return tuple(name(user) for user, mark in new if mark.value in addresses and mark not in there)
