"""A message said, changed or taken back, and the events that follow from it."""

import re
import uuid
from collections.abc import Sequence

from bot.sandbox.slack.cast import BOT_USER_ID, Channel, Member
from bot.sandbox.slack.posts import from_bot, stored_blocks
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import State
from bot.sandbox.slack.uploads import Upload

STYLES = ("code", "bold", "italic", "strike")
TYPED = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>|(?P<url>https?://[^\s<>|]+)"
    r"|`(?P<code>[^`\n]+)`|(?<!\w)\*(?P<bold>[^*\s][^*\n]*)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>[^_\s][^_\n]*)_(?!\w)|(?<!\w)~(?P<strike>[^~\s][^~\n]*)~(?!\w)"
)


def post_as_bot(
    state: State,
    channel: Channel,
    *,
    text: str,
    blocks: list[Json] | None = None,
    metadata: Json | None = None,
    thread_ts: str | None = None,
    more: Json | None = None,
) -> Json:
    message = from_bot(text, blocks, metadata) | (more or {})
    stored = state.posts.add(channel.id, message, thread_ts=thread_ts)
    state.feed.posted(channel, stored)
    return stored


def change(state: State, channel: Channel, ts: str, parts: Json) -> Json | None:
    found = state.posts.change(channel.id, ts, parts)
    if found is None:
        return None
    before, after = found
    state.feed.changed(channel, before, after)
    return after


def take_back(state: State, channel: Channel, ts: str) -> bool:
    before = state.posts.remove(channel.id, ts)
    if before is None:
        return False
    state.feed.deleted(channel, before)
    return True


def post_as_member(
    state: State,
    member: Member,
    channel: Channel,
    text: str,
    *,
    thread_ts: str | None,
    files: Sequence[Upload] = (),
) -> Json:
    message: Json = {
        "user": member.id,
        "client_msg_id": str(uuid.uuid4()),
        "text": text,
        "team": member.team_id,
        "blocks": stored_blocks([rich_text(text)]),
    }
    if member.is_stranger:
        message |= {"user_team": member.team_id, "source_team": member.team_id}
    if files:
        message |= {"subtype": "file_share", "files": [state.uploads.file_object(one) for one in files]}
    if thread_ts:
        parent = state.posts.find(channel.id, thread_ts)
        message["parent_user_id"] = parent["user"] if parent else None
    stored = state.posts.add(channel.id, message, thread_ts=thread_ts)
    state.feed.posted(channel, stored)
    if f"<@{BOT_USER_ID}" in text:
        state.feed.mentioned(channel, stored)
    return stored


def rich_text(text: str) -> Json:
    """The rich text block Slack's composer makes of what a person types."""
    elements: list[Json] = []
    at = 0
    for match in TYPED.finditer(text):
        elements += plain_part(text[at : match.start()])
        elements.append(special_part(match))
        at = match.end()
    elements += plain_part(text[at:])
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def plain_part(text: str) -> list[Json]:
    return [{"type": "text", "text": unescaped(text)}] if text else []


def special_part(match: re.Match[str]) -> Json:
    """A mention, a link, or a word in bold, italics, strike or code."""
    if match["user"]:
        return {"type": "user", "user_id": match["user"]}
    if match["url"]:
        return {"type": "link", "url": unescaped(match["url"])}
    style = next(name for name in STYLES if match[name])
    return {"type": "text", "text": unescaped(match[style]), "style": {style: True}}


def unescaped(text: str) -> str:
    """Rich text holds characters as they are; only the message's `text` is escaped."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
