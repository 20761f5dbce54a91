"""Sheets → bytes, as the programs of this world save them."""

import csv
import html
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import odf.opendocument
import odf.table
import odf.text
import openpyxl
import xlsxwriter
import xlwt

from tests.ris_second.drafts import Cell, Formula, Link
from tests.ris_second.layouts import Grid

SAVED = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - spreadsheets know no zones
#: what macros come in: the head of an OLE file, never run and never read
VBA = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1528)


def shown(value: Cell) -> str | int | float:
    """A cell as a format without links and formulas keeps it."""
    match value:
        case Formula() | Link():
            return value.text
        case None:
            return ""
    return value


def openpyxl_xlsx(grids: Sequence[Grid]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        sheet = book.create_sheet(grid.name)
        for (row, column), value in grid.cells.items():
            cell = sheet.cell(row, column)
            cell.value = shown(value)
            if isinstance(value, Link):
                cell.hyperlink = value.target
            if isinstance(value, str) and value.startswith("="):
                cell.data_type = "s"
        for first_row, first, last_row, last in grid.merged:
            sheet.merge_cells(start_row=first_row, start_column=first, end_row=last_row, end_column=last)
        for row in grid.hidden_rows:
            sheet.row_dimensions[row].hidden = True
        if grid.hidden:
            sheet.sheet_state = "hidden"
    book.properties.created = book.properties.modified = SAVED
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsxwriter_xlsx(grids: Sequence[Grid], *, macros: bool = False) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": SAVED})
    if macros:
        book.add_vba_project(io.BytesIO(VBA), is_stream=True)
    bold = book.add_format({"bold": True, "bg_color": "#D9E1F2"})
    for grid in grids:
        sheet = book.add_worksheet(grid.name)
        covered = {(row, column): (last_row, last) for row, column, last_row, last in grid.merged}
        for (row, column), value in grid.cells.items():
            if end := covered.pop((row, column), None):
                sheet.merge_range(row - 1, column - 1, end[0] - 1, end[1] - 1, shown(value), bold)
            elif isinstance(value, Formula):
                sheet.write_formula(row - 1, column - 1, value.text, None, "")
            elif isinstance(value, Link):
                sheet.write_url(row - 1, column - 1, value.target, None, value.text)
            else:
                sheet.write(row - 1, column - 1, value)
        for row in grid.hidden_rows:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        if grid.hidden:
            sheet.hide()
    book.close()
    return buffer.getvalue()


def xlsm(grids: Sequence[Grid]) -> bytes:
    return xlsxwriter_xlsx(grids, macros=True)


def xls(grids: Sequence[Grid]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    for grid in grids:
        sheet = book.add_sheet(grid.name)
        covered = {(row, column): (last_row, last) for row, column, last_row, last in grid.merged}
        for (row, column), value in sorted(grid.cells.items(), key=lambda item: item[0]):
            if end := covered.pop((row, column), None):
                sheet.write_merge(row - 1, end[0] - 1, column - 1, end[1] - 1, shown(value))
            else:
                sheet.write(row - 1, column - 1, shown(value))
        for row in grid.hidden_rows:
            sheet.row(row - 1).hidden = True
        if grid.hidden:
            sheet.visibility = 1
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def ods(grids: Sequence[Grid]) -> bytes:
    book = odf.opendocument.OpenDocumentSpreadsheet()
    for grid in grids:
        table = odf.table.Table(name=grid.name)
        spans = {(row, column): (last_row, last) for row, column, last_row, last in grid.merged}
        hidden = {
            (row, column)
            for first_row, first, last_row, last in grid.merged
            for row in range(first_row, last_row + 1)
            for column in range(first, last + 1)
        } - set(spans)
        width = max(column for _, column in grid.cells)
        width = max([width, *(last for *_, last in grid.merged)])
        for row in range(1, grid.bottom + 1):
            line = odf.table.TableRow(**({"visibility": "collapse"} if row in grid.hidden_rows else {}))
            for column in range(1, width + 1):
                if (row, column) in hidden:
                    line.addElement(odf.table.CoveredTableCell())
                else:
                    line.addElement(
                        _ods_cell(grid.cells.get((row, column)), spans.get((row, column)), row, column)
                    )
            table.addElement(line)
        book.spreadsheet.addElement(table)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _ods_cell(value: Cell, span: tuple[int, int] | None, row: int, column: int) -> Any:  # noqa: ANN401 - untyped
    more: dict[str, Any] = {}
    if span:
        more = {"numbercolumnsspanned": span[1] - column + 1, "numberrowsspanned": span[0] - row + 1}
    match value:
        case None:
            return odf.table.TableCell(**more)
        case Formula():
            return odf.table.TableCell(formula=f"of:{value.text}", **more)
        case int() | float():
            cell = odf.table.TableCell(valuetype="float", value=value, **more)
        case _:
            cell = odf.table.TableCell(valuetype="string", **more)
    for line in str(shown(value)).split("\n"):
        paragraph = odf.text.P()
        if isinstance(value, Link):
            paragraph.addElement(odf.text.A(href=value.target, text=line))
        else:
            paragraph.addText(line)
        cell.addElement(paragraph)
    return cell


def _lines(grid: Grid) -> list[list[str]]:
    width = max(column for _, column in grid.cells)
    return [
        [_text(grid.cells.get((row, column))) for column in range(1, width + 1)]
        for row in range(1, grid.bottom + 1)
    ]


def _text(value: Cell) -> str:
    said = shown(value)
    return str(int(said)) if isinstance(said, float) and said.is_integer() else str(said)


def separated(
    separator: str, encoding: str, *, ends: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL
) -> "Writer":
    def write(grids: Sequence[Grid]) -> bytes:
        buffer = io.StringIO()
        out = csv.writer(buffer, delimiter=separator, lineterminator=ends, quoting=quoting)  # type: ignore[arg-type]
        for grid in grids:
            out.writerows(_lines(grid))
        return buffer.getvalue().encode(encoding)

    return write


def table_html(grids: Sequence[Grid]) -> str:
    """A table a sheet, as Outlook and web mailers paste them."""
    return "<p>&nbsp;</p>\n".join(_table(grid) for grid in grids)


def _table(grid: Grid) -> str:
    spans = {(row, column): (last_row, last) for row, column, last_row, last in grid.merged}
    width = max(column for _, column in grid.cells)
    rows = []
    for row in range(1, grid.bottom + 1):
        cells, column = [], 1
        while column <= width:
            end = spans.get((row, column), (row, column))[1]
            over = f' colspan="{end - column + 1}"' if end > column else ""
            cells.append(f"<td{over}>{_markup(grid.cells.get((row, column)))}</td>")
            column = end + 1
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return '<table border="1" cellspacing="0">\n<tbody>\n' + "\n".join(rows) + "\n</tbody>\n</table>\n"


def _markup(value: Cell) -> str:
    text = html.escape(_text(value)).replace("\n", "<br>").replace("\N{NO-BREAK SPACE}", "&nbsp;")
    return (
        f'<a href="{html.escape(value.target)}">{text}</a>' if isinstance(value, Link) else text or "&nbsp;"
    )


def html_file(grids: Sequence[Grid]) -> bytes:
    """What web applications call an Excel export."""
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>\n'
    return f"{head}{table_html(grids)}</body></html>\n".encode()


Writer = Callable[[Sequence[Grid]], bytes]
