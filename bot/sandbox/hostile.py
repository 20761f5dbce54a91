"""Workbooks nobody should open: each is what some sender once tried, and all are made here on demand."""

import io
import zipfile
from functools import lru_cache

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{office}/{kind}" Target="{target}"/></Relationships>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Company" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_XLSX_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_XLSM_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"

_MEGABYTE = 1_000_000
_UNFOLDED = 200


@lru_cache(maxsize=1)
def zip_bomb() -> bytes:
    """An .xlsx of about 200 kB that unfolds to 200 MB."""
    row = b"<row>" + b"<c><v>0</v></c>" * 2000 + b"</row>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_frame(archive)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            block = row * (_MEGABYTE // len(row) + 1)
            for _ in range(_UNFOLDED):
                sheet.write(block)
            sheet.write(b"</sheetData></worksheet>")
    return buffer.getvalue()


def far_cell() -> bytes:
    """A tiny .xlsx with one cell in the last row and column: readers that make a grid of it die."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_frame(archive)
        archive.writestr(
            _entry("xl/worksheets/sheet1.xml"),
            f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>'
            '<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
        )
    return buffer.getvalue()


def with_macros(workbook: bytes) -> bytes:
    """The same workbook as an .xlsm that carries a (harmless, empty) macro project."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "[Content_Types].xml":
                content = content.replace(_XLSX_TYPE, _XLSM_TYPE).replace(
                    b"</Types>",
                    b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
                )
            new.writestr(entry, content)
        # The signature of the compound file in which Office keeps macros.
        new.writestr(_entry("xl/vbaProject.bin"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Without the time of day, so that equal files are equal bytes."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _write_frame(archive: zipfile.ZipFile) -> None:
    archive.writestr(_entry("[Content_Types].xml"), _TYPES)
    archive.writestr(
        _entry("_rels/.rels"), _RELS.format(office=_OFFICE, kind="officeDocument", target="xl/workbook.xml")
    )
    archive.writestr(_entry("xl/workbook.xml"), _BOOK)
    archive.writestr(
        _entry("xl/_rels/workbook.xml.rels"),
        _RELS.format(office=_OFFICE, kind="worksheet", target="worksheets/sheet1.xml"),
    )
