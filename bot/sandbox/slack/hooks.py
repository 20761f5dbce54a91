"""Short-lived handles an interaction gives an app: trigger ids and response urls."""

import secrets
from dataclasses import dataclass

from bot.sandbox.slack.cast import TEAM_ID
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.pulse import Pulse, new_number

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


@dataclass(kw_only=True)
class Trigger:
    member: str
    expires: float
    from_view: str | None = None
    used: bool = False


@dataclass(kw_only=True)
class ResponseUrl:
    """Where an app may answer a person, and which message that answer may replace."""

    member: str
    channel: str
    expires: float
    kind: str = "actions"
    message_ts: str | None = None
    is_ephemeral: bool = False
    thread_ts: str | None = None
    uses: int = 0


class Hooks:
    """Gives handles out and takes them back."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}
        self.base_url = ""  # the server says where it listens

    def new_trigger(self, member: str, from_view: str | None = None) -> str:
        trigger_id = f"{new_number()}.{new_number()}.{secrets.token_hex(16)}"
        with self._pulse.condition:
            expires = self._pulse.seconds() + TRIGGER_SECONDS
            self._triggers[trigger_id] = Trigger(member=member, expires=expires, from_view=from_view)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        with self._pulse.condition:
            trigger = self._triggers.get(trigger_id)
            if trigger is None:
                raise Declined("invalid_trigger_id")
            if trigger.used:
                raise Declined("exchanged_trigger_id")
            if self._pulse.seconds() > trigger.expires:
                raise Declined("expired_trigger_id")
            trigger.used = True
            return trigger

    def new_response_url(
        self,
        member: str,
        channel: str,
        *,
        kind: str = "actions",
        message_ts: str | None = None,
        is_ephemeral: bool = False,
        thread_ts: str | None = None,
    ) -> str:
        secret = f"{TEAM_ID}/{new_number()}/{secrets.token_urlsafe(18)}"
        with self._pulse.condition:
            self._responses[secret] = ResponseUrl(
                member=member,
                channel=channel,
                expires=self._pulse.seconds() + RESPONSE_SECONDS,
                kind=kind,
                message_ts=message_ts,
                is_ephemeral=is_ephemeral,
                thread_ts=thread_ts,
            )
        return f"{self.base_url}{kind}/{secret}"

    def use_response_url(self, kind: str, secret: str) -> ResponseUrl:
        with self._pulse.condition:
            response = self._responses.get(secret)
            if response is None or response.kind != kind:
                raise Declined("no_team")
            if self._pulse.seconds() > response.expires:
                raise Declined("expired_url")
            if response.uses >= RESPONSE_USES:
                raise Declined("used_url")
            response.uses += 1
            return response
