"""The Events API: what the app is told of, and in which words."""

import secrets

from bot.sandbox.slack.cast import APP_ID, BOT_USER_ID, TEAM_ID, Channel
from bot.sandbox.slack.courier import Courier
from bot.sandbox.slack.directory import Directory
from bot.sandbox.slack.pulse import Json, Pulse, new_id

SUBSCRIPTIONS = ("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")


class EventFeed:
    """Wraps events and hands them to the courier, if the app has subscribed and is in the channel."""

    def __init__(self, pulse: Pulse, directory: Directory, courier: Courier) -> None:
        self._pulse = pulse
        self._directory = directory
        self._courier = courier
        self.subscriptions = set(SUBSCRIPTIONS)
        self.token = secrets.token_urlsafe(18)

    def message(self, channel: Channel, event: Json) -> None:
        """A message event of any subtype."""
        channel_type = "im" if channel.is_im else "group" if channel.is_private else "channel"
        subscription = "message.im" if channel.is_im else f"message.{channel_type}s"
        hears = BOT_USER_ID in channel.members
        if hears and subscription in self.subscriptions:
            whole = {"type": "message", **event, "channel": channel.id, "channel_type": channel_type}
            self._send(whole, channel)

    def posted(self, channel: Channel, message: Json) -> None:
        event = {key: value for key, value in message.items() if key not in {"metadata", "reply_count"}}
        self.message(channel, event | {"event_ts": message["ts"]})

    def mentioned(self, channel: Channel, message: Json) -> None:
        """In direct messages Slack sends no app_mention."""
        if "app_mention" in self.subscriptions and BOT_USER_ID in channel.members and not channel.is_im:
            event = {**message, "type": "app_mention", "channel": channel.id, "event_ts": message["ts"]}
            self._send(event, channel)

    def changed(self, channel: Channel, before: Json, after: Json) -> None:
        self.message(
            channel,
            {
                "subtype": "message_changed",
                "hidden": True,
                "message": after,
                "previous_message": before,
                "ts": (moment := self._pulse.ts()),
                "event_ts": moment,
            },
        )

    def deleted(self, channel: Channel, before: Json) -> None:
        self.message(
            channel,
            {
                "subtype": "message_deleted",
                "hidden": True,
                "deleted_ts": before["ts"],
                "previous_message": before,
                "ts": (moment := self._pulse.ts()),
                "event_ts": moment,
            },
        )

    def home_opened(self, member_id: str, channel: Channel, view: Json | None) -> None:
        if "app_home_opened" not in self.subscriptions:
            return
        event: Json = {
            "type": "app_home_opened",
            "user": member_id,
            "channel": channel.id,
            "tab": "home",
            "event_ts": self._pulse.ts(),
        }
        if view is not None:
            event["view"] = view
        self._send(event, channel)

    def reaction(self, channel: Channel, event: Json) -> None:
        if event["type"] in self.subscriptions:
            self._send(event | {"event_ts": self._pulse.ts()}, channel)

    def _send(self, event: Json, channel: Channel) -> None:
        self._courier.announce(
            {
                "token": self.token,
                "team_id": TEAM_ID,
                "context_team_id": TEAM_ID,
                "context_enterprise_id": None,
                "api_app_id": APP_ID,
                "event": event,
                "type": "event_callback",
                "event_id": new_id("Ev"),
                "event_time": int(self._pulse.seconds()),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": TEAM_ID,
                        "user_id": BOT_USER_ID,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": self._directory.is_shared(channel),
                "event_context": f"4-{new_id('', 24)}",
            }
        )
