"""Excel 2003's XML (SpreadsheetML), as exports write it under the names .xls and .xml."""

import io
import re
from typing import Final
from xml.etree import ElementTree as ET

from bot.adapters.sheet_rules import Limits, Refused, is_bad_formula, local, plain_xml
from bot.domain.sheets import CellValue, Sheet, SheetRefusal, cell_name

_NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_NUMBER: Final = re.compile(r"[+-]?\d{1,300}(?:\.\d{1,300})?(?:[Ee][+-]?\d{1,3})?")


def is_spreadsheet_xml(head: str) -> bool:
    """Whether a file's beginning says so."""
    return head.lstrip().startswith("<") and _NAMESPACE in head and "Workbook" in head


def read_xml(text: str, limits: Limits) -> tuple[tuple[Sheet, ...], frozenset[tuple[str, str]]]:
    """The sheets, and the cells whose formula has no value or reaches out."""
    sheets: list[Sheet] = []
    formulas: set[tuple[str, str]] = set()
    content = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8", "replace")
    for _, element in ET.iterparse(io.BytesIO(plain_xml(content))):  # noqa: S314 - in a limited child
        if local(element.tag) == "Worksheet":
            reader = _SheetReader(limits)
            name = _attribute(element, "Name")
            sheets.append(reader.read(name, element))
            formulas.update((name, cell) for cell in reader.formulas)
            element.clear()
    return tuple(sheets), frozenset(formulas)


class _SheetReader:
    """Reads one worksheet; rows and cells may skip to an index of their own."""

    def __init__(self, limits: Limits) -> None:
        self.formulas: list[str] = []
        self._limits = limits
        self._merged: list[tuple[int, int, int, int]] = []

    def read(self, name: str, worksheet: ET.Element) -> Sheet:
        rows: list[tuple[CellValue, ...]] = []
        for element in (row for table in _children(worksheet, "Table") for row in _children(table, "Row")):
            index = (_whole(element, "Index") or len(rows) + 1) - 1
            self._check(len(rows), index, self._limits.rows)
            rows += [()] * (index - len(rows))
            rows.append(self._row(index, element))
        options = (child for part in _children(worksheet, "WorksheetOptions") for child in part)
        hidden = any(local(one.tag) == "Visible" and "Hidden" in (one.text or "") for one in options)
        return Sheet(name=name, rows=tuple(rows), merged=tuple(self._merged), hidden=hidden)

    def _row(self, row: int, element: ET.Element) -> tuple[CellValue, ...]:
        cells: list[CellValue] = []
        column = 0
        for cell in _children(element, "Cell"):
            column = (_whole(cell, "Index") or column + 1) - 1
            self._check(len(cells), column, self._limits.columns)
            cells += [None] * (column - len(cells))
            cells.append(self._cell(row, column, cell))
            column += _whole(cell, "MergeAcross") + 1
        while cells and cells[-1] is None:
            cells.pop()
        return tuple(cells)

    def _cell(self, row: int, column: int, cell: ET.Element) -> CellValue:
        value, failed = _value(next(iter(_children(cell, "Data")), None))
        formula = _attribute(cell, "Formula")
        if failed or (formula and is_bad_formula(formula, stored=value is not None)):
            self.formulas.append(cell_name(row, column))
        last_row = min(row + _whole(cell, "MergeDown"), self._limits.rows - 1)
        last_column = min(column + _whole(cell, "MergeAcross"), self._limits.columns - 1)
        if (last_row, last_column) != (row, column):
            self._merged.append((row, column, last_row, last_column))
        return value

    @staticmethod
    def _check(done: int, index: int, limit: int) -> None:
        if index >= limit:
            raise Refused(SheetRefusal.TOO_LARGE)
        if index < done:
            raise Refused(SheetRefusal.CORRUPT)


def _value(data: ET.Element | None) -> tuple[CellValue, bool]:
    """What a cell holds, and whether that is an error."""
    if data is None:
        return None, False
    text = "".join(data.itertext()).strip()
    kind = _attribute(data, "Type")
    if kind == "Error":
        return None, True
    if kind == "Number" and _NUMBER.fullmatch(text):
        return float(text), False
    if kind == "Boolean":
        return text == "1", False
    return text or None, False


def _children(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if local(child.tag) == name]


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def _whole(element: ET.Element, name: str) -> int:
    text = _attribute(element, name)
    return int(text) if text.isdecimal() and len(text) < 8 else 0  # noqa: PLR2004 - beyond every sheet
