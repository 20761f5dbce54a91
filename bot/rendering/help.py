"""What whoever asks may do here, with an example for each word, and nothing that they may not."""

from collections.abc import Collection

from bot.domain.staff import Staff
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card
from bot.rendering.words import Words

#: words of a kind stand together; those in no group come last
GROUPS: dict[str, tuple[str, ...]] = {
    "look": ("queue", "next", "case", "keys", "find", "account", "report", "stock", "faq"),
    "decide": ("approve", "reject", "ask", "reply", "assign", "invite"),
    "you": ("away", "enroll"),
    "more": ("help",),
}
FOR_APPROVERS = frozenset({"approve", "reject"})


def help_card(staff: Staff, names: Collection[str], *, words: Words) -> Card:
    """`names`: every word that the desk knows; each has its line under `help.<word>`."""
    who = words.person(staff.id, slack=True)
    if not staff.staff:
        refused = words.say("help.not_staff", who=who)
        return Card(text=refused, blocks=[blocks.section(refused)])
    theirs = [name for name in names if staff.approver or name not in FOR_APPROVERS]
    return Card(
        text=words.say("help.title"),
        blocks=[
            blocks.header(words.say("help.title")),
            blocks.section(words.say("help.hello", who=who)),
            *_groups(theirs, words),
            blocks.context(*_standing(staff, words), words.say("help.places")),
        ],
    )


def _groups(names: Collection[str], words: Words) -> list[Block]:
    grouped = {name for group in GROUPS.values() for name in group}
    ungrouped = tuple(name for name in names if name not in grouped)
    shown = []
    for title, group in (GROUPS | {"more": (*ungrouped, *GROUPS["more"])}).items():
        lines = [words.say(f"help.{name}") for name in group if name in names]
        if lines:
            shown.append(blocks.section("\n".join([words.say(f"help.group.{title}"), *lines])))
    return shown


def _standing(staff: Staff, words: Words) -> list[str]:
    """By whose right they decide at this moment."""
    lines = [] if staff.approver else [words.say("help.not_approver")]
    if staff.stands_for:
        people = ", ".join(words.person(who.id, slack=True) for who in staff.stands_for)
        lines.append(words.say("help.deputy", people=people))
    return lines
