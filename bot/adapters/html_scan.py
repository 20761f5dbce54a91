"""HTML told apart into tags and text, each character read once.

Our own few rules: the standard library's html.parser takes minutes for 400 kB of unclosed tags.
"""

import re
from html import unescape
from typing import Final, Protocol

LONGEST_ATTRIBUTES: Final = 2_000

VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
UNSEEN: Final = frozenset(
    {"head", "style", "script", "title", "template", "noscript", "object", "svg", "select"}
)
_RAW: Final = frozenset({"script", "style", "title", "textarea"})  #: hold no tags but their own end
_STYLED_AWAY: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"(?:^|\s)hidden(?:[\s=/]|$)", re.IGNORECASE)
_QUOTED: Final = re.compile(r"""("[^"]*"|'[^']*')""")
#: A name and what follows it; a "<" outside of quotes ends the attempt, so many starts cost no more than one.
_TAG: Final = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})((?:"[^"]*"|'[^']*'|[^'"<>])*+)>""")
_HUGE_NUMBER: Final = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")  # int() refuses thousands of digits


class Sink(Protocol):
    """Takes what a page consists of, in its order."""

    def begin(self, name: str, attributes: str) -> None:
        """A start tag, its name in lower case, its attributes as written."""

    def end(self, name: str) -> None: ...

    def take_text(self, text: str) -> None:
        """Text as written; `plain` tells what it says."""


def scan(html: str, sink: Sink) -> None:
    """Hand a page's tags and texts to `sink`; comments, declarations and scripts are left out."""
    html = _without_declarations(html)
    lowered = html.lower() if len(html.lower()) == len(html) else html
    position = 0
    while position < len(html):
        start = html.find("<", position)
        tag = _TAG.match(html, start) if start >= 0 else None
        end = start if tag else start + 1 if start >= 0 else len(html)
        if end > position:
            sink.take_text(html[position:end])
        position = end
        if tag:
            position = _hand_over(tag, lowered, sink)


def plain(text: str) -> str:
    """Text with its character references resolved."""
    return unescape(_HUGE_NUMBER.sub("\ufffd", text)) if "&" in text else text


def is_hidden(attributes: str) -> bool:
    """Whether an element says that readers do not see it."""
    attributes = attributes[:LONGEST_ATTRIBUTES]
    return bool(_STYLED_AWAY.search(attributes) or _HIDDEN.search(_QUOTED.sub("", attributes)))


def _hand_over(tag: re.Match[str], lowered: str, sink: Sink) -> int:
    """Tell the sink of a tag; return where to go on.

    A script or style that is never closed hides the rest, as in browsers.
    """
    name = tag[2].lower()
    if tag[1]:
        sink.end(name)
        return tag.end()
    sink.begin(name, tag[3])
    if tag[3].endswith("/") and name not in VOID:
        sink.end(name)
    if name not in _RAW:
        return tag.end()
    end = lowered.find(f"</{name}", tag.end())
    return end if end >= 0 else len(lowered)


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
