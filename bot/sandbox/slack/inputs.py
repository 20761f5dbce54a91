"""What a person can enter into Block Kit's inputs, and how Slack writes it down in `state.values`."""

import re
from typing import Any

from bot.sandbox.slack.declined import Missing
from bot.sandbox.slack.limits import interactive
from bot.sandbox.slack.pulse import Json

EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
REQUIRED = "Please complete this required field."

# element type -> the key of its value in the state, the key of its initial value, whether it holds several
KEYS: dict[str, tuple[str, str, bool]] = {
    "plain_text_input": ("value", "initial_value", False),
    "email_text_input": ("value", "initial_value", False),
    "url_text_input": ("value", "initial_value", False),
    "number_input": ("value", "initial_value", False),
    "static_select": ("selected_option", "initial_option", False),
    "external_select": ("selected_option", "initial_option", False),
    "radio_buttons": ("selected_option", "initial_option", False),
    "overflow": ("selected_option", "initial_option", False),
    "multi_static_select": ("selected_options", "initial_options", True),
    "checkboxes": ("selected_options", "initial_options", True),
    "users_select": ("selected_user", "initial_user", False),
    "multi_users_select": ("selected_users", "initial_users", True),
    "conversations_select": ("selected_conversation", "initial_conversation", False),
    "channels_select": ("selected_channel", "initial_channel", False),
    "datepicker": ("selected_date", "initial_date", False),
    "timepicker": ("selected_time", "initial_time", False),
    "datetimepicker": ("selected_date_time", "initial_date_time", False),
    "file_input": ("files", "initial_files", True),
}
STATELESS = frozenset({"button", "overflow", "image"})


def all_options(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def initial_state(blocks: list[Json], kept: Json | None = None) -> Json:
    """The state of fresh blocks; what was entered under the same ids before is kept."""
    values: Json = {}
    for block in blocks:
        for _, element in interactive(block):
            if element["type"] in STATELESS:
                continue
            block_id, action_id = block["block_id"], element["action_id"]
            before = (kept or {}).get(block_id, {}).get(action_id)
            same = before is not None and before["type"] == element["type"]
            values.setdefault(block_id, {})[action_id] = before if same else initial_entry(element)
    return values


def initial_entry(element: Json) -> Json:
    key, initial, several = KEYS[element["type"]]
    return {"type": element["type"], key: element.get(initial, [] if several else None)}


def entry(element: Json, entered: Any) -> Json:  # noqa: ANN401 - a string, a list, files
    """The state of an element after a person entered something plain (an option by its value)."""
    key, _, several = KEYS[element["type"]]
    value = entered
    if "option" in key:
        by_value = {option["value"]: option for option in all_options(element)}
        try:
            value = [by_value[one] for one in entered] if several else entered and by_value[entered]
        except KeyError as unknown:
            raise Missing(f"{element.get('action_id')} has no option {unknown}") from None
    elif key == "selected_date_time" and entered:
        value = int(entered)
    return {"type": element["type"], key: value or ([] if several else None)}


def entered(element: Json, state: Json) -> Any:  # noqa: ANN401 - the mirror of `entry`
    """What stands in the element, plainly: for rendering a form again."""
    key = KEYS[element["type"]][0]
    value = state.get(key)
    if "option" in key:
        return [one["value"] for one in value] if isinstance(value, list) else (value or {}).get("value")
    return value


def complaint(block: Json, state: Json) -> str | None:
    """What Slack's own client would say before it sends the form."""
    element = block["element"]
    value = state.get(KEYS[element["type"]][0])
    if value in (None, "", []):
        return None if block.get("optional") else REQUIRED
    check = CLIENT_CHECKS.get(element["type"])
    return check(element, value) if check else None


def _length(element: Json, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(value) > most else None


def _email(_: Json, value: str) -> str | None:
    return None if EMAIL.fullmatch(value) else "Please enter a valid email address."


def _url(_: Json, value: str) -> str | None:
    return None if re.fullmatch(r"https?://\S+", value) else "Please enter a valid URL."


def _number(element: Json, value: str) -> str | None:
    if not NUMBER.fullmatch(value) or ("." in value and not element["is_decimal_allowed"]):
        return "Please enter a valid number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(value) < float(least):
        return f"Please enter {least} or more."
    return f"Please enter {most} or less." if most is not None and float(value) > float(most) else None


CLIENT_CHECKS = {
    "plain_text_input": _length,
    "email_text_input": _email,
    "url_text_input": _url,
    "number_input": _number,
}


def find_element(blocks: list[Json], action_id: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The block and the element a person acts on."""
    for block in blocks:
        if block_id in (None, block["block_id"]):
            for _, element in interactive(block):
                if element.get("action_id") == action_id:
                    return block, element
    raise Missing(f"there is no {action_id} here")
