"""Whose seats are whose: the open seats of an organisation by the account of their holder."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.cases import Case
from bot.domain.company_names import fold_person
from bot.domain.license_keys import Seat
from bot.domain.members import owners
from bot.domain.organisations import Mark, MarkKind, host_first, known_people, name_of, people_of
from bot.domain.ris import Credential, User
from bot.rendering.case_facts import Values, name, with_account
from bot.store import accounts, email_changes, organisations, seats


def list_held(db: Database, organisation: int) -> dict[int, Seat]:
    """By the number of the account whose they are."""
    held = {seat.id: seat for seat in seats.list_held(db, organisation)}
    of = owners(held.values(), accounts.list_of_organisation(db, organisation))
    return {account.id: held[number] for number, account in of.items()}


def find(db: Database, account: Account) -> Seat | None:
    """The one that is theirs."""
    return list_held(db, account.organisation).get(account.id)


def list_known(db: Database, users: Sequence[User], organisation: int) -> tuple[int, ...]:
    """Who of a form is there already, counted from 0; not whoever needs another key for a void one.

    Whom an administrator has added is one, once they hold a seat: before, an order for them is their first.
    Whoever stands in it by addresses of now and of before is known the second time.
    """
    known, people = _known(db, organisation), organisations.list_people(db, organisation)
    held, lost = list_held(db, organisation), _list_lost(db, organisation, known, people)
    there = set(known_people(users, [*people, *(mark for mark, one in known.items() if one.id in held)]))
    found, seen = list[int](), set[int]()
    for number, (user, mark) in enumerate(_marked(users)):
        one = known.get(mark)
        again = user.credential == Credential.PHONE_OTP and (one or mark) in lost
        if (number in there and not again) or (one and one.id in seen):
            found.append(number)
        seen |= {one.id} if one else set()
    return tuple(found)


def _list_lost(
    db: Database, organisation: int, known: dict[Mark, Account], people: Iterable[Mark]
) -> set[Account | Mark]:
    """Whose License Key is void, and who hold no other seat there, under whichever of their addresses."""
    void = seats.list_void(db, organisation)
    if not void:
        return set()
    whose: dict[Mark, Account | Mark] = {mark: mark for mark in people} | known
    return _holders(void, whose) - _holders(seats.list_held(db, organisation), whose)


def _holders(of: Iterable[Seat], whose: Mapping[Mark, Account | Mark]) -> set[Account | Mark]:
    """Who they are; a name that is nobody's, as staff may type one, means who alone has that address."""
    at = defaultdict[str, set[Account | Mark]](set)
    for mark, one in whose.items():
        at[mark.value].add(one)
    found = set()
    for holder in (seat.holder for seat in of if seat.holder):
        value = host_first(holder.email.strip().lower())
        mark = Mark(MarkKind.PERSON, value, fold_person(holder.name))
        found.add(whose.get(mark) or _alone(at[value], value) or mark)
    return found


def _alone(people: set[Account | Mark], value: str) -> Account | Mark | None:
    """Who has that address now, or else had it before, where that is one alone."""
    now = {one for one in people if isinstance(one, Mark) or host_first(one.email) == value}
    return next(iter(now or people)) if len(now or people) == 1 else None


def _known(db: Database, organisation: int) -> dict[Mark, Account]:
    """Everybody with an account there, by each address that they had; whoever has one now goes before.

    Of two accounts by one name and address the one that is not closed counts.
    """
    everybody = accounts.list_of_organisation(db, organisation)
    people = {one.id: one for one in sorted(everybody, key=lambda one: not one.is_closed)}
    former = sorted(email_changes.list_former(db, organisation), key=lambda one: not people[one[0]].is_closed)
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
    """For whom an addition orders though they have an account there, which has no seat and is not closed."""
    return tuple(name(user) for user, one in _with_account(db, case, case.ordered_users) if not one.is_closed)


def list_closed(db: Database, case: Case) -> tuple[tuple[str, str], ...]:
    """For whom an addition orders though their account there is closed: by name, with what it is called."""
    return _closed(_with_account(db, case, case.ordered_users))


def list_shut(db: Database, case: Case) -> tuple[tuple[str, str], ...]:
    """The same of whom an addition names though they are there already: to be known is not to get in."""
    return _closed(_with_account(db, case, case.known_users))


def _closed(of: Iterable[tuple[User, Account]]) -> tuple[tuple[str, str], ...]:
    return tuple((name(user), one.ref) for user, one in of if one.is_closed)


def list_by_former(db: Database, case: Case) -> tuple[tuple[str, str], ...]:
    """Whom an addition takes for somebody there by an address of before: by name, with that of now."""
    there = _with_account(db, case, case.ris.users)
    return tuple((name(user), one.email) for user, one in there if user.email.strip().lower() != one.email)


def _with_account(db: Database, case: Case, users: Sequence[User]) -> list[tuple[User, Account]]:
    there = _known(db, case.addition.of) if case.addition else {}
    return [(user, there[mark]) for user, mark in _marked(users) if mark in there]


def told(db: Database, case: Case) -> Values:
    """What a mail to its sponsor says of those for whom an addition orders, and who have an account."""
    closed = [who for who, _ in list_closed(db, case)]
    return with_account(case, list_with_account(db, case), to_clear=closed)


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
