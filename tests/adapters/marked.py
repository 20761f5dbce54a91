"""Marked workbooks for the tests, and ways to look into one."""

import io
import zipfile

import openpyxl

from bot import policy as policies
from bot.adapters.marking import mark_workbook
from bot.domain.remarks import Remarks
from bot.domain.ris import RisCase
from bot.rendering.remarks import remarks
from tests.forms import COMPANY, reading

POLICY = policies.load()
RED = "FFFFC7CE"
WRONG = {("Company", "B8"): None, ("Users", "D7"): "mara.lindqvist(at)example.com", ("Users", "I8"): "Boss"}


def marked(content: bytes, lang: str = "en") -> bytes:
    """The workbook as its sender gets it back."""
    result = mark_workbook(content, remarks(reading(content).cases, lang, POLICY))
    assert result is not None
    return result


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def comment(book: openpyxl.Workbook, sheet: str, cell: str) -> str:
    found = book[sheet][cell].comment
    return found.text if found else ""


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_macros(content: bytes) -> bytes:
    entries = parts(content)
    types = entries["[Content_Types].xml"]
    types = types.replace(b"spreadsheetml.sheet.main+xml", b"XX").replace(
        b"application/vnd.openxmlformats-officedocument.XX",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    bin_type = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    rel = (
        b'<Relationship Id="rIdVba" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        b'Target="vbaProject.bin"/></Relationships>'
    )
    rels = "xl/_rels/workbook.xml.rels"
    return packed(
        entries
        | {
            "[Content_Types].xml": types.replace(b"</Types>", bin_type),
            rels: entries[rels].replace(b"</Relationships>", rel),
            "xl/vbaProject.bin": b"VBA \xd0\xcf",
        }
    )


def no_remarks() -> Remarks:
    return remarks([RisCase(company=COMPANY)], "en", POLICY)
