"""What has changed from one version of a form to the next, cell by cell."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from bot.domain.ris import Company, RisCase, Severity, User

_COMPANY: Final = tuple(field.name for field in fields(Company))
_USER: Final = tuple(field.name for field in fields(User) if field.name not in {"sheet", "row"})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One cell; either side may be "", several phones are joined by commas."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class UserChange:
    """One person who stands in both versions; `user` is how they are called now."""

    user: User
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Everything that is not as it was, users in the order of the form; and what became of the questions."""

    company: tuple[Change, ...] = ()
    changed: tuple[UserChange, ...] = ()
    added: tuple[User, ...] = ()
    removed: tuple[User, ...] = ()
    solved: int = 0  #: questions that are asked no more
    new: int = 0  #: questions that were not asked before

    def __len__(self) -> int:
        """How many cells differ; a person who came or went counts once."""
        cells = sum(len(one.changes) for one in self.changed)
        return len(self.company) + cells + len(self.added) + len(self.removed)


def compare(before: RisCase, after: RisCase) -> Differences:
    """Match the users by e-mail address, then by name, then by their row, and compare each cell."""
    pairs = _matched(before.users, after.users)
    changed = (
        UserChange(user=after.users[new], changes=_changes(before.users[old], after.users[new], _USER))
        for new, old in sorted(pairs.items())
    )
    asked = _questions(before, {old: new for new, old in pairs.items()})
    asks = _questions(after, {new: new for new in range(len(after.users))})
    return Differences(
        company=_changes(before.company, after.company, _COMPANY),
        changed=tuple(one for one in changed if one.changes),
        added=tuple(user for number, user in enumerate(after.users) if number not in pairs),
        removed=tuple(user for number, user in enumerate(before.users) if number not in pairs.values()),
        solved=len(asked - asks),
        new=len(asks - asked),
    )


def brings_people(before: RisCase, after: RisCase) -> bool:
    """Whether the newer form has somebody whom the older one has by neither address nor name."""
    known = {key(user) for user in before.users for key in _KEYS[:2]}
    return any(known.isdisjoint(key(user) for key in _KEYS[:2] if key(user)) for user in after.users)


def corrects(before: RisCase, after: RisCase) -> bool:
    """Whether a party's form is plainly the older one corrected: it brings nobody, or keeps most people.

    Else it may as well say who joins: alone, or beside the administrator whom each form needs.
    """
    keeps_most = 2 * len(list_left_out(before, after)) < len(before.users)
    return keeps_most or not before.users or not brings_people(before, after)


def list_left_out(before: RisCase, after: RisCase) -> list[User]:
    """Whom the newer form has by neither address nor name: another in the same row takes their place."""
    there, unsure = _keys_of(after.users), _without_sure_names(before)
    places = unsure & {(user.sheet, user.row) for user in after.users}
    return [
        user
        for user in before.users
        if _keys_of([user]).isdisjoint(there) and (user.sheet, user.row) not in places
    ]


def _without_sure_names(ris: RisCase) -> set[tuple[str, int | None]]:
    """Where those stand whose name or address was asked about: whoever stands there next is the same."""
    asked = {
        problem.user
        for problem in ris.problems
        if problem.severity is Severity.ERROR and problem.field in {"first_name", "last_name", "email"}
    }
    return {(user.sheet, user.row) for number, user in enumerate(ris.users) if number in asked}


def _keys_of(users: Sequence[User]) -> set[Hashable]:
    """Every address and name by which they are known."""
    return {key(user) for user in users for key in _KEYS[:2]} - {""}


def count_shared(before: RisCase, after: RisCase) -> int:
    """How many people of the newer form are in the older one, by address or by name."""
    known = _keys_of(before.users)
    return sum(not known.isdisjoint(_keys_of([user])) for user in after.users)


def _changes(before: object, after: object, names: Sequence[str]) -> tuple[Change, ...]:
    found = (
        Change(field=name, before=_said(getattr(before, name)), after=_said(getattr(after, name)))
        for name in names
    )
    return tuple(change for change in found if change.before != change.after)


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)


Key = Callable[[User], Hashable]

#: by which the same person is known, the surest first
_KEYS: Final[tuple[Key, ...]] = (
    lambda user: user.email.lower(),
    lambda user: f"{user.first_name} {user.last_name}".strip().casefold(),
    lambda user: (user.sheet, user.row) if user.row is not None else "",
)


def _matched(before: Sequence[User], after: Sequence[User]) -> dict[int, int]:
    """The number that each user of the newer version had in the older one; whoever is new has none."""
    pairs: dict[int, int] = {}
    left = dict(enumerate(before))
    for key in _KEYS:
        by_key: dict[Hashable, int] = {}
        for old, user in left.items():
            if key(user):
                by_key.setdefault(key(user), old)
        for new, user in enumerate(after):
            if new not in pairs and key(user) in by_key:
                pairs[new] = by_key.pop(key(user))
                del left[pairs[new]]
    return pairs


def _questions(ris: RisCase, numbers: Mapping[int, int]) -> set[Hashable]:
    """What is asked, told apart by field and person: an answer that is wrong in another way settles nothing.

    `numbers`: of each user in the newer version; who is not in it was asked what is settled now.
    """
    return {
        (problem.field or problem.kind, numbers.get(problem.user, -1 - problem.user))
        if problem.user is not None
        else (problem.field or problem.kind,)
        for problem in ris.problems
        if problem.severity is Severity.ERROR
    }
