"""What a member does in the workspace, and what they then see: one implementation for tests and the page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack import conversation, payloads, replies
from bot.sandbox.slack.cast import BOT_USER_ID, Channel, Member
from bot.sandbox.slack.courier import Envelope
from bot.sandbox.slack.declined import Declined, Missing
from bot.sandbox.slack.inputs import STATELESS, complaint, entry, find_element, initial_state
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import Call, State
from bot.sandbox.slack.uploads import Upload

TROUBLE = "We had some trouble connecting. Try again?"
KNOWN_MENTION = re.compile(r"(<@[UW][A-Z0-9]+>)")
HANDLE = re.compile(r"(?<![\w<@.])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the person sees right after acting."""

    error: str = ""  # operation_timeout, dispatch_failed, incomplete, invalid_view…
    notice: str = ""  # the words that go with it
    errors: dict[str, str] = field(default_factory=dict)  # block_id -> message, in a modal
    message: Json | None = None  # what was posted or privately answered at once
    view: Json | None = None  # the modal now on top
    response: Json | None = None  # the acknowledgement as the app sent it
    url: str = ""  # where a link button leads

    @property
    def ok(self) -> bool:
        return not self.error and not self.errors

    @property
    def timed_out(self) -> bool:
        return self.error == "operation_timeout"


