"""The workspace as tests and the page use it: act as a member, read what stands there, wait for a change."""

import copy
from collections.abc import Callable
from typing import TypeVar

from bot.sandbox.slack.acts import Actor
from bot.sandbox.slack.cast import Member
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.signed import SignedRequests
from bot.sandbox.slack.state import State

Found = TypeVar("Found")


class Workspace(State):
    """An invented Slack workspace with its people, channels, messages and views."""

    def act(self, member: str | Member) -> Actor:
        """The hands of a member: by handle, id or e-mail address."""
        name = member if isinstance(member, str) else member.id
        return Actor(self, self.directory.get_member(name))

    def channel_id(self, channel: str, member: str | None = None) -> str:
        """The id of a channel by name; `dm` with a member is their direct message with the app."""
        if channel in {"dm", "@usher"} and member is not None:
            return self.directory.open_im(self.directory.get_member(member).id)[0].id
        return self.directory.get_channel(channel).id

    def messages(
        self, channel: str, *, thread_ts: str | None = None, member: str | None = None
    ) -> list[Json]:
        """All messages of a channel (or of one thread), oldest first, metadata included."""
        channel_id = self.channel_id(channel, member)
        return (
            self.posts.list_thread(channel_id, thread_ts)
            if thread_ts
            else self.posts.list_channel(channel_id)
        )

    def ephemerals(self, member: str, channel: str) -> list[Json]:
        """What only this member sees in the channel."""
        return self.posts.list_ephemeral(
            self.channel_id(channel, member), self.directory.get_member(member).id
        )

    def open_views(self, member: str) -> list[Json]:
        """The member's modals, the visible one last."""
        return self.modals.stack(self.directory.get_member(member).id)

    def home(self, member: str) -> Json | None:
        return self.modals.home(self.directory.get_member(member).id)

    def wait_for(self, predicate: Callable[[], Found], timeout: float = 20.0) -> Found:
        """The first truthy answer, asked again after each change; TimeoutError otherwise."""
        return self.pulse.wait_for(predicate, timeout)

    def wait_until_connected(self, count: int = 1, timeout: float = 30.0) -> None:
        self.wait_for(lambda: self.sockets.connected >= count, timeout)

    def unfinished_events(self) -> list[Json]:
        """Events the app has not acknowledged yet and Slack has not given up."""
        return copy.deepcopy(self.courier.unfinished_events())

    def deliver_to(self, request_url: str | None) -> None:
        """Send events and interactions to a request URL on loopback; None means Socket Mode."""
        before = self.courier.transport
        if request_url is None:
            self.courier.transport = self.sockets
        else:
            self.courier.transport = SignedRequests(
                request_url, secret=self.signing_secret, wall=self.wall, courier=self.courier
            )
        if isinstance(before, SignedRequests):
            before.close()

    def start(self, host: str) -> None:
        """Open the lines; a workspace that was stopped may start again."""
        self.stopping.clear()
        self.faults.start()
        self.sockets.start(host)
        if self.courier.transport is None:
            self.courier.transport = self.sockets
        self.courier.start()

    def stop(self) -> None:
        """End every line and every wait."""
        self.faults.stop()
        with self.pulse.changing():
            self.stopping.set()
        self.sockets.stop()
        self.courier.stop()
        if isinstance(self.courier.transport, SignedRequests):
            self.deliver_to(None)
