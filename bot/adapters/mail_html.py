"""HTML of a mail into the text a reader sees, with what is quoted marked by ">"."""

import re
from itertools import islice

from bot.adapters.html_scan import LONGEST_ATTRIBUTES, UNSEEN, VOID, is_hidden, plain, scan
from bot.adapters.mail_charsets import clean

LONGEST_HTML = 300_000
DEEPEST_QUOTE = 10
DEEPEST_TAG = 200  #: an end tag looks no further back for its start

_LINES = frozenset(
    {
        "address",
        "article",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "section",
        "tr",
    }
)
_PARAGRAPHS = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})
_BLANK = re.compile(r"\s+")
#: where an attribute says with which number a list, or an item of it, goes on
_COUNT = {
    name: re.compile(rf"""(?:^|\s){name}\s*=\s*["']?\s*(-?\d{{1,6}})(?!\d)""", re.IGNORECASE)
    for name in ("start", "value")
}


def html_to_text(html: str) -> str:
    """Give paragraphs, rows and list items their lines; scripts, styles and what is hidden are left out."""
    reader = TextReader()
    scan(html[:LONGEST_HTML], reader)
    return reader.text()


class TextReader:
    """Collects lines with their depth of quoting; a break waits until something visible follows it."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []
        self._line: list[str] = []
        self._depth = 0  # of the line being collected
        self._said = False  # whether it holds anything to be seen
        self._row_said = False
        self._fresh = False  # within a cell or item that said nothing yet: a paragraph there is no new line
        self._break = 0  # due before the next visible words: 1 a line, 2 a paragraph
        self._open: list[tuple[str, str]] = []  # tag and what it does: "", "unseen", "quote"
        self._lists: list[int | None] = []  # of each open list the number of its next item; None has bullets
        self._unseen = 0
        self._quoted = 0

    def take_text(self, text: str) -> None:
        if self._unseen:
            return
        data = plain(text)
        if any(tag == "pre" for tag, _ in self._open[-3:]):
            first, *others = data.split("\n")
            self._say(first)
            for other in others:
                self._end_line()
                self._say(other)
        else:
            self._say(_BLANK.sub(" ", data))

    def text(self) -> str:
        self._end_line()
        marks = (">" * min(depth, DEEPEST_QUOTE) for depth, _ in self._lines)
        lines = [f"{mark} {line}".strip() for mark, (_, line) in zip(marks, self._lines, strict=True)]
        return re.sub(r"\n{3,}", "\n\n", clean("\n".join(lines)).replace("\xa0", " ")).strip()

    def begin(self, name: str, attributes: str) -> None:
        if name == "body":  # a head that is never closed must not hide it
            self._open, self._lists, self._unseen, self._quoted = [], [], 0, 0
        self._note_break(name)
        if name == "br" and not self._unseen:
            self._take_break()
            self._end_line()
        elif name == "tr":
            self._row_said = False
        elif name in {"td", "th"}:
            self._begin_cell()
        elif name == "li" and not self._unseen and not is_hidden(attributes):
            self._take_break()
            self._line.append(self._item_mark(attributes))
            self._fresh = True
        if name not in VOID:
            self._enter(name, attributes)

    def end(self, name: str) -> None:
        if name in {"td", "th", "tr", "li", "table", "ul", "ol"}:
            self._fresh = False
        self._note_break(name)
        if name in {"tr", "li"}:
            self._break = 1  # a paragraph that ends with its row or item leaves no blank line
        # Close up to the innermost tag of that name; nothing when there is none, as browsers do.
        near = islice(reversed(self._open), DEEPEST_TAG)
        depth = next((n for n, (opened, _) in enumerate(near) if opened == name), None)
        if depth is None:
            return
        for _ in range(depth + 1):
            closed, effect = self._open.pop()
            if closed in {"ol", "ul"}:
                self._lists.pop()
            self._unseen -= effect == "unseen"
            self._quoted -= effect == "quote"

    def _enter(self, tag: str, attributes: str) -> None:
        effect = ""
        if tag in UNSEEN or is_hidden(attributes):
            effect = "unseen"
            self._unseen += 1
        elif tag == "blockquote":
            effect = "quote"
            self._quoted += 1
        if tag in {"ol", "ul"}:
            self._lists.append(_number("start", attributes, 1) if tag == "ol" else None)
        self._open.append((tag, effect))

    def _item_mark(self, attributes: str) -> str:
        """What stands before an item: answers under our numbers are found by theirs."""
        if not self._lists or self._lists[-1] is None:
            return "- "
        number = _number("value", attributes, self._lists[-1])
        self._lists[-1] = number + 1
        return f"{number}. "

    def _begin_cell(self) -> None:
        self._fresh = True
        if self._row_said and not self._unseen:
            self._break = 0
            self._line.append("\t")

    def _note_break(self, tag: str) -> None:
        if self._fresh and tag not in {"tr", "li"}:
            return
        due = 2 if tag in _PARAGRAPHS else 1 if tag in _LINES else 0
        self._break = max(self._break, due)

    def _take_break(self) -> None:
        due, self._break = self._break, 0
        if due and self._said:
            self._end_line()
        if due > 1 and self._lines and self._lines[-1][1]:
            self._lines.append((min(self._lines[-1][0], self._quoted), ""))

    def _say(self, words: str) -> None:
        if words.strip():
            self._take_break()
            self._said = self._row_said = True
            self._fresh = False
            self._depth = self._quoted
        elif self._break or not self._said:
            return
        self._line.append(words)

    def _end_line(self) -> None:
        if self._said or not self._line:
            line = re.sub(r" *\t *", "\t", re.sub(r" {2,}", " ", "".join(self._line))).strip()
            self._lines.append((self._depth if self._said else self._quoted, line))
        self._line, self._said = [], False


def _number(name: str, attributes: str, otherwise: int) -> int:
    found = _COUNT[name].search(attributes[:LONGEST_ATTRIBUTES])
    return int(found[1]) if found else otherwise
