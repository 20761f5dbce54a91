"""Markdown into a mail's two bodies: HTML for the eye and text for everyone, from the same words."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

from bot.rendering.shapes import Line, is_marked

#: what normalizing leaves as it is, and ours mostly are
_PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9._~/-]*")
# Outlook draws no padding on a link: there the cell carries it.
_BUTTON = (
    '<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0"><tr>'
    '<td class="button" bgcolor="{colour}"><a class="button" href="{url}">{text}</a></td></tr></table>\n'
)


def bodies(source: str, *, colour: str) -> tuple[str, list[Line]]:
    """The HTML, in which HTML of the source stays text, and the lines of the text.

    `colour` is that of buttons, such as "#0b57a4". In the text, headings are underlined, a button is
    "Check the status: https://…" and tables are lists.
    """
    parser = _parser()
    tokens = parser.parse(source)
    html = str(parser.renderer.render(tokens, parser.options, {"colour": colour}))
    return html, list(_apart(_blocks(SyntaxTreeNode(tokens).children)))


def tree(source: str) -> SyntaxTreeNode:
    """The same words as they were understood, for those who write them for neither eye."""
    return SyntaxTreeNode(_parser().parse(source))


def normalized(url: str) -> str:
    """A link's target as it stands in both bodies; a mark stays as it is until its address is known."""
    return url if is_marked(url) or _PLAIN_URL.fullmatch(url) else normalizeLink(url)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.normalizeLink = normalized  # type: ignore[method-assign]
    parser.core.ruler.push("buttons", _mark_buttons)
    parser.core.ruler.push("tables", _mark_tables)
    parser.add_render_rule("button", _render_button)
    return parser


def _mark_buttons(state: StateCore) -> None:
    """A paragraph that is nothing but `[[Do it]](https://…)` becomes a button."""
    kept: list[Token] = []
    for token in state.tokens:
        kept.append(token)
        if token.type == "paragraph_close" and (button := _button_of(kept[-2])):
            kept[-3:] = [button]
    state.tokens[:] = kept


def _button_of(inline: Token) -> Token | None:
    children = inline.children or []
    if [child.type for child in children] != ["link_open", "text", "link_close"]:
        return None
    label = children[1].content
    if not (label.startswith("[") and label.endswith("]")):
        return None
    meta = {"text": label[1:-1], "url": str(children[0].attrGet("href"))}
    return Token("button", "", 0, block=True, meta=meta)


def _render_button(
    _renderer: object, tokens: Sequence[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    meta = tokens[index].meta
    return _BUTTON.format(colour=env["colour"], url=escapeHtml(meta["url"]), text=escapeHtml(meta["text"]))


def _mark_tables(state: StateCore) -> None:
    """A table without headings states facts; one with headings lists things, or pairs of them."""
    kept: list[Token] = []
    start = 0
    for token in state.tokens:
        kept.append(token)
        if token.type == "table_open":
            start = len(kept) - 1
        elif token.type == "thead_close":
            headings = [part.content for part in kept[start:] if part.type == "inline"]
            kind = "list" if headings[2:] else "pairs"
            kept[start].attrSet("class", kind if any(headings) else "facts")
            if not any(headings):
                del kept[start + 1 :]
    state.tokens[:] = kept


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterator[list[Line]]:
    for node in nodes:
        if block := _BLOCKS.get(node.type, _paragraph)(node):
            yield block


def _apart(blocks: Iterable[list[Line]]) -> Iterator[Line]:
    """One after the other, an empty line between them."""
    for number, block in enumerate(blocks):
        if number:
            yield Line(words="")
        yield from block


def _paragraph(node: SyntaxTreeNode) -> list[Line]:
    words = _inline(node)
    return [Line(words=line) for line in words.split("\n")] if words else []


def _heading(node: SyntaxTreeNode) -> list[Line]:
    return [Line(words=_inline(node), wraps=False, underline="=" if node.tag == "h1" else "-")]


def _button(node: SyntaxTreeNode) -> list[Line]:
    return [Line(words=f"{node.meta['text']}: {node.meta['url']}", wraps=False)]


def _bullets(node: SyntaxTreeNode) -> list[Line]:
    return [line for item in node.children for line in _item("- ", item)]


def _numbers(node: SyntaxTreeNode) -> list[Line]:
    first = int(node.attrs.get("start", 1))
    return [line for number, item in enumerate(node.children, first) for line in _item(f"{number}. ", item)]


def _item(mark: str, node: SyntaxTreeNode) -> list[Line]:
    return _behind(mark, [line for block in _blocks(node.children) for line in block])


def _behind(mark: str, lines: Sequence[Line]) -> list[Line]:
    """The mark stands before the first line, the others below its words."""
    indent = " " * len(mark)
    return [
        replace(line, first=(indent if number else mark) + line.first, rest=indent + line.rest)
        for number, line in enumerate(lines)
    ]


def _table(node: SyntaxTreeNode) -> list[Line]:
    """Facts become "Company: Acme"; a list gives each row a paragraph, its number (No., Nr.) in front."""
    rows = [[_inline(cell) for cell in row.children] for body in node.children for row in body.children]
    if node.attrs["class"] == "facts":
        return [Line(words=f"{name}: {value}", rest="  ") for name, value, *_ in rows]
    is_numbered = rows[0][0].endswith(".")
    return list(_apart(_row(row, is_numbered=is_numbered) for row in rows[1:]))


def _row(cells: Sequence[str], *, is_numbered: bool) -> list[Line]:
    mark, rest = (f"{cells[0]} ", cells[1:]) if is_numbered else ("- ", cells)
    return _behind(mark, [Line(words=cell) for cell in rest if cell])


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(_span(child) for child in node.children)


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            label, url = _inline(node), str(node.attrs["href"])
            return label if url in {label, f"mailto:{label}"} else f"{label} ({url})"
        case _:
            return _inline(node)


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], list[Line]]] = {
    "heading": _heading,
    "button": _button,
    "bullet_list": _bullets,
    "ordered_list": _numbers,
    "table": _table,
}
