"""The tables of an HTML page, each as a sheet: of a mail's body, or of a file saved as HTML."""

import re
from dataclasses import dataclass, field
from typing import Final

from bot.adapters.html_scan import LONGEST_ATTRIBUTES, UNSEEN, VOID, is_hidden, plain, scan
from bot.adapters.mail_charsets import clean
from bot.adapters.mail_html import TextReader
from bot.adapters.sheet_rules import Limits, Refused
from bot.domain.own_words import without_quotes
from bot.domain.sheets import Sheet, SheetRefusal

LONGEST_PAGE: Final = 2_000_000  #: characters of a mail's body; a table that ends beyond them is not read
DEEPEST_TABLE: Final = 50
_BREAKS: Final = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr"})
_GRID: Final = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "col", "colgroup"})
_SPAN: Final = re.compile(r"\b(col|row)span\s*=\s*[\"']?\s*(\d{1,5})", re.IGNORECASE)
_TABLE: Final = re.compile(r"<table[\s>]", re.IGNORECASE)
_BLANK: Final = re.compile(r"\s+")

#: Stand around a table's number in the text, which tells which tables the sender wrote.
_MARK, _MARK_END = "\ue000", "\ue001"
_MARKED: Final = re.compile(f"{_MARK}(\\d+){_MARK_END}")
_MARKS: Final = re.compile(f"[{_MARK}{_MARK_END}]")


def is_page(text: str) -> bool:
    """Whether a file's text is HTML with a table in it, whatever the file is called."""
    return text.lstrip()[:1] == "<" and _TABLE.search(text) is not None


def tables_of_file(html: str, limits: Limits) -> tuple[Sheet, ...]:
    """Every table that says anything; raises Refused where one is larger than a sheet may be."""
    reader = _TableReader(limits)
    scan(html, reader)
    return tuple(sheet for table in reader.finish() if (sheet := table.sheet()))


def tables_of_body(html: str, subject: str, limits: Limits) -> tuple[Sheet, ...]:
    """The tables that the sender of a mail wrote or passed on; what stands in an answered mail is not read.

    A table of one filled cell is layout.
    """
    if not _TABLE.search(html):
        return ()
    words = TextReader()
    reader = _TableReader(limits, words)
    scan(_MARKS.sub("", html[:LONGEST_PAGE]), reader)
    tables = reader.finish(whole=len(html) <= LONGEST_PAGE)
    own = {int(number) for number in _MARKED.findall(without_quotes(words.text(), subject))}
    kept = (table for table in tables if table.number in own and table.filled > 1)
    return tuple(sheet for table in kept if (sheet := table.sheet()))


