"""Where staff give a question's words to an article, and the weekly list of what the articles lack."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.conversations import Conversation
from bot.domain.faq import Article
from bot.domain.faq_opinions import LONGEST_PHRASING, FaqWeek, UnhelpfulArticle
from bot.domain.told_passwords import without_passwords
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.letter_cards import fitted
from bot.rendering.words import Words

TEACH = "conversation_teach"  #: the modal's name, and its button's
TOPIC, WORDS = "topic", "words"  #: its fields
FORGET = "-"  #: the choice of no article
SHOWN = 15
_OPTION = 75  #: characters of an option


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A submitted lesson; `topic`: "" to forget the words."""

    ref: str
    topic: str
    text: str


def teach_modal(one: Conversation, articles: Sequence[Article], *, words: Words) -> Block:
    """Ask for the article, and for the words that ask for it; names and numbers are to be taken out."""
    options = [_option(article.title, article.id) for article in articles]
    forget = _option(words.say("faq_teach.forget"), FORGET)
    text = fitted(" ".join(without_passwords(one.words).split()), LONGEST_PHRASING)
    return {
        "type": "modal",
        "callback_id": TEACH,
        "private_metadata": json.dumps({"ref": one.ref}),
        "title": blocks.plain(words.say("faq_teach.title", ref=one.ref)),
        "submit": blocks.plain(words.say("faq_teach.submit")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [
            {
                "type": "input",
                "block_id": TOPIC,
                "label": blocks.plain(words.say("faq_teach.topic")),
                "element": {
                    "type": "static_select",
                    "action_id": TOPIC,
                    "placeholder": blocks.plain(words.say("faq_teach.choose")),
                    "options": [*options, forget],
                },
            },
            {
                "type": "input",
                "block_id": WORDS,
                "label": blocks.plain(words.say("faq_teach.words")),
                "hint": blocks.plain(words.say("faq_teach.hint")),
                "element": {
                    "type": "plain_text_input",
                    "action_id": WORDS,
                    "multiline": True,
                    "max_length": LONGEST_PHRASING,
                    **({"initial_value": text} if text else {}),
                },
            },
        ],
    }


def _option(title: str, value: str) -> Block:
    label = title if len(title) <= _OPTION else f"{title[: _OPTION - 1].rstrip()}…"
    return {"text": blocks.plain(label), "value": value}


def read_teach(view: Block) -> Taught:
    values = view["state"]["values"]
    topic = str((values[TOPIC][TOPIC].get("selected_option") or {}).get("value", ""))
    return Taught(
        ref=str(json.loads(view["private_metadata"])["ref"]),
        topic="" if topic == FORGET else topic,
        text=values[WORDS][WORDS].get("value") or "",
    )


def week_note(found: FaqWeek, *, words: Words) -> Card:
    """Questions that no article answered, and articles that did not help; it pings nobody."""
    title = words.say("faq_week.title")
    return Card(
        text=title,
        blocks=[blocks.header(title), *_lists(found, words), blocks.context(words.say("faq_week.how"))],
    )


def _lists(found: FaqWeek, words: Words) -> Iterator[Block]:
    questions = [
        f"• {safe(one.ref, 20)} · {safe(without_passwords(one.subject), 100)}" for one in found.unanswered
    ]
    articles = [_unhelpful(one, words) for one in found.unhelpful]
    for kind, lines in (("unanswered", questions), ("unhelpful", articles)):
        if lines:
            heading = f"*{words.say(f'faq_week.{kind}', count=len(lines))}*"
            yield blocks.listing(heading, lines, words, shown=SHOWN, of=len(lines))


def _unhelpful(one: UnhelpfulArticle, words: Words) -> str:
    judged = one.judged
    why = ", ".join(f"{words.say(f'faq_card.why.{reason}')} ({many})" for reason, many in judged.why)
    said = words.say(
        "faq_week.article",
        title=safe(one.title, 120),
        no=judged.not_helped,
        of=judged.not_helped + judged.helped,
    )
    return f"{said} · {why}" if why else said
