"""Find the form in a workbook, ours by its very labels first: which cell holds which field."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from statistics import mode
from typing import Final

from bot.domain import forms
from bot.domain.form_found import FoundCase, FoundCell, FoundUser, with_struck
from bot.domain.form_reading import read_forms
from bot.domain.forms import FormField, plain
from bot.domain.languages import LANGUAGES
from bot.domain.review_values import text_of, written_address
from bot.domain.ris import HeadingRead
from bot.domain.sheets import CellValue, Sheet, Workbook, cell_name

_ENOUGH_USER_LABELS: Final = 5
_LONGEST_LABEL: Final = 60
_WIDEST: Final = 64  #: columns in which our labels are looked for, wherever they moved
_FURTHER_PHONE: Final = re.compile(r"(?:phone|telefon) ?[4-9]")  #: a column that somebody added
_A_SENTENCE: Final = 3  #: words
_MOST_REMARKS: Final = 10
#: with which somebody's name may begin
_TITLES: Final = frozenset(["herr", "herrn", "frau", "hr", "fr", "mr", "ms", "mrs", "mx", "dr", "prof"])
_MOST_SPANNED: Final = 20_000  #: cells
_HIGHEST: Final = 300  #: rows in which the company's are


def _names(fields: Iterable[FormField]) -> dict[str, str]:
    return {plain(word): f.name for f in fields for word in (f.label.en, f.label.de)}


_COMPANY_WORDS: Final = frozenset(f.name for f in forms.COMPANY_FIELDS)
_COMPANY_NAMES: Final = _names(forms.COMPANY_FIELDS)
_USER_NAMES: Final = _names(forms.USER_FIELDS)
_USER_FIELDS: Final = frozenset(_USER_NAMES.values())


@dataclass(kw_only=True)
class _Findings:
    """What has been seen so far, sheet by sheet."""

    company: dict[str, FoundCell] = field(default_factory=dict)
    rivals: list[tuple[str, FoundCell]] = field(default_factory=list)
    users: list[FoundUser] = field(default_factory=list)
    users_sheet: str = ""
    remarks: list[HeadingRead] = field(default_factory=list)  #: below the users, to be seen by a person

    def add_company_cell(self, name: str, cell: FoundCell) -> None:
        before = self.company.get(name)
        if before is None or (not before.text and not before.formula):
            self.company[name] = cell
        elif cell.text and cell.text != before.text:
            self.rivals.append((name, cell))


def find_forms(workbook: Workbook, *, vouched: bool = False) -> tuple[FoundCase, ...]:
    """Find our form or one by other hands in a workbook; nothing if there is none."""
    return tuple(with_struck(case, workbook.struck) for case in _find(workbook, vouched=vouched))


def _find(workbook: Workbook, vouched: bool) -> tuple[FoundCase, ...]:
    ours = _ours(workbook) if workbook.form_version or _says_every_label(workbook) else None
    headed = bool(ours and ours.users) or _heading_fields(workbook)
    if ours and len(ours.company) == len(forms.COMPANY_FIELDS) and headed:
        return (ours,)
    others = read_forms(workbook, vouched=vouched or bool(workbook.form_version))
    if half := _half(workbook, ours, others):
        return (half,)
    if ours and workbook.form_version and sum(map(_size, others)) <= _size(ours):
        return (ours,)
    return others


def _half(workbook: Workbook, ours: FoundCase | None, others: tuple[FoundCase, ...]) -> FoundCase | None:
    """One sheet of our form in a file of its own, as a CSV holds it; hints and notes in it are no values."""
    if len(workbook.sheets) != 1:
        return None
    if ours and len(ours.company) == len(forms.COMPANY_FIELDS) and not any(case.users for case in others):
        return ours
    if not ours and _heading_fields(workbook) == _USER_FIELDS and sum(map(_known, others)) == 0:
        return replace(_ours(workbook), company={}, rivals=())
    return None


def _known(case: FoundCase) -> int:
    """How many fields of the company others than its name were found: a name alone may be any line."""
    return len(case.company.keys() - {"name"})


def _heading_fields(workbook: Workbook) -> frozenset[str]:
    """The fields of the first row with headings of our users; none without one."""
    rows = (row for sheet in workbook.sheets for row in sheet.rows)
    headings = next(filter(None, map(_user_headings, rows)), ())
    return frozenset(name for name, _ in headings)


def _says_every_label(workbook: Workbook) -> bool:
    """Whether all labels of our company sheet stand somewhere, so that it pays to look closer."""
    said = {
        name
        for sheet in workbook.sheets
        for row in sheet.rows[:_HIGHEST]
        for value in row[:_WIDEST]
        if isinstance(value, str) and (name := _company_label(value))
    }
    return len(said) == len(forms.COMPANY_FIELDS)


def _size(case: FoundCase) -> int:
    """How much was found of a form."""
    fields = {heading.field for heading in case.headings if heading.field} or set(case.company)
    return len(fields & _COMPANY_WORDS) + len(case.users)


def _ours(workbook: Workbook) -> FoundCase:
    """What stands at the labels of our form, in either language, wherever they moved."""
    found, hidden = _Findings(), _Findings()
    for sheet in workbook.sheets:
        _search_sheet(sheet, workbook.formulas, hidden if sheet.hidden else found)
    return FoundCase(
        company=found.company or hidden.company,
        users=tuple(found.users or hidden.users),
        rivals=tuple(found.rivals),
        users_sheet=found.users_sheet or hidden.users_sheet,
        macros=workbook.macros,
        headings=(*_list_asked(found.users, hidden.users), *found.remarks[:_MOST_REMARKS]),
    )


def _list_asked(shown: Sequence[FoundUser], hidden: Sequence[FoundUser]) -> Iterator[HeadingRead]:
    """People on a hidden sheet beside those in sight are asked for, one a sheet; a copy is passed over."""
    known = {_address_of(user) for user in shown}
    new = {user.sheet: user for user in reversed(hidden) if known and _address_of(user) not in known | {""}}
    for sheet, user in sorted(new.items()):
        cell = user.cell("email")
        yield HeadingRead(field="email", label=cell.text, sheet=sheet, cell=cell.cell, sure=False)


def _address_of(user: FoundUser) -> str:
    return written_address(user.cell("email").text).lower()


def _search_sheet(sheet: Sheet, formulas: frozenset[tuple[str, str]], found: _Findings) -> None:
    """Above a row of user headings stand labels of the company, below it users."""
    columns: _Columns | None = None
    tops = _tops_of(sheet)
    labels: list[tuple[str, int, int]] = []
    for index, row in enumerate(sheet.rows):
        is_somebody = columns is not None and columns.hold_an_address(row)  # mostly, and soon seen
        headings = () if is_somebody else _user_headings(row)
        if headings:
            columns = _Columns(headings)
            found.users_sheet = found.users_sheet or sheet.name
        elif columns and found.users and not is_somebody and (said := _remark_in(row)):
            column, text = said
            cell = cell_name(index, column)
            found.remarks.append(HeadingRead(field="", label=text, sheet=sheet.name, cell=cell, sure=False))
        elif columns:
            user = _user_in(sheet, index, columns, formulas, tops)
            if user:
                found.users.append(user)
        else:
            labels += [
                (name, index, column)
                for column, value in enumerate(row[:_WIDEST])
                if isinstance(value, str) and (name := _company_label(value))
            ]
    # Labels stand below each other; the same words elsewhere are values, such as the city of Ort.
    label_column = mode(column for _, _, column in labels) if labels else 0
    for name, index, column in labels:
        if column == label_column:
            found.add_company_cell(name, _cell(sheet.name, index, column + 1, sheet.rows[index], formulas))


def _company_label(text: str) -> str | None:
    return _COMPANY_NAMES.get(plain(text)) if len(text) <= _LONGEST_LABEL else None


def _user_headings(row: tuple[CellValue, ...]) -> tuple[tuple[str, int], ...]:
    """The fields of the row's headings with their columns, or nothing where the row is no heading."""
    headings: list[tuple[str, int]] = []
    left = min(len(row), _WIDEST)
    if left < _ENOUGH_USER_LABELS:
        return ()
    for column, value in enumerate(row[:_WIDEST]):
        if isinstance(value, str) and (name := _user_label(value)):
            headings.append((name, column))
        left -= 1
        if len(headings) + left < _ENOUGH_USER_LABELS:  # soon clear for a user's row
            return ()
    return tuple(headings)


