"""The modals of a conversation: where an answer is written and shown before it goes, and who gets it next."""

import json
from dataclasses import asdict, dataclass

from bot.domain.conversations import Channel, Conversation, Reply
from bot.domain.letters import LONGEST_LETTER, ShownMail
from bot.domain.told_passwords import without_passwords
from bot.rendering import blocks, letter_cards
from bot.rendering.blocks import Block, safe
from bot.rendering.conversations import owner_of
from bot.rendering.words import Words

REPLY, HAND_OVER = "conversation_reply", "conversation_hand_over"  #: the modals' names
WORDS, TO = "words", "to"  #: their fields


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """A submitted choice; `since`: whose it was when it was made, "" for nobody's."""

    ref: str
    since: str
    to: str


def reply_modal(reply: Reply, one: Conversation, *, words: Words, shown: ShownMail | None = None) -> Block:
    """Write an answer, then look at it as it will go (`shown`), then send it; the last word may be none."""
    name = "close" if reply.closes else "reply"
    submit = "letter.send" if shown else f"conversation.{name}.submit"
    return {
        "type": "modal",
        "callback_id": REPLY,
        "private_metadata": json.dumps({**asdict(reply), "text": ""}),
        "title": blocks.plain(words.say(f"conversation.{name}.title", ref=one.ref)),
        "submit": blocks.plain(words.say(submit)),
        "close": blocks.plain(words.say("letter.close")),
        "blocks": [
            *(letter_cards.preview(shown, words) if shown else [blocks.section(_intro(one, name, words))]),
            _field(reply, one, name, words),
        ],
    }


def read_reply(view: Block) -> Reply:
    """What was written, and all that the modal carried."""
    about = json.loads(view["private_metadata"])
    text = view["state"]["values"][WORDS][WORDS].get("value") or ""
    return Reply(
        ref=str(about["ref"]),
        heard=int(about["heard"]),
        key=str(about["key"]),
        closes=bool(about["closes"]),
        seal=str(about["seal"]),
        text=text,
    )


def _intro(one: Conversation, name: str, words: Words) -> str:
    way = Channel.SLACK if one.channel is Channel.SLACK else Channel.MAIL
    said = words.say(f"conversation.way.{way}", to=safe(one.address or one.name, 200))
    return f"{said} {words.say(f'conversation.{name}.intro')}"


def _field(reply: Reply, one: Conversation, name: str, words: Words) -> Block:
    bare = name == "reply" and one.channel is Channel.SLACK  # a direct message has no greeting
    text = letter_cards.fitted(reply.text, LONGEST_LETTER)
    return {
        "type": "input",
        "block_id": WORDS,
        "optional": reply.closes,
        "label": blocks.plain(words.say(f"conversation.{name}.label")),
        "hint": blocks.plain(words.say("conversation.direct.hint" if bare else f"conversation.{name}.hint")),
        "element": {
            "type": "plain_text_input",
            "action_id": WORDS,
            "multiline": True,
            "max_length": LONGEST_LETTER,
            **({"initial_value": text} if text.strip() else {}),
        },
    }


def hand_over_modal(one: Conversation, me: str, *, words: Words) -> Block:
    """Ask which colleague gets it; offers oneself."""
    subject = safe(without_passwords(one.subject), 100)
    return {
        "type": "modal",
        "callback_id": HAND_OVER,
        "private_metadata": json.dumps({"ref": one.ref, "since": one.owner}),
        "title": blocks.plain(words.say("conversation.hand_over.title", ref=one.ref)),
        "submit": blocks.plain(words.say("conversation.hand_over")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [
            blocks.section(f"*{subject or one.ref}*\n{owner_of(one, words)}"),
            {
                "type": "input",
                "block_id": TO,
                "label": blocks.plain(words.say("conversation.hand_over.label")),
                "hint": blocks.plain(words.say("conversation.hand_over.hint")),
                "element": {"type": "users_select", "action_id": TO, "initial_user": me},
            },
        ],
    }


def read_hand_over(view: Block) -> HandOver:
    about = json.loads(view["private_metadata"])
    to = view["state"]["values"][TO][TO].get("selected_user")
    return HandOver(ref=str(about["ref"]), since=str(about["since"]), to=str(to or ""))
