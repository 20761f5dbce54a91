"""Look into a zipped workbook before a parser does: size unpacked, reach, macros, formulas."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from xml.etree import ElementTree as ET

from bot.adapters import packages_ods, packages_xlsb
from bot.adapters.sheet_rules import Beside, Limits, Range, Refused, is_bad_formula, local, plain_xml
from bot.adapters.struck_cells import struck_cells, struck_formats
from bot.domain import forms
from bot.domain.sheets import SheetRefusal


@dataclass(frozen=True, kw_only=True)
class Package:
    """What a zipped workbook shows from outside."""

    macros: bool = False
    form_version: str = ""
    formulas: frozenset[tuple[str, str]] = field(default=frozenset())
    merged: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)  #: where calamine is silent
    struck: frozenset[tuple[str, str]] = field(default=frozenset())  #: as `Workbook` has them


ENCRYPTED_FLAG: Final = 0x1
_ODS_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"

#: A reference far enough out to be looked at: column IW or row 20,000 and beyond. Plain bytes come first,
#: which makes it fast; what else ends in "r=" does no harm.
_FAR: Final = tuple(
    (
        quote,
        re.compile(
            quote
            + rb"(?![A-Ha-h]?[A-Za-z]?\d{1,4}[\"'])"  # what nearly all are, quickly
            + rb"(?:[A-Za-z]{3,}\d|[J-Zj-z][A-Za-z]\d|[Ii][W-Zw-z]\d|[A-Za-z]{0,2}(?:\d{6}|[2-9]\d{4}))"
        ),
    )
    for quote in (b'r="', b"r='")
)
_ROW_OR_CELL: Final = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
_REFERENCE: Final = re.compile(rb"""\br=["']([A-Za-z]*)(\d+)["']""")
#: what may tell of a formula, a failed one, or a type that is written as a character reference; the rarest
#: letter comes first, for that is what is searched for
_FORMULA_MARKS: Final = (
    re.compile(rb"f(?<=[<:]f)[\s>/]"),
    re.compile(rb"e(?<=[\"']e)[\"']"),
    re.compile(rb"#(?<=[\"']&#)"),
)


def inspect(content: bytes, limits: Limits) -> Package:
    """Check a zipped workbook; raises Refused, or what `zipfile` and the XML parser raise for broken ones."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        check_directory(archive, limits)
        names = set(archive.namelist())
        package = Package(macros=_has_macros(names), form_version=_form_version(archive, names))
        if "xl/workbook.xml" in names:
            formulas, struck = _look_into_xlsx(archive, names, limits)
            return replace(package, formulas=formulas, struck=struck)
        if "xl/workbook.bin" in names:
            found = _look_into_xlsb(archive, names, limits)
            return replace(package, formulas=found.formulas, merged=found.merged)
        if not _is_ods(archive, names):
            raise Refused(SheetRefusal.UNSUPPORTED)
        if _is_encrypted_ods(archive, names):
            raise Refused(SheetRefusal.ENCRYPTED)
        found = packages_ods.look_into(archive.read("content.xml"), limits)
        return replace(package, formulas=found.formulas, merged=found.merged)


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether a zip is itself a workbook."""
    names = set(archive.namelist())
    return "xl/workbook.xml" in names or "xl/workbook.bin" in names or _is_ods(archive, names)


def is_package(archive: zipfile.ZipFile) -> bool:
    """Whether a zip is a document of some office program, and not one that somebody put files into."""
    names = archive.namelist()
    return any(name in names for name in ("[Content_Types].xml", "mimetype", "xl/workbook.xml"))


def _look_into_xlsx(
    archive: zipfile.ZipFile, names: set[str], limits: Limits
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Cells with a formula to be wary of, and cells that are struck through."""
    formulas: set[tuple[str, str]] = set()
    struck: set[tuple[str, str]] = set()
    formats = struck_formats(archive, names)
    for sheet, part in sheet_parts(archive, names):
        xml = archive.read(part)
        if b"\0" in xml[:4]:  # UTF-16, which no spreadsheet program writes: calamine would find nothing in it
            raise Refused(SheetRefusal.CORRUPT)
        _check_reach(xml, limits)
        formulas.update((sheet, cell) for cell in _formula_cells(xml))
        if formats:
            struck.update((sheet, cell) for cell in struck_cells(xml, formats))
    return frozenset(formulas), frozenset(struck)


def _look_into_xlsb(archive: zipfile.ZipFile, names: set[str], limits: Limits) -> Beside:
    targets = _targets(archive, "xl/_rels/workbook.bin.rels")
    parts = packages_xlsb.sheet_parts(archive.read("xl/workbook.bin"), targets)
    looks = [
        packages_xlsb.look_into(sheet, archive.read(part), limits)
        for sheet, part in parts.items()
        if part in names
    ]
    merged = {sheet: areas for look in looks for sheet, areas in look.merged.items()}
    return Beside(merged=merged, formulas=frozenset(cell for look in looks for cell in look.formulas))


def check_directory(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse a zip that is encrypted or unfolds to too much, before anything in it is unpacked."""
    entries = archive.infolist()
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise Refused(SheetRefusal.ENCRYPTED)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    bomb = unpacked > limits.ratio_from and unpacked > packed * limits.ratio
    if bomb or len(entries) > limits.entries or unpacked > limits.unpacked_bytes:
        raise Refused(SheetRefusal.ZIP_BOMB)


def _is_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    return "mimetype" in names and archive.read("mimetype").strip().startswith(_ODS_TYPE)


def _is_encrypted_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """LibreOffice locks part by part and says so in the manifest, or, since 24.2, the package as a whole."""
    manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
    return "encrypted-package" in names or b":encryption-data" in manifest


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
    targets = _targets(archive, "xl/_rels/workbook.xml.rels")
    for element in book.iter():
        if local(element.tag) != "sheet":
            continue
        ref = next((value for key, value in element.attrib.items() if local(key) == "id"), "")
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
    if not any(mark.search(xml) for mark in _FORMULA_MARKS):
        return
    for _, element in ET.iterparse(io.BytesIO(plain_xml(xml))):  # noqa: S314 - in a limited child, without entities
        if local(element.tag) != "c":
            continue
        if _is_bad_cell(element):
            yield element.get("r", "").upper()
        element.clear()


def _is_bad_cell(cell: ET.Element) -> bool:
    kind = cell.get("t")
    if kind == "e":  # #REF! and its like: calamine shows them as empty
        return True
    parts = {local(part.tag): part for part in cell}
    formula, value = parts.get("f"), parts.get("v")
    if formula is None:
        return False
    stored = value is not None and bool(value.text or kind == "str")
    return is_bad_formula(formula.text or "", stored=stored)


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Where a workbook's relations lead, by their ids."""
    return {relation.get("Id", ""): relation.get("Target", "") for relation in _tree(archive, part)}


def _tree(archive: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(plain_xml(archive.read(part)))  # noqa: S314 - in a limited child, without entities
