"""The modal that shows all of somebody's words, a page at a time, below a card that had no room for them."""

import json

from bot.domain.cards import WholeMail
from bot.domain.told_passwords import tells_password, without_passwords
from bot.rendering import blocks
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

ACTION = "mail_whole"  #: the button's `action_id`; those that turn a page add "_back" and "_more"
EACH = 12  #: sections of a page: Slack takes 250,000 characters a view, and a sign may need six of them


def whole_modal(mail: WholeMail, page: int, *, words: Words) -> Block:
    """`page` counts from 1; `private_metadata` carries it and what is read."""
    told = without_passwords(mail.text)
    pieces = blocks.quotes(told) or [blocks.quote("", empty=words.say("question.silent"))]
    pages = -(-len(pieces) // EACH)
    page = min(max(page, 1), pages)
    subject = safe(without_passwords(mail.subject), 200) or words.say("question.untitled")
    hidden = [words.say("question.password")] if tells_password(f"{mail.subject}\n{mail.text}") else []
    shown = [
        blocks.section(f"*{subject}*"),
        blocks.context(words.say("whole_mail.sender", sender=safe(mail.sender, 200)), *hidden),
        {"type": "divider"},
        *pieces[(page - 1) * EACH : page * EACH],
        *_turns(page, pages, words),
    ]
    return _modal(shown, mail.ref, mail.mail_id, words)


def said_modal(text: str, *, ref: str, mail_id: int, words: Words) -> Block:
    """The same modal while there is nothing to read in it."""
    return _modal([blocks.section(text)], ref, mail_id, words)


def _modal(shown: list[Block], ref: str, mail_id: int, words: Words) -> Block:
    return {
        "type": "modal",
        "callback_id": ACTION,
        "private_metadata": json.dumps({"ref": ref, "mail": mail_id}),
        "title": blocks.plain(words.say("whole_mail.title")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": shown,
    }


def _turns(page: int, pages: int, words: Words) -> list[Block]:
    if pages == 1:
        return []
    turns = {"back": page - 1, "more": page + 1}
    made = [
        blocks.button(words.say(f"find.{turn}_button"), action=f"{ACTION}_{turn}", value=str(to))
        for turn, to in turns.items()
        if 1 <= to <= pages
    ]
    return [blocks.context(words.say("find.page", page=page, pages=pages)), blocks.actions(*made)]


def read_page(view: Block) -> tuple[str, int]:
    """Of which words a page is shown: a reference, and the number of the mail, 0 for none."""
    about = json.loads(view["private_metadata"])
    return str(about["ref"]), int(about["mail"])
