"""A spreadsheet as plain values: sheets of cells that know where they stand."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

CellValue = str | float | int | bool | date | datetime | time | timedelta | None


class SheetRefusal(StrEnum):
    """Why a file was not read; the contract's `reason`."""

    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    ZIP_BOMB = "zip_bomb"
    CORRUPT = "corrupt"
    UNSUPPORTED = "unsupported"
    SEALED = "sealed"  # the whole mail is encrypted, S/MIME or PGP
    UNOPENED = "unopened"  # beyond the first of a mail, packed within what was unpacked, or in RAR or 7z


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`rows[0][0]` is the cell A1 as a spreadsheet program shows it; rows may differ in length.

    `name` is "" where the file has no sheets (CSV, HTML). `merged` holds (first row, first column, last row,
    last column), from 0, both ends included; only the first cell of a merged range holds its value.
    """

    name: str
    rows: tuple[tuple[CellValue, ...], ...] = field(repr=False)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """A file read, or refused; `formulas` are cells (sheet, "D7") with a formula but no stored value."""

    name: str
    sheets: tuple[Sheet, ...] = ()
    refusal: SheetRefusal | None = None
    macros: bool = False
    formulas: frozenset[tuple[str, str]] = frozenset()
    struck: frozenset[tuple[str, str]] = frozenset()  #: cells that are struck through, where that can be told
    form_version: str = ""  #: our form's custom property, "" for other hands' forms


@lru_cache(maxsize=4096)
def cell_name(row: int, column: int) -> str:
    """Name a cell from its 0-based row and column: (6, 3) is D7."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
