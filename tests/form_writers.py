"""Our form as other kinds of file hold it: what stands in its sheets, written by hand."""

import csv
import io
from collections.abc import Sequence
from html import escape

from bot.adapters.spreadsheets import read_workbook
from bot.domain.review_values import text_of
from bot.domain.ris import Company, User
from bot.domain.sheets import Sheet
from bot.rendering.workbooks import ris_form


def form_sheets(lang: str, company: Company, users: Sequence[User]) -> tuple[Sheet, Sheet]:
    """The company's sheet and the users' of a filled form."""
    first, second, *_ = read_workbook("form.xlsx", ris_form(lang, company, users)).sheets
    return first, second


def as_csv(sheets: Sequence[Sheet], *, separator: str = ";", encoding: str = "utf-8-sig") -> bytes:
    """The sheets one below the other, with an empty line between them.

    Every cell is quoted: a lone ";" among few commas can be told from a separator by nothing else.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    for number, sheet in enumerate(sheets):
        if number:
            writer.writerow([])
        writer.writerows([[text_of(cell) for cell in row] for row in sheet.rows])
    return text.getvalue().encode(encoding)


def as_html(sheets: Sequence[Sheet]) -> bytes:
    """A page with a table for each sheet, below its name."""
    tables = "".join(
        f"<h1>{escape(sheet.name)}</h1><table border=1>{_rows(sheet)}</table>" for sheet in sheets
    )
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{tables}</body></html>'.encode()


def _rows(sheet: Sheet) -> str:
    return "".join(
        f"<tr>{''.join(f'<td>{escape(text_of(cell))}</td>' for cell in row)}</tr>" for row in sheet.rows
    )
