"""On a conversation's card: the articles that may answer it, shown before they are sent, or edited first."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from bot.domain.conversations import ChosenArticle, ConversationCard, Suggestion
from bot.domain.letters import ShownMail
from bot.rendering import blocks, letter_cards
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

SEND, EDIT = "faq_send_", "faq_edit_"  #: begin a button's `action_id`, which ends with a number
MODAL = "faq_send"  #: in which an answer is seen before it goes
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


def send_modal(chosen: ChosenArticle, shown: ShownMail, *, words: Words) -> Block:
    """The answer as it will go; submitted it goes."""
    told = [blocks.context(words.say("faq_send.shown")), *letter_cards.as_it_goes(shown, words)]
    return _modal(chosen, told, words) | {"submit": blocks.plain(words.say("letter.send"))}


def refused_modal(chosen: ChosenArticle, why: str, *, words: Words) -> Block:
    """In its place: why it cannot go."""
    return _modal(chosen, [blocks.section(why)], words)


def _modal(chosen: ChosenArticle, shown: list[Block], words: Words) -> Block:
    return {
        "type": "modal",
        "callback_id": MODAL,
        "private_metadata": json.dumps(asdict(chosen)),
        "title": blocks.plain(words.say("faq_send.title", ref=chosen.ref)),
        "close": blocks.plain(words.say("letter.close")),
        "blocks": shown,
    }


def read_send(view: Block) -> ChosenArticle:
    about = json.loads(view["private_metadata"])
    return ChosenArticle(
        ref=str(about["ref"]), heard=int(about["heard"]), topic=str(about["topic"]), seal=str(about["seal"])
    )
