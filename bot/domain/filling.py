"""Fill single cells of a reviewed form with new values, and review the whole of it again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from bot.domain import forms
from bot.domain.form_found import FoundCase, FoundCell, FoundUser
from bot.domain.review import APPLICATIONS, review
from bot.domain.ris import HeadingRead, Problem, ProblemKind, RisCase, Severity, User

#: the fields of the company
COMPANY: Final = tuple(dict.fromkeys(field.name for field in forms.COMPANY_FIELDS))
_USER: Final = tuple(dict.fromkeys(field.name for field in forms.USER_FIELDS if field.name != "phones"))


class Slot(NamedTuple):
    """A cell by what it means: a field of the company, or of the user with that number, from 0."""

    field: str
    user: int | None = None
    phone: int | None = None  #: which of the user's phones, from 0; None for a first one
    heading: str = ""  #: where a doubtful heading stands, which is confirmed; no value goes into it


def slot_of(problem: Problem, ris: RisCase) -> Slot | None:
    """The cell that a new value for this problem goes into; None where one value cannot mend it."""
    if problem.kind is ProblemKind.DOUBTFUL:
        return Slot(problem.field, heading=_place(problem))
    if problem.user is None:
        return Slot(problem.field) if problem.field in COMPANY else None
    if problem.field == "phones":
        phones = ris.users[problem.user].phones
        place = phones.index(problem.found) if problem.found in phones else None
        return Slot("phones", problem.user, place)
    return Slot(problem.field, problem.user) if problem.field in _USER else None


def value_at(ris: RisCase, slot: Slot) -> str:
    """What stands there, as it was understood."""
    if slot.heading:
        return next((one.label for one in ris.headings if _place(one) == slot.heading), "")
    if slot.user is None:
        value = getattr(ris.company, slot.field)
        return "" if value is None else str(value)
    user = ris.users[slot.user]
    if slot.field == "phones":
        return user.phones[slot.phone] if slot.phone is not None else ""
    return str(getattr(user, slot.field))


def fill(
    ris: RisCase,
    values: Mapping[Slot, Sequence[str]],
    *,
    applications: Sequence[str] = APPLICATIONS,
    own_addresses: Collection[str] = (),
) -> RisCase:
    """The form with these values in their cells, judged by the same rules; several only for phones.

    Problems of cells that nobody touched keep their place. A doubtful heading stays asked until it is
    confirmed or, where it is of the company, its field has a new value.
    """
    reviewed = review(_found(ris, values), applications=applications, own_addresses=own_addresses)
    doubts = [
        problem
        for problem in ris.problems
        if problem.kind is ProblemKind.DOUBTFUL
        and slot_of(problem, ris) not in values
        and Slot(problem.field) not in values
    ]
    found = [problem for problem in reviewed.problems if problem.kind is not ProblemKind.DOUBTFUL]
    macros = [problem for problem in found if problem.kind is ProblemKind.MACROS]
    sound = [problem for problem in found if problem.kind is not ProblemKind.MACROS]
    confirmed = {slot.heading for slot in values if slot.heading}
    return replace(
        reviewed,
        problems=(*sound, *doubts, *macros),
        headings=tuple(replace(one, sure=True) if _place(one) in confirmed else one for one in ris.headings),
        source=ris.source,
        passed_over=ris.passed_over,
        unopened=ris.unopened,
    )


def _place(where: Problem | HeadingRead) -> str:
    return f"{where.sheet}!{where.cell}"


def _found(ris: RisCase, values: Mapping[Slot, Sequence[str]]) -> FoundCase:
    """The cells as they must have been for this to be read from them, with the new values in their places."""
    places = _Places(ris)
    return FoundCase(
        company={name: _filled(places.company(name), values.get(Slot(name))) for name in COMPANY},
        users=tuple(_user(number, places, values) for number in range(len(ris.users))),
        rivals=tuple(
            (problem.field, _cell(problem))
            for problem in ris.problems
            if _is_rival(problem) and Slot(problem.field) not in values
        ),
        users_sheet=places.users_sheet(),
        macros=any(problem.kind is ProblemKind.MACROS for problem in ris.problems),
    )


def _user(number: int, places: "_Places", values: Mapping[Slot, Sequence[str]]) -> FoundUser:
    user = places.ris.users[number]
    phones: list[FoundCell] = []
    for place, cell in enumerate(places.phones(number)):
        phones += [_filled(cell, [one]) for one in values.get(Slot("phones", number, place), ())] or [cell]
    for said in values.get(Slot("phones", number), ()):
        phones.append(_filled(places.first_phone(number), [said]))
    return FoundUser(
        cells={name: _filled(places.of_user(number, name), values.get(Slot(name, number))) for name in _USER},
        phones=tuple(phones) or (places.first_phone(number),),
        sheet=user.sheet,
        row=user.row,
    )


def _filled(cell: FoundCell, said: Sequence[str] | None) -> FoundCell:
    return cell._replace(text=said[0], formula=False) if said else cell


def _cell(problem: Problem) -> FoundCell:
    return FoundCell(
        text=problem.found,
        sheet=problem.sheet,
        cell=problem.cell,
        row=problem.row,
        formula=problem.kind is ProblemKind.FORMULA,
    )


def _is_rival(problem: Problem) -> bool:
    """A second value for a field of the company, in a cell of its own."""
    return problem.kind is ProblemKind.DUPLICATE and problem.user is None and problem.field in COMPANY


class _Places:
    """Where the values of a reviewed form stand: known for those about which something was noted."""

    def __init__(self, ris: RisCase) -> None:
        self.ris = ris
        self._noted: dict[tuple[str, int | None], list[Problem]] = {}
        for problem in ris.problems:
            # A doubt is about a heading: what it quotes is no value.
            if not _is_rival(problem) and problem.kind is not ProblemKind.DOUBTFUL:
                self._noted.setdefault((problem.field, problem.user), []).append(problem)

    def company(self, name: str) -> FoundCell:
        noted = self._noted.get((name, None))
        return _cell(noted[0]) if noted else FoundCell(text=value_at(self.ris, Slot(name)))

    def of_user(self, number: int, name: str) -> FoundCell:
        noted = self._noted.get((name, number))
        return _cell(noted[0]) if noted else self._plain(number, value_at(self.ris, Slot(name, number)))

    def phones(self, number: int) -> Iterator[FoundCell]:
        """Each phone with the cell of what was noted about it, which is its own or the first one's."""
        noted = list(self._noted.get(("phones", number), ()))
        for phone in self.ris.users[number].phones:
            about = next((one for one in noted if _is_about(one, phone)), None)
            if about is not None:
                noted.remove(about)
            yield _cell(about) if about else self._plain(number, phone)

    def first_phone(self, number: int) -> FoundCell:
        noted = self._noted.get(("phones", number))
        return _cell(noted[0])._replace(text="") if noted else self._plain(number, "")

    def users_sheet(self) -> str:
        named = [user.sheet for user in self.ris.users]
        named += [problem.sheet for problem in self.ris.problems if problem.field in ("", "users")]
        return next((sheet for sheet in named if sheet), "")

    def _plain(self, number: int, text: str) -> FoundCell:
        user: User = self.ris.users[number]
        return FoundCell(text=text, sheet=user.sheet, row=user.row)


def _is_about(problem: Problem, phone: str) -> bool:
    """A faulty phone stands as it was written; advice on the first one quotes it unread."""
    return problem.found == phone or problem.severity is Severity.WARNING
