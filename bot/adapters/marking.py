"""Find a sender's form again and mark what is open in it, in limited children; the port `Marker`."""

import io
import zipfile
from typing import Final
from xml.etree import ElementTree as ET

from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.mail_parsing import read_mail_parts, spreadsheets_in
from bot.adapters.spreadsheets import read_workbook
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
    """The port `Marker` over a started pool of children; any thread may call."""

    def __init__(self, pool: LimitedPool) -> None:
        self._pool = pool

    def find_form(self, raw: bytes, content_hash: str, applications: tuple[str, ...]) -> Attachment | None:
        try:
            return self._pool.call(find_form, raw, content_hash, applications, seconds=SECONDS)
        except (ChildDied, TookTooLong):
            return None

    def mark(self, content: bytes, remarks: Remarks) -> bytes | None:
        try:
            return self._pool.call(mark_workbook, content, remarks, seconds=SECONDS)
        except (ChildDied, TookTooLong):
            return None


def find_form(raw: bytes, content_hash: str, applications: tuple[str, ...]) -> Attachment | None:
    """In the child: the file of a mail in which exactly that RIS stands."""
    for one in spreadsheets_in(read_mail_parts(raw)):
        read = read_form([read_workbook(one.name, one.content)], applications=applications, vouched=True)
        if any(case.content_hash() == content_hash for case in read.cases):
            return one
    return None


def mark_workbook(content: bytes, remarks: Remarks) -> bytes | None:
    """In the child: the workbook with its cells marked, or None where it is none that openpyxl can keep."""
    read = read_workbook("", content)  # refuses what is too much, before openpyxl unpacks it
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
