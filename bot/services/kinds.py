"""Decide again about a mail: as it stands, or as staff say that it is a RIS, or that it is none."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import KindNote, MailEnd
from bot.domain.cases import OPEN, Case, CaseStatus
from bot.domain.cover_notes import list_unread, says_more
from bot.domain.errors import AlreadyDecided, ContentChanged, NoForm, UnknownMail
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.mail import Kind
from bot.domain.mail_refusals import (
    MailHasResult,
    MailNotKept,
    MailSealed,
    MailUndecided,
    OwnMail,
    TakenInBefore,
)
from bot.domain.organisations import is_another
from bot.domain.parties import is_party
from bot.domain.ris import Decision
from bot.domain.staff import Staff
from bot.ports import Reader
from bot.rendering import mails
from bot.services import (
    by_number,
    case_answers,
    conversations,
    held_notes,
    organisations,
    questions,
    rights,
    sources,
    thread_notes,
)
from bot.services.cases import (
    Submission,
    answer,
    get_case,
    get_seen,
    move_or_explain,
    open_case,
    refresh_others,
    refusals_recorded,
    revise_case,
)
from bot.services.desk import Desk
from bot.services.intake import ACTIONS, list_submissions, set_aside_key, understand
from bot.services.queueing import queue_case_card, queue_kind_note
from bot.services.replies import link_unclear, part
from bot.store import case_questions, case_words, cases, events, ledger, outbox
from bot.store.database import transaction


def replay(db: Database, desk: Desk, mail_id: int, *, by: str, now: datetime) -> LedgerMail:
    """Let a mail that led to nothing, and that SECRET_KEY opens, be decided about again."""
    with transaction(db, locks=(f"mail:{mail_id}",)):
        mail = ledger.find(db, mail_id)
        if mail is None:
            raise UnknownMail(id=mail_id)
        if mail.status is MailStatus.RECORDED:
            raise MailUndecided(id=mail_id)
        if mail.subject_ref and mail.kind in ACTIONS:  # a robot's mail may name a thread and led to nothing
            raise MailHasResult(id=mail_id, ref=mail.subject_ref)
        _get_raw(db, desk, mail_id)
        ledger.reopen(db, mail_id)
        events.add(db, EventTag.MAIL_REPLAYED, f"mail:{mail_id}", actor=by, at=now)
        held_notes.end_newest(db, set_aside_key(mail_id), MailEnd.RETRIED, by=by, now=now)
    return mail


def read_again(db: Database, desk: Desk, reader: Reader, mail_id: int) -> Understood:
    """Work, outside any transaction: read a mail of the ledger anew; a person vouches for its form.

    Where the sender of a copy of it is believed, that one is read: its thread and its Cc are believed, too.
    """
    row = ledger.find(db, mail_id)
    if row is None:
        raise UnknownMail(id=mail_id)
    mail, workbooks = reader.read_mail(_get_raw(db, desk, mail_id))
    understood = understand(db, desk, row, mail, workbooks, vouched=True)
    for copy in () if understood.verified else _copies(db, row):
        if copy.verified and (raw := sources.find_readable(db, desk, copy.id)) is not None:
            return understand(db, desk, row, *reader.read_mail(raw), vouched=True)
    return understood


def _get_raw(db: Database, desk: Desk, mail_id: int) -> bytes:
    """Raise MailNotKept, or MailSealed where SECRET_KEY has lost the key that would open it."""
    try:
        raw = sources.find(db, desk, mail_id)
    except ValueError:
        raise MailSealed(id=mail_id) from None
    if raw is None:
        raise MailNotKept(id=mail_id)
    return raw


def get_submission(db: Database, desk: Desk, understood: Understood, *, ref: str) -> Submission:
    """The one form of a mail that was read again which may be that case's newest; raise NoForm without it."""
    own, _ = part(db, get_case(db, ref), list_submissions(desk, understood))
    if len(own) != 1:
        raise _no_form(understood)
    return own[0]


def take_as_ris(db: Database, desk: Desk, understood: Understood, *, by: Staff, now: datetime) -> list[Case]:
    """Take in each form that can be read from the mail; who says that it is one has a hand in it.

    Each opens a case, save that of a party's mail in an open case's thread: it is that case's newer form.
    """
    row = understood.row
    with refusals_recorded(db, row.subject_ref, by, now), transaction(db, locks=(f"mail:{row.id}",)):
        check_is_staff(by)
        _check_without_case(db, row)
        _check_is_somebodys(desk, understood)
        if not understood.form.cases:
            raise _no_form(understood)
        submissions = list_submissions(desk, understood)
        case = _find_case_of_thread(db, desk, understood)
        revised, others = _renew(db, desk, understood, case, submissions, by=by, now=now)
        opened = [*revised, *(open_case(db, desk, one, now=now, by=by) for one in others)]
        if case is not None:
            link_unclear(db, opened, case, now=now)
        _mend(db, understood, Kind.RIS, ref=opened[0].ref, by=by, now=now)
        about = row.subject_ref or questions.aside(row.id)
        for case in opened:
            queue_kind_note(db, KindNote(kind=Kind.RIS, ref=case.ref, by=by.id), about=about, now=now)
        _close_question(db, row, by=by, now=now)
    return opened


