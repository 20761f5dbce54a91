"""What the page shows: messages, people, places and forms, ready for the templates."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from zlib import crc32

from bot.sandbox.slack.cast import BOT_USER_ID, Channel, Member
from bot.sandbox.slack.inputs import all_options, entered
from bot.sandbox.slack.loopback import is_loopback_name
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.workspace import Workspace

TINTS = (
    "2f6f57",
    "8a5a19",
    "3f5ca8",
    "93404f",
    "7a3b69",
    "5d5d5d",
)  # members' colours, as style.css has them
ROLES = {"member": "", "guest": "guest", "external": "external", "app": "app"}


@dataclass(frozen=True, kw_only=True)
class Face:
    """How a person looks in the page."""

    id: str
    handle: str
    name: str
    initials: str
    tint: int
    role: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """One message as a person sees it."""

    ts: str
    face: Face
    when: datetime
    raw: Json
    private: bool = False
    replies: int = 0

    @property
    def day(self) -> str:
        return f"{self.when:%A, %-d %B %Y}"

    @property
    def time(self) -> str:
        return f"{self.when:%H:%M}"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line of the sidebar."""

    key: str
    channel: Channel
    unread: int


def face(member: Member) -> Face:
    initials = "".join(part[0] for part in member.real_name.split()[:2])
    return Face(
        id=member.id,
        handle=member.handle,
        name=member.real_name,
        initials=initials.upper(),
        tint=TINTS.index(member.color) if member.color in TINTS else crc32(member.id.encode()) % len(TINTS),
        role=ROLES[member.role],
        title=member.title,
    )


NOBODY = Face(id="USLACKBOT", handle="workspace", name="Workspace", initials="—", tint=0, role="", title="")


class PageModel:
    """Reads the workspace with the eyes of one member."""

    def __init__(self, workspace: Workspace, member: Member) -> None:
        self.workspace = workspace
        self.member = member
        self.me = face(member)

    def people(self) -> list[Face]:
        return [
            face(one)
            for one in list(self.workspace.directory.members.values())
            if not one.is_bot and not one.deleted
        ]

    def places(self, seen: dict[str, str]) -> list[Place]:
        """Every channel, and the direct message with the app; unread is what came since the last look."""
        named = [(one.name, one) for one in list(self.workspace.directory.channels.values()) if not one.is_im]
        im, _ = self.workspace.directory.open_im(self.member.id)
        return [
            Place(key=key, channel=channel, unread=self.unread(channel, seen.get(channel.id, "")))
            for key, channel in [*named, ("dm", im)]
        ]

    def unread(self, channel: Channel, seen: str) -> int:
        posts = self.workspace.posts.list_channel(channel.id)
        return sum(one["ts"] > seen and one["user"] != self.member.id for one in posts)

    def posts(self, channel: Channel) -> list[Post]:
        """The channel's own messages and what only this member sees, in order."""
        public = [
            one
            for one in self.workspace.posts.list_channel(channel.id)
            if one.get("thread_ts", one["ts"]) == one["ts"] or one.get("subtype") == "thread_broadcast"
        ]
        private = self.workspace.posts.list_ephemeral(channel.id, self.member.id)
        return self.in_order([*public, *(one for one in private if "thread_ts" not in one)])

    def thread(self, channel: Channel, thread_ts: str) -> list[Post]:
        private = self.workspace.posts.list_ephemeral(channel.id, self.member.id)
        mine = [one for one in private if one.get("thread_ts") == thread_ts]
        return self.in_order([*self.workspace.posts.list_thread(channel.id, thread_ts), *mine])

    def in_order(self, messages: list[Json]) -> list[Post]:
        return [self.post(one) for one in sorted(messages, key=lambda one: str(one["ts"]))]

    def post(self, message: Json) -> Post:
        author = self.workspace.directory.members.get(message["user"])
        return Post(
            ts=message["ts"],
            face=face(author) if author else NOBODY,
            when=datetime.fromtimestamp(float(message["ts"]), self.workspace.zone),
            raw=message,
            private=bool(message.get("is_ephemeral")),
            replies=message.get("reply_count", 0),
        )

    def choices(self, element: Json) -> list[tuple[str, str]]:
        """Value and label of everything a menu offers."""
        directory = self.workspace.directory
        if "users" in element["type"]:
            return [(one.id, one.real_name) for one in list(directory.members.values()) if not one.is_bot]
        if element["type"] in {"conversations_select", "channels_select"}:
            return [(one.id, f"#{one.name}") for one in list(directory.channels.values()) if not one.is_im]
        return [(option["value"], option["text"]["text"]) for option in all_options(element)]

    def entered(self, view: Json, block: Json, element: Json) -> Any:  # noqa: ANN401 - depends on the element
        state = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"])
        return entered(element, state) if state else None

    def picked(self, message: Json, block: Json, element: Json) -> Any:  # noqa: ANN401 - depends on the element
        """What was chosen last in a message's menu."""
        values = self.workspace.posts.element_state.get(message["ts"], {})
        state = values.get(block["block_id"], {}).get(element["action_id"])
        return entered(element, state) if state else None


def field_name(block: Json, element: Json) -> str:
    """The name of a form field: ids may hold any character, so they travel as JSON."""
    return json.dumps([block["block_id"], element["action_id"]])


def shows_image(url: str) -> bool:
    """Only pictures from this machine are loaded: the sandbox asks nothing of the network."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and is_loopback_name(parts.netloc)


def address(member: str, channel: str, thread: str = "") -> str:
    query = {"as": member, "channel": channel} | ({"thread": thread} if thread else {})
    return f"/?{urlencode(query)}"


def local_moment(seconds: int | None) -> str:
    """For <input type=datetime-local>."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M}" if seconds else ""


def is_bot(face_: Face) -> bool:
    return face_.id == BOT_USER_ID
