"""Write our remarks into a sender's own workbook, in a limited child; the port `Marker`."""

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.mail_parsing import read_mail_parts, spreadsheets_in
from bot.adapters.neutral import neutralise, write_text
from bot.adapters.packages import plain_xml, sheet_parts
from bot.adapters.spreadsheets import read_workbook
from bot.domain.mail import Attachment
from bot.domain.remarks import SHEET, TITLE, Remark, Remarks
from bot.domain.review import read_form

if TYPE_CHECKING:
    from openpyxl import Workbook as Book
    from openpyxl.cell import Cell
    from openpyxl.comments import Comment
    from openpyxl.worksheet.worksheet import Worksheet

SECONDS: Final = 10.0  #: of CPU for one file: openpyxl takes some 40 µs a cell, both ways together
MOST_CELLS: Final = 120_000  #: beyond it that time would surely not do

_AUTHOR: Final = "Usher"
_BEGIN: Final = "▸ Usher"  #: what stands above it in a comment is the sender's own
_RED: Final = "FFFFC7CE"
_EDGE: Final = "FFC00000"
_X14: Final = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_XM: Final = "{http://schemas.microsoft.com/office/excel/2006/main}"

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
        with zipfile.ZipFile(io.BytesIO(content)) as archive, warnings.catch_warnings():
            if "xl/workbook.xml" not in archive.namelist():
                return None
            from bot.adapters.saving import saved  # noqa: PLC0415 - only a child that marks needs openpyxl

            warnings.simplefilter("ignore")  # about what it leaves out
            book = _load(content, archive)
            neutralise(book, read)
            _write(book, remarks)
            return saved(book)
    except _BROKEN:
        return None


def _load(content: bytes, archive: zipfile.ZipFile) -> "Book":
    import openpyxl  # noqa: PLC0415 - as above

    macros = "xl/vbaProject.bin" in archive.namelist()
    book = openpyxl.load_workbook(io.BytesIO(content), keep_vba=macros, keep_links=False, rich_text=True)
    for name, part in sheet_parts(archive, set(archive.namelist())):
        if name in book.sheetnames:
            _keep_newer_lists(book[name], archive.read(part))
    return book


