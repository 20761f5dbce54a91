"""HTML of a mail into the text a reader sees, with what is quoted marked by ">".

Our own few rules in linear time: the stdlib's html.parser takes minutes for 400 kB of unclosed tags.
"""

import re
from html import unescape
from itertools import islice

from bot.adapters.mail_charsets import clean

LONGEST_HTML = 300_000
DEEPEST_QUOTE = 10
LONGEST_ATTRIBUTES = 2_000
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
_UNSEEN = frozenset({"head", "style", "script", "title", "template", "noscript", "object", "svg", "select"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_RAW = frozenset({"script", "style", "title", "textarea"})  #: hold no tags but their own end
_STYLED_AWAY = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_HIDDEN = re.compile(r"(?:^|\s)hidden(?:[\s=/]|$)", re.IGNORECASE)
_QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
#: A name and what follows it; a "<" outside of quotes ends the attempt, so many starts cost no more than one.
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})((?:"[^"]*"|'[^']*'|[^'"<>])*+)>""")
_HUGE_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")  # int() refuses thousands of digits
_BLANK = re.compile(r"\s+")


def html_to_text(html: str) -> str:
    """Give paragraphs, rows and list items their lines; scripts, styles and what is hidden are left out."""
    html = _without_declarations(html[:LONGEST_HTML])
    lowered = html.lower() if len(html.lower()) == len(html) else html
    reader = _TextReader()
    position = 0
    while position < len(html):
        start = html.find("<", position)
        tag = _TAG.match(html, start) if start >= 0 else None
        end = start if tag else start + 1 if start >= 0 else len(html)
        reader.take_text(html[position:end])
        position = end
        if tag:
            position = _after_raw_text(lowered, tag) if reader.take_tag(tag) in _RAW else tag.end()
    return reader.text()


def _after_raw_text(lowered: str, tag: re.Match[str]) -> int:
    """Skip what a script or style holds; one that is never closed hides the rest, as in browsers."""
    end = lowered.find(f"</{tag[2].lower()}", tag.end()) if not tag[1] else tag.end()
    return end if end >= 0 else len(lowered)


def _is_hidden(attributes: str) -> bool:
    return bool(_STYLED_AWAY.search(attributes) or _HIDDEN.search(_QUOTED.sub("", attributes)))


def _without_declarations(html: str) -> str:
    """Drop comments, `<!…>` and `<?…>`: they may hold anything, and never words."""
    kept: list[str] = []
    position = 0
    while True:
        starts = (html.find("<!", position), html.find("<?", position))
        start = min((one for one in starts if one >= 0), default=-1)
        if start < 0:
            return "".join([*kept, html[position:]])
        kept.append(html[position:start] + " ")
        ending = "-->" if html.startswith("<!--", start) else ">"
        end = html.find(ending, start + 2)
        if end < 0:
            return "".join(kept)
        position = end + len(ending)


class _TextReader:
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
        self._unseen = 0
        self._quoted = 0

    def take_tag(self, tag: re.Match[str]) -> str:
        """Follow one tag; return its lower-case name."""
        name = tag[2].lower()
        if tag[1]:
            self._leave(name)
        else:
            self._begin(name, tag[3])
            if tag[3].endswith("/") and name not in _VOID:
                self._leave(name)
        return name

    def take_text(self, data: str) -> None:
        if self._unseen or not data:
            return
        data = unescape(_HUGE_NUMBER.sub("\ufffd", data))
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

    def _begin(self, tag: str, attributes: str) -> None:
        if tag == "body":  # a head that is never closed must not hide it
            self._open, self._unseen, self._quoted = [], 0, 0
        self._note_break(tag)
        if tag == "br" and not self._unseen:
            self._take_break()
            self._end_line()
        elif tag == "tr":
            self._row_said = False
        elif tag in {"td", "th"}:
            self._begin_cell()
        elif tag == "li" and not self._unseen:
            self._take_break()
            self._line.append("- ")
            self._fresh = True
        if tag not in _VOID:
            self._enter(tag, attributes)

    def _leave(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "li", "table", "ul", "ol"}:
            self._fresh = False
        self._note_break(tag)
        if tag in {"tr", "li"}:
            self._break = 1  # a paragraph that ends with its row or item leaves no blank line
        # Close up to the innermost tag of that name; nothing when there is none, as browsers do.
        near = islice(reversed(self._open), DEEPEST_TAG)
        depth = next((n for n, (name, _) in enumerate(near) if name == tag), None)
        if depth is None:
            return
        for _ in range(depth + 1):
            _, effect = self._open.pop()
            self._unseen -= effect == "unseen"
            self._quoted -= effect == "quote"

    def _enter(self, tag: str, attributes: str) -> None:
        effect = ""
        if tag in _UNSEEN or _is_hidden(attributes[:LONGEST_ATTRIBUTES]):
            effect = "unseen"
            self._unseen += 1
        elif tag == "blockquote":
            effect = "quote"
            self._quoted += 1
        self._open.append((tag, effect))

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
