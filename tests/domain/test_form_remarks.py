"""What people do to our form's list of users: merged cells and remarks below it."""

import io

import openpyxl
import pytest

from bot.domain.ris import Decision
from tests.forms import case, saved, sound_form


def changed(*cells: tuple[str, str], merged: str = "") -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(sound_form("de")))
    sheet = book["Benutzer"]
    for name, text in cells:
        sheet[name] = text
    if merged:
        sheet.merge_cells(merged)
    return saved(book)


def test_a_cell_merged_over_two_people_is_said_of_both() -> None:
    found = case(changed(merged="H7:H8"))

    assert found.decision is Decision.COMPLETE
    assert len({user.job_title for user in found.users}) == 1


def test_merged_cells_below_the_users_are_nobody() -> None:
    assert len(case(changed(merged="H8:H12")).users) == 2


def test_remarks_below_the_users_are_shown_and_nobody_is_missing() -> None:
    found = case(changed(("A12", "Bitte zuerst Frau Lindqvist freischalten!"), ("A13", "Stand 2.3.2026")))

    assert (found.decision, len(found.users)) == (Decision.COMPLETE, 2)
    assert [(one.label, one.cell, one.sure) for one in found.headings] == [
        ("Bitte zuerst Frau Lindqvist freischalten!", "A12", False),
        ("Stand 2.3.2026", "A13", False),
    ]


@pytest.mark.parametrize(
    "cell", [("A9", "Herr"), ("A9", "Frau Dr. Ida Vogt"), ("B9", "Ida"), ("D9", "ida@nordlicht.example.com")]
)
def test_whoever_was_begun_is_asked_for(cell: tuple[str, str]) -> None:
    found = case(changed(cell))

    assert (found.decision, len(found.users)) == (Decision.INCOMPLETE, 3)
