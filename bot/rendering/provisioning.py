"""What stands outside: below the card of a case that ended, and in the checklist of a corrected one."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bot.domain.cards import CaseCard, Corrected
from bot.domain.case_steps import StepName
from bot.domain.provisioning import Ended, Ending, Task
from bot.rendering import blocks, differences
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

TICKED = "changed"  #: the action of a tick
_SHOWN = 10  #: changes in the checklist; the case has them all
_OPEN = frozenset({Ending.TOLD, Ending.BY_HAND, Ending.UNSEEN})


def outside_note(values: Mapping[str, Any], *, words: Words) -> Card:
    """What stands outside of a case (`ref`) that ended, and what a person has to do about each (`ended`)."""
    ref, ended = str(values["ref"]), [_read(one) for one in values["ended"]]
    still = any(one.ending in _OPEN for one in ended)
    sentence = words.say("outside.title" if still else "outside.title.quiet", ref=ref)
    lines = [sentence, *(_ended(one, words) for one in ended)]
    return Card(text=sentence, blocks=[blocks.section(line) for line in lines])


def _read(one: Mapping[str, Any]) -> Ended:
    return Ended(**{**one, "task": Task(one["task"]), "ending": Ending(one["ending"])})


def _ended(one: Ended, words: Words) -> str:
    key = f"outside.{one.ending}" + (".number" if one.number and one.ending is not Ending.NOTHING else "")
    return "• " + words.say(
        key,
        what=words.say(f"step.{one.task}"),
        number=linked(one.number, one.url),
        external_id=safe(one.external_id, 120),
        reason=safe(one.reason, 500),
    )


def linked(number: str, url: str) -> str:
    """A record's number, which opens it where somebody said how."""
    shown = safe(number, 100)
    plain = url.startswith("https://") and not any(sign in url for sign in '<>|" \n')
    return f"<{url}|{shown}>" if plain else shown


def corrected(
    card: CaseCard, found: Mapping[StepName, Corrected], name: StepName, *, words: Words
) -> Iterator[Block]:
    """What changed since that record was made, once for all that have the same form, and a tick for it."""
    one = found[name]
    number = linked(one.number, one.url)
    yield blocks.section(words.say(f"checklist.{name}.corrected", number=number, version=one.before.number))
    first = next(other for other in found if found[other].before.number == one.before.number)
    if name == first:
        yield from differences.changes(one.before.ris, card.case.ris, one.before.number, words, shown=_SHOWN)
    option = {"text": blocks.plain(words.say(f"checklist.{name}.changed")), "value": TICKED}
    yield {
        "type": "input",
        "optional": True,
        "block_id": f"{name}_{TICKED}",
        "label": blocks.plain(words.say("checklist.tick")),
        "element": {"type": "checkboxes", "action_id": TICKED, "options": [option]},
    }


def read_ticks(values: Mapping[str, Mapping[str, Block]], names: Collection[StepName]) -> frozenset[StepName]:
    """The steps that were ticked as changed."""
    boxes = {name: values.get(f"{name}_{TICKED}", {}).get(TICKED, {}) for name in names}
    return frozenset(name for name, box in boxes.items() if box.get("selected_options"))
