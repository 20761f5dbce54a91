"""Write remarks into a workbook by openpyxl: red cells with comments, and a sheet that lists them."""

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Final
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl import Workbook as Book
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.adapters.neutral import neutralise, write_text
from bot.adapters.packages import sheet_parts
from bot.adapters.saving import saved
from bot.adapters.sheet_rules import plain_xml
from bot.domain.remarks import SHEET, TITLE, Remark, Remarks
from bot.domain.sheets import Workbook

_AUTHOR: Final = "Usher"
_BEGIN: Final = "▸ Usher"  #: what stands above it in a comment is the sender's own
_RED: Final = "FFFFC7CE"
_MARKED: Final = PatternFill("solid", fgColor=_RED)
_SIDE: Final = Side(style="medium", color="FFC00000")
_EDGE: Final = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_HEADING: Final = PatternFill("solid", fgColor="FF1F2A44")
_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
_WIDTHS: Final = {"A": 8, "B": 44, "C": 96}  #: in letters
_LINE: Final = 15.5  #: points; LibreOffice does not find a row's height by itself
_FONT: Final = "Calibri"
_LETTERS_A_LINE: Final = 45  #: of a comment

_X14: Final = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_XM: Final = "{http://schemas.microsoft.com/office/excel/2006/main}"


def marked(content: bytes, archive: zipfile.ZipFile, read: Workbook, remarks: Remarks) -> bytes:
    """In the child: the same workbook (`archive` is its package) with the remarks, and nothing that runs.

    Equal input gives equal bytes. Pictures, charts and pivot tables do not come through openpyxl.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what it leaves out
        book = _load(content, archive)
        with book.vba_archive or nullcontext():  # as garbage it would close itself behind its own file
            neutralise(book, read)
            _wipe(book)
            _mark_cells(book, remarks.numbered)
            _list(book, remarks)
            return saved(book)


def _load(content: bytes, archive: zipfile.ZipFile) -> Book:
    names = set(archive.namelist())
    macros = "xl/vbaProject.bin" in names
    book = openpyxl.load_workbook(io.BytesIO(content), keep_vba=macros, keep_links=False, rich_text=True)
    for name, part in sheet_parts(archive, names):
        if name in book.sheetnames:
            _keep_newer_lists(book[name], archive.read(part))
    return book


_KEPT: Final = (
    *("type", "operator", "errorStyle", "allowBlank", "showInputMessage", "showErrorMessage"),
    *("errorTitle", "error", "promptTitle", "prompt"),
)


def _keep_newer_lists(sheet: Worksheet, xml: bytes) -> None:
    """Excel writes drop-downs with entries on another sheet as an extension, which openpyxl leaves out."""
    if b"dataValidations" not in xml or _X14[1:-1].encode() not in xml:
        return
    for _, found in ET.iterparse(io.BytesIO(plain_xml(xml))):  # noqa: S314 - in a limited child, without entities
        if found.tag == f"{_X14}dataValidation":
            kept = {name: value for name, value in found.attrib.items() if name in _KEPT}
            rule = DataValidation(sqref=found.findtext(f"{_XM}sqref", ""), **kept)  # type: ignore[arg-type]
            rule.formula1 = found.findtext(f"{_X14}formula1/{_XM}f")
            rule.formula2 = found.findtext(f"{_X14}formula2/{_XM}f")
            sheet.add_data_validation(rule)


def _wipe(book: Book) -> None:
    """Take away what we wrote before: this need not be the first round."""
    for sheet in book.worksheets:
        if sheet.title.startswith(SHEET) and sheet["A1"].value in {TITLE.en, TITLE.de}:
            book.remove(sheet)
            continue
        for cell, comment in _comments(sheet):
            before, ours, _ = comment.text.partition(_BEGIN)
            if not ours:
                continue
            cell.comment = _comment(before.strip(), comment.author) if before.strip() else None
            if cell.fill.fgColor.rgb == _RED:
                cell.fill, cell.border = PatternFill(), Border()


def _comments(sheet: Worksheet) -> Iterator[tuple[Cell, Comment]]:
    for cell in list(sheet._cells.values()):  # noqa: SLF001 - iterating the sheet makes every cell in between
        if isinstance(cell, Cell) and cell.comment is not None:
            yield cell, cell.comment


def _mark_cells(book: Book, items: Iterable[Remark]) -> None:
    by_cell: dict[tuple[str, str], list[Remark]] = {}
    for item in items:
        if item.cell and item.sheet in book.sheetnames:
            by_cell.setdefault((item.sheet, _anchor(book[item.sheet], item.cell)), []).append(item)
    for (name, place), found in by_cell.items():
        sheet = book[name]
        cell = sheet[place]
        lines = "\n".join(f"{item.number}. {item.words}" for item in found)
        theirs = cell.comment
        before = f"{theirs.text.strip()}\n\n" if theirs else ""
        cell.comment = _comment(f"{before}{_BEGIN}\n{lines}", theirs.author if theirs else _AUTHOR)
        cell.fill, cell.border = _MARKED, _EDGE
        # Nobody can correct what they do not see.
        sheet.row_dimensions[cell.row].hidden = False
        sheet.sheet_state = "visible"


def _anchor(sheet: Worksheet, name: str) -> str:
    """Of merged cells only the first holds anything."""
    for merged in sheet.merged_cells.ranges:
        if name in merged:
            return str(merged.coord).partition(":")[0]
    return name


def _comment(text: str, author: str | None) -> Comment:
    """As high as its text is long."""
    lines = sum(1 + len(line) // _LETTERS_A_LINE for line in text.splitlines())
    return Comment(text, author or _AUTHOR, height=24 + 18 * lines, width=320)


def _list(book: Book, remarks: Remarks) -> None:
    """The first sheet: every remark with its number, each place a link to its cell."""
    sheet = book.create_sheet(SHEET, 0)
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    row = 1
    for line in (remarks.title, *remarks.lead):
        _put(sheet, row, 1, line)
        row += 1
    sheet["A1"].font = Font(name=_FONT, size=16, bold=True)
    for column, heading in enumerate(remarks.headings, 1):
        cell = _put(sheet, row + 1, column, heading)
        cell.font, cell.fill = Font(name=_FONT, bold=True, color="FFFFFFFF"), _HEADING
    row = _list_items(book, sheet, row + 2, remarks.numbered)
    below = ((remarks.question_heading, remarks.questions), (remarks.advice_heading, remarks.advice))
    for heading, items in below:
        if items:
            _put(sheet, row + 1, 1, heading).font = Font(name=_FONT, bold=True)
            row = _list_items(book, sheet, row + 2, items)
    _show_first(book, sheet)


def _list_items(book: Book, sheet: Worksheet, row: int, items: Iterable[Remark]) -> int:
    """Return the first row below them."""
    for item in items:
        number = "" if item.number is None else f"{item.number}."
        cells = [_put(sheet, row, at, text) for at, text in enumerate((number, item.place, item.words), 1)]
        for cell in cells:
            cell.alignment = _WRAPPED
        fit = zip((number, item.place, item.words), _WIDTHS.values(), strict=True)
        sheet.row_dimensions[row].height = _LINE * max(1 + len(text) // width for text, width in fit)
        if item.cell and item.sheet in book.sheetnames:
            quoted = item.sheet.replace("'", "''")
            place = cells[1]
            place.hyperlink = Hyperlink(ref=place.coordinate, location=f"'{quoted}'!{item.cell}")
            place.font = Font(name=_FONT, underline="single", color="FF0B57A4")
        row += 1
    return row


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError("our own sheet has no merged cells")
    write_text(cell, text)
    cell.font = Font(name=_FONT)
    return cell


def _show_first(book: Book, sheet: Worksheet) -> None:
    """Open on our list; two selected sheets would both take what is typed into one."""
    book.active = 0
    for other in book.worksheets:
        for view in other.views.sheetView:
            view.tabSelected = other is sheet
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = False  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
