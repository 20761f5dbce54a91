"""The second factor in Slack: the modals that ask for a code, the card before a reset, the desk's notes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.staff import Member
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card
from bot.rendering.words import Words

CODE = "code"  #: the block and the action of the field
#: refusals that are said at that field
OF_CODE = frozenset({"not_enrolled", "code_missing", "wrong_code", "code_used", "codes_locked"})
MOST_TYPED = 20  #: six digits with any spaces between them


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A submitted modal: what it was about, and the code as typed."""

    about: Mapping[str, str]
    code: str


def reset_card(whose: Member, *, words: Words) -> Card:
    """What a reset does, and the button that agrees to it."""
    text = words.say("step_up.reset.ask", who=words.person(whose.id, slack=True))
    button = blocks.button(
        words.say("step_up.reset.button"), action="authenticator_reset", value=whose.id, style="danger"
    )
    return Card(text=text, blocks=[blocks.section(text), blocks.actions(button)])


def reset_modal(whose: Member, *, words: Words) -> Block:
    """Ask whoever agrees to a reset for their own code; submitted as `authenticator_reset`."""
    return code_modal(
        "authenticator_reset",
        {"person": whose.id},
        words.say("step_up.reset.title"),
        submit=words.say("step_up.reset.button"),
        shown=[blocks.section(words.say("step_up.reset.ask", who=words.person(whose.id, slack=True)))],
        words=words,
    )


def read_typed(view: Block) -> Typed:
    """What was typed, and what the modal was about."""
    value = view["state"]["values"][CODE][CODE].get("value")
    return Typed(about=json.loads(view["private_metadata"]), code=value or "")


def step_up_note(values: Mapping[str, Any], *, words: Words) -> Card:
    """Somebody's second factor changed, or somebody tried too often: one line in the support channel."""
    text = words.say(
        f"step_up.note.{str(values['tag']).replace(':', '.')}",
        who=words.person(str(values["person"]), slack=True),
        by=words.person(str(values["by"]), slack=True),
        until=words.time(datetime.fromisoformat(values["until"])) if values["until"] else "",
    )
    return Card(text=text, blocks=[blocks.section(text)])


def code_modal(
    callback: str, about: Mapping[str, str], title: str, *, submit: str, shown: list[Block], words: Words
) -> Block:
    """What is agreed to, and the field for a code; `about` comes back with it."""
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(dict(about)),
        "title": blocks.plain(title),
        "submit": blocks.plain(submit),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [*shown, code_field(words)],
    }


def code_field(words: Words) -> Block:
    """The field for a code of the second factor."""
    return {
        "type": "input",
        "block_id": CODE,
        "label": blocks.plain(words.say("step_up.code")),
        "hint": blocks.plain(words.say("step_up.hint")),
        "element": {
            "type": "plain_text_input",
            "action_id": CODE,
            "max_length": MOST_TYPED,
            "placeholder": blocks.plain("123 456"),
        },
    }
