"""What Slack shows of the audit trail."""

from collections.abc import Sequence

from bot.domain.events import Head, Restore
from bot.rendering import blocks
from bot.rendering.blocks import Card
from bot.rendering.words import Words


def head_note(head: Head, restores: Sequence[Restore] = (), *, words: Words) -> Card:
    """The trail's newest link, for `usher audit verify` to come back to; and what was restored of late."""
    text = words.say("audit.head", seq=head.seq, hash=head.hash)
    told = [_restored(one, words) for one in restores]
    why = blocks.context(words.say("audit.head.why"))
    return Card(text=text, blocks=[*map(blocks.section, (text, *told)), why])


def _restored(one: Restore, words: Words) -> str:
    who = words.person(one.by, slack=True)
    return words.say("audit.restored", seq=one.seq, at=words.instant(one.at), who=who)
