"""A file of rows: its only sheet, the columns by their headings, and what each row says under them."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Generic, TypeVar

from bot.domain.plain_words import folded
from bot.domain.review_values import text_of
from bot.domain.sheets import CellValue, Sheet, SheetRefusal, Workbook, cell_name

LONGEST_HEADING: Final = 40  #: characters of a heading as it is told
_CELL: Final = re.compile("[A-Z]{1,3}([0-9]{1,7})")  # what a file says of itself may be anything
NO_SHEET: Final = Sheet(name="", rows=())

Column = TypeVar("Column", bound=StrEnum)
Good = TypeVar("Good")
Bad = TypeVar("Bad")
Fault = TypeVar("Fault", bound=StrEnum)


class TableFault(StrEnum):
    """Why no row of a file was looked at, whatever its rows are about; each file has these among its own."""

    EMPTY = "empty"
    SEVERAL_SHEETS = "several_sheets"
    TWICE = "twice"  # two columns are called the same
    TOO_MANY = "too_many"


@dataclass(frozen=True, kw_only=True)
class FileReading(Generic[Good, Bad, Fault]):
    """What a file holds; with `refusal` or `fault` no row was looked at."""

    good: tuple[Good, ...] = ()
    bad: tuple[Bad, ...] = ()
    refusal: SheetRefusal | None = None
    fault: Fault | None = None
    left_out: tuple[str, ...] = ()  #: headings of columns that say nothing to us

    @property
    def fit(self) -> bool:
        """Whether all of it can be taken."""
        return bool(self.good) and not (self.bad or self.fault or self.refusal)


@dataclass(frozen=True, kw_only=True)
class Row(Generic[Column]):
    """What one row says; a column that the file lacks is missing, and an empty cell is None or ""."""

    line: int  #: as a spreadsheet program counts
    cells: Mapping[Column, CellValue]
    formulas: frozenset[Column]  #: cells with a formula whose value nobody has stored


@dataclass(frozen=True, kw_only=True)
class Table(Generic[Column]):
    """A sheet below its headings; with `refusal` or `fault` it has no rows."""

    refusal: SheetRefusal | None = None
    fault: StrEnum | None = None
    left_out: tuple[str, ...] = ()
    places: Mapping[Column, int] = field(default_factory=dict)
    sheet: Sheet = NO_SHEET
    first: int = 0  #: from 0: the row below the headings
    formulas: frozenset[str] = frozenset()

    def rows(self) -> Iterator[Row[Column]]:
        """Those that say anything in a column that is ours."""
        rows = self.sheet.rows
        for number in (*range(self.first, len(rows)), *self._below(len(rows))):
            row = rows[number] if number < len(rows) else ()
            cells = {column: row[at] if at < len(row) else None for column, at in self.places.items()}
            formulas = self._formulas_of(number)
            if formulas or any(text_of(cell) for cell in cells.values()):
                yield Row(line=number + 1, cells=cells, formulas=formulas)

    def _below(self, last: int) -> list[int]:
        """Rows that a sheet seems to lack: where no formula has a value, they look empty."""
        found = {int(named[1]) - 1 for cell in self.formulas if (named := _CELL.fullmatch(cell))}
        return sorted(number for number in found if number >= max(last, self.first))

    def _formulas_of(self, number: int) -> frozenset[Column]:
        if not self.formulas:
            return frozenset()
        return frozenset(
            column for column, at in self.places.items() if cell_name(number, at) in self.formulas
        )


def compared(text: str) -> str:
    """As headings and the words of a choice are compared: without case, accents, spaces and signs."""
    return "".join(sign for sign in folded(text) if sign.isalnum())


def read_table(
    books: Sequence[Workbook],
    headings: Mapping[Column, frozenset[str]],
    *,
    most: int,
    lacks: Callable[[Collection[Column]], StrEnum | None],
) -> Table[Column]:
    """The only sheet that is not hidden, unless it has more rows than `most`, blank ones counted.

    The names among `headings` are `compared`; `lacks` says of these columns which one is missing.
    """
    refusal = next((book.refusal for book in books if book.refusal), None)
    if refusal is not None:
        return Table(refusal=refusal)
    sheets = [(book, one) for book in books for one in book.sheets if any(one.rows) and not one.hidden]
    if len(sheets) != 1:
        return Table(fault=TableFault.SEVERAL_SHEETS if sheets else TableFault.EMPTY)
    book, sheet = sheets[0]
    top = next(number for number, row in enumerate(sheet.rows) if any(row))
    places, left_out = _places(sheet.rows[top], headings)
    fault = TableFault.TWICE if any(len(at) > 1 for at in places.values()) else lacks(places)
    if fault is None and len(sheet.rows) - top - 1 > most:
        fault = TableFault.TOO_MANY
    if fault is not None:
        return Table(fault=fault, left_out=left_out)
    return Table(
        left_out=left_out,
        places={column: at[0] for column, at in places.items()},
        sheet=sheet,
        first=top + 1,
        formulas=frozenset(cell for name, cell in book.formulas if name == sheet.name),
    )


def _places(
    row: Sequence[CellValue], headings: Mapping[Column, frozenset[str]]
) -> tuple[dict[Column, list[int]], tuple[str, ...]]:
    places: dict[Column, list[int]] = {}
    left_out: list[str] = []
    for at, heading in enumerate(row):
        said = compared(text_of(heading))
        column = next((one for one, names in headings.items() if said in names), None)
        if column is not None:
            places.setdefault(column, []).append(at)
        elif said:
            left_out.append(text_of(heading)[:LONGEST_HEADING])
    return places, tuple(left_out)
