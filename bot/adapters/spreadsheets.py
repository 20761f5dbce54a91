"""Read spreadsheets as plain values; what is too much, locked or broken is refused by name."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.packages import Limits, Package, Refused, inspect
from bot.domain.sheets import CellValue, Sheet, SheetRefusal, Workbook

LIMITS: Final = Limits()
SECONDS: Final = 6.0  #: for one file; with the time it takes to end a child still below ten

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUFFIXES: Final = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".ods", ".ots")
_LONGEST_NAME: Final = 120
_MACRO_SHEETS: Final = (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba)

#: What a file that is not what it says makes the parsers raise.
_BROKEN: Final = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    ArithmeticError,
    NotImplementedError,
    RuntimeError,
)


def is_spreadsheet(name: str, content: bytes) -> bool:
    """Whether a file is a workbook by its first bytes and parts, or says so by its name."""
    if name.lower().endswith(_SUFFIXES):
        return True
    if content.startswith(_OLE):
        return _is_ole_workbook(content)
    parts = (b"xl/workbook.", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
    return content.startswith(_ZIP) and any(part in content for part in parts)


def read_limited(pool: LimitedPool, name: str, content: bytes) -> Workbook:
    """Read a workbook in a child; a file that kills or stalls it is corrupt."""
    try:
        return pool.call(read_workbook, name, content, seconds=SECONDS)
    except (ChildDied, TookTooLong):
        return Workbook(name=shown_name(name), refusal=SheetRefusal.CORRUPT)


def read_workbook(name: str, content: bytes, limits: Limits = LIMITS) -> Workbook:
    """Read a workbook here and now; in a limited child only, for a few bytes may abort the process."""
    shown = shown_name(name)
    try:
        return _read(shown, content, limits)
    except Refused as exc:
        return Workbook(name=shown, refusal=exc.refusal)
    except PasswordError:
        return Workbook(name=shown, refusal=SheetRefusal.ENCRYPTED)
    except _BROKEN:
        return Workbook(name=shown, refusal=SheetRefusal.CORRUPT)
    except BaseException as exc:
        # A panic of the Rust parser is no Exception, and its class cannot be imported.
        if type(exc).__name__ != "PanicException":
            raise
        return Workbook(name=shown, refusal=SheetRefusal.CORRUPT)


def shown_name(name: str) -> str:
    """A file name safe to show: no folders, no control characters, not endless."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-_LONGEST_NAME:]


def _read(name: str, content: bytes, limits: Limits) -> Workbook:
    if len(content) > limits.file_bytes:
        raise Refused(SheetRefusal.TOO_LARGE)
    package = _look_into(content, limits)
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        kinds = {sheet.name: sheet.typ for sheet in book.sheets_metadata}
        sheets = tuple(
            _read_sheet(book, name, limits) for name, kind in kinds.items() if kind == SheetTypeEnum.WorkSheet
        )
    return Workbook(
        name=name,
        sheets=sheets,
        macros=package.macros or any(kind in _MACRO_SHEETS for kind in kinds.values()),
        formulas=package.formulas,
        form_version=package.form_version,
    )


def _look_into(content: bytes, limits: Limits) -> Package:
    if content.startswith(_ZIP):
        return inspect(content, limits)
    if not content.startswith(_OLE):
        raise Refused(SheetRefusal.UNSUPPORTED if content.strip(b"\0\t\r\n ") else SheetRefusal.CORRUPT)
    if _utf16("EncryptedPackage") in content:
        raise Refused(SheetRefusal.ENCRYPTED)
    if not _is_ole_workbook(content):
        raise Refused(SheetRefusal.UNSUPPORTED)
    return Package(macros=_utf16("_VBA_PROJECT") in content)


def _is_ole_workbook(content: bytes) -> bool:
    return any(_utf16(stream) in content for stream in ("Workbook", "Book", "EncryptedPackage"))


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _read_sheet(book: CalamineWorkbook, name: str, limits: Limits) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > limits.rows or sheet.total_width > limits.columns:
        raise Refused(SheetRefusal.TOO_LARGE)
    rows = sheet.to_python(skip_empty_area=False)
    return Sheet(name=name, rows=tuple(_trimmed(row) for row in rows))


def _trimmed(row: Sequence[CellValue]) -> tuple[CellValue, ...]:
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    kept = row[:end]
    return tuple([None if value == "" else value for value in kept] if "" in kept else kept)
