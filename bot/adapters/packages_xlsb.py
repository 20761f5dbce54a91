"""Look into an Excel binary workbook (xlsb, MS-XLSB): reach, merged ranges, formulas that failed."""

import posixpath
import struct
from collections.abc import Iterator, Mapping
from typing import Final

from bot.adapters.sheet_rules import Beside, Limits, Range, Refused
from bot.domain.sheets import SheetRefusal, cell_name

_SHEET, _ROW, _MERGED = 156, 0, 176
_BLANK: Final = 1
_CELLS: Final = range(1, 12)  #: cells of every kind, formulas among them
_ERRORS: Final = (3, 11)  #: an error as such, and as what a formula came to


def sheet_parts(book: bytes, targets: Mapping[str, str]) -> dict[str, str]:
    """Each sheet's name with the entry that holds it; `targets` are the workbook's relations."""
    parts: dict[str, str] = {}
    for kind, data in _records(book):
        if kind == _SHEET:
            ref, position = _string(data, 8)
            name, _ = _string(data, position)
            parts[name] = posixpath.normpath(posixpath.join("/xl", targets.get(ref, ""))).lstrip("/")
    return parts


def look_into(name: str, sheet: bytes, limits: Limits) -> Beside:
    """Walk a sheet's records once; raises Refused where a cell with content is too far out."""
    row = 0
    merged: list[Range] = []
    formulas: set[tuple[str, str]] = set()
    for kind, data in _records(sheet):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", data)
        elif kind in _CELLS:
            (column,) = struct.unpack_from("<I", data)
            if kind != _BLANK and (row >= limits.rows or column >= limits.columns):
                raise Refused(SheetRefusal.TOO_LARGE)
            if kind in _ERRORS:
                formulas.add((name, cell_name(row, column)))
        elif kind == _MERGED:
            first_row, last_row, first_column, last_column = struct.unpack_from("<4I", data)
            if last_row < limits.rows and last_column < limits.columns:
                merged.append((first_row, first_column, last_row, last_column))
    return Beside(merged={name: tuple(sorted(merged))} if merged else {}, formulas=frozenset(formulas))


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Each record: its kind and its length, in sevenths of bits, and that many bytes."""
    position = 0
    while position < len(part):
        kind, position = _number(part, position, 2)
        length, position = _number(part, position, 4)
        yield kind, part[position : position + length]
        position += length


def _number(part: bytes, position: int, most: int) -> tuple[int, int]:
    value = 0
    for shift in range(most):
        byte = part[position]
        position += 1
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:  # noqa: PLR2004 - no more follow
            break
    return value, position


def _string(data: bytes, position: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", data, position)
    end = position + 4 + 2 * length
    return data[position + 4 : end].decode("utf-16-le", "replace"), end
