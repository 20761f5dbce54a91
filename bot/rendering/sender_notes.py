"""Notes about what senders do: take a case back, correct a decided one, send again, send too much."""

import json

from bot.domain.cards import (
    CappedNote,
    ChangeLine,
    CorrectionNote,
    Pile,
    PileEnd,
    SameFormNote,
    WithdrawalNote,
)
from bot.rendering import blocks, differences
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

LEAVE = "forms_leave"
#: what offers a button; everything else says what was done, or why it is not
_OFFERS = frozenset({"asked", "unclear", "named"})


def withdrawal_note(note: WithdrawalNote, *, words: Words) -> Card:
    """A sponsor takes a case back."""
    by = words.person(note.by, slack=True) if note.by else ""
    sentence = words.say(f"withdrawal.{note.what}", ref=note.ref, other=note.other, by=by)
    lines = [sentence, *(words.say(f"withdrawal.standing.{one}") for one in note.standing)]
    shown = [blocks.section("\n".join(lines))]
    if note.what in _OFFERS:
        label = words.say("withdrawal.button", ref=note.ref)
        button = blocks.button(label, action="case_withdraw", value=note.ref, style="danger")
        shown.append(_row(f"withdraw:{note.content_hash}", button))
    return Card(text=sentence, blocks=shown)


def correction_note(note: CorrectionNote, *, words: Words) -> Card:
    """A corrected form after the decision: the differences, and the button or why there is none."""
    if note.by:
        sentence = words.say("correction.reopened", ref=note.ref, by=words.person(note.by, slack=True))
        gone = [words.say("correction.may_have_gone")] if note.may_have_gone else []
        return Card(text=sentence, blocks=[blocks.section("\n".join([sentence, *gone]))])
    title = words.say("correction.title", ref=note.ref)
    lines = [_change(change, words) for change in note.changes]
    listed = blocks.listing(title, lines, words, shown=len(lines), of=len(lines))
    shown = [listed, *_beyond(note, words)]
    if note.keys_out:
        shown.append(blocks.context(words.say("correction.keys_out", ref=note.ref)))
    elif note.late:
        shown.append(blocks.context(words.say("correction.late", ref=note.ref)))
    elif note.other:
        shown.append(blocks.context(words.say("correction.kept", ref=note.ref, other=note.other)))
    else:
        label = words.say("correction.button", ref=note.ref)
        button = blocks.button(label, action="case_reopen", value=f"{note.ref} {note.mail_id}")
        shown.append(blocks.context(words.say("correction.ask")))
        shown.append(_row(f"reopen:{note.content_hash}", button))
    return Card(text=title, blocks=shown)


def _beyond(note: CorrectionNote, words: Words) -> list[Block]:
    return [blocks.context(words.say("card.more", number=note.more))] if note.more else []


def _change(change: ChangeLine, words: Words) -> str:
    if not change.field:
        key = "correction.came" if change.after else "correction.went"
        return words.say(key, who=safe(change.after or change.before, 80))
    sides = {
        "field": words.field(change.field),
        "before": differences.value(change.field, change.before, words),
        "after": differences.value(change.field, change.after, words),
    }
    if not change.who:
        return words.say("differences.cell", **sides)
    return words.say("differences.cell_of", who=safe(change.who, 80), **sides)


def same_form_note(note: SameFormNote, *, words: Words) -> Card:
    """The same form came again: a case of its own, which asks whether it is the same."""
    sentence = words.say("same_form", ref=note.ref, again=note.again)
    return Card(text=sentence, blocks=[blocks.section(sentence)])


def capped_note(note: CappedNote, *, words: Words) -> Card:
    """A sender has sent more forms than are taken in at once; staff say what becomes of the rest."""
    hours = words.say("capped.hours", count=note.hours)
    title = words.say("capped.title", sender=safe(note.sender, 200), count=note.limit, hours=hours)
    by = words.person(note.by, slack=True) if note.by else ""
    said = words.say(f"capped.{note.ended or 'waits'}", count=note.count, same=note.same, by=by)
    standing = words.say("capped.verified" if note.verified else "capped.claimed")
    below = {
        None: [
            blocks.context(standing, words.say("capped.hint")),
            blocks.actions(_release(note, words), _leave(note, words)),
        ],
        PileEnd.LEFT: [
            blocks.context(words.say("capped.left.hint")),
            blocks.actions(_release(note, words)),
        ],
        PileEnd.TAKEN: list[Block](),
    }
    return Card(text=f"{title} {said}", blocks=[blocks.section(f"{title} {said}"), *below[note.ended]])


def _release(note: CappedNote, words: Words) -> Block:
    label = words.say("capped.after_all" if note.last else "capped.release")
    return blocks.button(label, action="forms_release", value=f"{note.mail_id} {note.last}")


def _leave(note: CappedNote, words: Words) -> Block:
    return blocks.button(words.say("capped.leave"), action=LEAVE, value=str(note.mail_id))


def read_pile(value: str) -> tuple[int, int]:
    """The first mail of the pile, and the last that was left aside; 0 where it waits."""
    first, _, last = value.partition(" ")
    return int(first), int(last or 0)


def leave_modal(pile: Pile, *, words: Words) -> Block:
    """How many forms are left aside; submitted as `forms_leave`."""
    said = words.say("capped.leave.ask", sender=safe(pile.sender, 200), count=pile.count)
    return {
        "type": "modal",
        "callback_id": LEAVE,
        "private_metadata": json.dumps({"mail_id": pile.mail_id, "last": pile.last}),
        "title": blocks.plain(words.say("capped.leave.title")),
        "submit": blocks.plain(words.say("capped.leave.submit", count=pile.count)),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [blocks.section(said)],
    }


def read_leave(view: Block) -> tuple[int, int]:
    """The pile's mail, and the last one that was shown."""
    about = json.loads(view["private_metadata"])
    return about["mail_id"], about["last"]


def _row(block_id: str, button: Block) -> Block:
    return {**blocks.actions(button), "block_id": block_id}
