"""Read spreadsheets as plain values; what is too much, locked or broken is refused by name."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from bot.adapters.html_tables import is_page, tables_of_file
from bot.adapters.packages import Package, inspect, is_workbook
from bot.adapters.packages_xls import find_formulas
from bot.adapters.sheet_rules import Limits, Refused
from bot.adapters.spreadsheet_xml import is_spreadsheet_xml, read_xml
from bot.adapters.text_tables import decode_text, looks_like_table, read_text
from bot.domain import forms
from bot.domain.sheets import CellValue, Sheet, SheetRefusal, Workbook

LIMITS: Final = Limits()

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY_SUFFIXES: Final = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".ods", ".ots")
_TEXT_SUFFIXES: Final = (".csv", ".tsv", ".tab")
SPREADSHEET_SUFFIXES: Final = (*_BINARY_SUFFIXES, *_TEXT_SUFFIXES)
_PAGE_SUFFIXES: Final = (".htm", ".html", ".xhtml")
#: What is text and may look like a table, yet is something else.
_NEVER_TABLES: Final = frozenset(
    {".asc", ".css", ".eml", ".ics", ".js", ".json", ".key", ".md", ".p7s", ".pdf", ".pem", ".pgp", ".py"}
    | {".rtf", ".sig", ".sql", ".svg", ".vcf", ".yaml"}
)
_LONGEST_NAME: Final = 120
_MACRO_SHEETS: Final = (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba)

#: What a file that is not what it says makes the parsers raise.
BROKEN: Final = (
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
    """Whether a file is a table by what it holds, or says so by its name; a zip of files is none."""
    suffix = suffix_of(name)
    if suffix in _BINARY_SUFFIXES:
        return True
    if content.startswith(ZIP):
        return _is_zipped_workbook(content)
    if content.startswith(OLE):
        return _is_ole_workbook(content)
    return suffix not in _NEVER_TABLES and _is_text_table(suffix, content)


def _is_text_table(suffix: str, content: bytes) -> bool:
    text = decode_text(content)
    if text is None or not text.strip():
        return False
    if is_page(text) or suffix in _PAGE_SUFFIXES:
        return is_page(text)
    return suffix in _TEXT_SUFFIXES or is_spreadsheet_xml(text) or looks_like_table(text)


def read_workbook(name: str, content: bytes, limits: Limits = LIMITS) -> Workbook:
    """Read a workbook here and now; in a limited child only, for a few bytes may abort the process."""
    shown = shown_name(name)
    try:
        return _read(shown, content, limits)
    except Refused as exc:
        return Workbook(name=shown, refusal=exc.refusal)
    except PasswordError:
        return Workbook(name=shown, refusal=SheetRefusal.ENCRYPTED)
    except BROKEN:
        return Workbook(name=shown, refusal=SheetRefusal.CORRUPT)
    except BaseException as exc:
        # A panic of the Rust parser is no Exception, and its class cannot be imported.
        if type(exc).__name__ != "PanicException":
            raise
        return Workbook(name=shown, refusal=SheetRefusal.CORRUPT)


def suffix_of(name: str) -> str:
    """The end of a file's name from its last dot, in lower case."""
    return name[name.rfind(".") :].strip().lower() if "." in name else ""


def shown_name(name: str) -> str:
    """A file name safe to show: no folders, no control characters, not endless."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-_LONGEST_NAME:]


def _read(name: str, content: bytes, limits: Limits) -> Workbook:
    if len(content) > limits.file_bytes:
        raise Refused(SheetRefusal.TOO_LARGE)
    if not content.startswith((ZIP, OLE)):
        return _read_text(name, content, limits)
    package = inspect(content, limits) if content.startswith(ZIP) else _look_into_ole(content)
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        listed = book.sheets_metadata
        sheets = tuple(
            _read_sheet(book, sheet, package, limits)
            for sheet in listed
            if sheet.typ == SheetTypeEnum.WorkSheet and not _is_own_list(sheet, package)
        )
    return Workbook(
        name=name,
        sheets=sheets,
        macros=package.macros or any(sheet.typ in _MACRO_SHEETS for sheet in listed),
        formulas=package.formulas,
        form_version=package.form_version,
        struck=package.struck,
    )


def _read_text(name: str, content: bytes, limits: Limits) -> Workbook:
    text = decode_text(content)
    if not content.strip(b"\0\t\r\n "):
        raise Refused(SheetRefusal.CORRUPT)
    if text is None:
        raise Refused(SheetRefusal.UNSUPPORTED)
    if is_spreadsheet_xml(text):
        sheets, formulas = read_xml(text, limits)
        return Workbook(name=name, sheets=sheets, formulas=formulas)
    if is_page(text):
        return Workbook(name=name, sheets=tables_of_file(text, limits))
    if suffix_of(name) in _TEXT_SUFFIXES or looks_like_table(text):
        return Workbook(name=name, sheets=(read_text(text, limits),))
    raise Refused(SheetRefusal.UNSUPPORTED)


def _is_own_list(sheet: SheetMetadata, package: Package) -> bool:
    """The words that our own form's drop-downs offer are nothing that anybody filled in."""
    hidden = sheet.visible != SheetVisibleEnum.Visible
    return hidden and bool(package.form_version) and sheet.name == forms.LIST_SHEET


def _is_zipped_workbook(content: bytes) -> bool:
    """Whether a zip is a workbook; a broken one is asked for traces of one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return is_workbook(archive)
    except BROKEN:
        parts = (b"xl/workbook.", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
        return any(part in content for part in parts)


def _look_into_ole(content: bytes) -> Package:
    if _utf16("EncryptedPackage") in content:
        raise Refused(SheetRefusal.ENCRYPTED)
    if not _is_ole_workbook(content):
        raise Refused(SheetRefusal.UNSUPPORTED)
    return Package(macros=_utf16("_VBA_PROJECT") in content, formulas=find_formulas(content))


def _is_ole_workbook(content: bytes) -> bool:
    return any(_utf16(stream) in content for stream in ("Workbook", "Book", "EncryptedPackage"))


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _read_sheet(book: CalamineWorkbook, listed: SheetMetadata, package: Package, limits: Limits) -> Sheet:
    sheet = book.get_sheet_by_name(listed.name)
    if sheet.total_height > limits.rows or sheet.total_width > limits.columns:
        raise Refused(SheetRefusal.TOO_LARGE)
    rows = sheet.to_python(skip_empty_area=False)
    return Sheet(
        name=listed.name,
        rows=tuple([_trimmed(row) for row in rows]),
        merged=_merged(sheet) or package.merged.get(listed.name, ()),
        hidden=listed.visible != SheetVisibleEnum.Visible,
    )


def _merged(sheet: CalamineSheet) -> tuple[tuple[int, int, int, int], ...]:
    return tuple(sorted((*first, *last) for first, last in sheet.merged_cell_ranges or ()))


def _trimmed(row: Sequence[CellValue]) -> tuple[CellValue, ...]:
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    kept = row[:end]
    return tuple([None if value == "" else value for value in kept] if "" in kept else kept)
