"""What Slack shows of the audit trail."""

from bot.domain.events import Head
from bot.rendering import blocks
from bot.rendering.blocks import Card
from bot.rendering.words import Words


def head_note(head: Head, *, words: Words) -> Card:
    """The trail's newest link, for `usher audit verify` to come back to."""
    text = words.say("audit.head", seq=head.seq, hash=head.hash)
    return Card(text=text, blocks=[blocks.section(text), blocks.context(words.say("audit.head.why"))])
