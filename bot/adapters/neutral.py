"""Make somebody's workbook harmless to open: values in place of formulas, nothing that leads out of it."""

import re
from itertools import chain
from typing import Final

from openpyxl import Workbook as Book
from openpyxl.cell import Cell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.worksheet.worksheet import Worksheet

from bot.domain.sheets import CellValue, Sheet, Workbook

#: what makes a spreadsheet program take a text for a formula when its cell is edited
RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
#: other files, DDE (`cmd|' /C calc'!A0`), and functions that fetch or call
LEADS_OUT: Final = re.compile(
    r"\[\d+\]|\[[^\[\]]+\.\w+\]|://|\\\\|\|.*!"
    r"|\b(?:HYPERLINK|WEBSERVICE|RTD|CALL|EXEC|REGISTER|REGISTER\.ID|DDE|SQL\.REQUEST|IMPORT\w+)\s*\(",
    re.IGNORECASE,
)
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML 1.0 has no way to say them
_LONGEST: Final = 32_767  #: characters of a cell


def neutralise(book: Book, read: Workbook) -> None:
    """Leave of a workbook what can be looked at and filled in; `read` holds its values as we read them.

    Formulas give way to what they last gave: that is what was reviewed, and openpyxl would drop it. So a
    copy that comes back corrected reads right. One that never gave anything stays as its text.
    """
    values = {sheet.name: sheet for sheet in read.sheets}
    _drop_names(book)
    for sheet in book.worksheets:
        for cell in sheet._cells.values():  # noqa: SLF001 - iterating the sheet makes every cell in between
            if isinstance(cell, Cell):  # else one within merged cells, which holds nothing
                _calm(cell, values.get(sheet.title))
        _drop_what_leads_out(sheet)


def write_text(cell: Cell, text: str) -> None:
    """Write a text that stays one, whatever it begins with."""
    cell.value = _ILLEGAL.sub("", text)[:_LONGEST]
    cell.data_type = "s"
    if text.startswith(RUNS):
        cell.quotePrefix = True


def _calm(cell: Cell, sheet: Sheet | None) -> None:
    value = cell.value
    if value is None:
        return
    if cell.data_type == "f":
        _put(cell, _value_at(sheet, cell.row - 1, cell.column - 1), formula=value)
    elif isinstance(value, str) and value.startswith(RUNS):
        write_text(cell, value)
    link = cell.hyperlink
    if link is not None and not _stays_inside(link.target or "", link.location or ""):
        cell.hyperlink = None


def _put(cell: Cell, value: CellValue, *, formula: object) -> None:
    if value is None or value == "":
        text = formula if isinstance(formula, str) else getattr(formula, "text", None) or ""
        write_text(cell, str(text))
    elif isinstance(value, str):
        write_text(cell, value)
    else:
        cell.value = value


def _value_at(sheet: Sheet | None, row: int, column: int) -> CellValue:
    if sheet is None or row >= len(sheet.rows) or column >= len(sheet.rows[row]):
        return None
    return sheet.rows[row][column]


def _stays_inside(target: str, location: str) -> bool:
    """A mail address may stay, and a place in the same workbook."""
    if target:
        return target.lower().startswith("mailto:")
    return not LEADS_OUT.search(location)


def _drop_names(book: Book) -> None:
    for names in (book.defined_names, *(sheet.defined_names for sheet in book.worksheets)):
        for name, defined in list(names.items()):
            if "auto_" in name.lower() or LEADS_OUT.search(defined.attr_text or ""):
                del names[name]


def _drop_what_leads_out(sheet: Worksheet) -> None:
    """Charts and pivots hold caches of other data; rules may hold a reference to another file."""
    sheet._charts = []  # type: ignore[attr-defined] # noqa: SLF001 - openpyxl has no verb for it
    sheet._pivots = []  # type: ignore[attr-defined] # noqa: SLF001
    rules = sheet.data_validations
    rules.dataValidation = [
        rule for rule in rules.dataValidation if not _lead_out(rule.formula1, rule.formula2)
    ]
    kept = ConditionalFormattingList()
    for formats in sheet.conditional_formatting:
        for rule in formats.rules:
            if not _lead_out(*rule.formula):
                kept.add(str(formats.sqref), rule)
    sheet.conditional_formatting = kept


def _lead_out(*formulas: str | None) -> bool:
    return any(LEADS_OUT.search(formula) for formula in chain(formulas) if formula)
