"""Whose seats are whose: the open seats of an organisation by the account of their holder."""

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.license_keys import Seat
from bot.domain.members import owners
from bot.store import accounts, seats


def list_held(db: Database, organisation: int) -> dict[int, Seat]:
    """By the number of the account whose they are."""
    held = {seat.id: seat for seat in seats.list_held(db, organisation)}
    of = owners(held.values(), accounts.list_of_organisation(db, organisation))
    return {account.id: held[number] for number, account in of.items()}


def find(db: Database, account: Account) -> Seat | None:
    """The one that is theirs."""
    return list_held(db, account.organisation).get(account.id)
