"""The modal that asks who looks after a case."""

import json
from dataclasses import dataclass

from bot.domain.absences import Absence
from bot.domain.cases import Case
from bot.rendering import absences, blocks
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """A submitted choice; `to` is "" for nobody."""

    ref: str
    to: str


def assign_modal(case: Case, me: str, *, words: Words) -> Block:
    """Offers oneself; where somebody has the case already, also to take it from them.

    Submitted as `case_assign` with `assignee.assignee.selected_user` and, ticked, `nobody.nobody`.
    """
    company = safe(case.ris.company.name, 100) or words.say("card.nameless")
    has = words.say("assign.has", who=words.person(case.assigned_to, slack=True)) if case.assigned_to else ""
    return {
        "type": "modal",
        "callback_id": "case_assign",
        "private_metadata": json.dumps({"ref": case.ref}),
        "title": blocks.plain(words.say("assign.title", ref=case.ref)),
        "submit": blocks.plain(words.say("assign.submit")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [
            blocks.section("\n".join(filter(None, (f"*{company}*", has, words.say("assign.about"))))),
            _assignee(me, words),
            *([_nobody(words)] if case.assigned_to else []),
        ],
    }


def read_assign(view: Block) -> Assigned:
    """Who was chosen; "nobody" outranks the person above it."""
    values = view["state"]["values"]
    nobody = values.get("nobody", {}).get("nobody", {}).get("selected_options")
    to = "" if nobody else str(values["assignee"]["assignee"]["selected_user"])
    return Assigned(ref=str(json.loads(view["private_metadata"])["ref"]), to=to)


def said(case: Case, *, away: Absence | None = None, words: Words) -> str:
    """What became of it; `away`: whoever has it now is not there."""
    if not case.assigned_to:
        return words.say("assign.nobody", ref=case.ref)
    if away is not None:
        return words.say("assign.done.away", ref=case.ref, **absences.values_of(away, words))
    return words.say("assign.done", ref=case.ref, who=words.person(case.assigned_to, slack=True))


def _assignee(me: str, words: Words) -> Block:
    return {
        "type": "input",
        "block_id": "assignee",
        "label": blocks.plain(words.say("assign.who")),
        "hint": blocks.plain(words.say("assign.hint")),
        "element": {"type": "users_select", "action_id": "assignee", "initial_user": me},
    }


def _nobody(words: Words) -> Block:
    option = {"text": blocks.plain(words.say("assign.take_away")), "value": NOBODY}
    return {
        "type": "input",
        "block_id": "nobody",
        "optional": True,
        "label": blocks.plain(words.say("assign.or")),
        "element": {"type": "checkboxes", "action_id": "nobody", "options": [option]},
    }
