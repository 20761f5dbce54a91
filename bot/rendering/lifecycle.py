"""The clock in Slack: mails that wait for a click, and ends that were moved because nobody was warned."""

from collections.abc import Iterator

from bot.domain.accounts import Account
from bot.domain.lifecycle import Stage
from bot.domain.lifecycle_gates import GateCard, HeldCard
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

OPEN = "life_gate_open"  #: the button; its value is the gate's number and how many mails it has shown


def gate_note(card: GateCard, *, words: Words) -> Card:
    """How many mails wait, of which stage and for whom, with the button that lets them go."""
    gate = card.gate
    if gate.settled_at is not None:
        who = words.person(gate.settled_by, slack=True)
        key = "lifecycle.gate.opened" if gate.released else "lifecycle.gate.idle"
        text = words.say(key, count=gate.released, by=who, at=words.moment(gate.settled_at))
        return Card(text=text, blocks=[blocks.section(text)])
    title = words.say("lifecycle.gate.title", count=card.many)
    shown: list[Block] = [blocks.section(f"*{title}*\n" + "\n".join(_counts(card, words)))]
    if card.first:
        heading = words.say("lifecycle.gate.first")
        lines = [
            words.say(
                f"lifecycle.line.{'held' if one.held else one.stage}",
                who=_person(one.account),
                ends_on=words.date(one.ends_on),
            )
            for one in card.first
        ]
        shown.append(blocks.listing(heading, lines, words, shown=len(lines), of=card.many))
    how = "lifecycle.gate.imported" if gate.imported else "lifecycle.gate.how"
    shown.append(blocks.context(words.say(how, most=words.number(card.most))))
    value, label = f"{gate.id}:{card.many}", words.say("lifecycle.gate.open", count=card.many)
    button = blocks.button(label, action=OPEN, value=value, style="primary")
    return Card(text=title, blocks=[*shown, blocks.actions(button)])


def read_value(value: str) -> tuple[int, int]:
    """The gate's number, and how many mails its button has shown; 0 on a card of before it said so."""
    number, _, many = value.partition(":")
    return int(number), int(many or 0)


def _counts(card: GateCard, words: Words) -> Iterator[str]:
    if card.behind and card.since:
        yield words.say("lifecycle.gate.behind", count=card.behind, since=words.date(card.since))
    for stage in Stage:
        if many := card.counts.get(stage, 0):
            yield "• " + words.say(f"lifecycle.count.{stage}", count=many)
    if card.held:
        yield words.say("lifecycle.gate.held", count=card.held)


def held_note(card: HeldCard, *, words: Words) -> Card:
    """No silent end: whose end was moved, until when and why, and what a person can do about it."""
    many = len(card.ends) + card.more
    title = words.say("lifecycle.held.title", count=many)
    lines = [
        words.say(f"lifecycle.held.{end.why}", who=_person(end.account), ends_on=words.date(end.ends_on))
        for end in card.ends
    ]
    shown = [
        blocks.listing(f"*{title}*", lines, words, shown=len(lines), of=many),
        blocks.context(words.say("lifecycle.held.how")),
    ]
    return Card(text=title, blocks=shown)


def _person(account: Account) -> str:
    return f"{safe(account.name, 60)} ({safe(account.user_id)})"
