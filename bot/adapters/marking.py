"""Find a sender's form again and mark what is open in it, in limited children; the port `Marker`."""

import io
import zipfile
from typing import Final
from xml.etree import ElementTree as ET

from bot.adapters.carriers import files_in
from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.mail_parsing import read_files
from bot.adapters.sheet_rules import Limits
from bot.adapters.spreadsheets import LIMITS, is_spreadsheet, read_workbook
from bot.domain.mail import Attachment
from bot.domain.remarks import Remarks
from bot.domain.review import read_form

SECONDS: Final = 10.0  #: of CPU for one file: openpyxl takes some 50 µs a cell, both ways together
MOST_CELLS: Final = 120_000  #: beyond it that time would surely not do

#: What a file that openpyxl does not understand makes it raise: it checks little, so nearly anything.
_BROKEN: Final = (
    zipfile.BadZipFile,
    ET.ParseError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    NotImplementedError,
)


class LimitedMarker:
    """The port `Marker` over a pool of children; any thread may call."""

    def __init__(self, pool: LimitedPool, limits: Limits = LIMITS) -> None:
        self._pool = pool
        self._limits = limits

    def find_form(
        self, raw: bytes, form_hash: str, applications: tuple[str, ...], own_addresses: frozenset[str]
    ) -> Attachment | None:
        known = (applications, own_addresses)
        try:
            return self._pool.call(find_form, raw, form_hash, *known, self._limits, seconds=SECONDS)
        except (ChildDied, TookTooLong):
            return None

    def mark(self, content: bytes, remarks: Remarks) -> bytes | None:
        try:
            return self._pool.call(mark_workbook, content, remarks, self._limits, seconds=SECONDS)
        except (ChildDied, TookTooLong):
            return None


def find_form(
    raw: bytes,
    form_hash: str,
    applications: tuple[str, ...],
    own_addresses: frozenset[str],
    limits: Limits = LIMITS,
) -> Attachment | None:
    """In the child: the file of a mail, or in a carrier among its files, in which exactly that RIS stands."""
    for part in read_files(raw):
        for name, content, refusal in files_in(part.name, part.content, limits):
            if refusal or not is_spreadsheet(name, content):
                continue
            book = read_workbook(name, content, limits)
            read = read_form([book], applications=applications, own_addresses=own_addresses, vouched=True)
            if any(case.form_hash() == form_hash for case in read.cases):
                return Attachment(name=name, type="", content=content)
    return None


def mark_workbook(content: bytes, remarks: Remarks, limits: Limits = LIMITS) -> bytes | None:
    """In the child: the workbook with its cells marked, or None where it is none that openpyxl can keep."""
    read = read_workbook("", content, limits)  # refuses what is too much, before openpyxl unpacks it
    if read.refusal or sum(len(row) for sheet in read.sheets for row in sheet.rows) > MOST_CELLS:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return None
            from bot.adapters.marked_books import marked  # noqa: PLC0415 - only a child that marks needs it

            return marked(content, archive, read, remarks)
    except _BROKEN:
        return None