class Actor:
    """One member's hands."""

    def __init__(self, state: State, member: Member) -> None:
        self._state = state
        self.member = member

    def _enter(self, name: str) -> Channel:
        """The channel; whoever acts in one is in it, and `dm` is the direct message with the app."""
        if name in {"dm", "usher", "@usher", BOT_USER_ID}:
            return self._state.directory.open_im(self.member.id)[0]
        channel = self._state.directory.get_channel(name)
        if channel.is_im and self.member.id not in channel.members:
            raise Missing("that is somebody else's direct message")
        self._state.directory.join(self.member.id, channel.id)
        return channel

    def top_view(self) -> Json | None:
        stack = self._state.modals.stack(self.member.id)
        return stack[-1] if stack else None

    def _seen(self, envelope: Envelope, notice: str = "", **more: Any) -> Outcome:  # noqa: ANN401 - fields
        if envelope.error:
            return Outcome(error=envelope.error, notice=notice or TROUBLE, view=self.top_view(), **more)
        return Outcome(response=envelope.response, view=self.top_view(), **more)

    # Messages

    def say(
        self, channel: str, text: str, thread_ts: str | None = None, *, files: Sequence[Upload] = ()
    ) -> Outcome:
        place = self._enter(channel)
        message = conversation.post_as_member(
            self._state, self.member, place, self.with_mentions(text), thread_ts=thread_ts, files=files
        )
        return Outcome(message=message)

    def with_mentions(self, text: str) -> str:
        """What the composer makes of typed text: `@avery` becomes a mention, markup is escaped."""

        def mention(match: re.Match[str]) -> str:
            handle = match[1].rstrip(".")
            member = self._state.directory.find_member(handle)
            return f"<@{member.id}>{match[1][len(handle) :]}" if member else match[0]

        return HANDLE.sub(mention, escaped(text))

    def attach(self, name: str, content: bytes) -> Upload:
        return self._state.uploads.add(name, content, self.member.id)

    def click(
        self,
        channel: str,
        ts: str,
        action_id: str,
        value: str | list[str] | None = None,
        *,
        block_id: str | None = None,
    ) -> Outcome:
        """Press a button, or pick `value` in a menu, of a message (a private one too)."""
        place = self._enter(channel)
        message = self._state.posts.find(place.id, ts) or self._state.posts.find_ephemeral(
            place.id, self.member.id, ts
        )
        if message is None:
            raise Missing(f"no message {ts} in #{place.name}")
        blocks = message.get("blocks", [])
        block, element = find_action(blocks, action_id, block_id, value)
        with self._state.pulse.changing():
            values = self._state.posts.element_state.setdefault(ts, initial_state(blocks))
            chosen = choose(values, block, element, value)
        part = payloads.action(block, element, chosen, self._state.pulse.ts())
        payload = payloads.message_actions(
            self._state, self.member, place, message, actions=[part], values=values
        )
        return self._seen(self._state.courier.ask("interactive", payload), url=element.get("url", ""))

    def react(self, channel: str, ts: str, name: str) -> Outcome:
        place = self._enter(channel)
        event = {"type": "reaction_added", "user": self.member.id, "reaction": name, "item_user": None}
        item = {"type": "message", "channel": place.id, "ts": ts}
        self._state.feed.reaction(place, event | {"item": item})
        return Outcome()

    # Commands and shortcuts

    def command(self, name: str, text: str = "", channel: str = "general") -> Outcome:
        place = self._enter(channel)
        if name not in self._state.commands:
            return Outcome(error="unknown_command", notice=f"{name} is not a valid command.")
        payload = payloads.command(self._state, self.member, place, name, self._escaped(text))
        envelope = self._state.courier.ask("slash_commands", payload)
        if envelope.error:
            return self._seen(envelope, f'{name} failed with the error "{envelope.error}"')
        return self._command_answer(envelope, place, name)

    def _escaped(self, text: str) -> str:
        """Mentions with the name beside the id, as Slack escapes commands."""

        def with_name(match: re.Match[str]) -> str:
            member = self._state.directory.members.get(match[1])
            return f"<@{match[1]}|{member.handle}>" if member else match[0]

        return re.sub(r"<@([A-Z0-9]+)>", with_name, self.with_mentions(text))

    def _command_answer(self, envelope: Envelope, place: Channel, name: str) -> Outcome:
        body = envelope.response
        if not body or not (body.get("text") or body.get("blocks")):
            return self._seen(envelope)
        try:
            text, blocks = replies.content(body)
        except Declined as objection:
            self._state.record_call(Call(method="ack", arguments=body, error=objection.code))
            return Outcome(
                error="invalid_command_response",
                notice=f'{name} failed with the error "invalid_command_response" ({objection.code})',
                response=body,
            )
        in_channel = body.get("response_type") == "in_channel"
        message = replies.say(self._state, place, self.member.id, text, blocks, in_channel=in_channel)
        return self._seen(envelope, message=message)

    def shortcut(self, callback_id: str, channel: str | None = None, ts: str | None = None) -> Outcome:
        """A message shortcut, or without a message a global one."""
        if channel is None or ts is None:
            payload = payloads.global_shortcut(self._state, self.member, callback_id)
        else:
            place = self._enter(channel)
            message = self._state.posts.find(place.id, ts)
            if message is None:
                raise Missing(f"no message {ts} in #{place.name}")
            payload = payloads.message_shortcut(self._state, self.member, place, message, callback_id)
        return self._seen(self._state.courier.ask("interactive", payload))

    # Views

    def open_home(self) -> Outcome:
        """Open the app's home tab; the app is told, and what it publishes shows up later."""
        im, _ = self._state.directory.open_im(self.member.id)
        home = self._state.modals.home(self.member.id)
        self._state.feed.home_opened(self.member.id, im, home)
        return Outcome(view=home)

    def _own_view(self, view_id: str) -> Json:
        view = self._state.modals.find(view_id)
        if view is None or self._state.modals.owner(view_id) != self.member.id:
            raise Missing(f"{self.member.handle} has no view {view_id}")
        return view

    def click_view(
        self,
        view_id: str,
        action_id: str,
        value: str | list[str] | None = None,
        *,
        block_id: str | None = None,
        on_screen: Json | None = None,
    ) -> Outcome:
        """Press or pick in a modal or the home tab; `on_screen` is the view as its reader still sees it."""
        view = self._own_view(view_id)
        block, element = find_action((on_screen or view)["blocks"], action_id, block_id, value)
        chosen = choose(view["state"]["values"], block, element, value)
        self._state.modals.enter(view_id, view["state"]["values"])
        part = payloads.action(block, element, chosen, self._state.pulse.ts())
        payload = payloads.view_actions(self._state, self.member, view, [part])
        return self._seen(self._state.courier.ask("interactive", payload), url=element.get("url", ""))

    def fill(self, view_id: str, values: Json) -> Json:
        """Enter values without sending: by block id, action id, or both nested. Returns the view."""
        view = self._own_view(view_id)
        entries: Json = {}
        for name, given in values.items():
            for block, element, raw in targets(view["blocks"], name, given):
                ready = self._files(raw) if element["type"] == "file_input" else raw
                entries.setdefault(block["block_id"], {})[element["action_id"]] = entry(element, ready)
        self._state.modals.enter(view_id, entries)
        return self._own_view(view_id)

    def _files(self, ids: str | list[str] | None) -> list[Json]:
        uploads = [self._state.uploads.find(one) for one in ([ids] if isinstance(ids, str) else ids or [])]
        return [self._state.uploads.file_object(upload) for upload in uploads if upload is not None]

    def submit(self, view_id: str, values: Json | None = None) -> Outcome:
        view = self.fill(view_id, values or {})
        missing = client_complaints(view)
        if missing:
            return Outcome(error="incomplete", errors=missing, view=view)
        envelope = self._state.courier.ask("interactive", payloads.submission(self._state, self.member, view))
        if envelope.error:
            return self._seen(envelope)
        answer = envelope.response or {}
        try:
            errors = self._follow(view, answer)
        except Declined as objection:
            self._state.record_call(Call(method="ack", arguments=answer, error=objection.code))
            said = "; ".join(objection.messages) or objection.code
            return Outcome(
                error="invalid_view", notice=f"{TROUBLE} ({said})", response=envelope.response, view=view
            )
        self._state.record_call(Call(method="ack", arguments=answer))
        return self._seen(envelope, errors=errors)

    def _follow(self, view: Json, response: Json) -> dict[str, str]:
        """Do what the acknowledgement of a submission says; the errors to show, if it has any."""
        match response.get("response_action"):
            case None:
                self._state.modals.close(self.member.id, view["id"])
            case "clear":
                self._state.modals.clear(self.member.id)
            case "update":
                self._state.modals.update(view["id"], response.get("view") or {})
            case "push":
                self._state.modals.push(self.member.id, response.get("view") or {})
            case "errors":
                return checked_errors(view, response.get("errors"))
            case unknown:
                raise Declined("invalid_response_action", [f"unknown response_action {unknown}"])
        return {}

    def close(self, view_id: str, *, clear: bool = False) -> Outcome:
        """Close the modal, or with `clear` the whole stack; the app is told if it asked to be."""
        view = self._own_view(view_id)
        stack = self._state.modals.stack(self.member.id)
        is_cleared = clear or view["clear_on_close"]
        if is_cleared:
            self._state.modals.clear(self.member.id)
        else:
            self._state.modals.close(self.member.id, view_id)
        for one in reversed(stack) if is_cleared else [view]:
            if one["notify_on_close"]:
                payload = payloads.closing(self._state, self.member, one, is_cleared=is_cleared)
                self._state.courier.ask("interactive", payload)
        return Outcome(view=self.top_view())


