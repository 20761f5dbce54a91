"""What all readers of spreadsheets share: limits, refusals, sound XML, formulas to be wary of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.domain.sheets import SheetRefusal

Range = tuple[int, int, int, int]  #: first row and column, last row and column, from 0

#: Functions that reach out of the sheet, and DDE (`cmd|' /C calc'!A0`): they would run at the reader's.
_REACHES_OUT: Final = re.compile(
    r"\b(?:HYPERLINK|WEBSERVICE|RTD|DDE|CALL|EXEC|REGISTER|REGISTER\.ID|IMPORT\w+)\s*\(|\|.*!", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is read at most; beyond it a file is refused by name."""

    file_bytes: int = 10_000_000
    unpacked_bytes: int = 150_000_000
    ratio: int = 200  #: unpacked to packed, once it is more than `ratio_from`
    ratio_from: int = 10_000_000
    entries: int = 1_000
    rows: int = 20_050  #: 20,000 users and what stands above them
    columns: int = 256
    workbooks: int = 20  #: of one mail or file; those after them are not opened


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a workbook says beside its values where calamine does not tell, by sheet."""

    merged: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    formulas: frozenset[tuple[str, str]] = frozenset()


class Refused(Exception):  # noqa: N818 - an answer about a file, not an error of ours
    """The file is not read, and this is why."""

    def __init__(self, refusal: SheetRefusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def is_bad_formula(formula: str, *, stored: bool) -> bool:
    """Whether a formula has no stored value, or reaches out of the sheet."""
    return not stored or _REACHES_OUT.search(formula) is not None


def plain_xml(xml: bytes) -> bytes:
    """XML that declares nothing, or Refused.

    Spreadsheet programs write no document types; entities are what one is for.
    """
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Refused(SheetRefusal.CORRUPT)
    return xml


def local(name: str) -> str:
    """An element's or attribute's name without its namespace."""
    return name.rpartition("}")[2]
