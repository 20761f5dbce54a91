"""Markdown of ours as Slack writes it: the same words, with links, bold and lists in its own marks."""

from collections.abc import Callable, Iterable

from markdown_it.tree import SyntaxTreeNode

from bot.rendering import markdown


def mrkdwn(source: str) -> str:
    """The text of a section block; what would be a mark of Slack's in the words is escaped."""
    return "\n\n".join(_blocks(markdown.tree(source).children))


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> list[str]:
    return [words for node in nodes if (words := _BLOCKS.get(node.type, _inline)(node))]


def _heading(node: SyntaxTreeNode) -> str:
    return f"*{_inline(node)}*"


def _bullets(node: SyntaxTreeNode) -> str:
    return "\n".join(_item("• ", item) for item in node.children)


def _numbers(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1))
    return "\n".join(_item(f"{number}. ", item) for number, item in enumerate(node.children, first))


def _item(mark: str, node: SyntaxTreeNode) -> str:
    return mark + "\n".join(_blocks(node.children)).replace("\n", "\n" + " " * len(mark))


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(_span(child) for child in node.children)


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return _escaped(node.content)
        case "softbreak" | "hardbreak":
            return "\n"
        case "strong":
            return f"*{_inline(node)}*"
        case "em":
            return f"_{_inline(node)}_"
        case "link":
            return f"<{_escaped(str(node.attrs['href'])).replace('|', '%7C')}|{_inline(node)}>"
        case _:
            return _inline(node)


def _escaped(text: str) -> str:
    """Slack reads these three only; nothing of it pings anybody then."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "heading": _heading,
    "bullet_list": _bullets,
    "ordered_list": _numbers,
}
