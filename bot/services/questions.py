"""Questions: a conversation for each, the sender's words for staff, a receipt for whoever may have one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain import form_requests
from bot.domain.addressees import Addressee
from bot.domain.cards import QuestionNote, shown_words
from bot.domain.cases import Case, Thread
from bot.domain.conversations import Channel, Conversation, NewConversation
from bot.domain.cover_notes import goes_on, list_unread, says_more
from bot.domain.events import EventTag, subject_of
from bot.domain.intake import Understood
from bot.domain.note_names import NoteName
from bot.domain.programmes import Programme
from bot.domain.provenance import Provenance, asks_nothing_else
from bot.domain.sheets import SheetRefusal
from bot.domain.trust import Verdict
from bot.rendering import mails
from bot.rendering.case_facts import Values
from bot.rendering.provenance import whose_mail
from bot.services import conversations, faq_mails, provenance, repeats
from bot.services.desk import Desk
from bot.services.marking import BLANK
from bot.services.provenance import LookedUp
from bot.services.queueing import queue_mail, queue_note, was_answered
from bot.store import events, outbox


def ask(db: Database, desk: Desk, understood: Understood, now: datetime, *, of_case: bool = False) -> str:
    """A question goes to the support channel; a verified sender hears by when a person answers.

    Where an article answers only a part, a person has the rest.
    Whoever asks for the blank form gets it at once, and whoever asks whether a mail is ours hears that, and
    staff see it. What is asked about a case (`of_case`) no article answers by itself.
    """
    conversation = open_conversation(db, desk, understood, now)
    looked = provenance.look_up(db, desk, understood, ref=conversation.ref, now=now)
    of = faq_mails.find_programme(db, desk, conversation, now=now)
    told = looked is not None and say_whose(
        db, desk, understood, looked, ref=conversation.ref, of=of, now=now
    )
    whose = (looked.found if told else Provenance.UNSURE) if looked else None
    form_sent = looked is None and send_form(db, desk, understood, conversation.ref, now=now)
    may_answer = looked is None and not of_case
    answered = form_sent or (may_answer and faq_mails.answer(db, desk, understood, conversation, now=now))
    says_more = form_sent and not form_requests.asks_nothing_else(understood.mail)
    if answered and not form_sent and understood.asked and understood.asked.has_rest:
        conversations.share(db, conversation, now=now)
    elif (answered and not says_more) or (whose is Provenance.OURS and asks_nothing_else(understood.mail)):
        conversations.leave_to_asker(db, conversation, now=now)
    note_question(db, understood, conversation, now=now, form_sent=form_sent, whose=whose)
    if understood.too_large:
        say_too_large(db, desk, understood, ref=conversation.ref, of=of, now=now)
    elif understood.verified and not answered and not told:
        offered = () if of_case else faq_mails.offer(db, desk, understood, conversation, now=now)
        say_received(
            db, desk, understood, ref=conversation.ref, hear_by=conversation.due_at, offered=offered, of=of,
            now=now,
        )  # fmt: skip
    return conversation.ref


def say_received(
    db: Database,
    desk: Desk,
    understood: Understood,
    *,
    ref: str,
    hear_by: datetime | None = None,
    offered: Sequence[Values] = (),
    case_id: int | None = None,
    of: Programme = Programme.MAG,
    now: datetime,
) -> None:
    """Tell a verified sender that their mail came, by when a person answers it, and no more.

    Only that a file is missing of which they speak is said besides.
    """
    words = mails.neutral_receipt(
        ref=ref, lang=understood.mail.lang, policy=desk.policy, hear_by=hear_by, offered=offered, of=of
    ) | {"no_file": form_requests.misses_file(understood.mail)}
    answer(db, desk, understood, "neutral_receipt", ref=ref, words=words, now=now, case_id=case_id)


def say_whose(
    db: Database,
    desk: Desk,
    understood: Understood,
    looked: LookedUp,
    *,
    ref: str,
    of: Programme,
    now: datetime,
) -> bool:
    """Tell a verified sender whether the mail that they have is ours; whether that is sure, and goes."""
    if looked.found is Provenance.UNSURE:
        return False
    job = looked.job
    words = whose_mail(
        ref=ref,
        lang=understood.mail.lang,
        policy=desk.policy,
        portal_url=desk.portal_url,
        of=of,
        template=job.template if job else "",
        sent_at=(job.sent_at or job.created_at) if job else None,
    )
    return answer(db, desk, understood, "whose_mail", ref=ref, words=words, now=now)


def send_form(db: Database, desk: Desk, understood: Understood, ref: str, *, now: datetime) -> bool:
    """Answer a request for the blank form with it; return whether that was done.

    The form is no secret, so a sender for whom no server vouches gets it too, once within the caps' time:
    a forger cannot make us fill anybody's mailbox. One whose check failed is answered by a person, if at all.
    """
    mail = understood.mail
    if (
        understood.too_large
        or understood.check.verdict is Verdict.FAILED
        or not form_requests.asks_for_form(mail)
    ):
        return False
    if not understood.verified and was_answered(db, desk, mail.sender.address, now=now):
        return False
    says_more = understood.verified and not form_requests.asks_nothing_else(mail)
    hear_by = conversations.due_of(desk, now) if says_more else None
    words = mails.blank_form(
        ref=ref, lang=mail.lang, policy=desk.policy, portal_url=desk.portal_url, hear_by=hear_by
    )
    return answer(db, desk, understood, "blank_form", ref=ref, words=words, now=now, attach={"what": BLANK})


def say_too_large(
    db: Database,
    desk: Desk,
    understood: Understood,
    *,
    ref: str,
    now: datetime,
    cc: tuple[str, ...] = (),
    case_id: int | None = None,
    of: Programme = Programme.MAG,
) -> None:
    """Tell a verified sender that their mail was too large to be read, and what to do instead."""
    row, mail = understood.row, understood.mail
    if not (understood.too_large and understood.verified):
        return
    words = mails.too_large(
        size=row.size,
        subject=mail.subject,
        ref=ref,
        sender=mail.sender,
        lang=mail.lang,
        policy=desk.policy,
        of=of,
    )
    answer(db, desk, understood, "too_large", ref=ref, words=words, now=now, cc=cc, case_id=case_id)


def say_unreadable(
    db: Database,
    desk: Desk,
    understood: Understood,
    ref: str,
    refusal: SheetRefusal,
    *,
    cc: tuple[str, ...],
    now: datetime,
    case_id: int | None = None,
    of: Programme = Programme.MAG,
) -> None:
    """Tell why a form was not read, and what to send instead."""
    mail = understood.mail
    words = mails.unreadable_ris(
        reason=refusal,
        source=understood.form.source,
        ref=ref,
        sender=mail.sender,
        lang=mail.lang,
        policy=desk.policy,
        of=of,
    )
    answer(db, desk, understood, "unreadable_ris", ref=ref, words=words, now=now, cc=cc, case_id=case_id)


def open_conversation(db: Database, desk: Desk, understood: Understood, now: datetime) -> Conversation:
    """What a mail asks, in the caller's transaction; what an earlier copy of it asked goes on."""
    if (known := repeats.find_conversation(db, desk, understood.copies, now=now)) is not None:
        return known
    mail = understood.mail
    new = NewConversation(
        channel=Channel.MAIL,
        address=mail.sender.address,
        name=mail.sender.name,
        subject=mail.subject,
        words=mail.text,
        lang=mail.lang,
        verified=understood.verified,
        mail_id=understood.row.id,
        thread=Thread.answering(mail),
    )
    return conversations.open_one(db, desk, new, now=now)


