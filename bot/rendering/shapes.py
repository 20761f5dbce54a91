"""A mail's shape: its words parsed once, with a mark where each value stands, which is filled in afterwards.

Parsing Markdown and inlining styles takes far longer than all else about a mail. Mails of one template differ
only in their values, unless an `if` or a `for` has said otherwise: then they are of another shape.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Self

WIDTH = 76

# Private characters mean nothing in Markdown, HTML or CSS, and `quoting` lets none of a stranger's through.
_VALUE, _LINK, _END = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"[{_VALUE}{_LINK}](\\d+){_END}")
#: a value that ends a sentence, in bold or not
_ENDS = re.compile(f"{_VALUE}(\\d+){_END}[*_]*\\.(?![\\w.{_VALUE}{_LINK}])")
_IN_ATTRIBUTE = re.compile(f'="[^"]*{_VALUE}')


class Marked(str):
    """A value that says its mark instead of itself, and is itself where a template asks for it."""

    __slots__ = ("mark",)
    mark: str


class Marks:
    """The values behind the marks of one mail."""

    def __init__(self) -> None:
        self.values: list[str] = []

    def value(self, text: str, shown: str, kind: str = _VALUE) -> Marked:
        """One of which nothing is left to be seen has no mark: an empty cell is an empty cell."""
        marked = Marked(text)
        marked.mark = f"{kind}{len(self.values)}{_END}" if shown else ""
        self.values.append(shown)
        return marked

    def link(self, url: str, shown: str) -> Marked:
        """An address of ours, which may be a link's target."""
        return self.value(url, shown, _LINK)

    def end_sentences(self, text: str) -> str:
        """Without the full stop behind a value that brings its own: "… at Lindgren Inc."."""
        own = {str(number) for number, value in enumerate(self.values) if value.endswith(".")}

        def once(found: re.Match[str]) -> str:
            return found[0].removesuffix(".") if found[1] in own else found[0]

        return _ENDS.sub(once, text) if own else text

    def resolve(self, text: str, quote: Callable[[str], str]) -> str:
        return _MARK.sub(lambda found: quote(self.values[int(found[1])]), text)


def is_marked(text: str) -> bool:
    return _END in text


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a text body, broken at WIDTH once its values are known."""

    words: str
    first: str = ""  #: stands before the words
    rest: str = ""  #: stands before what did not fit
    wraps: bool = True  #: else it stays in one piece
    underline: str = ""

    def said(self, words: str) -> str:
        line = self.first + words
        if self.wraps and len(line) > WIDTH:
            line = _wrapped(words, self.first, self.rest)
        return f"{line}\n{self.rest}{self.underline * min(len(words), WIDTH)}" if self.underline else line


def _wrapped(words: str, line: str, rest: str) -> str:
    """Break between words only: never within an address."""
    lines, start = [], line
    while len(start) + len(words) > WIDTH:
        end = words.rfind(" ", 0, max(WIDTH - len(start) + 1, 0))
        if end < 0:  # its first word is longer than a line
            end = words.find(" ")
        if end < 0:
            break
        lines.append(start + words[:end])
        start, words = rest, words[end + 1 :]
    return "\n".join([*lines, start + words])


def _escaped(values: Sequence[str]) -> list[str]:
    """As css-inline writes them: all at once, for each alone takes several times as long."""
    text = _END.join(values).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\u00a0", "&nbsp;").split(_END)


class Pattern:
    """Words with places for values."""

    def __init__(self, words: str) -> None:
        pieces = _MARK.split(words)
        self._words = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
        places = tuple(map(int, pieces[1::2]))
        self._chosen: Callable[[Sequence[str]], object] = itemgetter(*places) if places else lambda _: ()

    def filled(self, values: Sequence[str]) -> str:
        return self._words % self._chosen(values)


def _pieces(lines: Iterable[Line]) -> Iterator[tuple[Line, Pattern] | str]:
    """Lines with their values' places; those between them together, as they are in every mail."""
    for marked, group in groupby(lines, lambda line: is_marked(line.words)):
        if marked:
            yield from ((line, Pattern(line.words)) for line in group)
        else:
            yield "\n".join(line.said(line.words) for line in group)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Both bodies of a mail, in pieces between which its values belong."""

    html: Pattern
    text: tuple[tuple[Line, Pattern] | str, ...]
    fits_all: bool  #: False where a value stands in an attribute, for which it would need other quotes

    @classmethod
    def of(cls, html: str, lines: Iterable[Line]) -> Self:
        return cls(
            html=Pattern(html),
            text=tuple(_pieces(lines)),
            fits_all=not _IN_ATTRIBUTE.search(html),
        )

    def filled(self, values: Sequence[str]) -> tuple[str, str]:
        """The HTML and the text."""
        lines = [
            part if isinstance(part, str) else part[0].said(part[1].filled(values)) for part in self.text
        ]
        return self.html.filled(_escaped(values)), "\n".join(lines) + "\n"