def _user_label(text: str) -> str | None:
    if len(text) > _LONGEST_LABEL:
        return None
    label = plain(text)
    return _USER_NAMES.get(label) or ("phones" if _FURTHER_PHONE.fullmatch(label) else None)


class _Columns:
    """Which column holds which field; of two with the same heading the first counts."""

    def __init__(self, headings: Iterable[tuple[str, int]]) -> None:
        self.phones: list[int] = []
        self.fields: dict[str, int] = {}
        for name, column in headings:
            if name == "phones":
                self.phones.append(column)
            else:
                self.fields.setdefault(name, column)

    def hold_an_address(self, row: tuple[CellValue, ...]) -> bool:
        """Whether somebody stands there, and no further headings."""
        column = self.fields.get("email", len(row))
        value = row[column] if column < len(row) else None
        return isinstance(value, str) and "@" in value and " " not in value.strip()


def _remark_in(row: tuple[CellValue, ...]) -> tuple[int, str] | None:
    """The column and the words of a line below the users that holds a single sentence, and nobody."""
    filled = [(column, text) for column, value in enumerate(row) if (text := text_of(value))]
    if len(filled) != 1 or not isinstance(row[filled[0][0]], str):
        return None
    words = plain(filled[0][1]).split()
    is_said = len(words) >= _A_SENTENCE or (len(words) > 1 and any(map(str.isdigit, filled[0][1])))
    return filled[0] if is_said and words[0].strip(".") not in _TITLES and "@" not in filled[0][1] else None


