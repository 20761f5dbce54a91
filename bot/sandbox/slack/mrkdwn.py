"""Slack's markup turned into safe HTML: everything is escaped, only known marks become tags."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.sandbox.slack.directory import Directory
from bot.sandbox.slack.emoji import EMOJI

HOLD, RELEASE = "\ue000", "\ue001"  # private characters mark finished pieces while the rest is formatted
CODE_BLOCK = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
TOKEN = re.compile(r"<([^<>\n]+)>")
HELD = re.compile(f"{HOLD}(\\d+){RELEASE}")
MARKS = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), "s"),
)
EMOJI_NAME = re.compile(r":([a-z0-9_+-]+):")
DATES = {
    "{date_num}": "%Y-%m-%d",
    "{date}": "%-d %B %Y",
    "{date_short}": "%-d %b %Y",
    "{date_long}": "%A, %-d %B %Y",
    "{date_pretty}": "%-d %B %Y",
    "{date_short_pretty}": "%-d %b %Y",
    "{date_long_pretty}": "%A, %-d %B %Y",
    "{time}": "%H:%M",
    "{time_secs}": "%H:%M:%S",
}


def decoded(text: str) -> str:
    """Slack's three entities, and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def safe(text: str) -> str:
    """Text as HTML, written in Slack's entities or not."""
    return escape(decoded(text))


def with_emoji(html: str) -> str:
    return EMOJI_NAME.sub(lambda match: EMOJI.get(match[1], match[0]), html)


def link(url: str, label: str = "") -> str:
    """A link if it leads to the web or a mailbox; anything else stays text."""
    address = decoded(url)
    if urlsplit(address).scheme not in {"http", "https", "mailto"}:
        return safe(label or url)
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{safe(label or url)}</a>'


class Mrkdwn:
    """Renders markup, with the names of this workspace's people and channels."""

    def __init__(self, directory: Directory, channel_link: Callable[[str], str]) -> None:
        self._directory = directory
        self._channel_link = channel_link

    def plain(self, text: str, *, emoji: bool = True) -> Markup:
        html = safe(text).replace("\n", "<br>")
        return Markup(with_emoji(html) if emoji else html)  # noqa: S704 - escaped above

    def html(self, text: str) -> Markup:
        held: list[str] = []

        def hold(html: str) -> str:
            held.append(html)
            return f"{HOLD}{len(held) - 1}{RELEASE}"

        text = text.replace(HOLD, "").replace(RELEASE, "")
        text = CODE_BLOCK.sub(lambda match: hold(f"<pre><code>{safe(match[1])}</code></pre>"), text)
        text = CODE.sub(lambda match: hold(f"<code>{safe(match[1])}</code>"), text)
        text = TOKEN.sub(lambda match: hold(self.token(match[1])), text)
        html = quoted(with_emoji(safe(text)))
        for pattern, tag in MARKS:
            html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
        while HELD.search(html):  # a link's label may hold code
            html = HELD.sub(lambda match: held[int(match[1])], html)
        return Markup(html)  # noqa: S704 - every piece was escaped on its way

    def token(self, token: str) -> str:
        """What stands between angle brackets: a mention, a channel, a command, or a link."""
        target, _, label = token.partition("|")
        if target.startswith("@"):
            return self.mention(target[1:], label)
        if target.startswith("#"):
            return self.channel(target[1:], label)
        if target.startswith("!"):
            return self.command(target[1:], label)
        return link(target, label)

    def mention(self, user_id: str, label: str = "") -> str:
        member = self._directory.members.get(user_id)
        name = member.real_name if member else label or user_id
        return f'<span class="mention" data-user="{escape(user_id)}">@{safe(name)}</span>'

    def channel(self, channel_id: str, label: str = "") -> str:
        channel = self._directory.channels.get(channel_id)
        if channel is None:
            return f'<span class="mention">#{safe(label or channel_id)}</span>'
        return f'<a class="mention" href="{escape(self._channel_link(channel_id))}">#{safe(channel.name)}</a>'

    def command(self, command: str, label: str = "") -> str:
        if command.startswith("subteam^"):
            group = self._directory.groups.get(command.removeprefix("subteam^"))
            name = f"@{group.handle}" if group else label or command
            return f'<span class="mention group">{safe(name)}</span>'
        if command.startswith("date^"):
            return self.date(command, label)
        name = command if command in {"here", "channel", "everyone"} else label or command
        return f'<span class="mention broadcast">@{safe(name.removeprefix("@"))}</span>'

    def date(self, command: str, label: str) -> str:
        _, seconds, pattern, *rest = [*command.split("^"), "", ""]
        try:
            moment = datetime.fromtimestamp(int(seconds), UTC)
        except (ValueError, OverflowError, OSError):
            return safe(label)
        words = re.sub(
            r"\{\w+\}", lambda match: moment.strftime(DATES.get(match[0], "%Y-%m-%d %H:%M")), pattern
        )
        shown = f'<time datetime="{moment.isoformat()}">{safe(words)}</time>'
        return (
            f'<a href="{escape(rest[0])}" rel="noopener noreferrer">{shown}</a>'
            if safe_url(rest[0])
            else shown
        )


def safe_url(url: str) -> bool:
    return urlsplit(url).scheme in {"http", "https"}


def quoted(html: str) -> str:
    """Lines that begin with > as one quotation, all others with their breaks."""
    parts: list[str] = []
    quote: list[str] = []
    for line in [*html.split("\n"), None]:
        if line is not None and line.startswith("&gt;"):
            quote.append(line.removeprefix("&gt;").strip())
            continue
        if quote:
            parts.append("<blockquote>" + "<br>".join(quote) + "</blockquote>")
            quote = []
        if line is not None:
            parts.append(line)
    return (
        "<br>".join(parts)
        .replace("</blockquote><br>", "</blockquote>")
        .replace("<br><blockquote>", "<blockquote>")
    )
