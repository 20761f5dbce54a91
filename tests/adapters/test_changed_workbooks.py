"""Good workbooks after several changes, as real .xlsx: complete only with what stands at the labels."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from bot.adapters.spreadsheets import read_workbook
from bot.domain import forms
from bot.domain.review_values import text_of
from bot.domain.ris import Decision
from tests.budget import examples
from tests.domain.hands import GERMAN, HEADINGS, MARA_ROW, SAYS, TOM_ROW
from tests.forms import reading, saved, sound_form

pytestmark = pytest.mark.slow

FIELDS = ("name", "street", "city", "contact_name", "contact_email")
OURS = {f.name: f.label.en for f in forms.COMPANY_FIELDS}

#: what somebody does to a sheet; two numbers from 1 say where and how much
Change = Callable[[Worksheet, int, int], None]


def _insert_rows(sheet: Worksheet, one: int, other: int) -> None:
    sheet.insert_rows(one, 1 + other % 3)


def _insert_columns(sheet: Worksheet, _one: int, other: int) -> None:
    sheet.insert_cols(1, 1 + other % 2)


def _delete_a_row(sheet: Worksheet, one: int, _other: int) -> None:
    sheet.delete_rows(one)


def _rename(sheet: Worksheet, one: int, other: int) -> None:
    sheet.title = f"Tabelle {one}-{other}"


def _move_cells(sheet: Worksheet, one: int, other: int) -> None:
    sheet.move_range(f"A{one}:C{one + 2}", rows=other % 9 - 4 if one > 4 else other % 5)


def _swap_cells(sheet: Worksheet, one: int, other: int) -> None:
    first, second = sheet.cell(one, 1 + other % 2), sheet.cell(other, 1 + other % 2)
    if isinstance(first, Cell) and isinstance(second, Cell):
        first.value, second.value = second.value, first.value


def _relabel(sheet: Worksheet, one: int, _other: int) -> None:
    cell = sheet.cell(one, 1)
    if isinstance(cell, Cell) and cell.value:
        cell.value = "etwas ganz anderes"


def _merge(sheet: Worksheet, one: int, other: int) -> None:
    sheet.merge_cells(start_row=one, end_row=one + other % 2, start_column=1, end_column=1 + other % 3)


CHANGES: tuple[Change, ...] = (
    _insert_rows, _insert_columns, _delete_a_row, _rename, _move_cells, _swap_cells, _relabel, _merge,
)  # fmt: skip


def _homemade() -> bytes:
    book = openpyxl.Workbook()
    company = book.worksheets[0]
    for name, label in GERMAN.items():
        company.append([label, SAYS[name]])
    users = book.create_sheet("Leute")
    for row in (HEADINGS, MARA_ROW, TOM_ROW):
        users.append(list(row))
    return saved(book)


def _labelled(content: bytes, label: str) -> set[str]:
    """What stands to the right of that label, wherever it does; beside a merged label, beyond its range."""
    found = set()
    for sheet in read_workbook("x.xlsx", content).sheets:
        ends = {(top, left): right for top, left, _, right in sheet.merged}
        for number, row in enumerate(sheet.rows):
            for column, value in enumerate(row):
                if text_of(value).strip(" *") == label:
                    beyond = row[ends.get((number, column), column) + 1 :]
                    found.add(text_of(beyond[0]) if beyond else "")
    return found


_MANY = st.lists(
    st.tuples(st.sampled_from(CHANGES), st.integers(0, 1), st.integers(1, 20), st.integers(1, 20)),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=examples(80), suppress_health_check=[HealthCheck.too_slow])
@given(changes=_MANY, ours=st.booleans())
def test_a_changed_workbook_is_complete_only_with_what_stands_at_its_labels(
    changes: list[tuple[Change, int, int, int]], *, ours: bool
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(sound_form() if ours else _homemade()))
    for change, sheet, one, other in changes:
        change(book.worksheets[sheet], one, other)
    labels = OURS if ours else GERMAN
    content = saved(book)
    at_labels = {name: _labelled(content, labels[name]) for name in FIELDS}
    found = reading(content)

    if found.decision is Decision.COMPLETE:
        company = found.cases[0].company
        said = {name: getattr(company, name) for name in FIELDS}
        assert {name: value for name, value in said.items() if value not in at_labels[name]} == {}
