"""Our form after people have worked on it: what moved is found, what was relabelled is asked for again."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.ris import Decision
from tests.budget import examples
from tests.forms import COMPANY, MARA, TOM, case, errors, reading, saved, sound_form, with_cells

pytestmark = pytest.mark.slow

Change = Callable[[openpyxl.Workbook], None]


def _changed(change: Change, content: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    return saved(book)


def _insert_rows_above(book: openpyxl.Workbook) -> None:
    book["Company"].insert_rows(2, 3)
    book["Users"].insert_rows(1, 2)


def _insert_columns_before(book: openpyxl.Workbook) -> None:
    book["Company"].insert_cols(1, 2)
    book["Users"].insert_cols(1)


def _rename_sheets(book: openpyxl.Workbook) -> None:
    book["Company"].title = "Tabelle1"
    book["Users"].title = "Tabelle2"


def _reverse_sheets(book: openpyxl.Workbook) -> None:
    book.move_sheet("Users", -1)


def _leave_blank_rows_between_users(book: openpyxl.Workbook) -> None:
    book["Users"].insert_rows(8, 4)


def _move_last_fields_down(book: openpyxl.Workbook) -> None:
    book["Company"].move_range("A17:C19", rows=6)


def _drop_about_and_the_example(book: openpyxl.Workbook) -> None:
    del book["About"]
    book["Users"].delete_rows(6)


def _write_notes_beside(book: openpyxl.Workbook) -> None:
    book["Company"]["E5"] = "checked by Mara"
    book["Users"]["L7"] = "first"
    book["Users"]["L30"] = "total: 2"


def _repeat_the_headings_with_a_hint(book: openpyxl.Workbook) -> None:
    """As somebody prints a long list; the hint has an address where the addresses stand."""
    users = book["Users"]
    headings = next(row for row in users.iter_rows(values_only=True) if row[0] == "Salutation *")
    users.insert_rows(8)
    for column, label in enumerate(headings, start=1):
        users.cell(8, column).value = "E-mail (name@company.com)" if label == "E-mail *" else label


def _shout_the_labels(book: openpyxl.Workbook) -> None:
    for row in range(5, 20):
        cell = book["Company"].cell(row, 1)
        cell.value = f"  {str(cell.value).upper().strip('* ')}:"


@pytest.mark.parametrize(
    "change",
    [
        _insert_rows_above,
        _insert_columns_before,
        _rename_sheets,
        _reverse_sheets,
        _leave_blank_rows_between_users,
        _move_last_fields_down,
        _drop_about_and_the_example,
        _write_notes_beside,
        _shout_the_labels,
    ],
)
def test_what_moved_is_found(change: Change) -> None:
    read = case(_changed(change, sound_form()))

    assert read.problems == ()
    assert read.company == COMPANY
    assert [user.email for user in read.users] == [MARA.email, TOM.email]


def test_headings_that_come_again_with_a_hint_are_nobody() -> None:
    read = case(_changed(_repeat_the_headings_with_a_hint, sound_form()))

    assert [user.first_name for user in read.users] == [MARA.first_name, TOM.first_name]


def test_a_problem_is_told_where_its_cell_has_moved_to() -> None:
    spoilt = with_cells(sound_form(), {("Company", "B8"): None, ("Users", "D8"): "tom"})
    problems = errors(_changed(_insert_columns_before, _changed(_insert_rows_above, spoilt)))

    assert [(p.kind, p.sheet, p.cell, p.row) for p in problems] == [
        ("missing", "Company", "D11", 11),
        ("bad_email", "Users", "E10", 10),
    ]


@pytest.mark.parametrize(
    ("sheet", "cell"), [("Company", "A8"), ("Company", "A18"), ("Users", "D5"), ("Users", "I5")]
)
def test_a_label_that_was_changed_leaves_its_field_missing(sheet: str, cell: str) -> None:
    relabelled = with_cells(sound_form(), {(sheet, cell): "something else"})

    assert {p.kind for p in errors(relabelled)} >= {"missing"}


_CELLS = st.tuples(st.sampled_from(["Company", "Users"]), st.integers(1, 21), st.integers(1, 11))


@settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(source=_CELLS, target=_CELLS)
def test_a_form_with_two_cells_swapped_is_complete_only_with_the_values_at_their_labels(
    source: tuple[str, int, int], target: tuple[str, int, int]
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(sound_form()))
    one, other = (book[sheet].cell(row, column) for sheet, row, column in (source, target))
    one.value, other.value = other.value, one.value
    labelled = {
        str(book["Company"].cell(row, 1).value).strip("* "): book["Company"].cell(row, 2).value
        for row in range(1, 22)
    }
    found = reading(saved(book))

    if found.decision is Decision.COMPLETE:
        assert found.cases[0].company.name == labelled["Company name"]
        assert found.cases[0].company.city == labelled["City"]
        assert found.cases[0].company.contact_email == labelled["Contact: e-mail"]