def _keep_newer_lists(sheet: "Worksheet", xml: bytes) -> None:
    """Excel writes drop-downs with entries on another sheet as an extension, which openpyxl leaves out."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    if b"dataValidations" not in xml or _X14[1:-1].encode() not in xml:
        return
    for _, found in ET.iterparse(io.BytesIO(plain_xml(xml))):  # noqa: S314 - in a limited child, without entities
        if found.tag != f"{_X14}dataValidation":
            continue
        said = {name: _formula(found, name) for name in ("formula1", "formula2")}
        where = found.findtext(f"{_XM}sqref", "")
        kept = {name: value for name, value in found.attrib.items() if name in _KEPT}
        sheet.add_data_validation(DataValidation(sqref=where, **said, **kept))  # type: ignore[arg-type]


_KEPT: Final = (
    *("type", "operator", "errorStyle", "allowBlank", "showInputMessage", "showErrorMessage"),
    *("errorTitle", "error", "promptTitle", "prompt"),
)


def _formula(found: ET.Element, name: str) -> str | None:
    return found.findtext(f"{_X14}{name}/{_XM}f")


def _write(book: "Book", remarks: Remarks) -> None:
    _wipe(book)
    by_cell: dict[tuple[str, str], list[Remark]] = {}
    for item in remarks.numbered:
        if item.cell and item.sheet in book.sheetnames:
            by_cell.setdefault((item.sheet, item.cell), []).append(item)
    for (sheet, name), items in by_cell.items():
        _mark(book[sheet], name, items)
    _list(book, remarks)


def _wipe(book: "Book") -> None:
    """Take away what we wrote before: this is not the first round."""
    from openpyxl.styles import Border, PatternFill  # noqa: PLC0415

    for sheet in book.worksheets:
        if sheet.title.startswith(SHEET) and sheet["A1"].value in {TITLE.en, TITLE.de}:
            book.remove(sheet)
            continue
        for cell in _commented(sheet):
            before, ours, _ = cell.comment.text.partition(_BEGIN)
            if not ours:
                continue
            cell.comment = _comment(before.strip(), cell.comment.author) if before.strip() else None
            if cell.fill.fgColor.rgb == _RED:
                cell.fill, cell.border = PatternFill(), Border()


def _commented(sheet: "Worksheet") -> Iterator["Cell"]:
    cells = sheet._cells.values()  # noqa: SLF001 - iterating the sheet would make every cell in between
    return (cell for cell in list(cells) if cell.comment is not None)


def _mark(sheet: "Worksheet", name: str, items: Iterable[Remark]) -> None:
    from openpyxl.styles import Border, PatternFill, Side  # noqa: PLC0415

    cell = sheet[_anchor(sheet, name)]
    lines = "\n".join(f"{item.number}. {item.words}" for item in items)
    theirs = cell.comment
    before = f"{theirs.text.strip()}\n\n" if theirs else ""
    cell.comment = _comment(f"{before}{_BEGIN}\n{lines}", theirs.author if theirs else _AUTHOR)
    side = Side(style="medium", color=_EDGE)
    cell.fill = PatternFill("solid", fgColor=_RED)
    cell.border = Border(left=side, right=side, top=side, bottom=side)
    sheet.row_dimensions[cell.row].hidden = False
    sheet.sheet_state = "visible"


def _anchor(sheet: "Worksheet", name: str) -> str:
    """Of merged cells only the first holds anything."""
    for merged in sheet.merged_cells.ranges:
        if name in merged:
            return str(merged.coord).partition(":")[0]
    return name


def _comment(text: str, author: str | None) -> "Comment":
    """As high as its text is long, at some 45 letters a line."""
    from openpyxl.comments import Comment  # noqa: PLC0415

    lines = sum(1 + len(line) // 45 for line in text.splitlines())
    return Comment(text, author or _AUTHOR, height=24 + 18 * lines, width=320)


def _list(book: "Book", remarks: Remarks) -> None:
    """The first sheet: every remark with its number, each place a link to its cell."""
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    sheet = book.create_sheet(SHEET, 0)
    for column, width in zip("ABC", (8, 44, 96), strict=True):
        sheet.column_dimensions[column].width = width
    write_text(sheet["A1"], remarks.title)
    sheet["A1"].font = Font(size=16, bold=True)
    row = 2
    for line in remarks.lead:
        write_text(sheet.cell(row, 1), line)
        row += 1
    row += 1
    for column, heading in enumerate(remarks.headings, 1):
        cell = sheet.cell(row, column)
        write_text(cell, heading)
        cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F2A44")
    row += 1
    for item in remarks.numbered:
        _list_one(book, sheet, row, item)
        row += 1
    if remarks.advice:
        write_text(sheet.cell(row + 1, 1), remarks.advice_heading)
        sheet.cell(row + 1, 1).font = Font(bold=True)
        for line, item in enumerate(remarks.advice, row + 2):
            _list_one(book, sheet, line, item)
    _show_first(book, sheet)


def _list_one(book: "Book", sheet: "Worksheet", row: int, item: Remark) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.worksheet.hyperlink import Hyperlink  # noqa: PLC0415

    number, place, words = (sheet.cell(row, column) for column in (1, 2, 3))
    write_text(number, "" if item.number is None else f"{item.number}.")
    write_text(place, item.place)
    write_text(words, item.words)
    for cell in (number, place, words):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if item.cell and item.sheet in book.sheetnames:
        quoted = item.sheet.replace("'", "''")
        place.hyperlink = Hyperlink(ref=place.coordinate, location=f"'{quoted}'!{item.cell}")
        place.font = Font(underline="single", color="FF0B57A4")


def _show_first(book: "Book", sheet: "Worksheet") -> None:
    """Open on our list; two selected sheets would both take what is typed into one."""
    book.active = 0
    for other in book.worksheets:
        for view in other.views.sheetView:
            view.tabSelected = other is sheet
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
