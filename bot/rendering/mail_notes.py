"""Notes in the support channel about mails that opened no case, and about their kind when it was mended."""

from collections.abc import Iterator

from bot.domain.cards import KindNote, QuestionNote
from bot.domain.sheets import SheetRefusal
from bot.domain.told_passwords import tells_password, without_passwords
from bot.rendering import blocks, quoting, whole_mails
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.cards import evidence_of, unopened
from bot.rendering.words import Words, megabytes


def question_note(note: QuestionNote, *, words: Words) -> Card:
    """A question in the support channel, in the sender's words; a password in them is hidden."""
    subject = quoting.one_line(without_passwords(note.subject), 110) or words.say("question.untitled")
    which = _which(note)
    title = words.say(f"question.{which or 'title'}", ref=note.ref, subject=subject)
    sender = _sender(note, words)
    key = f"question.text_{which}" if which else "question.text"
    silent = words.say(f"question.{_why_silent(note)}")
    return Card(
        text=words.say(key, ref=note.ref, sender=quoting.slack(quoting.one_line(sender, 120))),
        blocks=[
            blocks.header(title),
            blocks.quote(without_passwords(note.text), empty=silent),
            blocks.context(*_foot(note, sender, words)),
            *_mail_actions(note, words),
        ],
    )


def _sender(note: QuestionNote, words: Words) -> str:
    address = f"<{note.sender_address}>" if note.sender_address else words.say("card.none")
    return f"{note.sender_name} {address}".strip()


def _foot(note: QuestionNote, sender: str, words: Words) -> Iterator[str]:
    """What staff have to know of it besides its words."""
    if note.left_out:
        yield words.say("question.left_out", count=note.left_out)
    claimed = "question.sender_in_slack" if note.in_slack else "question.sender_claimed"
    unverified = "question.sender_unverified" if note.mail_id else claimed
    standing = "question.sender" if note.verified else unverified
    evidence, at = evidence_of(note.evidence, words), words.moment(note.received_at)
    yield words.say(standing, sender=safe(sender), evidence=evidence, at=at)
    if note.about:
        yield words.say("question.about", ref=safe(note.about))
    if tells_password(note.text) or tells_password(note.subject):
        yield words.say("question.password")
    yield from _brought(note, words)
    if note.form_sent:
        yield words.say("question.form_sent")
    if note.whose:
        yield words.say(f"question.whose.{note.whose}")
    if note.mail_id:
        yield words.say("question.mail", id=note.mail_id)


def _brought(note: QuestionNote, words: Words) -> Iterator[str]:
    """What came with it, and what of that was not read."""
    if note.attachments:
        yield words.say("question.attachments", names=safe(", ".join(note.attachments), 500))
    if note.robot:
        yield words.say("question.robot", reason=safe(note.robot, 200))
    if note.own:
        yield words.say("question.own")
    if note.unread:
        yield words.say("question.no_form", names=safe(", ".join(note.unread), 500))
    if note.unopened:
        yield unopened(note.unopened, words)
    if note.refused:
        yield words.say("question.refused", reason=words.name(note.refused))
    if note.fault:
        yield words.say("question.fault", fault=safe(note.fault, 300))
    if note.unread_bytes:
        yield words.say("question.too_large", megabytes=megabytes(note.unread_bytes))


def _which(note: QuestionNote) -> str:
    if note.with_form:
        return "with_form"
    if note.follow_up:
        return "follow_up"
    return "" if note.ref else "aside"


def _why_silent(note: QuestionNote) -> str:
    if note.withheld:
        return "withheld"
    if note.refused is SheetRefusal.SEALED:
        return "sealed"
    if note.fault:
        return "faulty"
    return "unread" if note.unread_bytes else "silent"


def _mail_actions(note: QuestionNote, words: Words) -> list[Block]:
    """What is attached may be a form that was not recognised; the block's id names the mail.

    What somebody wrote on in Slack is kept nowhere else.
    """
    may_be_form = bool(note.attachments) and not (note.taken or note.own)
    has_more = bool(note.left_out) and bool(note.mail_id or not note.follow_up)
    actions = {"kind_ris": may_be_form, whole_mails.ACTION: has_more}
    buttons = [
        blocks.button(words.say(f"question.{action}"), action=action, value=note.ref or "-")
        for action, is_there in actions.items()
        if is_there
    ]
    block_id = f"mail:{note.mail_id}:{note.content_hash}"
    return [{**blocks.actions(*buttons), "block_id": block_id}] if buttons else []


def kind_note(note: KindNote, *, words: Words) -> Card:
    """Who mended a wrong kind, and where it goes on."""
    key = f"kind.{note.kind}" if note.ref else "kind.dropped"
    sentence = words.say(key, by=words.person(note.by, slack=True), ref=safe(note.ref))
    return Card(text=sentence, blocks=[blocks.section(sentence)])