def answer(
    db: Database,
    desk: Desk,
    understood: Understood,
    template: str,
    *,
    ref: str,
    words: Mapping[str, Any],
    now: datetime,
    cc: tuple[str, ...] = (),
    case_id: int | None = None,
    attach: Mapping[str, Any] | None = None,
) -> bool:
    """Queue an automatic answer to a mail; return whether the caps let it through."""
    mail, key = understood.mail, f"mail:{understood.row.id}:{template}"
    whom = Addressee(
        address=mail.sender.address,
        lang=mail.lang,
        ref=ref,
        thread=Thread.answering(mail),
        cc=cc,
        case_id=case_id,
    )
    return queue_mail(db, desk, template, whom, key=key, words=words, now=now, automatic=True, attach=attach)


def note_question(
    db: Database,
    understood: Understood,
    conversation: Conversation,
    *,
    now: datetime,
    form_sent: bool = False,
    whose: Provenance | None = None,
) -> None:
    values = {**_note(understood, conversation.ref), "form_sent": form_sent, "whose": whose}
    queue_note(db, NoteName.QUESTION, key=conversations.card_key(conversation.ref), values=values, now=now)


def note_next(
    db: Database, understood: Understood, conversation: Conversation, *, now: datetime, form_sent: bool
) -> None:
    """Another mail of its asker: below its card, or as its card where it has none yet."""
    ref, key = conversation.ref, conversations.card_key(conversation.ref)
    if outbox.find_by_key(db, key) is None:
        note_question(db, understood, conversation, now=now, form_sent=form_sent)
        return
    note_follow_up(db, understood, ref, key, now=now, form_sent=form_sent)


