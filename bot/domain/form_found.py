"""Which cell of somebody's form holds which field; what it means is the review's business."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.domain.ris import HeadingRead


class FoundCell(NamedTuple):
    """What stands somewhere, as `text_of` reads it; `row` is the row a spreadsheet program shows.

    A tuple, for a form has hundreds of them and each is soon forgotten.
    """

    text: str = ""
    sheet: str = ""
    cell: str = ""
    row: int | None = None
    formula: bool = False  #: one without a stored value, or one that reaches out of the sheet


@dataclass(frozen=True, kw_only=True)
class FoundUser:
    """One person's cells by field; `phones` keeps the order of its columns."""

    cells: Mapping[str, FoundCell]
    phones: tuple[FoundCell, ...] = ()
    sheet: str = ""
    row: int | None = None
    struck: bool = False  #: the name is struck through: perhaps nobody is meant

    def cell(self, name: str) -> FoundCell:
        return self.cells.get(name) or FoundCell(sheet=self.sheet, row=self.row)


@dataclass(frozen=True, kw_only=True)
class FoundCase:
    """One company's cells by field, its users, and cells that say a field a second time."""

    company: Mapping[str, FoundCell]
    users: tuple[FoundUser, ...] = ()
    rivals: tuple[tuple[str, FoundCell], ...] = ()
    users_sheet: str = ""
    macros: bool = False
    headings: tuple[HeadingRead, ...] = ()  #: how the labels of a form by other hands were understood

    def cell(self, name: str) -> FoundCell:
        return self.company.get(name) or FoundCell()


def with_struck(case: FoundCase, struck: frozenset[tuple[str, str]]) -> FoundCase:
    """The same with the users whose whole name stands in cells that are struck through."""
    if not struck:
        return case
    users = tuple(replace(user, struck=_is_struck(user, struck)) for user in case.users)
    return replace(case, users=users)


def _is_struck(user: FoundUser, struck: frozenset[tuple[str, str]]) -> bool:
    names = [cell for cell in map(user.cell, ("first_name", "last_name")) if cell.text]
    return bool(names) and all((cell.sheet, cell.cell) in struck for cell in names)
