"""Look into an Excel 97 workbook (OLE and BIFF8, MS-XLS): formulas that failed or reach out of the sheet."""

import re
import struct
from collections.abc import Iterator, Sequence
from typing import Final

from bot.domain.sheets import cell_name

_FREE: Final = 0xFFFFFFFA  #: from here on a number is no sector's
_ENTRY: Final = 128
_STREAMS: Final = ("Workbook", "Book")
_SMALL: Final = 4096
_SMALL_SECTOR: Final = 64
_SHEET, _END, _FORMULA, _BOOL_OR_ERROR = 0x85, 0x0A, 0x06, 0x205
_NO_NUMBER: Final = b"\xff\xff"
_ERROR: Final = 2
_CELL: Final = 22  #: bytes of a formula's record before its tokens
#: A call of HYPERLINK (359) with one or two arguments, among a formula's tokens.
_HYPERLINK: Final = re.compile(rb"[\x22\x42\x62][\x01\x02]\x67\x01")


def find_formulas(content: bytes) -> frozenset[tuple[str, str]]:
    """The cells to be wary of, as far as the file is sound: whether it is, its parser says."""
    try:
        return frozenset(_walk(_workbook_stream(content)))
    except (struct.error, LookupError, ValueError):
        return frozenset()


def _walk(stream: bytes) -> Iterator[tuple[str, str]]:
    for kind, data in _records(stream, 0):
        if kind == _SHEET and len(data) > 8:  # noqa: PLR2004 - where it begins, its kind, its name
            (start,) = struct.unpack_from("<I", data)
            name = data[8:].decode("utf-16-le") if data[7] & 1 else data[8:].decode("latin-1")
            yield from ((name[: data[6]], cell) for cell in _cells(stream, start))


def _cells(stream: bytes, start: int) -> Iterator[str]:
    for kind, data in _records(stream, start):
        if (kind == _FORMULA and _is_bad(data)) or (kind == _BOOL_OR_ERROR and data[7]):
            row, column = struct.unpack_from("<HH", data)
            yield cell_name(row, column)


def _is_bad(formula: bytes) -> bool:
    """A formula always has a value here; one that failed says so in place of a number."""
    failed = formula[12:14] == _NO_NUMBER and formula[6] == _ERROR
    return failed or _HYPERLINK.search(formula, _CELL) is not None


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream: of the workbook, or of a sheet."""
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        if kind == _END:
            return
        yield kind, stream[position + 4 : position + 4 + length]
        position += 4 + length


def _workbook_stream(content: bytes) -> bytes:
    """The stream that holds the records; one below 4 kB stands in smaller sectors of another stream."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if size not in (512, 4096):
        raise ValueError("no such sectors")
    table = _table(content, size)
    first, _, _, first_small = struct.unpack_from("<4I", content, 48)
    body = content[size:]
    directory = _chain(body, size, table, first)
    for at in range(0, len(directory), _ENTRY):
        (length,) = struct.unpack_from("<H", directory, at + 64)
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        if name not in _STREAMS:
            continue
        start, wanted = struct.unpack_from("<II", directory, at + 116)
        if wanted >= _SMALL:
            return _chain(body, size, table, start)[:wanted]
        (root,) = struct.unpack_from("<I", directory, 116)
        small_table = _chain(body, size, table, first_small)
        numbers = struct.unpack(f"<{len(small_table) // 4}I", small_table)
        return _chain(_chain(body, size, table, root), _SMALL_SECTOR, numbers, start)[:wanted]
    raise LookupError("no workbook")


def _table(content: bytes, size: int) -> list[int]:
    """Which sector follows which; files of more than seven megabytes list its parts in several places."""
    listed = [number for number in struct.unpack_from("<109I", content, 76) if number < _FREE]
    (more,) = struct.unpack_from("<I", content, 68)
    words = size // 4
    for _ in range(len(content) // size):
        if more >= _FREE:
            break
        *numbers, more = struct.unpack_from(f"<{words}I", content, size * (more + 1))
        listed += [number for number in numbers if number < _FREE]
    table: list[int] = []
    for number in listed[: len(content) // size]:
        table += struct.unpack_from(f"<{words}I", content, size * (number + 1))
    return table


def _chain(body: bytes, size: int, table: Sequence[int], first: int) -> bytes:
    """The sectors that follow each other from the first one on."""
    parts: list[bytes] = []
    while first < _FREE:
        if len(parts) > len(body) // size:
            raise ValueError("sectors in a circle")
        parts.append(body[size * first : size * (first + 1)])
        first = table[first]
    return b"".join(parts)
