"""What an app answers outside the Web API: through a response_url, or in its acknowledgement of a command."""

import re

from bot.sandbox.slack import conversation
from bot.sandbox.slack.cast import Channel
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.hooks import ResponseUrl
from bot.sandbox.slack.limits import MESSAGE_TEXT, check_blocks
from bot.sandbox.slack.posts import from_bot, stored_blocks
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import State

TS = re.compile(r"\d{10}\.\d{6}")


def true(value: object) -> bool:
    """Slack takes booleans as JSON, as words and as numbers."""
    return value is True or str(value).lower() in {"true", "1"}


def content(body: Json) -> tuple[str, list[Json]]:
    """The text and blocks of a message, or Slack's objection."""
    text, blocks = body.get("text") or "", body.get("blocks") or []
    if not isinstance(text, str):
        raise Declined("invalid_arguments", ["[ERROR] must be a string [json-pointer:/text]"])
    problems = check_blocks(blocks)
    if problems:
        raise Declined("invalid_blocks", problems)
    if not text.strip() and not blocks:
        raise Declined("no_text")
    if len(text) > MESSAGE_TEXT:
        raise Declined("msg_too_long")
    return text, blocks


def answer(state: State, hook: ResponseUrl, body: Json) -> None:
    """Act on what an app posts to a response_url."""
    channel = state.directory.get_channel(hook.channel)
    if true(body.get("delete_original")):
        replace_original(state, hook, channel, None)
        return
    text, blocks = content(body)
    in_channel = body.get("response_type") == "in_channel"
    # Unasked, Slack lets an answer take the place of a private message only.
    replaces = body.get("replace_original", hook.is_ephemeral and not in_channel)
    if hook.message_ts and true(replaces):
        parts = {"text": text, "blocks": stored_blocks(blocks) if blocks else None}
        replace_original(state, hook, channel, parts)
        return
    thread_ts = body.get("thread_ts") or (hook.thread_ts if not in_channel else None)
    say(state, channel, hook.member, text, blocks, in_channel=in_channel, thread_ts=thread_ts)


def replace_original(state: State, hook: ResponseUrl, channel: Channel, parts: Json | None) -> None:
    if hook.message_ts is None:
        raise Declined("message_not_found")
    if hook.is_ephemeral:
        shown = {key: value for key, value in (parts or {}).items() if value is not None}
        done = state.posts.change_ephemeral(
            channel.id, hook.member, hook.message_ts, shown if parts else None
        )
    elif parts is None:
        done = conversation.take_back(state, channel, hook.message_ts)
    else:
        done = conversation.change(state, channel, hook.message_ts, parts) is not None
    if not done:
        raise Declined("message_not_found")


def say(
    state: State,
    channel: Channel,
    member: str,
    text: str,
    blocks: list[Json],
    *,
    in_channel: bool,
    thread_ts: str | None = None,
) -> Json:
    if in_channel:
        return conversation.post_as_bot(state, channel, text=text, blocks=blocks, thread_ts=thread_ts)
    message = from_bot(text, blocks)
    if thread_ts and TS.fullmatch(thread_ts):
        message["thread_ts"] = thread_ts
    return state.posts.add_ephemeral(channel.id, member, message)