def _find_case_of_thread(db: Database, desk: Desk, understood: Understood) -> Case | None:
    """The open case for which its sender may speak there, if nothing newer came meanwhile."""
    understood = by_number.as_reply(db, desk, understood)
    case = organisations.find_of_thread(db, understood.found.thread_ref or "")
    sender = understood.mail.sender.address
    theirs = case is not None and understood.verified and is_party(case, sender, desk.sponsors)
    if case is None or not theirs or case.status not in OPEN or case.mail_id >= understood.row.id:
        return None
    return case


def _renew(
    db: Database,
    desk: Desk,
    understood: Understood,
    case: Case | None,
    submissions: list[Submission],
    *,
    by: Staff,
    now: datetime,
) -> tuple[list[Case], list[Submission]]:
    """The open case of whose thread the mail is, with its form as the newest version; and the other forms."""
    own, others = part(db, case, submissions) if case else ([], submissions)
    if case is None or len(own) != 1 or is_another(case.ris, own[0].ris):
        return [], submissions
    if own[0].ris.form_hash() == case.ris.form_hash():
        return [case], others
    # Not the mail's: words that came to the case since are not read by it.
    made_by = f"vouched:{understood.row.id}"
    revised = revise_case(db, desk, case, own[0], now=now, by=by, made_by=made_by)
    if revised is None:
        return [], submissions
    _read_cover_note(db, understood, revised)
    case_answers.refresh(db, revised, now=now)
    return [revised], others


def _read_cover_note(db: Database, understood: Understood, case: Case) -> None:
    """Where its mail says nothing more beside the form, and nothing else is unread, nothing is now."""
    mail, form = understood.mail, understood.form
    if says_more(mail, form.cases, subject=understood.has_own_subject) or list_unread(mail, form):
        return
    note = outbox.find_by_key(db, f"note:{case.ref}:mail:{understood.row.id}")
    unread = case_words.find_unread(db, case.id)
    if note is not None and (unread.many, unread.to) == (1, note.id):
        case_words.mark_read(db, case.id, unread.to)


def _close_question(db: Database, row: LedgerMail, *, by: Staff, now: datetime) -> None:
    """As a question it is over, where its asker has written nothing since."""
    one = conversations.find(db, row.subject_ref)
    if one is not None and one.mail_id == row.id and one.heard == 1:
        conversations.end_for_asker(db, one, by=by.id, now=now)


def take_as_question(
    db: Database, desk: Desk, understood: Understood, *, ref: str, seen: str, by: Staff, now: datetime
) -> str:
    """It is no RIS: close its undecided case; the mail's words go on as a question, whose name is returned.

    Nobody outside is told. Where the mail holds other forms, whose cases stand, it stays a RIS: "".
    """
    row = understood.row
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}", f"mail:{row.id}")):
        check_is_staff(by)
        case = get_case(db, ref)
        _check_is_undecided(case)
        get_seen(db, ref, seen)
        if case.mail_id != row.id:  # the same form came once more while the mail was being read
            raise ContentChanged(ref=case.ref, version=case.version)
        move_or_explain(db, case, OPEN, CaseStatus.WITHDRAWN, now=now)
        events.add(db, EventTag.CASE_DISCARDED, f"case:{case.id}", actor=by.id, at=now, hash=seen)
        queue_case_card(db, case.id, now=now)
        refresh_others(db, case, now=now)
        question = ""
        if not cases.list_standing(db, row.id):
            question = _ask(db, desk, understood, by=by, now=now)
        note = KindNote(kind=Kind.QUESTION, ref=question, by=by.id)
        queue_kind_note(db, note, about=case.ref, now=now)
    return question


def take_robot_as_question(
    db: Database, desk: Desk, understood: Understood, *, by: Staff, now: datetime
) -> str:
    """A mail that was taken for a robot's came from a person: ask their question as if it came now."""
    row = understood.row
    with transaction(db, locks=(f"mail:{row.id}",)):
        check_is_staff(by)
        _check_without_case(db, row)
        _check_is_somebodys(desk, understood)
        if row.subject_ref.startswith("Q-"):
            raise MailHasResult(id=row.id, ref=row.subject_ref)
        ref = questions.ask(db, desk, understood, now)
        _mend(db, understood, Kind.QUESTION, ref=ref, by=by, now=now)
    return ref


