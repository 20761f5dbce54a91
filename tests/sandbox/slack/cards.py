"""Small blocks and views that the tests post."""

from bot.sandbox.slack.pulse import Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str = "Press", **more: object) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Json, block_id: str = "row") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def section(text: str, **more: object) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def entry(block_id: str, element: Json, **more: object) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.capitalize()),
        "element": element,
        **more,
    }


def typed(action_id: str = "typed", **more: object) -> Json:
    return {"type": "plain_text_input", "action_id": action_id, **more}


def option(value: str, text: str = "") -> Json:
    return {"text": plain(text or value.capitalize()), "value": value}


def modal(*blocks: Json, callback_id: str = "form", **more: object) -> Json:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("A form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}