def _user_in(
    sheet: Sheet,
    index: int,
    columns: _Columns,
    formulas: frozenset[tuple[str, str]],
    tops: Mapping[tuple[int, int], int],
) -> FoundUser | None:
    """Who stands in a row, with what a cell merged downwards says in each of its rows; None if nobody."""

    def read(column: int) -> FoundCell:
        top = tops.get((index, column), index) if tops else index
        return _cell(sheet.name, top, column, sheet.rows[top], formulas)

    cells = {name: read(column) for name, column in columns.fields.items()}
    phones = tuple(map(read, columns.phones))
    own = (cell for cell in (*cells.values(), *phones) if cell.row == index + 1)
    if not any(cell.text or cell.formula for cell in own) or _is_example(cells):
        return None
    return FoundUser(cells=cells, phones=phones, sheet=sheet.name, row=index + 1)


def _tops_of(sheet: Sheet) -> dict[tuple[int, int], int]:
    """For cells within one that is merged downwards, the row in which that begins."""
    tops: dict[tuple[int, int], int] = {}
    for top, left, bottom, _ in sheet.merged:
        if len(tops) + bottom - top <= _MOST_SPANNED:
            tops |= {(row, left): top for row in range(top + 1, bottom + 1)}
    return tops


def _is_example(cells: Mapping[str, FoundCell]) -> bool:
    """The row the blank form comes with, as long as nobody made it a person."""
    said = tuple(cells[name].text if name in cells else "" for name in ("first_name", "last_name", "email"))
    return said in _examples()


@lru_cache(maxsize=1)
def _examples() -> frozenset[tuple[str, str, str]]:
    people = [forms.example_user(lang) for lang in LANGUAGES]
    return frozenset((person.first_name, person.last_name, person.email) for person in people)


def _cell(
    sheet: str, row: int, column: int, values: tuple[CellValue, ...], formulas: frozenset[tuple[str, str]]
) -> FoundCell:
    name = cell_name(row, column)
    text = text_of(values[column]) if column < len(values) else ""
    return FoundCell(text, sheet, name, row + 1, bool(formulas) and (sheet, name) in formulas)
