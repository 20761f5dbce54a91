"""The Required Information Spreadsheet as we hand it out: blank, or filled with what is known."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from bot.domain import forms
from bot.domain.forms import FormField, Label
from bot.domain.ris import Company, User
from bot.rendering import form_words as words

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: A date of its own would make every form differ from the one before.
_CREATED: Final = datetime(2025, 1, 1)  # noqa: DTZ001 - XlsxWriter takes naive dates only

COMPANY_FIRST_ROW: Final = 4  #: 0-based row of the first company field
HEADER_ROW: Final = 4  #: 0-based row of the users' headings; the example follows, then the users
FIRST_USER_ROW: Final = HEADER_ROW + 2
_SPARE_ROWS: Final = 40  #: ready-made rows below the last user
_LAST_ROW: Final = 20_000  #: drop-downs and unlocked cells reach down to here

_LONGEST_TEXT: Final = 32_767  #: of a cell; XlsxWriter drops what is longer

_INK: Final = "#1F2A44"
_FONT: Final = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
_BOXED: Final = {"border": 1, "border_color": "#C5CEDC"}
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {"font_size": 18, "bold": True, "font_color": _INK},
    "lead": {"font_color": "#4A5670"},
    "label": {"bold": True, "font_color": _INK, "bg_color": "#E8EDF5", "indent": 1, **_BOXED},
    "input": {
        "locked": False,
        "num_format": "@",
        "bg_color": "#FFFDF2",
        "text_wrap": True,
        "indent": 1,
        **_BOXED,
    },
    "number": {
        "locked": False,
        "num_format": "0",
        "bg_color": "#FFFDF2",
        "align": "left",
        "indent": 1,
        **_BOXED,
    },
    "open": {"locked": False, "num_format": "@"},
    "hint": {"font_color": "#6B7690", "italic": True, "text_wrap": True, "indent": 1},
    "header": {"bold": True, "font_color": "#FFFFFF", "bg_color": _INK, "indent": 1, **_BOXED},
    "example": {"font_color": "#8A93A6", "italic": True, "bg_color": "#F1F3F7", "indent": 1, **_BOXED},
    "text": {"text_wrap": True, "font_color": _INK, "indent": 1, "bottom": 1, "bottom_color": "#E1E6EF"},
}

_ADDRESS_LINE: Final = 32  #: letters of an address that surely fit in a line; a longer one gets two
_ABOUT_LINE: Final = 85  #: letters that surely fit in a line of the page that explains
_WIDTHS: Final = {
    "salutation": 13, "first_name": 18, "last_name": 20, "email": 36, "phones": 19, "job_title": 24,
    "role": 28, "credential": 20,
}  # fmt: skip


def ris_form(
    lang: str,
    company: Company | None = None,
    users: Sequence[User] = (),
    *,
    applications: Sequence[str] = ("ForumPass",),
) -> bytes:
    """Write the form as .xlsx; equal input gives equal bytes."""
    import xlsxwriter  # noqa: PLC0415 - heavy parts are imported when needed

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": words.TITLE.said(lang), "created": _CREATED})
    book.set_custom_property(forms.VERSION_PROPERTY, forms.VERSION, "text")
    form = _Form(
        book=book,
        lang=lang,
        styles={name: book.add_format(_FONT | style) for name, style in _STYLES.items()},
        lists=_lists(lang, applications),
    )
    form.write_company(company or Company())
    form.write_users(users)
    form.write_about()
    form.write_lists()
    book.close()
    return buffer.getvalue()


def _lists(lang: str, applications: Sequence[str]) -> dict[str, list[str]]:
    def said(choices: forms.Choices) -> list[str]:
        return [label.said(lang) for label in choices.values()]

    return {
        "country": list(forms.countries(lang).values()),
        "partner_type": said(forms.PARTNER_TYPES),
        "application": list(applications),
        "salutation": said(forms.SALUTATIONS),
        "role": said(forms.ROLES),
        "credential": said(forms.CREDENTIALS),
    }


@dataclass(frozen=True, kw_only=True)
class _Form:
    """The workbook being written."""

    book: "xlsxwriter.Workbook"
    lang: str
    styles: "dict[str, Format]"
    lists: dict[str, list[str]]

    def write_company(self, company: Company) -> None:
        sheet = self._sheet(forms.COMPANY_SHEET, words.COMPANY_LEAD)
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 1, 48)
        sheet.set_column(2, 2, 64)
        for row, field in enumerate(forms.COMPANY_FIELDS, COMPANY_FIRST_ROW):
            value = getattr(company, field.name)
            hint = words.COMPANY_HINTS[field.name].said(self.lang)
            sheet.set_row(row, 24)
            sheet.write_string(row, 0, self._heading(field), self.styles["label"])
            self._write_value(sheet, row, 1, self._said(field.name, value))
            sheet.write_string(row, 2, hint, self.styles["hint"])
            self._guide(sheet, field, hint, (row, 1, row, 1))
        sheet.set_selection(COMPANY_FIRST_ROW, 1, COMPANY_FIRST_ROW, 1)
        sheet.activate()
        self._protect(sheet)
        _print_on_one_page_across(sheet)

    def write_users(self, users: Sequence[User]) -> None:
        sheet = self._sheet(forms.USERS_SHEET, words.USERS_LEAD)
        sheet.write_string(2, 0, words.EXAMPLE_LEAD.said(self.lang), self.styles["lead"])
        sheet.set_row(HEADER_ROW, 26)
        sheet.set_row(HEADER_ROW + 1, 20)
        for column, field in enumerate(forms.USER_FIELDS):
            hint = words.USER_HINTS[field.name].said(self.lang)
            sheet.set_column(column, column, _WIDTHS[field.name], self.styles["open"])
            sheet.write_string(HEADER_ROW, column, self._heading(field), self.styles["header"])
            self._guide(sheet, field, hint, (HEADER_ROW + 1, column, _LAST_ROW, column))
        self._write_user(sheet, HEADER_ROW + 1, forms.example_user(self.lang), "example")
        spare = (User() for _ in range(_SPARE_ROWS))
        for row, user in enumerate((*users, *spare), FIRST_USER_ROW):
            sheet.set_row(row, 20 if len(user.email) <= _ADDRESS_LINE else 35)
            self._write_user(sheet, row, user, "input")
        sheet.freeze_panes(HEADER_ROW + 1, 0)
        sheet.set_selection(FIRST_USER_ROW, 0, FIRST_USER_ROW, 0)
        self._protect(sheet)
        _print_on_one_page_across(sheet)
        sheet.repeat_rows(HEADER_ROW)

    def write_about(self) -> None:
        sheet = self._sheet(forms.ABOUT_SHEET, words.ABOUT[0])
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, 1, 100)
        for row, sentence in enumerate(words.ABOUT[1:], 2):
            sheet.write_string(row, 0, sentence.said(self.lang), self.styles["lead"])
        top = 2 + len(words.ABOUT)
        for column, heading in enumerate((words.FIELD, words.MEANING)):
            sheet.write_string(top, column, heading.said(self.lang), self.styles["header"])
        for row, (label, hint) in enumerate(self._explained(), top + 1):
            sheet.set_row(row, 8 + 15 * math.ceil(len(hint) / _ABOUT_LINE))
            sheet.write_string(row, 0, label, self.styles["text"])
            sheet.write_string(row, 1, hint, self.styles["text"])
        self._protect(sheet)
        _print_on_one_page_across(sheet, pages_down=1)

    def write_lists(self) -> None:
        sheet = self.book.add_worksheet(forms.LIST_SHEET)
        for column, entries in enumerate(self.lists.values()):
            sheet.write_column(0, column, entries)
        sheet.very_hidden()

    def _sheet(self, name: Label, lead: Label) -> "Worksheet":
        sheet = self.book.add_worksheet(name.said(self.lang))
        sheet.hide_gridlines(2)
        sheet.set_row(0, 32)
        sheet.write_string(0, 0, words.TITLE.said(self.lang), self.styles["title"])
        sheet.write_string(1, 0, lead.said(self.lang), self.styles["lead"])
        return sheet

    def _write_user(self, sheet: "Worksheet", row: int, user: User, style: str) -> None:
        room = forms.MOST_PHONES - 1  # what has no column of its own shares the last one, rather than be lost
        phones = iter((*user.phones[:room], "; ".join(user.phones[room:])))
        for column, field in enumerate(forms.USER_FIELDS):
            value = next(phones, "") if field.name == "phones" else getattr(user, field.name)
            self._write_value(sheet, row, column, self._said(field.name, value), style)

    def _write_value(
        self, sheet: "Worksheet", row: int, column: int, value: str | int, style: str = "input"
    ) -> None:
        if isinstance(value, int):
            sheet.write_number(row, column, value, self.styles["number"])
        elif value:
            # Always as text: a value that begins with "=" must never run in the reader's program.
            sheet.write_string(row, column, value[:_LONGEST_TEXT], self.styles[style])
        else:
            sheet.write_blank(row, column, None, self.styles[style])

    def _said(self, field: str, value: str | int | None) -> str | int:
        """Say a stored value in the form's own words."""
        choices = {
            "partner_type": forms.PARTNER_TYPES,
            "role": forms.ROLES,
            "credential": forms.CREDENTIALS,
            "salutation": forms.SALUTATIONS,
        }
        if not isinstance(value, str):
            return "" if value is None else value
        if field == "country":
            return forms.countries(self.lang).get(value, value)
        return forms.said(choices.get(field, {}), value, self.lang)

    def _heading(self, field: FormField) -> str:
        return field.label.said(self.lang) + (" *" if field.mandatory else "")

    def _explained(self) -> list[tuple[str, str]]:
        """Each field with its sheet before it, which no reader takes for the label itself."""
        parts = (
            (forms.COMPANY_SHEET, forms.COMPANY_FIELDS, words.COMPANY_HINTS),
            (forms.USERS_SHEET, forms.USER_FIELDS, words.USER_HINTS),
        )
        return [
            (f"{sheet.said(self.lang)}: {self._heading(field)}", hints[field.name].said(self.lang))
            for sheet, fields, hints in parts
            for field in fields
        ]

    def _guide(
        self, sheet: "Worksheet", field: FormField, hint: str, where: tuple[int, int, int, int]
    ) -> None:
        """Hang the drop-down and the hint that pops up on the cells of a field."""
        guide: dict[str, Any] = {
            "validate": "any",
            "input_title": field.label.said(self.lang)[:32],
            "input_message": hint[:255],
        }
        if field.name in self.lists:
            guide |= {
                "validate": "list",
                "source": self._list_range(field.name),
                "error_title": words.CHOOSE.said(self.lang)[:32],
                "error_message": words.NOT_IN_LIST.said(self.lang),
                "error_type": "information" if field.name == "salutation" else "stop",
            }
        elif field.name == "seats":
            guide |= {
                "validate": "integer",
                "criteria": ">=",
                "value": 1,
                "error_title": field.label.said(self.lang)[:32],
                "error_message": words.NOT_A_NUMBER.said(self.lang),
            }
        sheet.data_validation(*where, guide)

    def _list_range(self, name: str) -> str:
        column = chr(ord("A") + list(self.lists).index(name))
        return f"={forms.LIST_SHEET}!${column}$1:${column}${len(self.lists[name])}"

    def _protect(self, sheet: "Worksheet") -> None:
        """Without a password: it keeps labels from slips, nobody out."""
        open_things = ("format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")
        sheet.protect("", dict.fromkeys(open_things, True))
        sheet.ignore_errors({"number_stored_as_text": f"A1:Z{_LAST_ROW}"})


def _print_on_one_page_across(sheet: "Worksheet", pages_down: int = 0) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, pages_down)  # 0: as many as it takes
