"""Slack's limits on messages and views, as strict as Slack itself; empty answers mean it would be taken."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.schema import (
    All,
    Array,
    Check,
    Kinds,
    Number,
    OneOf,
    Shape,
    Text,
    anything,
    boolean,
    complain,
    length,
)

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
MESSAGE_TEXT = 40_000
UPDATED_TEXT = 4_000  # chat.update takes less than chat.postMessage
#: of all texts of a message's blocks; undocumented: about 13,000 were seen to be refused with
#: `msg_blocks_too_long` (slackapi/bolt-js#2509), and once 11,341 (#2867)
MESSAGE_CHARACTERS = 11_000

LONGEST_INPUT = 3_000

ID = Text(most=255)
URL = Text(most=3000)


def plain(most: int, least: int = 1) -> Check:
    return Kinds(
        shapes={"plain_text": Shape(must={"text": Text(most=most, least=least)}, may={"emoji": boolean})}
    )


def any_text(most: int) -> Check:
    text = Text(most=most)
    return Kinds(
        shapes={
            "plain_text": Shape(must={"text": text}, may={"emoji": boolean}),
            "mrkdwn": Shape(must={"text": text}, may={"verbatim": boolean}),
        }
    )


STYLE = Text(most=10, choices=frozenset({"primary", "danger"}))
CONFIRM = Shape(
    must={"title": plain(100), "text": plain(300), "confirm": plain(30), "deny": plain(30)},
    may={"style": STYLE},
)


def option(label: Check) -> Check:
    return Shape(must={"text": label, "value": Text(most=150)}, may={"description": any_text(75), "url": URL})


OPTION = option(plain(75))
RICH_OPTION = option(any_text(75))
OPTION_GROUPS = Array(of=Shape(must={"label": plain(75), "options": Array(of=OPTION, most=100)}), most=100)
COMMON: dict[str, Check] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
HOLDER: dict[str, Check] = {"placeholder": plain(150)}
DISPATCH = Shape(may={"trigger_actions_on": Array(of=Text(most=40), most=2)})
IDS = Array(of=ID, most=100, least=0)


def select(**may: Check) -> Check:
    return Shape(may={**COMMON, **HOLDER, **may})


def static(**may: Check) -> Check:
    options: dict[str, Check] = {"options": Array(of=OPTION, most=100), "option_groups": OPTION_GROUPS}
    return All(checks=(select(**options, **may), OneOf(fields=("options", "option_groups"))))


TYPED: dict[str, Check] = {
    "action_id": ID,
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
    **HOLDER,
}


def typed(**may: Check) -> Check:
    return Shape(may={**TYPED, **may})


def choices(label: Check) -> dict[str, Check]:
    return {"options": Array(of=label, most=10)}


IMAGE = All(
    checks=(
        Shape(
            must={"alt_text": Text(most=2000)},
            may={"image_url": URL, "slack_file": anything, "title": plain(2000), "block_id": ID},
        ),
        OneOf(fields=("image_url", "slack_file")),
    )
)
MOST: dict[str, Check] = {"max_selected_items": Number(least=1, most=100)}
ELEMENTS: dict[str, Check] = {
    "button": Shape(
        must={"text": plain(75)},
        may=COMMON
        | {"url": URL, "value": Text(most=2000), "style": STYLE, "accessibility_label": Text(most=75)},
    ),
    "checkboxes": Shape(
        must=choices(RICH_OPTION), may=COMMON | {"initial_options": Array(of=RICH_OPTION, most=10)}
    ),
    "radio_buttons": Shape(must=choices(RICH_OPTION), may=COMMON | {"initial_option": RICH_OPTION}),
    "overflow": Shape(must={"options": Array(of=OPTION, most=5)}, may={"action_id": ID, "confirm": CONFIRM}),
    "datepicker": select(initial_date=Text(most=10, least=10)),
    "timepicker": select(initial_time=Text(most=5, least=5), timezone=Text(most=64)),
    "datetimepicker": select(initial_date_time=Number(least=0, most=9_999_999_999)),
    "static_select": static(initial_option=OPTION),
    "multi_static_select": static(initial_options=Array(of=OPTION, most=100), **MOST),
    "external_select": select(initial_option=OPTION, min_query_length=Number(least=0, most=100)),
    "users_select": select(initial_user=ID),
    "multi_users_select": select(initial_users=IDS, **MOST),
    "conversations_select": select(
        initial_conversation=ID,
        default_to_current_conversation=boolean,
        response_url_enabled=boolean,
        filter=anything,
    ),
    "channels_select": select(initial_channel=ID, response_url_enabled=boolean),
    "plain_text_input": typed(
        initial_value=Text(most=3000, least=0),
        multiline=boolean,
        min_length=Number(least=0, most=3000),
        max_length=Number(least=1, most=3000),
    ),
    "email_text_input": typed(initial_value=Text(most=3000, least=0)),
    "url_text_input": typed(initial_value=Text(most=3000, least=0)),
    "number_input": Shape(
        must={"is_decimal_allowed": boolean},
        may={**TYPED, **dict.fromkeys(("initial_value", "min_value", "max_value"), Text(most=40))},
    ),
    "file_input": Shape(
        may={
            "action_id": ID,
            "filetypes": Array(of=Text(most=20), most=100),
            "max_files": Number(least=1, most=10),
        }
    ),
    "image": IMAGE,
}
PICKERS = frozenset(
    {"checkboxes", "radio_buttons", "datepicker", "timepicker", "static_select", "multi_static_select",
     "external_select", "users_select", "multi_users_select", "conversations_select", "channels_select"}
)  # fmt: skip


def elements(*names: str) -> Check:
    return Kinds(shapes={name: ELEMENTS[name] for name in names})


ACCESSORY = elements("button", "overflow", "image", *sorted(PICKERS))
ACTION = elements("button", "overflow", "datetimepicker", *sorted(PICKERS))
INPUT = elements(
    "plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input", "datetimepicker",
    *sorted(PICKERS),
)  # fmt: skip
CONTEXT_TEXT = Text(most=2000)
CONTEXT = Kinds(
    shapes={
        "image": IMAGE,
        "plain_text": Shape(must={"text": CONTEXT_TEXT}, may={"emoji": boolean}),
        "mrkdwn": Shape(must={"text": CONTEXT_TEXT}, may={"verbatim": boolean}),
    }
)
BLOCK_ID: dict[str, Check] = {"block_id": ID}
BLOCKS: dict[str, Check] = {
    "section": All(
        checks=(
            Shape(
                may=BLOCK_ID
                | {
                    "text": any_text(3000),
                    "fields": Array(of=any_text(2000), most=10),
                    "accessory": ACCESSORY,
                    "expand": boolean,
                }
            ),
            OneOf(fields=("text", "fields"), exactly=False),
        )
    ),
    "divider": Shape(may=BLOCK_ID),
    "header": Shape(must={"text": plain(150)}, may=BLOCK_ID | {"level": Number(least=1, most=4)}),
    "image": IMAGE,
    "actions": Shape(must={"elements": Array(of=ACTION, most=25)}, may=BLOCK_ID),
    "context": Shape(must={"elements": Array(of=CONTEXT, most=10)}, may=BLOCK_ID),
    "input": Shape(
        must={"label": plain(2000), "element": INPUT},
        may=BLOCK_ID | {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": Shape(must={"elements": Array(of=anything, most=100, least=0)}, may=BLOCK_ID),
    "markdown": Shape(must={"text": Text(most=12_000)}, may=BLOCK_ID),
}
BLOCK = Kinds(shapes=BLOCKS)

VIEW_COMMON: dict[str, Check] = {
    "private_metadata": Text(most=3000, least=0),
    "callback_id": Text(most=255, least=0),
    "external_id": Text(most=255, least=0),
}
VIEW_LIST: dict[str, Check] = {"blocks": Array(of=BLOCK, most=VIEW_BLOCKS, least=0)}
VIEWS = {
    "home": Shape(must=VIEW_LIST, may=VIEW_COMMON),
    "modal": Shape(
        must=VIEW_LIST | {"title": plain(24)},
        may=VIEW_COMMON
        | {
            "close": plain(24),
            "submit": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
}


def check_blocks(blocks: object, *, most: int = MESSAGE_BLOCKS, pointer: str = "/blocks") -> list[str]:
    """What Slack would say against these blocks of a message."""
    found: list[str] = []
    Array(of=BLOCK, most=most, least=0)(blocks, pointer, found)
    if not found and isinstance(blocks, list):
        check_together(blocks, pointer, found)
    return found


def characters(part: object) -> int:
    """How much text is in blocks, or in a part of one."""
    if isinstance(part, list):
        return sum(map(characters, part))
    if not isinstance(part, dict):
        return 0
    text = part.get("text")
    return (length(text) if isinstance(text, str) else 0) + sum(map(characters, part.values()))


def check_view(view: object) -> list[str]:
    """What Slack would say against this modal or home tab."""
    found: list[str] = []
    Kinds(shapes=VIEWS)(view, "/view", found)
    if found or not isinstance(view, dict):
        return found
    check_together(view["blocks"], "/view/blocks", found)
    inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and inputs and not view.get("submit"):
        complain(found, "/view", "missing required field: submit")
    return found


def check_together(blocks: list[dict[str, Any]], pointer: str, found: list[str]) -> None:
    """What no part of them shows by itself."""
    check_unique_ids(blocks, pointer, found)
    focused = 0
    for index, block in enumerate(blocks):
        for place, element in interactive(block):
            focused += element.get("focus_on_load") is True
            check_choice(element, f"{pointer}/{index}/{place}", found)
    if focused > 1:
        complain(found, pointer, "only one element may have focus_on_load")


def check_choice(element: dict[str, Any], pointer: str, found: list[str]) -> None:
    """What is chosen or written beforehand is something a person could have chosen or written."""
    groups = element.get("option_groups") or []
    options = [*(element.get("options") or []), *(one for group in groups for one in group["options"])]
    if len({option["value"] for option in options}) < len(options):
        complain(found, f"{pointer}/options", "values must be unique")
    initial = element.get("initial_options") or [element.get("initial_option")]
    if options and any(one is not None and one not in options for one in initial):
        complain(found, f"{pointer}/initial_option", "must be one of the options")
    if length(element.get("initial_value") or "") > (element.get("max_length") or LONGEST_INPUT):
        complain(found, f"{pointer}/initial_value", "must not be longer than max_length")


def view_too_large(view: object) -> bool:
    return len(json.dumps(view).encode()) > VIEW_BYTES


def interactive(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements of a block that a person can act on, each with its place in the block."""
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            yield name, block[name]
    if block["type"] == "actions":
        for index, element in enumerate(block["elements"]):
            yield f"elements/{index}", element


def check_unique_ids(blocks: list[dict[str, Any]], pointer: str, found: list[str]) -> None:
    """Block ids are unique in the whole, action ids within their block (as Slack has it)."""
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            complain(found, f"{pointer}/{index}/block_id", f"block_id `{block_id}` already exists")
        if block_id:
            seen.add(block_id)
        actions: set[str] = set()
        for place, element in interactive(block):
            action_id = element.get("action_id")
            if action_id in actions:
                complain(
                    found, f"{pointer}/{index}/{place}/action_id", f"action_id `{action_id}` already exists"
                )
            if action_id:
                actions.add(action_id)
