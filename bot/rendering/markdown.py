"""Markdown into a mail's two bodies: HTML for the eye and text for everyone, from the same words."""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

WIDTH = 76

# Outlook draws no padding on a link: there the cell carries it.
_BUTTON = (
    '<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0"><tr>'
    '<td class="button" bgcolor="#0b57a4"><a class="button" href="{url}">{text}</a></td></tr></table>\n'
)


def bodies(source: str) -> tuple[str, str]:
    """The HTML, in which HTML of the source stays text, and the text.

    In the text, headings are underlined, a button is "Check the status: https://…" and tables are lists.
    """
    parser = _parser()
    tokens = parser.parse(source)
    html = str(parser.renderer.render(tokens, parser.options, {}))
    return html, "\n\n".join(_blocks(SyntaxTreeNode(tokens).children)) + "\n"


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
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
    _renderer: object, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    meta = tokens[index].meta
    return _BUTTON.format(url=escapeHtml(meta["url"]), text=escapeHtml(meta["text"]))


def _mark_tables(state: StateCore) -> None:
    """A table without headings states facts; one with headings lists things."""
    kept: list[Token] = []
    start = 0
    for token in state.tokens:
        kept.append(token)
        if token.type == "table_open":
            start = len(kept) - 1
        elif token.type == "thead_close":
            headed = any(part.content for part in kept[start:] if part.type == "inline")
            kept[start].attrSet("class", "list" if headed else "facts")
            if not headed:
                del kept[start + 1 :]
    state.tokens[:] = kept


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterator[str]:
    for node in nodes:
        block = _block(node)
        if block:
            yield block


def _block(node: SyntaxTreeNode) -> str:
    return _BLOCKS.get(node.type, _paragraph)(node)


def _paragraph(node: SyntaxTreeNode) -> str:
    return _wrapped(_inline(node))


def _heading(node: SyntaxTreeNode) -> str:
    line = _inline(node)
    return f"{line}\n{('=' if node.tag == 'h1' else '-') * min(len(line), WIDTH)}"


def _button(node: SyntaxTreeNode) -> str:
    return f"{node.meta['text']}: {node.meta['url']}"


def _bullets(node: SyntaxTreeNode) -> str:
    return "\n".join(_item("- ", item) for item in node.children)


def _numbers(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1))
    return "\n".join(_item(f"{number}. ", item) for number, item in enumerate(node.children, first))


def _item(mark: str, node: SyntaxTreeNode) -> str:
    whole = "\n".join(_blocks(node.children))
    return mark + textwrap.indent(whole, " " * len(mark)).lstrip()


def _table(node: SyntaxTreeNode) -> str:
    """Facts become "Company: Acme"; a list gives each row a paragraph, its first cell standing in front."""
    rows = [[_inline(cell) for cell in row.children] for body in node.children for row in body.children]
    if node.attrs["class"] == "facts":
        return "\n".join(_hanging(f"{name}: ", value) for name, value, *_ in rows)
    return "\n\n".join(_row(row) for row in rows[1:])


def _row(cells: Sequence[str]) -> str:
    mark = f"{cells[0]} " if cells[0].rstrip(".").isdigit() else "- "
    rest = cells[1:] if mark != "- " else cells
    filled = [line for cell in rest if cell for line in _wrapped(cell, WIDTH - len(mark)).split("\n")]
    return mark + textwrap.indent("\n".join(filled), " " * len(mark)).lstrip()


def _hanging(mark: str, value: str) -> str:
    return textwrap.fill(
        mark + value, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def _wrapped(paragraph: str, width: int = WIDTH) -> str:
    """Break each line at `width`, but never an address."""
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in paragraph.split("\n")
    )


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


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "heading": _heading,
    "button": _button,
    "bullet_list": _bullets,
    "ordered_list": _numbers,
    "table": _table,
}
