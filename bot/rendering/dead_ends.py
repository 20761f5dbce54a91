"""The desk's card of dead ends; administrators hear by mail, `account_mails.dead_ends`."""

from collections.abc import Iterator, Sequence

from bot.domain.cases import case_ref
from bot.domain.dead_ends import ForDesk, PartnerFacts
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

SHOWN = 10  #: of each kind, on the card


def dead_ends_note(found: ForDesk, *, words: Words) -> Card:
    """What only the desk can mend, by kind; names only, so that it pings nobody."""
    many = len(found.leaderless) + len(found.hurried) + len(found.unwarned)
    title = words.say("dead_ends.title", count=many)
    return Card(
        text=title,
        blocks=[blocks.header(title), *_kinds(found, words), blocks.context(words.say("dead_ends.how"))],
    )


def _kinds(found: ForDesk, words: Words) -> Iterator[Block]:
    organisations = [
        f"• {case_ref(one.id)} · {safe(one.company, 80) or words.say('card.nameless')}"
        for one in found.leaderless
    ]
    for kind, lines in (
        ("leaderless", organisations),
        ("hurried", _partners(found.hurried, words)),
        ("unwarned", _partners(found.unwarned, words)),
    ):
        if lines:
            heading = f"*{words.say(f'dead_ends.{kind}')}*"
            yield blocks.listing(heading, lines, words, shown=SHOWN, of=len(lines))


def _partners(found: Sequence[PartnerFacts], words: Words) -> list[str]:
    return [
        words.say(
            "dead_ends.partner",
            name=safe(one.account.name, 60),
            user_id=safe(one.account.user_id, 20),
            ends_on=words.date(one.ends_on),
        )
        for one in found
    ]