def escaped(text: str) -> str:
    """Control characters of Slack's markup, but not mentions of members, as entities."""
    parts = KNOWN_MENTION.split(text)
    return "".join(
        part if index % 2 else part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for index, part in enumerate(parts)
    )


def find_action(
    blocks: list[Json], action_id: str, block_id: str | None, value: str | list[str] | None
) -> tuple[Json, Json]:
    """The element to act on; among buttons of one name the `value` tells them apart."""
    if value is not None:
        for block in blocks:
            if block_id in (None, block["block_id"]):
                candidates = [block.get("accessory"), *block.get("elements", [])]
                for one in candidates if block["type"] in {"section", "actions"} else []:
                    if one and one.get("action_id") == action_id and one.get("value") == value:
                        return block, one
    return find_element(blocks, action_id, block_id)


def choose(values: Json, block: Json, element: Json, value: str | list[str] | None) -> Json | None:
    """Write the choice into the state; the entry that goes into the action."""
    if element["type"] == "button":
        return None
    chosen = entry(element, value)
    if element["type"] not in STATELESS:
        values.setdefault(block["block_id"], {})[element["action_id"]] = chosen
    return chosen


def targets(blocks: list[Json], name: str, given: Any) -> list[tuple[Json, Json, Any]]:  # noqa: ANN401 - entered
    """The inputs a key of the given values means."""
    if any(block["block_id"] == name for block in blocks):
        if isinstance(given, dict):
            return [(*find_element(blocks, action_id, name), raw) for action_id, raw in given.items()]
        block = next(block for block in blocks if block["block_id"] == name)
        element = block.get("element") or block.get("accessory") or block["elements"][0]
        return [(block, element, given)]
    return [(*find_element(blocks, name), given)]


def client_complaints(view: Json) -> dict[str, str]:
    """What Slack's client finds missing before it sends the form."""
    found: dict[str, str] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            problem = complaint(block, view["state"]["values"][block["block_id"]][element["action_id"]])
            if problem:
                found[block["block_id"]] = problem
    return found


def checked_errors(view: Json, errors: object) -> dict[str, str]:
    """Errors must name input blocks of this view: Slack shows none of the others."""
    known = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - known:
        raise Declined("invalid_errors", [f"errors must name input blocks of the view, not {errors!r}"])
    return {str(block_id): str(text) for block_id, text in errors.items()}
