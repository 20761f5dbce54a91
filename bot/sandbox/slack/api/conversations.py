"""conversations.*: channels and direct messages, and what was said in them."""

from bot.sandbox.slack.api.arguments import Arguments
from bot.sandbox.slack.cast import BOT_USER_ID, Channel
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.directory import channel_object
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import State

HISTORY_MOST = 999


def channel_by_id(state: State, channel_id: str) -> Channel:
    """Most methods take ids only; a private channel the bot is not in does not exist for it."""
    channel = state.directory.channels.get(channel_id)
    if channel is None or (channel.is_private and BOT_USER_ID not in channel.members):
        raise Declined("channel_not_found")
    return channel


def joined(state: State, args: Arguments) -> Channel:
    channel = channel_by_id(state, args.required("channel"))
    if BOT_USER_ID not in channel.members:
        raise Declined("not_in_channel")
    return channel


def list_conversations(state: State, args: Arguments) -> Json:
    kinds = set(args.text("types", "public_channel").replace(" ", "").split(","))
    known = {"public_channel", "private_channel", "mpim", "im"}
    if kinds - known:
        raise Declined("invalid_types")
    chosen = [channel for channel in list(state.directory.channels.values()) if kind_of(channel) in kinds]
    visible = [one for one in chosen if not (one.is_private or one.is_im) or BOT_USER_ID in one.members]
    if args.flag("exclude_archived"):
        visible = [channel for channel in visible if not channel.is_archived]
    page, metadata = args.page(visible)
    return {"channels": [channel_object(state.directory, one) for one in page]} | metadata


def users_conversations(state: State, args: Arguments) -> Json:
    """The channels the bot is in."""
    answer = list_conversations(state, args)
    answer["channels"] = [one for one in answer["channels"] if one.get("is_member", True)]
    return answer


def kind_of(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def info(state: State, args: Arguments) -> Json:
    return {"channel": channel_object(state.directory, channel_by_id(state, args.required("channel")))}


def members(state: State, args: Arguments) -> Json:
    page, metadata = args.page(sorted(channel_by_id(state, args.required("channel")).members))
    return {"members": page} | metadata


def join(state: State, args: Arguments) -> Json:
    channel = channel_by_id(state, args.required("channel"))
    if channel.is_im or channel.is_private:
        raise Declined("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Declined("is_archived")
    new = state.directory.join(BOT_USER_ID, channel.id)
    answer: Json = {"channel": channel_object(state.directory, channel)}
    if not new:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return answer


def open_conversation(state: State, args: Arguments) -> Json:
    users = [one for one in args.text("users").split(",") if one]
    if args.text("channel"):
        channel, was_open = channel_by_id(state, args.text("channel")), True
    elif not users:
        raise Declined("users_list_not_supplied")
    elif len(users) > 1 or users[0] not in state.directory.members:
        raise Declined("user_not_found")
    else:
        channel, was_open = state.directory.open_im(users[0])
    shape = channel_object(state.directory, channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": shape} | ({"no_op": True, "already_open": True} if was_open else {})


def history(state: State, args: Arguments) -> Json:
    channel = joined(state, args)
    messages = [
        one
        for one in reversed(state.posts.list_channel(channel.id))
        if one.get("thread_ts", one["ts"]) == one["ts"] or one.get("subtype") == "thread_broadcast"
    ]
    page, metadata = args.page(between(messages, args), most=HISTORY_MOST)
    more = bool(metadata["response_metadata"]["next_cursor"])
    answer: Json = {"messages": [shown(one, args) for one in page], "has_more": more, "pin_count": 0}
    return answer | (metadata if more else {})


def replies(state: State, args: Arguments) -> Json:
    channel = joined(state, args)
    ts = args.required("ts")
    found = state.posts.find(channel.id, ts)
    if found is None:
        raise Declined("thread_not_found")
    root = found.get("thread_ts", ts)
    thread = state.posts.list_thread(channel.id, root)
    kept = {one["ts"] for one in between(thread, args)} | {root}  # the parent always comes along
    page, metadata = args.page([one for one in thread if one["ts"] in kept], default=1000)
    more = bool(metadata["response_metadata"]["next_cursor"])
    return {"messages": [shown(one, args) for one in page], "has_more": more} | (metadata if more else {})


def between(messages: list[Json], args: Arguments) -> list[Json]:
    oldest, latest, inclusive = args.text("oldest", "0"), args.text("latest"), args.flag("inclusive")
    try:
        low, high = float(oldest), float(latest) if latest else float("inf")
    except ValueError:
        raise Declined("invalid_ts_oldest") from None
    return [
        one
        for one in messages
        if low < float(one["ts"]) < high or (inclusive and float(one["ts"]) in (low, high))
    ]


def shown(message: Json, args: Arguments) -> Json:
    """Metadata comes only when it is asked for."""
    if args.flag("include_all_metadata"):
        return message
    return {key: value for key, value in message.items() if key != "metadata"}
