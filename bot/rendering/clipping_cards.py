"""Messages that staff add to a case: the modal that asks which, the note in the thread, the case's view."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.clippings import LONGEST_WORD, Clipping, Message
from bot.domain.queue import QueueEntry
from bot.rendering import blocks, quoting
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

SHOWN = 300  #: characters of a message where a case's view lists it
MOST_LISTED = 10
LONGEST_REFERENCE = 20
LONGEST_OPTION = 75

#: an address that may stand in a link of Slack's without ending it
_LINK = re.compile(r"https?://[^\s<>|\"]{1,500}")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A submitted choice; `ref` is as typed, or "" where nothing was chosen."""

    ref: str
    clipping_id: int
    word: str


def add_modal(number: int, message: Message, cases: Sequence[QueueEntry], *, words: Words) -> Block:
    """Ask for the case; `private_metadata` carries the number of the message that was kept.

    Submitted as `add_to_case` with `case.case.selected_option.value`, `other.other.value`, `word.word.value`.
    """
    return {
        "type": "modal",
        "callback_id": "add_to_case",
        "private_metadata": json.dumps({"clipping": number}),
        "title": blocks.plain(words.say("clipping.title")),
        "submit": blocks.plain(words.say("clipping.submit")),
        "close": blocks.plain(words.say("letter.close")),
        "blocks": [
            blocks.context(_author(message, words)),
            blocks.quote(message.text, empty=words.say("clipping.wordless")),
            *([_choice(cases, words)] if cases else []),
            _input("other", LONGEST_REFERENCE, words, is_optional=bool(cases)),
            _input("word", LONGEST_WORD, words, is_optional=True),
        ],
    }


def read_choice(view: Block) -> Chosen:
    """What was chosen; a case that was typed goes before one from the menu."""
    values = view["state"]["values"]
    picked = values.get("case", {}).get("case", {}).get("selected_option") or {}
    typed = values["other"]["other"].get("value") or ""
    return Chosen(
        ref=typed.strip() or str(picked.get("value", "")),
        clipping_id=int(json.loads(view["private_metadata"])["clipping"]),
        word=values["word"]["word"].get("value") or "",
    )


def _choice(cases: Sequence[QueueEntry], words: Words) -> Block:
    options = [{"text": blocks.plain(_option(entry, words)), "value": entry.ref} for entry in cases]
    return {
        "type": "input",
        "block_id": "case",
        "optional": True,
        "label": blocks.plain(words.say("clipping.case")),
        "element": {
            "type": "static_select",
            "action_id": "case",
            "placeholder": blocks.plain(words.say("clipping.choose")),
            "options": options,
        },
    }


def _option(entry: QueueEntry, words: Words) -> str:
    company = quoting.one_line(entry.company, 40) or words.say("card.nameless")
    return quoting.slack(f"{entry.ref} · {company} · {words.status(entry.status)}", LONGEST_OPTION)


def _input(name: str, longest: int, words: Words, *, is_optional: bool) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "optional": is_optional,
        "label": blocks.plain(words.say(f"clipping.{name}")),
        "hint": blocks.plain(words.say(f"clipping.{name}.hint")),
        "element": {"type": "plain_text_input", "action_id": name, "max_length": longest},
    }


def clipping_note(ref: str, clipping: Clipping, *, words: Words) -> Card:
    """In the thread: who added whose message, the words of both, and the way to it."""
    by = words.person(clipping.added_by, slack=True)
    text = words.say("clipping.added", by=by, ref=ref)
    message = clipping.message
    return Card(
        text=text,
        blocks=[
            blocks.section("\n".join([text, *_word(clipping, words)])),
            blocks.quote(message.text, empty=words.say("clipping.wordless")),
            blocks.context(_author(message, words)),
        ],
    )


def listed(clippings: Sequence[Clipping], words: Words) -> list[Block]:
    """In the case's view: the newest of them."""
    if not clippings:
        return []
    lines = (_line(one, words) for one in clippings)
    heading = words.say("clipping.listed", count=len(clippings))
    return [blocks.listing(heading, lines, words, shown=MOST_LISTED, of=len(clippings))]


def _line(clipping: Clipping, words: Words) -> str:
    said = safe(clipping.message.text, SHOWN) or words.say("clipping.wordless")
    by, at = words.person(clipping.added_by, slack=True), words.moment(clipping.added_at)
    line = words.say("clipping.line", author=_author(clipping.message, words), said=said, by=by, at=at)
    return "\n".join([line, *_word(clipping, words)])


def _word(clipping: Clipping, words: Words) -> list[str]:
    return [words.say("clipping.with_word", word=safe(clipping.word, 500))] if clipping.word.strip() else []


def _author(message: Message, words: Words) -> str:
    author = words.person(message.author, slack=True) or words.say("clipping.somebody")
    if _LINK.fullmatch(message.link):
        return words.say("clipping.author_linked", author=author, link=quoting.slack(message.link))
    return words.say("clipping.author", author=author)
