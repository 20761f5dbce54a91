"""Look into a zipped workbook before a parser does: size unpacked, reach, macros, formulas."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from bot.domain import forms
from bot.domain.sheets import SheetRefusal


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is read at most; beyond it a file is refused by name."""

    file_bytes: int = 10_000_000
    unpacked_bytes: int = 150_000_000
    ratio: int = 200  #: unpacked to packed, once it is more than `ratio_from`
    ratio_from: int = 10_000_000
    entries: int = 1_000
    rows: int = 20_050  #: 20,000 users and what stands above them
    columns: int = 256


class Refused(Exception):  # noqa: N818 - an answer about a file, not an error of ours
    """The file is not read, and this is why."""

    def __init__(self, refusal: SheetRefusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True, kw_only=True)
class Package:
    """What a zipped workbook shows from outside."""

    macros: bool = False
    form_version: str = ""
    formulas: frozenset[tuple[str, str]] = field(default=frozenset())


_ENCRYPTED_FLAG: Final = 0x1
_ODS_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"

#: A reference far enough out to be looked at: column IW or row 20,000 and beyond. Plain bytes come first,
#: which makes it fast; what else ends in "r=" does no harm.
_FAR: Final = tuple(
    (
        quote,
        re.compile(
            quote + rb"(?:[A-Za-z]{3,}\d|[J-Zj-z][A-Za-z]\d|[Ii][W-Zw-z]\d|[A-Za-z]{0,2}(?:\d{6}|[2-9]\d{4}))"
        ),
    )
    for quote in (b'r="', b"r='")
)
_ROW_OR_CELL: Final = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
_REFERENCE: Final = re.compile(rb"""\br=["']([A-Za-z]*)(\d+)["']""")
_FORMULA_MARKS: Final = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b't="e"', b"t='e'")

#: Functions that reach out of the sheet, and DDE (`cmd|' /C calc'!A0`): they would run at the reader's.
_REACHES_OUT: Final = re.compile(
    r"\b(?:HYPERLINK|WEBSERVICE|RTD|CALL|EXEC|REGISTER|REGISTER\.ID|IMPORT\w+)\s*\(|\|.*!", re.IGNORECASE
)


def inspect(content: bytes, limits: Limits) -> Package:
    """Check a zipped workbook; raises Refused, or what `zipfile` and the XML parser raise for broken ones."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_directory(archive, limits)
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            if "xl/workbook.bin" not in names and not _is_ods(archive, names):
                raise Refused(SheetRefusal.UNSUPPORTED)
            return Package(macros=_has_macros(names), form_version=_form_version(archive, names))
        formulas: set[tuple[str, str]] = set()
        for sheet, part in sheet_parts(archive, names):
            xml = archive.read(part)
            _check_reach(xml, limits)
            formulas.update((sheet, cell) for cell in _formula_cells(xml))
        return Package(
            macros=_has_macros(names),
            form_version=_form_version(archive, names),
            formulas=frozenset(formulas),
        )


def _check_directory(archive: zipfile.ZipFile, limits: Limits) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise Refused(SheetRefusal.ENCRYPTED)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    bomb = unpacked > limits.ratio_from and unpacked > packed * limits.ratio
    if bomb or len(entries) > limits.entries or unpacked > limits.unpacked_bytes:
        raise Refused(SheetRefusal.ZIP_BOMB)


def _is_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    return "mimetype" in names and archive.read("mimetype").strip().startswith(_ODS_TYPE)


def _has_macros(names: set[str]) -> bool:
    return any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names)


def _form_version(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "docProps/custom.xml" not in names:
        return ""
    for element in _tree(archive, "docProps/custom.xml"):
        if element.get("name") == forms.VERSION_PROPERTY:
            return "".join(element.itertext()).strip()
    return ""


def sheet_parts(archive: zipfile.ZipFile, names: set[str]) -> Iterator[tuple[str, str]]:
    """Each sheet's name with the entry that holds it."""
    book = _tree(archive, "xl/workbook.xml")
    relations = _tree(archive, "xl/_rels/workbook.xml.rels")
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in relations}
    for element in book.iter():
        if _local(element.tag) != "sheet":
            continue
        ref = next((value for key, value in element.attrib.items() if _local(key) == "id"), "")
        part = posixpath.normpath(posixpath.join("/xl", targets.get(ref, ""))).lstrip("/")
        if part in names:
            yield element.get("name", ""), part


def _check_reach(xml: bytes, limits: Limits) -> None:
    """Refuse a sheet whose cells reach too far: a parser would make room for everything in between.

    The sheet's own `<dimension>` is not asked, for it may lie. Cells without content do not count: formatting
    often runs down to the last row.
    """
    if not any(quote in xml and far.search(xml) for quote, far in _FAR):
        return
    row = 0
    for tag in _ROW_OR_CELL.finditer(xml):
        kind, attributes = tag.groups()
        reference = _REFERENCE.search(attributes)
        column = 0
        if reference:
            row = int(reference[2])
            column = _column_number(reference[1])
        empty = attributes.endswith(b"/") or xml.startswith(b"</", tag.end())
        if kind == b"c" and not empty and (row > limits.rows or column > limits.columns):
            raise Refused(SheetRefusal.TOO_LARGE)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _formula_cells(xml: bytes) -> Iterator[str]:
    """List the cells whose formula has no stored value, failed, or reaches out of the sheet."""
    if not any(mark in xml for mark in _FORMULA_MARKS):
        return
    for _, element in ET.iterparse(io.BytesIO(plain_xml(xml))):  # noqa: S314 - in a limited child, without entities
        if _local(element.tag) != "c":
            continue
        if _is_bad_formula(element):
            yield element.get("r", "").upper()
        element.clear()


def _is_bad_formula(cell: ET.Element) -> bool:
    kind = cell.get("t")
    if kind == "e":  # #REF! and its like: calamine shows them as empty
        return True
    parts = {_local(part.tag): part for part in cell}
    formula, value = parts.get("f"), parts.get("v")
    if formula is None:
        return False
    stored = value is not None and (value.text or kind == "str")
    return not stored or _REACHES_OUT.search(formula.text or "") is not None


def _tree(archive: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(plain_xml(archive.read(part)))  # noqa: S314 - in a limited child, without entities


def plain_xml(xml: bytes) -> bytes:
    """Spreadsheet programs write no document types; entities are what one is for."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Refused(SheetRefusal.CORRUPT)
    return xml


def _local(name: str) -> str:
    return name.rpartition("}")[2]
