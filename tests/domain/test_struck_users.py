"""A user whose name is struck through in the workbook: taken in, and asked about."""

import io

import openpyxl
import pytest
from openpyxl.styles import Font

from bot.adapters.spreadsheets import read_workbook
from bot.domain.review import read_form
from bot.domain.ris import Problem
from tests.forms import case, homemade_form, saved, sound_form


def struck(content: bytes, *cells: str, font: Font | None = None) -> bytes:
    """The form as its sender saved it after striking these cells of the users through."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell in cells:
        book["Users"][cell].font = font or Font(strike=True)
    return saved(book)


def said(content: bytes) -> list[Problem]:
    return [problem for problem in case(content).problems if problem.kind == "struck"]


def test_the_card_asks_whether_they_are_meant() -> None:
    content = struck(sound_form(), "B8", "C8")
    (problem,) = said(content)

    assert (problem.severity, problem.user, problem.cell) == ("warning", 1, "C8")
    assert [user.last_name for user in case(content).users] == [
        user.last_name for user in case(sound_form()).users
    ]


@pytest.mark.parametrize("cells", [("B8",), ("D8", "E8"), ("B6", "C6"), ("B40", "C40")])
def test_half_a_name_other_cells_and_nobodys_are_no_struck_user(cells: tuple[str, ...]) -> None:
    assert said(struck(sound_form(), *cells)) == []


def test_a_font_that_says_that_it_is_not_struck_is_not() -> None:
    assert said(struck(sound_form(), "B8", "C8", font=Font(strike=False))) == []


def test_a_table_by_other_hands_with_one_column_for_the_name() -> None:
    book = openpyxl.load_workbook(io.BytesIO(homemade_form()))
    sheet = book.worksheets[0]
    sheet.append(())
    sheet.append(("Name", "E-mail", "Role", "Phone"))
    sheet.append(("Ida Vogt", "ida@ostwind.example.net", "User", "+49 30 23125 001"))
    sheet.append(("Udo Berg", "udo@ostwind.example.net", "User", "+49 30 23125 002"))
    sheet["A8"].font = Font(strike=True)
    (form,) = read_form([read_workbook("form.xlsx", saved(book))], vouched=True).cases

    problems = [problem for problem in form.problems if problem.kind == "struck"]
    assert [form.users[problem.user or 0].last_name for problem in problems] == ["Berg"]
