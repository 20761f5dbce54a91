"""The form we hand out: what stands in it, and that whatever is written to it reads back the same."""

import io
import unicodedata
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import forms
from bot.domain.languages import LANGUAGES
from bot.domain.ris import Company, User
from bot.rendering import form_words
from bot.rendering.workbooks import ris_form
from tests.budget import examples
from tests.form_values import COMPANIES, LANGS, USERS, placeless
from tests.forms import COMPANY, MARA, TOM, case

every_language = pytest.mark.parametrize("lang", LANGUAGES)


def test_equal_input_gives_equal_bytes() -> None:
    assert ris_form("en", COMPANY, [MARA, TOM]) == ris_form("en", COMPANY, [MARA, TOM])


@every_language
def test_a_filled_form_reads_back_the_same_in_either_language(lang: str) -> None:
    read = case(ris_form(lang, COMPANY, [MARA, TOM]))

    assert read.company == COMPANY
    assert [replace(user, sheet="", row=None) for user in read.users] == [MARA, TOM]
    assert [user.row for user in read.users] == [7, 8]
    assert {user.sheet for user in read.users} == {forms.USERS_SHEET.said(lang)}


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(company=COMPANIES, users=st.lists(USERS, max_size=6), lang=LANGS)
def test_any_company_and_users_read_back_the_same(company: Company, users: list[User], lang: str) -> None:
    read = case(ris_form(lang, company, users))

    assert read.company == company
    assert placeless(read) == users


@every_language
def test_the_choices_are_drop_downs_from_a_hidden_sheet(lang: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(ris_form(lang)))
    company, users, _about, lists = book.worksheets
    rules = {
        str(rule.sqref): rule.formula1 for s in (company, users) for rule in s.data_validations.dataValidation
    }

    assert lists.sheet_state == "veryHidden"
    assert rules["B10"] == f"Lists!$A$1:$A${len(forms.countries(lang))}"
    assert [cell for cell, source in rules.items() if (source or "").startswith("Lists!")] == [
        *("B10", "B13", "B14"),
        *("A6:A20001", "I6:I20001", "J6:J20001"),
    ]
    book.close()


def test_labels_are_locked_and_inputs_are_not() -> None:
    book = openpyxl.load_workbook(io.BytesIO(ris_form("en")))
    company, users = book.worksheets[:2]

    assert company.protection.sheet
    assert users.protection.sheet
    assert (company["A5"].protection.locked, company["B5"].protection.locked) == (True, False)
    assert (users["D5"].protection.locked, users["D7"].protection.locked) == (True, False)
    book.close()


@every_language
def test_the_form_says_its_version_and_explains_every_field(lang: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(ris_form(lang)))
    explained = [str(row[0].value) for row in book[forms.ABOUT_SHEET.said(lang)].iter_rows()]

    assert "usher-ris-form" in _part(ris_form(lang), "docProps/custom.xml").decode()
    for form_field in (*forms.COMPANY_FIELDS, *forms.USER_FIELDS):
        assert any(form_field.label.said(lang) in text for text in explained)
    book.close()


def test_an_input_hint_fits_what_spreadsheet_programs_show() -> None:
    hints = [*form_words.COMPANY_HINTS.values(), *form_words.USER_HINTS.values()]

    assert max(len(text) for hint in hints for text in (hint.en, hint.de)) <= 255
    assert max(len(f.label.said(lang)) for f in forms.USER_FIELDS for lang in LANGUAGES) <= 32


def test_what_begins_like_a_formula_is_written_as_text() -> None:
    form = ris_form("en", replace(COMPANY, name='=HYPERLINK("http://example.com","x")'), [MARA, TOM])
    book = openpyxl.load_workbook(io.BytesIO(form))

    assert b"<f>" not in _part(form, "xl/worksheets/sheet1.xml")
    assert book["Company"]["B5"].value.startswith("=HYPERLINK")
    book.close()


def _part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def test_countries_stand_in_the_order_a_reader_expects() -> None:
    names = list(forms.countries("de").values())

    assert names.index("Ägypten") < names.index("Albanien") < names.index("Österreich") < names.index("Polen")
    assert unicodedata.is_normalized("NFC", "".join(names))


def test_a_fourth_phone_shares_the_last_cell_rather_than_be_lost() -> None:
    form = ris_form("en", COMPANY, [replace(MARA, phones=("+1", "+2", "+3", "+4"))])
    book = openpyxl.load_workbook(io.BytesIO(form))

    assert [cell.value for cell in book["Users"][7][4:7]] == ["+1", "+2", "+3; +4"]
    book.close()


def test_a_long_address_has_room_for_its_second_line() -> None:
    short = replace(TOM, email="tom@nordlicht.example.com")
    long = replace(MARA, email="mara.with-a-long-name@a-company-with-a-long-name.example")
    book = openpyxl.load_workbook(io.BytesIO(ris_form("en", COMPANY, [short, long])))

    one_line, two_lines = (book["Users"].row_dimensions[row].height for row in (7, 8))
    assert two_lines > 1.5 * one_line
    book.close()
