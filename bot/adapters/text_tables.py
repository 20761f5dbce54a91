"""Tables written as text: CSV and its kin, in whatever separator and encoding."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from bot.adapters.mail_charsets import clean, decode
from bot.adapters.sheet_rules import Limits, Refused
from bot.domain.sheets import Sheet, SheetRefusal

SEPARATORS: Final = (";", "\t", ",", "|")  #: the earlier wins where two explain a file equally well
_SNIFFED: Final = 100_000  #: characters in which the separator is looked for
_ENOUGH: Final = 0.6  #: of the lines hold the separator in what nobody calls a table
_UTF16_BOMS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BOMS: Final = (codecs.BOM_UTF8, *_UTF16_BOMS)
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  #: stands in no text, but for UTF-16
_EXCELS_WORD: Final = re.compile(r"\s*\"?sep=(.)\"?[ \t;,|]*(?:\n|$)", re.IGNORECASE)

Rows = list[tuple[str | None, ...]]


def decode_text(content: bytes) -> str | None:
    """A file's text in UTF-8, UTF-16 or Windows-1252; None where it is no text at all."""
    order = "" if content.startswith(_BOMS) else _utf16_order(content)
    if order:
        text = clean(content.decode(order, "replace"))
    elif content.startswith(_UTF16_BOMS):
        text = decode(content[: len(content) // 2 * 2])  # it may be cut off within a character
    elif _BINARY.search(content[:_SNIFFED]):
        return None
    else:
        text = decode(content)
    head = text[:_SNIFFED]
    return None if head.count("\ufffd") > len(head) // 20 else text


def _utf16_order(content: bytes) -> str:
    """UTF-16 without a mark: the upper bytes of Latin letters are all 0, the lower ones never."""
    head = content[:4000]
    upper, lower = head[1::2].count(0), head[::2].count(0)
    if not lower and upper > len(head) // 5:
        return "utf-16-le"
    return "utf-16-be" if not upper and lower > len(head) // 5 else ""


def looks_like_table(text: str) -> bool:
    """Whether a text of no given kind is a table: most of its lines hold the same separator.

    Sentences hold commas, so at least three lines have to hold the same number of them, and more than one.
    """
    counts = {separator: _counts(text, separator) for separator in SEPARATORS}
    separator = _best(counts)
    found = [count for count in counts[separator] if count is not None]
    if len(found) < 2:  # noqa: PLR2004 - a heading and a row
        return False
    if separator != ",":
        return sum(count > 0 for count in found) >= _ENOUGH * len(found)
    usual, times = Counter(found).most_common(1)[0]
    return usual > 1 and times >= max(3, _ENOUGH * len(found))


def read_text(text: str, limits: Limits) -> Sheet:
    """Read a separated text; its rows are those that a spreadsheet program shows."""
    told = _EXCELS_WORD.match(text)
    if told:  # Excel's own first line, which it does not show
        separator, text = told[1], text[told.end() :]
    else:
        separator = _best({one: _counts(text, one) for one in SEPARATORS})
    rows: Rows = []
    for cells in _records(text, separator):
        if len(rows) >= limits.rows or len(cells) > limits.columns:
            raise Refused(SheetRefusal.TOO_LARGE)
        rows.append(_trimmed(cells))
    while rows and not rows[-1]:
        rows.pop()
    return Sheet(name="", rows=tuple(rows))


def tab_tables(lines: Iterable[str], limits: Limits) -> list[Sheet]:
    """The tables pasted into a plain text: runs of at least two lines with a tab in each."""
    sheets: list[Sheet] = []
    run: Rows = []
    for line in (*lines, ""):
        cells = line.split("\t")
        if len(cells) > 1:
            run.append(_trimmed(cells[: limits.columns]))
            continue
        if 1 < len(run) <= limits.rows:
            sheets.append(Sheet(name="", rows=tuple(run)))
        run = []
    return sheets


def _best(counts: Mapping[str, Sequence[int | None]]) -> str:
    """The separator that stands in most lines, then the one whose number differs least between them."""

    def weight(separator: str) -> tuple[int, int]:
        found = [count for count in counts[separator] if count]
        return len(found), max(Counter(found).values(), default=0)

    return max(SEPARATORS, key=weight)


def _counts(text: str, separator: str) -> list[int | None]:
    """How often the separator stands in each row; None for one that says nothing."""
    return [
        len(cells) - 1 if any(cell.strip() for cell in cells) else None
        for cells in _records(text[:_SNIFFED], separator)
    ]


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Read records of RFC 4180; a quote that is not closed before a separator is an ordinary character.

    Each character is read once: an attempt at a quoted cell ends at its first single quote.
    """
    cells: list[str] = []
    for found in _cell(separator).finditer(text):
        quoted, bare, end = found.groups(default="")
        cells.append(quoted.replace('""', '"') if quoted else bare)
        if end == separator:
            continue
        if end or cells != [""]:
            yield cells
        cells = []


@lru_cache(maxsize=16)
def _cell(separator: str) -> re.Pattern[str]:
    mark = re.escape(separator)
    return re.compile(rf'(?:"((?:[^"]|"")*+)" *+(?={mark}|\n|\Z)|([^{mark}\n]*+))({mark}|\n|\Z)')


def _trimmed(cells: Sequence[str]) -> tuple[str | None, ...]:
    row = [cell.strip() or None for cell in cells]
    while row and row[-1] is None:
        row.pop()
    return tuple(row)
