"""The arguments of a Web API call: form or JSON, with Slack's words when one is missing or misshapen."""

import base64
import binascii
import json
from typing import Any, TypeVar

from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.pulse import Json

Item = TypeVar("Item")
CURSOR = "next:"


class Arguments:
    """Typed access to what came with the call."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise Declined("invalid_arguments", [f"[ERROR] must be a string [json-pointer:/{name}]"])
        return str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Declined("invalid_arguments", [f"[ERROR] missing required field: {name} [json-pointer:]"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.given.get(name)
        return default if value is None else str(value).lower() in {"true", "1"}

    def number(self, name: str, default: int, *, most: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isdigit():
            raise Declined("invalid_arguments", [f"[ERROR] must be an integer [json-pointer:/{name}]"])
        return min(int(value) or default, most)

    def parsed(self, name: str, *, code: str = "invalid_arguments") -> Any:  # noqa: ANN401 - any JSON value
        """A structure, which forms carry as JSON text."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Declined(code, [f"[ERROR] must be valid JSON [json-pointer:/{name}]"]) from None

    def page(self, items: list[Item], *, default: int = 100, most: int = 1000) -> tuple[list[Item], Json]:
        """One page of the items, and the metadata that leads to the next."""
        limit, start = self.number("limit", default, most=most), 0
        cursor = self.text("cursor")
        if cursor:
            try:
                start = int(base64.b64decode(cursor, validate=True).decode().removeprefix(CURSOR))
            except (ValueError, binascii.Error):
                raise Declined("invalid_cursor") from None
        end = start + limit
        more = base64.b64encode(f"{CURSOR}{end}".encode()).decode() if end < len(items) else ""
        return items[start:end], {"response_metadata": {"next_cursor": more}}
