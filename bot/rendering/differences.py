"""What changed between two versions of a form, and how its headings were read, as lines of mrkdwn."""

from collections.abc import Iterator

from bot.domain.differences import Change, Differences, compare
from bot.domain.ris import Credential, HeadingRead, PartnerType, RisCase, User
from bot.rendering import blocks
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

SHOWN_CHANGES = 10
SHOWN_HEADINGS = 6
_CHOICES = {"credential": Credential, "partner_type": PartnerType}


def changes(before: RisCase, after: RisCase, since: int, words: Words, *, shown: int) -> list[Block]:
    """Cell by cell since that version; nothing where only the problems differ."""
    found = compare(before, after)
    if not len(found):
        return [blocks.context(words.say("differences.none", version=since))]
    heading = words.say("differences.heading", version=since, number=len(found))
    return [blocks.listing(heading, lines(found, words), words, shown=shown, of=len(found))]


def lines(found: Differences, words: Words) -> Iterator[str]:
    """One for each person who went or came, which must not be overlooked; then for each cell that differs."""
    for user in found.removed:
        yield words.say("differences.removed", who=_who(user, words), email=safe(user.email, 120))
    for user in found.added:
        yield words.say("differences.added", who=_who(user, words), email=safe(user.email, 120))
    for change in found.company:
        yield words.say("differences.cell", **_sides(change, words))
    for one in found.changed:
        for change in one.changes:
            yield words.say("differences.cell_of", who=_who(one.user, words), **_sides(change, words))


def _sides(change: Change, words: Words) -> dict[str, str]:
    return {
        "field": words.field(change.field),
        "before": value(change.field, change.before, words),
        "after": value(change.field, change.after, words),
    }


def value(field: str, written: str, words: Words) -> str:
    """A cell as staff read it: choices and countries by their names."""
    if field == "role":
        written = words.role(written)
    elif field in _CHOICES:
        written = words.choice(_CHOICES[field], written)
    elif field == "country":
        written = words.country(written)
    return safe(written, 120) or words.say("card.none")


def _who(user: User, words: Words) -> str:
    return safe(f"{user.first_name} {user.last_name}".strip() or user.email, 80) or words.say("card.none")


def headings(ris: RisCase, words: Words, *, shown: int, only_doubtful: bool = False) -> list[Block]:
    """How the headings of somebody else's form were understood, the doubtful ones first."""
    doubtful = [one for one in ris.headings if not one.sure]
    listed = doubtful if only_doubtful else [*doubtful, *(one for one in ris.headings if one.sure)]
    if not listed:
        return []
    key = "headings.doubtful" if only_doubtful else "headings.all"
    heading = words.say(key, number=len(ris.headings), doubtful=len(doubtful))
    said = (_heading(one, words) for one in listed)
    return [blocks.listing(heading, said, words, shown=shown, of=len(listed))]


def _heading(read: HeadingRead, words: Words) -> str:
    place = safe(" ".join(filter(None, (read.sheet, read.cell))), 80)
    taken = words.field(read.field) if read.field else words.say("headings.left_out")
    key = "headings.line" if read.sure else "headings.line_doubtful"
    return words.say(key, label=safe(read.label, 80), field=taken, place=place or words.say("card.none"))
