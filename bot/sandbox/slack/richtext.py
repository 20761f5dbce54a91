"""rich_text and markdown blocks as safe HTML."""

from collections.abc import Callable
from html import escape

from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.sandbox.slack.emoji import EMOJI
from bot.sandbox.slack.mrkdwn import Mrkdwn, link
from bot.sandbox.slack.pulse import Json

STYLES = (("bold", "strong"), ("italic", "em"), ("strike", "s"), ("code", "code"))
COMMONMARK = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").enable("strikethrough")


class RichText:
    """Renders what Slack's composer and apps write as structure."""

    def __init__(self, mrkdwn: Mrkdwn) -> None:
        self._mrkdwn = mrkdwn
        self._parts: dict[str, Callable[[Json], str]] = {
            "text": lambda part: escape(str(part.get("text", ""))).replace("\n", "<br>"),
            "link": lambda part: link(escape_slack(part.get("url")), escape_slack(part.get("text"))),
            "user": lambda part: mrkdwn.mention(str(part.get("user_id"))),
            "channel": lambda part: mrkdwn.channel(str(part.get("channel_id"))),
            "usergroup": lambda part: mrkdwn.command(f"subteam^{part.get('usergroup_id')}"),
            "broadcast": lambda part: mrkdwn.command(str(part.get("range"))),
            "emoji": lambda part: escape(EMOJI.get(str(part.get("name")), f":{part.get('name')}:")),
            "date": lambda part: mrkdwn.date(f"date^{part.get('timestamp')}^{part.get('format')}", ""),
        }

    def html(self, block: Json) -> Markup:
        return Markup("".join(self._element(one) for one in block["elements"]))  # noqa: S704 - escaped in parts

    def _element(self, element: Json) -> str:
        inner = element.get("elements") or []
        match element.get("type"):
            case "rich_text_section":
                return f"<p>{self._inline(inner)}</p>"
            case "rich_text_list":
                tag = "ol" if element.get("style") == "ordered" else "ul"
                items = "".join(f"<li>{self._inline(one.get('elements') or [])}</li>" for one in inner)
                return f"<{tag}>{items}</{tag}>"
            case "rich_text_quote":
                return f"<blockquote>{self._inline(inner)}</blockquote>"
            case "rich_text_preformatted":
                return f"<pre><code>{self._inline(inner)}</code></pre>"
        return ""

    def _inline(self, parts: list[Json]) -> str:
        return "".join(self._styled(part) for part in parts)

    def _styled(self, part: Json) -> str:
        render = self._parts.get(str(part.get("type")))
        html = render(part) if render else ""
        style = part.get("style") or {}
        for name, tag in STYLES:
            if style.get(name):
                html = f"<{tag}>{html}</{tag}>"
        return html


def escape_slack(text: object) -> str:
    """Raw text in Slack's entities, as the link renderer expects it."""
    return str(text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def markdown(text: str) -> Markup:
    """A markdown block: CommonMark without HTML."""
    return Markup(COMMONMARK.render(text))  # noqa: S704 - HTML in the source is escaped by the renderer
