"""What every payload for Slack keeps to, whoever of the tests sends it: Slack's limits, and our own rules.

The limits are the sandbox's (`bot/sandbox/slack/limits.py`), which the embedded workspace refuses by. On top
of them stand the rules of this house: each message has its `text`, mrkdwn is verbatim, and nothing between
angle brackets goes out but the mention of a member, so that strangers' text pings nobody and links nowhere.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.sandbox.slack.limits import (
    MESSAGE_CHARACTERS,
    UPDATED_TEXT,
    characters,
    check_blocks,
    check_view,
    view_too_large,
)
from bot.sandbox.slack.schema import length
from bot.sandbox.slack.state import LOG, Call

Faults = list[str]

#: what may stand between angle brackets: a member, a channel, and a place in Slack, on our portal, or where
#: cases and sites are made; of an article also what `usher.toml` names, and a desk of ours
MENTION = re.compile(
    r"<@[UW][A-Z0-9]+>|<#C[A-Z0-9]+>|<mailto:support@[a-z]+\.example(\.com)?\|support@[a-z.]+>"
    r"|<https?://(127\.0\.0\.1|[a-z]+\.slack\.(com|example)|(portal|sites|netsuite|www)\.example\.com"
    r"|netsuite\.example)[^|<>\s]*\|[^<>]*>"
)
ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
TEXTS = frozenset({"mrkdwn", "plain_text"})
#: what Slack says to a payload that should not have been sent
REFUSALS = frozenset(
    {
        "block_mismatch", "duplicate_external_id", "invalid_arguments", "invalid_blocks",
        "invalid_blocks_format", "invalid_command_response", "invalid_errors", "invalid_metadata_format",
        "invalid_metadata_schema", "invalid_payload", "invalid_response_action", "msg_blocks_too_long",
        "msg_too_long", "no_text", "unknown_method", "used_url", "view_too_large",
    }
)  # fmt: skip


def message_faults(text: object, blocks: object) -> Faults:
    """What is wrong with a message, posted, changed, or answered to one person."""
    if not isinstance(text, str) or not text.strip():
        return ["a message without `text`: notifications and screen readers have nothing to say"]
    found = check_blocks(blocks) if blocks else []
    if length(text) > UPDATED_TEXT:  # a card that could not be changed any more would stay as it was
        found.append(f"text of {length(text)}, chat.update takes {UPDATED_TEXT}")
    if (many := characters(blocks)) > MESSAGE_CHARACTERS:
        found.append(f"{many} characters in a message's blocks, Slack takes about {MESSAGE_CHARACTERS}")
    return [*found, *_written(text, "/text"), *_texts(blocks, "/blocks")]


def view_faults(view: object) -> Faults:
    """What is wrong with a modal or a home tab."""
    found = [*check_view(view), *_texts(view, "/view")]
    return [*found, "view_too_large"] if view_too_large(view) else found


def shown_faults(shown: object) -> Faults:
    """What is wrong with what a rendering function gave: a view, or a card as a dictionary."""
    if not isinstance(shown, dict) or "blocks" not in shown:
        return []
    return view_faults(shown) if "type" in shown else message_faults(shown["text"], shown["blocks"])


def call_faults(method: str, given: Mapping[str, Any]) -> Faults:
    """What is wrong with a call of the Web API, an answer at a response URL, or (`ack`) in an ack."""
    if method in MESSAGES:
        if given.get("delete_original"):
            return []
        loud = [f"`{name}` may make links and pings" for name in ("parse", "link_names") if given.get(name)]
        return [*loud, *message_faults(given.get("text"), _read(given.get("blocks")))]
    if method in VIEWS:
        return view_faults(_read(given.get("view")))
    return ack_faults(given) if method == "ack" else []


def ack_faults(given: Mapping[str, Any]) -> Faults:
    """What is wrong with what an ack carries: errors or a view for a modal, words for a command."""
    match given.get("response_action"):
        case "update" | "push":
            return view_faults(given.get("view"))
        case "errors":
            errors = given.get("errors") or {}
            wrong = [f"an empty error at {place}" for place, said in errors.items() if not str(said).strip()]
            return wrong if errors else ["errors without one"]
    return message_faults(given.get("text"), given.get("blocks")) if "text" in given else []


MESSAGES = frozenset({"chat.postMessage", "chat.postEphemeral", "chat.update", "response_url"})
VIEWS = frozenset({"views.open", "views.push", "views.update", "views.publish"})


def _read(given: object) -> object:
    """A structure, which forms carry as JSON text."""
    return json.loads(given) if isinstance(given, str) else given


def list_texts(part: object, pointer: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every text that people see in there, with its place."""
    if isinstance(part, list):
        for index, one in enumerate(part):
            yield from list_texts(one, f"{pointer}/{index}")
    elif isinstance(part, dict) and part.get("type") in TEXTS and isinstance(part.get("text"), str):
        yield pointer, part
    elif isinstance(part, dict):
        for name, one in part.items():
            yield from list_texts(one, f"{pointer}/{name}")


def _texts(part: object, pointer: str) -> Iterator[str]:
    """What is wrong with the texts in there."""
    for place, text in list_texts(part, pointer):
        if text["type"] == "mrkdwn" and text.get("verbatim") is not True:
            yield f"mrkdwn that is not verbatim, of which Slack makes links and mentions: {place}"
        yield from _written(text["text"], place)


def _written(text: str, pointer: str) -> Iterator[str]:
    left = MENTION.sub("", text)
    if "<" in left or ">" in left:
        at = max(left.find("<"), left.find(">"))
        yield f"angle brackets that are no mention of a member: {left[max(0, at - 20) : at + 20]!r} {pointer}"
    if ENTITY.search(left):
        yield f"an ampersand that is not escaped: {pointer}"


class Book:
    """Where faults are noted in the thread that sends, and asked for by the test."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: Faults = []

    def note(self, where: str, faults: Faults) -> None:
        with self._lock:
            self._noted += [f"{where}: {fault}" for fault in faults]

    def take(self) -> Faults:
        """What was noted since the last time; a test that expects a fault takes it."""
        with self._lock:
            noted, self._noted = self._noted, []
            return noted


BOOK = Book()


def note_call(call: Call) -> None:
    """Note what is wrong with a call that the embedded workspace answered, whatever the code made of it."""
    if call.planned:
        return
    if call.error in REFUSALS:
        BOOK.note(call.method, [f"refused with {call.error}: {call.arguments}"])
    elif not call.error:
        BOOK.note(call.method, call_faults(call.method, call.arguments))


class Watcher(logging.Handler):
    """Sees every call of every embedded workspace of this process go by."""

    def __init__(self, see: Callable[[Call], None]) -> None:
        super().__init__()
        self._see = see

    def emit(self, record: logging.LogRecord) -> None:
        self._see(record.__dict__["call"])


def watch() -> None:
    """Have the embedded workspaces' calls noted from now on."""
    LOG.setLevel(logging.DEBUG)
    LOG.addHandler(Watcher(note_call))