@dataclass(kw_only=True)
class _Table:
    """A table while it is being read."""

    number: int
    hidden: bool
    rows: list[list[str | None]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    covered: dict[int, int] = field(default_factory=dict)  #: column → first row that a cell above leaves free
    filled: int = 0
    words: list[str] | None = None  #: of the open cell
    unseen: list[str] = field(default_factory=list)  #: open elements within that cell that nobody sees

    def sheet(self) -> Sheet | None:
        if not self.filled:
            return None
        rows = [_trimmed(row) for row in self.rows]
        while not rows[-1]:
            rows.pop()
        return Sheet(name="", rows=tuple(rows), merged=tuple(self.merged), hidden=self.hidden)

    def close_cell(self) -> None:
        if self.words is None:
            return
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        said = clean("\n".join(line for line in lines if line))
        self.rows[-1][-1] = said or None
        self.filled += bool(said)
        self.words, self.unseen = None, []


class _TableReader:
    """Builds grids; a table within a cell is a table of its own, and its words are not the cell's."""

    def __init__(self, limits: Limits, words: TextReader | None = None) -> None:
        self._limits = limits
        self._words = words  # reads along, for what stands around the tables
        self._open: list[_Table] = []
        self._done: list[_Table] = []
        self._count = 0
        self._too_deep = 0
        self._area = 0  # cells, those left free included
        self._unseen: list[str] = []  # outside of tables

    def finish(self, *, whole: bool = True) -> list[_Table]:
        while self._open and whole:
            self._end_table()
        return sorted(self._done, key=lambda table: table.number)

    def begin(self, name: str, attributes: str) -> None:
        if name == "table":
            self._begin_table(attributes)
        if self._words:
            self._words.begin(name, attributes)
        table = self._open[-1] if self._open else None
        if name in _GRID and not self._too_deep:
            if name == "tr" and table:
                self._begin_row(table)
            elif name in {"td", "th"} and table:
                self._begin_cell(table, attributes[:LONGEST_ATTRIBUTES])
            return
        unseen = table.unseen if table else self._unseen
        if name == "body":
            unseen.clear()
        elif name not in VOID and (unseen or name in UNSEEN or is_hidden(attributes)):
            if len(unseen) < DEEPEST_TABLE:
                unseen.append(name)
        elif name in _BREAKS and table and table.words is not None:
            table.words.append("\n")

    def end(self, name: str) -> None:
        if self._words:
            self._words.end(name)
        table = self._open[-1] if self._open else None
        if name == "table":
            if self._too_deep:
                self._too_deep -= 1
            elif table:
                self._end_table()
            return
        unseen = table.unseen if table else self._unseen
        if name in unseen:
            while unseen.pop() != name:
                pass
        elif table and not self._too_deep:
            if name in {"td", "th", "tr"}:
                table.close_cell()
            elif name in _BREAKS and table.words is not None:
                table.words.append("\n")

    def take_text(self, text: str) -> None:
        if self._words:
            self._words.take_text(text)
        if self._open and not self._too_deep:
            table = self._open[-1]
            if table.words is not None and not table.unseen:
                table.words.append(_BLANK.sub(" ", plain(text)))

    def _begin_table(self, attributes: str) -> None:
        if self._too_deep or len(self._open) >= DEEPEST_TABLE:
            self._too_deep += 1
            return
        around = self._open[-1] if self._open else None
        hidden = bool(around.unseen or around.hidden) if around else bool(self._unseen)
        self._count += 1
        self._open.append(_Table(number=self._count, hidden=hidden or is_hidden(attributes)))
        if self._words:
            self._words.begin("p", "")
            self._words.take_text(f"{_MARK}{self._count}{_MARK_END}")
            self._words.end("p")

    def _end_table(self) -> None:
        table = self._open.pop()
        table.close_cell()
        if table.filled:
            self._done.append(table)

    def _begin_row(self, table: _Table) -> None:
        table.close_cell()
        if len(table.rows) >= self._limits.rows:
            raise Refused(SheetRefusal.TOO_LARGE)
        table.rows.append([])

    def _begin_cell(self, table: _Table, attributes: str) -> None:
        table.close_cell()
        if not table.rows:
            table.rows.append([])
        row, cells = len(table.rows) - 1, table.rows[-1]
        column = len(cells)
        while table.covered.get(column, 0) > row:
            column += 1
        if column >= self._limits.columns:
            raise Refused(SheetRefusal.TOO_LARGE)
        spans = {kind.lower(): int(number) for kind, number in _SPAN.findall(attributes)}
        last_column = min(column + max(spans.get("col", 1), 1), self._limits.columns) - 1
        last_row = min(row + max(spans.get("row", 1), 1), self._limits.rows) - 1
        if (last_row, last_column) != (row, column):
            table.merged.append((row, column, last_row, last_column))
            table.covered.update(dict.fromkeys(range(column, last_column + 1), last_row + 1))
        before = len(cells)
        cells += [None] * (column + 1 - before)
        table.words = []
        self._area += len(cells) - before
        if self._area > self._limits.rows * self._limits.columns:
            raise Refused(SheetRefusal.TOO_LARGE)


def _trimmed(row: list[str | None]) -> tuple[str | None, ...]:
    while row and row[-1] is None:
        row.pop()
    return tuple(row)
