"""What we write into a sender's workbook: a remark for each problem, in words, with the cell it is about."""

from dataclasses import dataclass
from typing import Final

from bot.domain.forms import Label
from bot.domain.sheets import Sheet

SHEET: Final = "Usher"  #: the sheet that lists them; a spreadsheet program may add a number to it
TITLE: Final = Label(en="What is open in this form", de="Was in diesem Formular offen ist")


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One problem; `number` is that of the mail's list, None for advice, which has none."""

    words: str
    number: int | None = None
    place: str = ""  #: in words
    sheet: str = ""
    cell: str = ""  #: "D7"; "" where it is about no single cell


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """Every remark about one workbook, and the words around them."""

    title: str
    lead: tuple[str, ...]
    headings: tuple[str, str, str]  #: number, place, what to do
    advice_heading: str
    items: tuple[Remark, ...]

    @property
    def numbered(self) -> tuple[Remark, ...]:
        return tuple(item for item in self.items if item.number is not None)

    @property
    def advice(self) -> tuple[Remark, ...]:
        return tuple(item for item in self.items if item.number is None)


def is_list_of_remarks(sheet: Sheet) -> bool:
    """Whether we wrote the sheet: what stands there is no part of the form that comes back."""
    if not sheet.name.startswith(SHEET) or not sheet.rows or not sheet.rows[0]:
        return False
    return sheet.rows[0][0] in {TITLE.en, TITLE.de}
