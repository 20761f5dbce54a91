"""Save an openpyxl workbook in memory, so that equal workbooks become equal bytes."""

import io
import zipfile
from typing import Final

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)  #: the first day that a zip knows


def saved(book: Workbook) -> bytes:
    """Nothing touches the disk, where a killed child would leave it, and no clock is asked."""
    buffer = io.BytesIO()
    _MemoryWriter(book, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED)).save()
    return _settled(buffer)


class _MemoryWriter(ExcelWriter):
    """openpyxl's own puts every sheet into a temporary file first."""

    _archive: zipfile.ZipFile

    def write_worksheet(self, ws: Worksheet) -> None:
        drawing = SpreadsheetDrawing()
        drawing.charts, drawing.images = [], []  # neither comes through: see `neutral`
        ws._drawing = drawing  # type: ignore[attr-defined] # noqa: SLF001 - as its parent class does
        sink = io.BytesIO()
        writer = WorksheetWriter(ws, out=sink)
        writer.write()
        ws._rels = writer._rels  # type: ignore[attr-defined] # noqa: SLF001
        self._archive.writestr(ws.path.lstrip("/"), sink.getvalue())
        self.manifest.append(ws)


def _settled(buffer: io.BytesIO) -> bytes:
    """The same entries in order and without their times."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(buffer) as archive,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as settled,
    ):
        for name in sorted(archive.namelist()):
            settled.writestr(zipfile.ZipInfo(name, _LONG_AGO), archive.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()