def find_standing_case(db: Database, mail_id: int) -> Case | None:
    """The first case of that mail which was not withdrawn."""
    standing = cases.list_standing(db, mail_id)
    return get_case(db, standing[0]) if standing else None


def _check_without_case(db: Database, row: LedgerMail) -> None:
    if row.status is MailStatus.RECORDED:
        raise MailUndecided(id=row.id)
    for mail in (row, *_copies(db, row)):
        for ref in cases.list_standing(db, mail.id):
            raise MailHasResult(id=row.id, ref=ref)


def _copies(db: Database, row: LedgerMail) -> list[LedgerMail]:
    found = ledger.list_same_id(db, row, row.message_id, row.content_hash)
    return [copy for copy in found if copy.content_hash == row.content_hash]


def _check_is_somebodys(desk: Desk, understood: Understood) -> None:
    """What a colleague passed on as the desk names nobody to answer: it would write to itself."""
    address = understood.mail.sender.address
    if desk.is_reached_at(address):
        raise OwnMail(id=understood.row.id, address=address)


def _no_form(understood: Understood) -> NoForm:
    names = ", ".join(attachment.name for attachment in understood.mail.attachments)
    return NoForm(id=understood.row.id, files=names, reason=str(understood.form.refusal or ""))


def _ask(db: Database, desk: Desk, understood: Understood, *, by: Staff, now: datetime) -> str:
    conversation = questions.open_conversation(db, desk, understood, now)
    questions.note_question(db, understood, conversation, now=now)
    _mend(db, understood, Kind.QUESTION, ref=conversation.ref, by=by, now=now)
    return conversation.ref


def _mend(db: Database, understood: Understood, kind: Kind, *, ref: str, by: Staff, now: datetime) -> None:
    """Compare and swap the ledger's word on a mail; whoever comes second is told what it led to."""
    row, mail = understood.row, understood.mail
    mended = ledger.mend_kind(
        db,
        row,
        kind=kind,
        reason=f"staff: {kind}; before: {row.kind or row.status}, {row.reason}"[:200],
        subject_ref=ref,
        message_id=mail.message_id,
        content_hash=mail.content_hash,
        sender=mail.sender.address,
    )
    if not mended:
        current = ledger.find(db, row.id)
        raise MailHasResult(id=row.id, ref=current.subject_ref if current else "")
    held_notes.end_newest(db, set_aside_key(row.id), MailEnd.RETRIED, by=by.id, now=now)
    tag, subject = EventTag.MAIL_KIND_MENDED, f"mail:{row.id}"
    events.add(db, tag, subject, actor=by.id, at=now, kind=kind, before=row.kind, ref=ref)


def accept(db: Database, desk: Desk, *, ref: str, seen: str, by: Staff, now: datetime) -> Case:
    """Take a RIS of an unverified sender in for review.

    An approver who does so has seen it: where it needs two approvals, theirs is the first.
    """
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        check_is_staff(by)
        case = get_seen(db, ref, seen)
        _check_is_undecided(case)
        _check_was_not_taken_in(db, case)
        to = organisations.status_of(db, case, asked=case_questions.is_open(db, case.id))
        move_or_explain(db, case, (CaseStatus.RECEIVED,), to, now=now)
        thread_notes.record(db, EventTag.CASE_ACCEPTED, case.id, actor=by.id, at=now, hash=seen)
        case = replace(case, status=to)
        if to is CaseStatus.IN_REVIEW and case.ris.decision is Decision.COMPLETE:
            _first_of_two(db, desk, case, by=by, now=now)
        if to is CaseStatus.WAITING_FOR_SPONSOR:
            words = mails.ris_problems(case, desk.policy)
            answer(db, desk, case, "ris_problems", words=words, now=now, by_staff=True)
        queue_case_card(db, case.id, now=now)
        refresh_others(db, case, now=now)
    return case


def _check_is_undecided(case: Case) -> None:
    if (decision := case.decision) is not None:
        raise AlreadyDecided(ref=case.ref, verdict=decision.choice, by=decision.by, at=decision.at)


def _check_was_not_taken_in(db: Database, case: Case) -> None:
    taken = events.list_tagged(db, [f"case:{case.id}"], [EventTag.CASE_ACCEPTED])
    if taken and case.status is not CaseStatus.RECEIVED:
        raise TakenInBefore(ref=case.ref, by=taken[-1].actor, at=taken[-1].at)


def _first_of_two(db: Database, desk: Desk, case: Case, *, by: Staff, now: datetime) -> None:
    """Whoever may approve it and took it in has said the first yes, unless a yes asks for a code."""
    two = rights.why_second(desk, case) and not rights.why_code(desk, case)
    if two and rights.may_decide(db, case, by, now=now):
        rights.say_yes(db, case, by=by, now=now)
