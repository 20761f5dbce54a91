"""Slack's modals, as pure functions that return a view."""

import json
from dataclasses import dataclass

from bot.domain.approvals import RejectionReason
from bot.domain.cards import CaseCard
from bot.rendering import blocks, quoting
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

NOTE_LENGTH = 1_000


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A submitted rejection."""

    ref: str
    seen: str  #: the content hash of what the modal was opened for
    reason: RejectionReason
    note: str


def typed_note(button: Block, note: str, words: Words) -> list[Block]:
    """The note that was typed behind the command, as far as it fits; the button carries it to the window."""
    kept = quoting.cut(note, NOTE_LENGTH)
    button.update(action_id="case_reject_typed", value=f"{button['value']} {kept}")
    return [blocks.section(words.say("card.typed_note")), *blocks.quotes(kept)]


def read_typed(value: str) -> tuple[str, str]:
    """The case and the note of such a button."""
    ref, _, note = value.partition(" ")
    return ref, note


def reject_modal(card: CaseCard, *, note: str = "", words: Words) -> Block:
    """Ask for the coded reason; `private_metadata` carries the case and the hash of what was shown.

    Submitted as `case_reject` with `reason.reason.selected_option.value` and `note.note.value`.
    """
    case = card.case
    company = safe(case.ris.company.name, 100) or words.say("card.nameless")
    return {
        "type": "modal",
        "callback_id": "case_reject",
        "private_metadata": json.dumps({"ref": case.ref, "content_hash": case.content_hash}),
        "title": blocks.plain(words.say("modal.title", ref=case.ref)),
        "submit": blocks.plain(words.say("modal.submit")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [
            blocks.section(words.say("modal.about", company=company)),
            _reason(words),
            _note(words, note),
        ],
    }


def read_reject(view: Block) -> Rejected:
    """What was filled in, and about which case and content."""
    about = json.loads(view["private_metadata"])
    values = view["state"]["values"]
    return Rejected(
        ref=about["ref"],
        seen=about["content_hash"],
        reason=RejectionReason(values["reason"]["reason"]["selected_option"]["value"]),
        note=values["note"]["note"].get("value") or "",
    )


def _reason(words: Words) -> Block:
    options = [
        {"text": blocks.plain(words.rejection(reason)), "value": str(reason)} for reason in RejectionReason
    ]
    return {
        "type": "input",
        "block_id": "reason",
        "label": blocks.plain(words.say("modal.reason")),
        "element": {
            "type": "static_select",
            "action_id": "reason",
            "placeholder": blocks.plain(words.say("modal.reason_placeholder")),
            "options": options,
        },
    }


def _note(words: Words, given: str) -> Block:
    return {
        "type": "input",
        "block_id": "note",
        "optional": True,
        "label": blocks.plain(words.say("modal.note")),
        "hint": blocks.plain(words.say("modal.note_hint")),
        "element": {
            "type": "plain_text_input",
            "action_id": "note",
            "multiline": True,
            "max_length": NOTE_LENGTH,
            **({"initial_value": given} if given else {}),
        },
    }
