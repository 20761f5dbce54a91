"""Messages as Slack holds them: posted, changed, deleted, in threads, and those only one person sees."""

import copy
from typing import Any

from bot.sandbox.slack.cast import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID, TEAM_NAME
from bot.sandbox.slack.limits import interactive
from bot.sandbox.slack.pulse import Json, Pulse, new_id

GONE_WITH_ITS_WORDS = frozenset({"blocks", "files", "metadata", "bot_id", "bot_profile", "app_id"})
TOMBSTONE: Json = {"subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT"}


class Posts:
    """All messages of all channels, oldest first; a stored message is replaced, never changed in place."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._by_channel: dict[str, dict[str, Json]] = {}
        self._private: dict[tuple[str, str], dict[str, Json]] = {}
        self.element_state: dict[str, Json] = {}  # by ts: what people picked in a message's menus

    def add(self, channel_id: str, message: Json, *, thread_ts: str | None = None) -> Json:
        with self._pulse.changing():
            stored = {"type": "message", **message, "ts": self._pulse.ts()}
            if thread_ts:
                stored["thread_ts"] = thread_ts
                self._count_reply(channel_id, stored)
            self._by_channel.setdefault(channel_id, {})[stored["ts"]] = stored
            return dict(stored)

    def add_ephemeral(self, channel_id: str, user: str, message: Json) -> Json:
        with self._pulse.changing():
            stored = {"type": "message", **message, "ts": self._pulse.ts(), "is_ephemeral": True}
            self._private.setdefault((channel_id, user), {})[stored["ts"]] = stored
            return dict(stored)

    def _count_reply(self, channel_id: str, reply: Json) -> None:
        parent = self.find(channel_id, reply["thread_ts"])
        if parent is None:
            return
        users = parent.get("reply_users", [])
        users = users if reply.get("user") in users else [*users, reply.get("user")]
        self._by_channel[channel_id][parent["ts"]] = parent | {
            "thread_ts": parent["ts"],
            "reply_count": parent.get("reply_count", 0) + 1,
            "reply_users": users,
            "reply_users_count": len(users),
            "latest_reply": reply["ts"],
            "is_locked": False,
            "subscribed": False,
        }

    def find(self, channel_id: str, ts: str) -> Json | None:
        with self._pulse.condition:
            found = self._by_channel.get(channel_id, {}).get(ts)
            return dict(found) if found else None

    def find_ephemeral(self, channel_id: str, user: str, ts: str) -> Json | None:
        with self._pulse.condition:
            found = self._private.get((channel_id, user), {}).get(ts)
            return dict(found) if found else None

    def change(self, channel_id: str, ts: str, parts: Json) -> tuple[Json, Json] | None:
        """The message before and after, or None when there is no such message."""
        with self._pulse.changing():
            before = self.find(channel_id, ts)
            if before is None:
                return None
            after = {name: value for name, value in (before | parts).items() if value is not None}
            self._by_channel[channel_id][ts] = after
            self.element_state.pop(ts, None)
            return before, dict(after)

    def remove(self, channel_id: str, ts: str) -> Json | None:
        """The message that was there; a parent with replies leaves a tombstone."""
        with self._pulse.changing():
            before = self.find(channel_id, ts)
            if before is None:
                return None
            if before.get("reply_count"):
                kept = {name: before[name] for name in before if name not in GONE_WITH_ITS_WORDS}
                self._by_channel[channel_id][ts] = kept | TOMBSTONE
            else:
                del self._by_channel[channel_id][ts]
            return before

    def change_ephemeral(self, channel_id: str, user: str, ts: str, parts: Json | None) -> bool:
        """Replace a private message, or drop it when there is nothing to replace it with."""
        with self._pulse.changing():
            mine = self._private.get((channel_id, user), {})
            before = mine.pop(ts, None)
            if before is not None and parts is not None:
                mine[ts] = {key: before[key] for key in before if key != "blocks"} | parts
            return before is not None

    def list_channel(self, channel_id: str) -> list[Json]:
        with self._pulse.condition:
            return [dict(one) for one in self._by_channel.get(channel_id, {}).values()]

    def list_ephemeral(self, channel_id: str, user: str) -> list[Json]:
        with self._pulse.condition:
            mine = self._private.get((channel_id, user), {})
            return [dict(mine[ts]) for ts in sorted(mine)]

    def list_thread(self, channel_id: str, thread_ts: str) -> list[Json]:
        return [
            one
            for one in self.list_channel(channel_id)
            if one["ts"] == thread_ts or one.get("thread_ts") == thread_ts
        ]


def from_bot(text: str, blocks: list[Json] | None, metadata: Json | None = None) -> Json:
    """What Slack stores of a message an app sends."""
    message: Json = {
        "user": BOT_USER_ID,
        "text": text,
        "team": TEAM_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "bot_profile": bot_profile(),
    }
    if blocks:
        message["blocks"] = stored_blocks(blocks)
    if metadata:
        message["metadata"] = metadata
    return message


def bot_profile() -> Json:
    return {
        "id": BOT_ID,
        "deleted": False,
        "name": "Usher",
        "updated": 1_700_000_000,
        "app_id": APP_ID,
        "user_id": BOT_USER_ID,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
        "team_id": TEAM_ID,
        "team_name": TEAM_NAME,
    }


def stored_blocks(blocks: list[Json]) -> list[Json]:
    """The blocks with the ids and flags that Slack fills in."""
    kept: list[Json] = copy.deepcopy(blocks)
    for block in kept:
        block["block_id"] = block.get("block_id") or new_id("", 5)
        for _, element in interactive(block):
            if element["type"] != "image" and not element.get("action_id"):
                element["action_id"] = new_id("", 5)
        fill_text_flags(block)
    return kept


def fill_text_flags(part: Any) -> None:  # noqa: ANN401 - any JSON value
    if isinstance(part, list):
        for one in part:
            fill_text_flags(one)
    elif isinstance(part, dict):
        if part.get("type") == "plain_text":
            part.setdefault("emoji", True)
        elif part.get("type") == "mrkdwn":
            part.setdefault("verbatim", False)
        for one in part.values():
            fill_text_flags(one)
