"""chat.* and reactions.*: the messages an app sends, changes and takes back."""

from typing import Any

from bot.sandbox.slack import conversation
from bot.sandbox.slack.api.arguments import Arguments
from bot.sandbox.slack.api.conversations import channel_by_id
from bot.sandbox.slack.cast import BOT_USER_ID, Channel
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.limits import MESSAGE_CHARACTERS, UPDATED_TEXT, characters
from bot.sandbox.slack.posts import from_bot, stored_blocks
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.replies import TS, content
from bot.sandbox.slack.state import State


def post_message(state: State, args: Arguments) -> Json:
    channel = target(state, args.required("channel"))
    text, blocks, metadata = read_message(args)
    thread_ts = thread(state, channel, args)
    more: Json = {"subtype": "thread_broadcast"} if thread_ts and args.flag("reply_broadcast") else {}
    message = conversation.post_as_bot(
        state, channel, text=text, blocks=blocks, metadata=metadata, thread_ts=thread_ts, more=more
    )
    shown = {key: value for key, value in message.items() if key != "metadata"}
    return {"channel": channel.id, "ts": message["ts"], "message": shown}


def post_ephemeral(state: State, args: Arguments) -> Json:
    channel = target(state, args.required("channel"))
    user = args.required("user")
    if user not in state.directory.members:
        raise Declined("user_not_found")
    if user not in channel.members:
        raise Declined("user_not_in_channel")
    text, blocks, _ = read_message(args)
    message = from_bot(text, blocks)
    thread_ts = thread(state, channel, args)
    if thread_ts:
        message["thread_ts"] = thread_ts
    return {"message_ts": state.posts.add_ephemeral(channel.id, user, message)["ts"]}


def update(state: State, args: Arguments) -> Json:
    """What is not sent again stays: a new text alone leaves the blocks that cover it."""
    channel = channel_by_id(state, args.required("channel"))
    ts = args.required("ts")
    before = own_message(state, channel, ts, refusal="cant_update_message")
    text, blocks = args.text("text", before["text"]), sent_blocks(args)
    if len(text) > UPDATED_TEXT:
        raise Declined("msg_too_long")
    content({"text": text, "blocks": before.get("blocks") if blocks is None else blocks})
    parts: Json = {"text": text, "edited": {"user": BOT_USER_ID, "ts": state.pulse.ts()}}
    if blocks is not None:
        parts["blocks"] = stored_blocks(blocks) or None
    if "metadata" in args.given:
        parts["metadata"] = read_metadata(args)
    after = conversation.change(state, channel, ts, parts) or before
    shown = {key: value for key, value in after.items() if key != "metadata"}
    return {"channel": channel.id, "ts": ts, "text": after["text"], "message": shown}


def delete(state: State, args: Arguments) -> Json:
    channel = channel_by_id(state, args.required("channel"))
    ts = args.required("ts")
    own_message(state, channel, ts, refusal="cant_delete_message")
    conversation.take_back(state, channel, ts)
    return {"channel": channel.id, "ts": ts}


def get_permalink(state: State, args: Arguments) -> Json:
    channel = channel_by_id(state, args.required("channel"))
    ts = args.required("message_ts")
    message = state.posts.find(channel.id, ts)
    if message is None:
        raise Declined("message_not_found")
    link = f"{state.url}archives/{channel.id}/p{ts.replace('.', '')}"
    thread_ts = message.get("thread_ts")
    if thread_ts and thread_ts != ts:
        link += f"?thread_ts={thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(state: State, args: Arguments) -> Json:
    reactions, stored, channel, ts, name = reactions_of(state, args)
    if stored is not None and BOT_USER_ID in stored["users"]:
        raise Declined("already_reacted")
    if stored is None:
        stored = {"name": name, "users": [], "count": 0}
        reactions.append(stored)
    stored["users"].append(BOT_USER_ID)
    stored["count"] += 1
    state.posts.change(channel.id, ts, {"reactions": reactions})
    return {}


def remove_reaction(state: State, args: Arguments) -> Json:
    reactions, stored, channel, ts, _ = reactions_of(state, args)
    if stored is None or BOT_USER_ID not in stored["users"]:
        raise Declined("no_reaction")
    stored["users"].remove(BOT_USER_ID)
    stored["count"] -= 1
    kept = [one for one in reactions if one["count"]]
    state.posts.change(channel.id, ts, {"reactions": kept or None})
    return {}


def reactions_of(state: State, args: Arguments) -> tuple[list[Json], Json | None, Channel, str, str]:
    channel = channel_by_id(state, args.required("channel"))
    ts, name = args.required("timestamp"), args.required("name").strip(":")
    if not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
        raise Declined("invalid_name")
    message = state.posts.find(channel.id, ts)
    if message is None:
        raise Declined("message_not_found")
    reactions: list[Json] = message.get("reactions", [])
    return reactions, next((one for one in reactions if one["name"] == name), None), channel, ts, name


def target(state: State, name: str) -> Channel:
    """Where to post: a channel by id or name, or a member's direct message."""
    channel = state.directory.find_channel(name)
    if channel is None and name in state.directory.members:
        channel = state.directory.open_im(name)[0]
    if channel is None:
        raise Declined("channel_not_found")
    if channel.is_archived:
        raise Declined("is_archived")
    if BOT_USER_ID not in channel.members:
        raise Declined("channel_not_found" if channel.is_private else "not_in_channel")
    return channel


def thread(state: State, channel: Channel, args: Arguments) -> str | None:
    ts = args.text("thread_ts")
    if not ts:
        return None
    if not TS.fullmatch(ts):
        raise Declined("invalid_thread_ts")
    parent = state.posts.find(channel.id, ts)
    if parent is None:
        raise Declined("thread_not_found")
    return str(parent.get("thread_ts", ts))  # a reply to a reply joins the same thread


def own_message(state: State, channel: Channel, ts: str, *, refusal: str) -> Json:
    message = state.posts.find(channel.id, ts)
    if message is None or message.get("subtype") == "tombstone":
        raise Declined("message_not_found")
    if message.get("user") != BOT_USER_ID:
        raise Declined(refusal)
    return message


def read_message(args: Arguments) -> tuple[str, list[Json], Json | None]:
    text, blocks = content({"text": args.text("text"), "blocks": sent_blocks(args) or []})
    return text, blocks, read_metadata(args)


def sent_blocks(args: Arguments) -> list[Json] | None:
    blocks: Any = args.parsed("blocks", code="invalid_blocks_format")
    if blocks is not None and not isinstance(blocks, list):
        raise Declined("invalid_blocks_format")
    if characters(blocks) > MESSAGE_CHARACTERS:
        raise Declined("msg_blocks_too_long")
    return blocks


def read_metadata(args: Arguments) -> Json | None:
    metadata = args.parsed("metadata", code="invalid_metadata_format")
    if metadata in (None, {}):
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise Declined("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or set(metadata) - {"event_type", "event_payload"}:
        raise Declined("invalid_metadata_schema")
    return metadata