def note_follow_up(
    db: Database,
    understood: Understood,
    ref: str,
    thread_key: str,
    *,
    now: datetime,
    case_id: int | None = None,
    form_sent: bool = False,
    taken: bool = False,
    known: bool = False,
    aloud: bool = False,
    robot: bool = False,
    counts: bool = True,
) -> None:
    """Say below what it belongs to that another mail came; `aloud`: in the channel too, if it is to be read.

    `taken`: the form that came with it is a version of the case now; `known`: it is one already. `robot`: it
    came as a robot's or a list's, so that nothing was done about it. `counts`: False
    for words of somebody who may not speak in it: they are seen, and hold nothing up.
    """
    unread = list_unread(understood.mail, understood.form) if understood.form.cases else ()
    more = _has_more(understood, unread) if taken else _is_to_be_read(understood, known=known)
    to_read = bool(unread) or more
    values = {**_note(understood, ref), "follow_up": True, "form_sent": form_sent, "taken": taken}
    values["goes_on"] = _goes_on(understood)
    queue_note(
        db,
        NoteName.QUESTION,
        key=f"note:{ref}:mail:{understood.row.id}",
        values=values
        | {"to_read": to_read and counts, "unread": unread, "robot": _why(understood) if robot else ""},
        now=now,
        thread_key=thread_key,
        case_id=case_id,
        aloud=aloud and to_read,
    )
    subject, mail = subject_of(ref), understood.row.id
    events.add(db, EventTag.CONVERSATION_CONTINUED, subject, actor="usher", at=now, mail=mail)


def note_set_aside(db: Database, desk: Desk, understood: Understood, *, now: datetime) -> None:
    """What came as a robot's, a list's or our own, and in no thread of ours."""
    own = desk.is_reached_at(understood.mail.sender.address)
    values = {**_note(understood, ""), "robot": _why(understood), "own": own}
    queue_note(db, NoteName.QUESTION, key=f"note:{aside(understood.row.id)}", values=values, now=now)


def aside(mail_id: int) -> str:
    """What the note of a mail that was set aside is called, as others are by their case or question."""
    return f"aside-{mail_id}"


def _why(understood: Understood) -> str:
    return understood.found.reason


def note_first_words(db: Database, understood: Understood, case: Case, *, now: datetime) -> None:
    """What the mail that opened a case says beside its form, and what else is attached: to be read first.

    A cover note that says nothing more, as most do, makes nobody any work.
    """
    unread = list_unread(understood.mail, understood.form)
    if not _has_more(understood, unread):
        return
    values = {**_note(understood, case.ref), "with_form": True, "taken": True}
    queue_note(
        db,
        NoteName.QUESTION,
        key=f"note:{case.ref}:mail:{understood.row.id}",
        values=values | {"to_read": True, "unread": unread, "goes_on": _goes_on(understood)},
        now=now,
        thread_key=f"card:{case.ref}",
        case_id=case.id,
    )


def _has_more(understood: Understood, unread: Collection[str]) -> bool:
    """Whether a mail whose form was taken brings something besides."""
    mail, form = understood.mail, understood.form
    left = bool(unread or form.unopened)
    return left or says_more(mail, form.cases, subject=understood.has_own_subject)


def _goes_on(understood: Understood) -> bool:
    return goes_on(understood.mail, understood.form.cases, subject=understood.has_own_subject)


def _is_to_be_read(understood: Understood, *, known: bool) -> bool:
    """Whether a person has to look at it: words, or a file of which nobody has told its sender anything."""
    mail, form = understood.mail, understood.form
    said = form.refusal is not None and understood.hears_why
    unsaid = bool(mail.attachments) and not known and not said
    words = bool(mail.text) and not understood.only_thanks
    return words or unsaid or not (understood.row.whole or understood.too_large)


def _note(understood: Understood, ref: str) -> dict[str, object]:
    row, mail, named = understood.row, understood.mail, understood.found.thread_ref or ""
    note = QuestionNote(
        ref=ref,
        about=named if named.startswith("C-") and named != ref else "",
        sender_name=mail.sender.name,
        sender_address=mail.sender.address,
        verified=understood.verified,
        evidence=understood.check.evidence,
        subject=mail.subject,
        **shown_words(mail.text),
        attachments=tuple(attachment.name for attachment in mail.attachments),
        received_at=row.received_at,
        mail_id=row.id,
        unopened=understood.form.unopened,
        refused=understood.form.refusal,
        content_hash=mail.content_hash,
        unread_bytes=row.size if understood.too_large else 0,
        withheld=not row.whole and not understood.too_large,
        fault=mail.fault,
    )
    return {**vars(note), "received_at": note.received_at.isoformat()}
