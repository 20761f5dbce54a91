"""On a conversation's card: the articles that may answer it, sent by one click or edited first."""

from collections.abc import Iterator

from bot.domain.conversations import ConversationCard, Suggestion
from bot.rendering import blocks
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

SEND, EDIT = "faq_send_", "faq_edit_"  #: begin a button's `action_id`, which ends with a number
_EACH = (SEND, EDIT)


def suggestions(card: ConversationCard, *, words: Words) -> Iterator[Block]:
    """Nothing where nothing is near. A row's id carries the article, and how often the asker had written."""
    if not card.suggested:
        return
    yield blocks.section(f"*{words.say('faq_suggestion.title')}*")
    for number, one in enumerate(card.suggested):
        yield blocks.section(
            words.say("faq_suggestion", title=safe(one.title, 120), percent=round(one.score * 100))
        )
        yield _row(card, one, number, words)


def _row(card: ConversationCard, one: Suggestion, number: int, words: Words) -> Block:
    asked = card.conversation
    buttons = (
        blocks.button(words.say(f"{action}button"), action=f"{action}{number}", value=asked.ref)
        for action in _EACH
    )
    return {**blocks.actions(*buttons), "block_id": f"faq_suggested:{one.topic}:{asked.ref}:{asked.heard}"}


def topic_in(block_id: str) -> str:
    """Which article the row of a clicked button is about."""
    return block_id.split(":")[1] if block_id.count(":") > 1 else ""
