"""Modals and home tabs: each member's open stack, kept as Slack keeps views."""

import copy

from bot.sandbox.slack.cast import APP_ID, BOT_ID, TEAM_ID
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.inputs import initial_state
from bot.sandbox.slack.limits import check_view, view_too_large
from bot.sandbox.slack.posts import stored_blocks
from bot.sandbox.slack.pulse import Json, Pulse, new_id

DEEPEST = 3  # views that may lie on each other


class Modals:
    """Every view there is, and whose it is."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._views: dict[str, Json] = {}
        self._owners: dict[str, str] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, str] = {}

    def open(self, member: str, view: Json) -> Json:
        require_valid(view, kind="modal")
        with self._pulse.changing():
            self._drop_stack(member)
            return self._add(member, view, previous=None)

    def push(self, member: str, view: Json) -> Json:
        require_valid(view, kind="modal")
        with self._pulse.changing():
            stack = self._stacks.get(member, [])
            if not stack:
                raise Declined("not_found")
            if len(stack) >= DEEPEST:
                raise Declined("push_limit_reached")
            return self._add(member, view, previous=self._views[stack[-1]])

    def _add(self, member: str, view: Json, previous: Json | None) -> Json:
        self._refuse_second_external_id(view, None)
        view_id = new_id("V")
        stored = self._stored(view, view_id, {})
        stored["previous_view_id"] = previous["id"] if previous else None
        stored["root_view_id"] = previous["root_view_id"] if previous else view_id
        self._views[view_id] = stored
        self._owners[view_id] = member
        self._stacks.setdefault(member, []).append(view_id)
        return copy.deepcopy(stored)

    def _stored(self, view: Json, view_id: str, kept_values: Json) -> Json:
        blocks = stored_blocks(view["blocks"])
        stored: Json = {
            "id": view_id,
            "team_id": TEAM_ID,
            "type": view["type"],
            "blocks": blocks,
            "private_metadata": view.get("private_metadata", ""),
            "callback_id": view.get("callback_id", ""),
            "state": {"values": initial_state(blocks, kept_values)},
            "hash": f"{int(self._pulse.seconds())}.{new_id('', 8)}",
            "title": view.get("title"),
            "clear_on_close": view.get("clear_on_close", False),
            "notify_on_close": view.get("notify_on_close", False),
            "close": view.get("close"),
            "submit": view.get("submit"),
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": APP_ID,
            "external_id": view.get("external_id", ""),
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }
        return stored

    def update(self, view_id: str, view: Json, *, expected_hash: str | None = None) -> Json:
        with self._pulse.changing():
            before = self._views.get(view_id)
            if before is None:
                raise Declined("not_found")
            require_valid(view, kind=before["type"])
            if expected_hash and expected_hash != before["hash"]:
                raise Declined("hash_conflict")
            self._refuse_second_external_id(view, view_id)
            stored = self._stored(view, view_id, before["state"]["values"])
            stored |= {"previous_view_id": before["previous_view_id"], "root_view_id": before["root_view_id"]}
            self._views[view_id] = stored
            return copy.deepcopy(stored)

    def publish(self, member: str, view: Json, *, expected_hash: str | None = None) -> Json:
        require_valid(view, kind="home")
        with self._pulse.changing():
            view_id = self._homes.get(member)
            if view_id is not None:
                return self.update(view_id, view, expected_hash=expected_hash)
            view_id = new_id("V")
            self._views[view_id] = self._stored(view, view_id, {})
            self._owners[view_id] = member
            self._homes[member] = view_id
            return copy.deepcopy(self._views[view_id])

    def _refuse_second_external_id(self, view: Json, own: str | None) -> None:
        wanted = view.get("external_id")
        if wanted and any(one["external_id"] == wanted and one["id"] != own for one in self._views.values()):
            raise Declined("duplicate_external_id")

    def find(self, view_id: str) -> Json | None:
        with self._pulse.condition:
            return copy.deepcopy(self._views.get(view_id))

    def find_by_external_id(self, external_id: str) -> Json | None:
        with self._pulse.condition:
            return next(
                (copy.deepcopy(v) for v in self._views.values() if v["external_id"] == external_id), None
            )

    def owner(self, view_id: str) -> str | None:
        with self._pulse.condition:
            return self._owners.get(view_id)

    def stack(self, member: str) -> list[Json]:
        """A member's open modals, the visible one last."""
        with self._pulse.condition:
            return [copy.deepcopy(self._views[one]) for one in self._stacks.get(member, [])]

    def home(self, member: str) -> Json | None:
        with self._pulse.condition:
            view_id = self._homes.get(member)
            return copy.deepcopy(self._views[view_id]) if view_id else None

    def close(self, member: str, view_id: str) -> None:
        """Take a modal off its stack, with whatever lies on it."""
        with self._pulse.changing():
            stack = self._stacks.get(member, [])
            if view_id in stack:
                at = stack.index(view_id)
                for gone in stack[at:]:
                    self._forget(gone)
                del stack[at:]

    def clear(self, member: str) -> None:
        with self._pulse.changing():
            self._drop_stack(member)

    def _drop_stack(self, member: str) -> None:
        for gone in self._stacks.pop(member, []):
            self._forget(gone)

    def _forget(self, view_id: str) -> None:
        self._views.pop(view_id, None)
        self._owners.pop(view_id, None)

    def enter(self, view_id: str, values: Json) -> None:
        """Remember what a person has entered so far."""
        with self._pulse.changing():
            held = self._views[view_id]["state"]["values"]
            for block_id, entries in values.items():
                held.setdefault(block_id, {}).update(entries)


def require_valid(view: Json, *, kind: str) -> None:
    problems = check_view(view)
    if problems:
        raise Declined("invalid_arguments", problems)
    if view["type"] != kind:
        raise Declined("invalid_arguments", [f"[ERROR] must be a {kind} [json-pointer:/view/type]"])
    if view_too_large(view):
        raise Declined("view_too_large")
