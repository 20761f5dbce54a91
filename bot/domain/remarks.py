"""What we write into a sender's workbook: a remark for each problem, in words, with the cell it is about."""

from dataclasses import dataclass, replace
from typing import Final

from bot.domain.forms import Label
from bot.domain.sheets import Sheet, Workbook

SHEET: Final = "Usher"  #: the sheet that lists them; a spreadsheet program may add a number to it
TITLE: Final = Label(en="What is open in this form", de="Was in diesem Formular offen ist")


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One problem; `number` is that of the mail's list, None for questions and advice, which have none."""

    words: str
    number: int | None = None
    place: str = ""  #: in words
    sheet: str = ""
    cell: str = ""  #: "D7"; "" where it is about no single cell
    asks: bool = False  #: whether somebody is meant who counts as it is: no fault, and more than advice


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """Every remark about one workbook, and the words around them."""

    title: str
    lead: tuple[str, ...]
    headings: tuple[str, str, str]  #: number, place, what to do
    question_heading: str
    advice_heading: str
    items: tuple[Remark, ...]

    @property
    def numbered(self) -> tuple[Remark, ...]:
        return tuple(item for item in self.items if item.number is not None)

    @property
    def questions(self) -> tuple[Remark, ...]:
        return tuple(item for item in self.items if item.asks)

    @property
    def advice(self) -> tuple[Remark, ...]:
        return tuple(item for item in self.items if item.number is None and not item.asks)


def without_remarks(workbook: Workbook) -> Workbook:
    """The workbook without the sheet that we wrote: nothing there is part of the form that comes back."""
    sheets = tuple(sheet for sheet in workbook.sheets if not _is_list_of_remarks(sheet))
    return workbook if len(sheets) == len(workbook.sheets) else replace(workbook, sheets=sheets)


def _is_list_of_remarks(sheet: Sheet) -> bool:
    if not sheet.name.startswith(SHEET) or not sheet.rows or not sheet.rows[0]:
        return False
    return sheet.rows[0][0] in {TITLE.en, TITLE.de}
