"""The modals that take a file of vouchers: give it, see what it holds, import it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.vouchers import VoucherReading
from bot.rendering import blocks, quoting, row_files, step_up, vouchers
from bot.rendering.blocks import Block, safe
from bot.rendering.row_files import FILE
from bot.rendering.stock import IMPORT
from bot.rendering.words import Words

MOST_SHOWN = 15  #: rows that are told; each is a sentence


@dataclass(frozen=True, kw_only=True)
class Given:
    """A submitted modal: a file, and where it was looked at before, what it held then."""

    file_id: str
    digest: str = ""  #: of what was shown; "" for a file that nobody has looked at
    code: str = ""
    fields: tuple[str, ...] = ()  #: that were there; a refusal is said at the last one


def file_modal(*, trouble: str = "", words: Words) -> Block:
    """Ask for the file; `trouble`: why the last one was not even looked at."""
    about = [blocks.section(words.say("vouchers.modal.about"))]
    if trouble:
        about.insert(0, blocks.section(trouble))
    return _modal([*about, _file(words)], {}, submit=words.say("vouchers.modal.look"), words=words)


def looked_modal(
    reading: VoucherReading, *, file_id: str, name: str, digest: str, asks_code: bool, words: Words
) -> Block:
    """What the file holds: a button that imports it where all of it is fit, else the field for another."""
    title = blocks.section(words.say("vouchers.modal.file", name=safe(name, 80)))
    shown = [title, blocks.section(_told(reading, words))]
    if left_out := row_files.left_out(reading.left_out, words):
        shown.append(blocks.context(safe(left_out, 600)))
    if reading.fit:
        about = {FILE: file_id, "digest": digest}
        shown += [step_up.code_field(words)] if asks_code else []
        return _modal(shown, about, submit=words.say("vouchers.modal.import"), words=words)
    return _modal([*shown, _file(words)], {}, submit=words.say("vouchers.modal.look"), words=words)


def _told(reading: VoucherReading, words: Words) -> str:
    lines = [f"*{vouchers.summary(reading, words)}*"]
    if reading.bad:
        lines.append(row_files.counts((row.fault for row in reading.bad), words))
        lines += [f"• {vouchers.row_text(row, words)}" for row in reading.bad[:MOST_SHOWN]]
    if (more := len(reading.bad) - MOST_SHOWN) > 0:
        lines.append(words.say("vouchers.more", count=more))
    return quoting.cut("\n".join(lines), blocks.MOST_TEXT)


def said_modal(text: str, *, words: Words) -> Block:
    """A sentence and no button: what is being done, or what was."""
    return _modal([blocks.section(text)], {}, submit="", words=words)


def read_given(view: Block) -> Given:
    """What was submitted."""
    about = json.loads(view.get("private_metadata") or "{}")
    values = view["state"]["values"]
    files = values.get(FILE, {}).get(FILE, {}).get("files") or []
    return Given(
        file_id=str(files[0]["id"]) if files else str(about.get(FILE, "")),
        digest="" if files else str(about.get("digest", "")),
        code=str(values.get(step_up.CODE, {}).get(step_up.CODE, {}).get("value") or ""),
        fields=tuple(name for name in (FILE, step_up.CODE) if name in values),
    )


def _modal(shown: list[Block], about: Mapping[str, str], *, submit: str, words: Words) -> Block:
    made: Block = {
        "type": "modal",
        "callback_id": IMPORT,
        "private_metadata": json.dumps(dict(about)),
        "title": blocks.plain(words.say("vouchers.modal.title")),
        "close": blocks.plain(words.say("vouchers.modal.close")),
        "blocks": shown,
    }
    return made | ({"submit": blocks.plain(submit)} if submit else {})


def _file(words: Words) -> Block:
    return {
        "type": "input",
        "block_id": FILE,
        "label": blocks.plain(words.say("vouchers.modal.label")),
        "hint": blocks.plain(words.say("vouchers.modal.hint")),
        "element": row_files.field(),
    }
