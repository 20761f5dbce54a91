"""An erasure in Slack: the card for two who agree, the modal for their code, what is left of a message."""

from collections.abc import Iterator

from bot.domain.people import OPEN_ERASURES, ErasureCard, ErasurePlan
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.step_up import code_modal
from bot.rendering.words import Words

AGREE, REFUSE = "erasure_agree", "erasure_refuse"  #: the buttons; the first is a modal's name too
MOST_SHOWN = 160  #: characters of each thing that is named
MOST_WARNED = 60  #: characters of what a warning is about
MOST_LINES = 8  #: of what is in the way or has to be known; the command line shows all


def erasure_note(card: ErasureCard, *, words: Words) -> Card:
    """Who is to be erased, what that means, and who has agreed; once it is over, no more than that."""
    title = words.say("erasure.title", ref=card.erasure.ref)
    shown = [blocks.section(f"*{title}*\n" + "\n".join(_lines(card, words))), *_warnings(card, words)]
    if card.erasure.state in OPEN_ERASURES:
        shown.append(blocks.context(words.say("erasure.how")))
        value = str(card.erasure.id)
        agree = blocks.button(words.say("erasure.agree"), action=AGREE, value=value, style="danger")
        refuse = blocks.button(words.say("erasure.refuse"), action=REFUSE, value=value)
        shown.append(blocks.actions(agree, refuse))
    return Card(text=title, blocks=shown)


def _lines(card: ErasureCard, words: Words) -> Iterator[str]:
    erasure = card.erasure
    if card.plan is not None:
        yield _about(card.plan, words)
    asked = words.person(erasure.asked_by, slack=True)
    yield words.say("erasure.asked", who=asked, at=words.moment(erasure.asked_at))
    for who in filter(None, (erasure.first_by, erasure.second_by)):
        yield words.say("erasure.agreed", who=words.person(who, slack=True))
    yield words.say(
        f"erasure.state.{erasure.state}",
        until=words.moment(erasure.until),
        by=words.person(erasure.ended_by, slack=True) if erasure.ended_by else "",
    )


def _about(plan: ErasurePlan, words: Words) -> str:
    person, none = plan.person, words.say("erasure.none")
    return words.say(
        "erasure.who",
        names=safe(", ".join(person.names) or none, MOST_SHOWN),
        address=safe(person.address, MOST_SHOWN),
        user_ids=safe(", ".join(plan.user_ids) or none, MOST_SHOWN),
        cases=safe(", ".join(plan.cases) or none, MOST_SHOWN),
    )


def _warnings(card: ErasureCard, words: Words) -> list[Block]:
    lines = plan_lines(card.plan, words, most=MOST_WARNED)[:MOST_LINES] if card.plan else []
    return [blocks.section("\n".join(f":warning: {line}" for line in lines))] if lines else []


def plan_lines(plan: ErasurePlan, words: Words, *, most: int = 0) -> list[str]:
    """What stands in the way, then what whoever decides has to know.

    `most`: characters of strangers' words, made safe for Slack; 0: as they are, for a terminal.
    """

    def shown(what: str) -> str:
        return safe(what, most) if most else what

    return [
        *(words.say(f"erasure.wait.{wait}", what=shown(what)) for wait, what in plan.waits),
        *(words.say(f"erasure.warn.{warn}", what=shown(what)) for warn, what in plan.warnings),
    ]


def agree_modal(card: ErasureCard, *, words: Words) -> Block:
    """Ask whoever agrees for their own code."""
    return code_modal(
        AGREE,
        {"erasure": str(card.erasure.id)},
        words.say("erasure.modal"),
        submit=words.say("erasure.agree"),
        shown=[blocks.section("\n".join(_lines(card, words))), *_warnings(card, words)],
        words=words,
    )


def erased_note(ref: str, *, words: Words) -> Card:
    """In the place of a message that named somebody."""
    text = words.say("erasure.gone", ref=safe(ref, 20))
    return Card(text=text, blocks=[blocks.context(text)])
