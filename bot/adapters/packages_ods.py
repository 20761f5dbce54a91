"""Look into an OpenDocument spreadsheet before a parser does: reach, merged ranges, formulas."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from bot.adapters.sheet_rules import Beside, Limits, Range, Refused, is_bad_formula, local, plain_xml
from bot.domain.sheets import SheetRefusal, cell_name

_CELLS: Final = frozenset({"table-cell", "covered-table-cell"})
_ERRORS: Final = ("#", "Err:")


@dataclass(kw_only=True)
class _Place:
    """Where the walk stands: repeated rows and cells count as often as they are repeated."""

    sheet: str = ""
    row: int = 0
    depth: int = 0  #: of tables; a cell may hold one, which is no sheet


def look_into(xml: bytes, limits: Limits) -> Beside:
    """Walk a sheet's rows once; raises Refused where cells with content reach too far."""
    merged: dict[str, list[Range]] = {}
    formulas: set[tuple[str, str]] = set()
    place = _Place()
    walk = ET.iterparse(io.BytesIO(plain_xml(xml)), events=("start", "end"))  # noqa: S314 - in a limited child
    for event, element in walk:
        name = local(element.tag)
        if name == "table":
            place.depth += 1 if event == "start" else -1
            if event == "start" and place.depth == 1:
                place.sheet, place.row = _attribute(element, "name"), 0
        elif name == "table-row" and event == "end" and place.depth == 1:
            for column, cell in _cells(element, place.row, limits):
                if _fails(cell):
                    formulas.add((place.sheet, cell_name(place.row, column)))
                area = _merged(cell, place.row, column, limits)
                if area:
                    merged.setdefault(place.sheet, []).append(area)
            place.row += _count(element, "number-rows-repeated")
            element.clear()
    return Beside(
        merged={sheet: tuple(areas) for sheet, areas in merged.items()}, formulas=frozenset(formulas)
    )


def _cells(row: ET.Element, index: int, limits: Limits) -> Iterator[tuple[int, ET.Element]]:
    """The row's cells with content and their columns; formatting alone may reach to the last one."""
    column = 0
    last_row = index + _count(row, "number-rows-repeated")
    for cell in row:
        if local(cell.tag) not in _CELLS:
            continue
        repeated = _count(cell, "number-columns-repeated")
        if len(cell) or _attribute(cell, "value-type") or _attribute(cell, "formula"):
            if last_row > limits.rows or column + repeated > limits.columns:
                raise Refused(SheetRefusal.TOO_LARGE)
            yield column, cell
        elif _attribute(cell, "number-columns-spanned") or _attribute(cell, "number-rows-spanned"):
            yield column, cell
        column += repeated


def _merged(cell: ET.Element, row: int, column: int, limits: Limits) -> Range | None:
    across, down = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
    if across == down == 1 or row >= limits.rows or column >= limits.columns:
        return None
    return row, column, min(row + down, limits.rows) - 1, min(column + across, limits.columns) - 1


def _fails(cell: ET.Element) -> bool:
    """Whether a formula has no stored value, failed, or reaches out of the sheet."""
    formula = _attribute(cell, "formula")
    if not formula:
        return False
    shown = "".join(cell.itertext()).strip()
    if shown.startswith(_ERRORS):
        return True
    stored = bool(shown or any(local(key) in _VALUES and value for key, value in cell.attrib.items()))
    return is_bad_formula(formula, stored=stored or _attribute(cell, "value-type") == "string")


_VALUES: Final = frozenset({"value", "date-value", "time-value", "boolean-value", "string-value"})


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), "")


def _count(element: ET.Element, name: str) -> int:
    """A number of repetitions, 1 where none is said."""
    text = _attribute(element, name)
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 10**9 if text else 1  # noqa: PLR2004
