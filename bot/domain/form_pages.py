"""A sheet as a reader of forms walks over it: texts, labels and cells, by rows or by columns."""

from dataclasses import dataclass, field
from typing import Final

from bot.domain.form_found import FoundCell
from bot.domain.form_labels import LONGEST_LABEL, NOTHING, Meaning, meaning_of
from bot.domain.review_values import text_of
from bot.domain.sheets import Sheet, cell_name

_MOST_LABELS: Final = 20_000  #: cells of a sheet that are tried as labels: a form has some hundred
_WIDEST: Final = 64  #: columns in which labels are looked for
_MOST_SPANNED: Final = 20_000


@dataclass(kw_only=True)
class Page:
    """One sheet; rows and columns count from 0."""

    sheet: Sheet
    formulas: frozenset[tuple[str, str]] = frozenset()
    _left: int = _MOST_LABELS
    _spans: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    _ends: dict[tuple[int, int], int] = field(default_factory=dict)
    _filled: tuple[int, list[int]] = (-1, [])

    def __post_init__(self) -> None:
        for top, left, bottom, right in self.sheet.merged:
            self._ends[top, left] = right
            if top < bottom and len(self._spans) + bottom - top <= _MOST_SPANNED:
                self._spans |= {(row, left): (top, left) for row in range(top + 1, bottom + 1)}

    @property
    def height(self) -> int:
        return len(self.sheet.rows)

    def width(self, row: int) -> int:
        return min(len(self.sheet.rows[row]), _WIDEST)

    def text(self, row: int, column: int) -> str:
        """What a reader sees there; a cell merged downwards is seen in each of its rows."""
        if self._spans:
            row, column = self._spans.get((row, column), (row, column))
        return self.own_text(row, column)

    def own_text(self, row: int, column: int) -> str:
        """What the cell itself holds."""
        rows = self.sheet.rows
        if not 0 <= row < len(rows) or not 0 <= column < len(rows[row]):
            return ""
        return text_of(rows[row][column])

    def label(self, row: int, column: int) -> Meaning:
        """What the cell says as a label, NOTHING where it is none or too many were asked for."""
        rows = self.sheet.rows
        if not 0 <= row < len(rows) or not 0 <= column < len(rows[row]):
            return NOTHING
        value = rows[row][column]
        if value is None or (isinstance(value, str) and len(value) > 2 * LONGEST_LABEL) or self._left <= 0:
            return NOTHING
        self._left -= 1
        return meaning_of(text_of(value))

    @property
    def exhausted(self) -> bool:
        """Whether so many labels were asked for that this is no form; what follows is data."""
        return self._left <= 0

    def cell(self, row: int, column: int) -> FoundCell:
        if self._spans:
            row, column = self._spans.get((row, column), (row, column))
        name = cell_name(row, column)
        return FoundCell(
            text=self.own_text(row, column),
            sheet=self.sheet.name,
            cell=name,
            row=row + 1,
            formula=bool(self.formulas) and (self.sheet.name, name) in self.formulas,
        )

    def last_column(self, row: int, column: int) -> int:
        """Where a cell ends: further right than it begins if it is merged."""
        return self._ends.get((row, column), column)

    def filled(self, row: int) -> list[int]:
        """The columns of a row in which something stands."""
        if self._filled[0] != row:
            values = self.sheet.rows[row][:_WIDEST]
            self._filled = (
                row,
                [i for i, value in enumerate(values) if value is not None and text_of(value)],
            )
        return self._filled[1]

    def spend(self, labels: int) -> None:
        """Count a look at many cells as so many labels."""
        self._left -= labels


@dataclass(frozen=True, kw_only=True)
class View:
    """Records of a page as lines: rows where users stand below each other, columns where they stand across.

    `first` and `last` bound the indexes along a line.
    """

    page: Page
    across: bool = False
    first: int = 0
    last: int = _WIDEST - 1

    @property
    def lines(self) -> int:
        if not self.across:
            return self.page.height
        return max((len(self.page.sheet.rows[row]) for row in self.indexes), default=0)

    @property
    def indexes(self) -> range:
        most = self.page.height if self.across else _WIDEST
        return range(self.first, min(self.last + 1, most))

    def within(self, line: int) -> range:
        """The indexes of a line that may hold something."""
        if self.across:
            return self.indexes
        return range(self.first, min(self.last + 1, self.page.width(line)))

    def text(self, line: int, index: int) -> str:
        return self.page.text(index, line) if self.across else self.page.text(line, index)

    def own_text(self, line: int, index: int) -> str:
        return self.page.own_text(index, line) if self.across else self.page.own_text(line, index)

    def label(self, line: int, index: int) -> Meaning:
        return self.page.label(index, line) if self.across else self.page.label(line, index)

    def cell(self, line: int, index: int) -> FoundCell:
        """The cell; one of a user who stands across is in no row of its own."""
        return self.page.cell(index, line)._replace(row=None) if self.across else self.page.cell(line, index)
