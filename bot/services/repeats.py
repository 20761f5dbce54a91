"""Copies of one mail: a list's, a forwarder's, the direct one: which counts, and what the others led to.

A copy repeats another only where that one was acted upon, and was believed as far as this one is.
"""

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from bot.domain.cases import OPEN, Case, CaseStatus
from bot.domain.conversations import CUSTOMER, Conversation, ConversationState, ToldWhat
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.ledger import LedgerMail
from bot.domain.mail import Kind
from bot.domain.note_names import NoteName
from bot.domain.organisations import KNOWN
from bot.domain.parties import is_party
from bot.domain.trust import Verdict
from bot.services import conversations, faq_mails, organisations, rights, thread_notes
from bot.services.cases import Submission, answer_submission, get_case, move_or_explain, revise_case
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_note
from bot.store import approvals, case_questions, cases, events, outbox
from bot.store import conversations as conversation_store


def find_repeated(
    db: Database,
    desk: Desk,
    understood: Understood,
    copies: Sequence[LedgerMail],
    acted: Container[Kind],
) -> LedgerMail | None:
    """The first copy that counts as much as this one; None where this one is to be decided about."""
    mine = (understood.found.kind in acted, understood.verified)
    believed = partial(_was_believed, db, desk, understood)
    return next((one for one in copies if (one.kind in acted, believed(one)) >= mine), None)


def _was_believed(db: Database, desk: Desk, understood: Understood, mail: LedgerMail) -> bool:
    """False where nobody vouched for it, and what it led to can still go on as its sender's.

    What merely stands below another question of its address, as beyond so many, led to nothing of its own;
    and what staff closed as a question belongs below a case of which its sender may speak all the same.
    """
    if mail.verified or mail.form_of:
        return mail.verified
    one = conversations.find(db, mail.subject_ref)
    if one is None:
        return True
    own = mail.id == one.mail_id or understood.found.thread_ref == one.ref
    unsettled = one.state is ConversationState.OPEN or _was_put_away(db, one, mail)
    settled = one.verified or not unsettled
    return own and settled and not _is_heard_in_case(db, desk, understood)


def _was_put_away(db: Database, one: Conversation, mail: LedgerMail) -> bool:
    """Staff closed it without a word to whoever wrote that mail, of whom nobody knew who they are."""
    if one.state is not ConversationState.CLOSED or one.verified or one.closed_by == CUSTOMER:
        return False
    tags = (EventTag.CONVERSATION_REPLIED, EventTag.CONVERSATION_ANSWERED)
    told = events.list_tagged(db, (f"conversation:{one.id}",), tags)
    form_sent = outbox.find_by_key(db, f"mail:{mail.id}:blank_form") is not None
    return not form_sent and all(event.at < mail.received_at for event in told)


def _vouch(db: Database, desk: Desk, one: Conversation, mail: LedgerMail, *, now: datetime) -> None:
    """Its asker is believed from now on; what staff put away before they knew is theirs again."""
    put_away = _was_put_away(db, one, mail)
    conversation_store.vouch(db, one.id)
    if put_away:
        conversations.give_to_person(db, desk, one, now=now)
        conversations.tell(db, one, ToldWhat.BELIEVED, now=now)


def _is_heard_in_case(db: Database, desk: Desk, understood: Understood) -> bool:
    case = organisations.find_of_thread(db, understood.found.thread_ref or "")
    return case is not None and is_party(case, understood.mail.sender.address, desk.sponsors)


def _is_unvouched(one: Conversation, mail: LedgerMail) -> bool:
    untouched = one.state is ConversationState.OPEN and one.heard == 1
    return untouched and one.mail_id == mail.id and not one.verified


def hear_again(db: Database, desk: Desk, understood: Understood, one: Conversation, *, now: datetime) -> bool:
    """Whether an earlier copy was heard in its question; its asker is believed from now on.

    As far as that copy alone made it the desk's turn, they hear who answers, or end it by thanks.
    """
    heard = (copy for copy in understood.copies if copy.kind == Kind.REPLY and copy.subject_ref == one.ref)
    copy = next(heard, None)
    if copy is None:
        return False
    put_away = _was_put_away(db, one, copy)
    _vouch(db, desk, one, copy, now=now)
    _show_verified(db, understood, one, copy, now=now)
    settled = events.list_tagged(db, (f"mail:{copy.id}",), (EventTag.MAIL_CLASSIFIED,))
    if put_away or (one.since in [event.at for event in settled] and not one.owner):
        if understood.only_thanks:
            conversations.end_for_asker(db, one, now=now)
        else:
            faq_mails.say_received(db, desk, understood, one, now=now)
    conversations.refresh(db, one.ref, now=now)
    return True


def _show_verified(
    db: Database, understood: Understood, one: Conversation, copy: LedgerMail, *, now: datetime
) -> None:
    """The words that stand below its card are its sender's; they are not said twice."""
    above = conversations.card_key(one.ref)
    note = outbox.find_by_key(db, f"note:{one.ref}:mail:{copy.id}")
    if note is None or note.values.get("erased"):
        return
    values = {**note.values["words"], "verified": True, "evidence": understood.check.evidence}
    key = f"note:{one.ref}:mail:{understood.row.id}"
    queue_note(
        db, NoteName(note.template), key=key, values=values, now=now, thread_key=above, instead_of=note.key
    )


def take_over(
    db: Database, desk: Desk, copies: Sequence[LedgerMail], submission: Submission, *, now: datetime
) -> Case | None:
    """The case that an earlier copy opened for that form; it is this sender's now, unless it is decided."""
    form = submission.ris.form_hash()
    known = next((case for case in _list_cases(db, copies) if case.ris.form_hash() == form), None)
    if known is None or known.status not in OPEN:
        return known
    if known.status is not CaseStatus.RECEIVED:
        return _believe(db, desk, known, submission, now=now)
    return revise_case(db, desk, known, submission, now=now) or known


def _believe(db: Database, desk: Desk, case: Case, submission: Submission, *, now: datetime) -> Case:
    """Staff took it in before its sender was verified: no newer version, but they hear of it now."""
    if case.verdict is Verdict.PASSED or submission.check.verdict is not Verdict.PASSED:
        return case
    copied = dict.fromkeys((*case.cc, *submission.parties))
    believed = replace(
        case,
        authorised=case.authorised or submission.authorised,
        verdict=submission.check.verdict,
        evidence=submission.check.evidence,
        cc=tuple(address for address in copied if address != case.sponsor.address),
    )
    cases.set_belief(db, believed)
    if not rights.why_second(desk, believed):
        approvals.drop_all(db, case.id)  # whoever was the first of two may decide alone
    thread_notes.record(db, EventTag.CASE_BELIEVED, case.id, actor="usher", at=now, mail=submission.mail_id)
    answer_submission(db, desk, believed, now=now, submission=submission)
    queue_case_card(db, case.id, now=now)
    return believed


def find_conversation(
    db: Database, desk: Desk, copies: Sequence[LedgerMail], *, now: datetime
) -> Conversation | None:
    """The question that an earlier copy opened, its asker believed from now on."""
    for mail in copies:
        one = conversations.find(db, mail.subject_ref)
        if one is None:
            continue
        if _is_unvouched(one, mail) or (one.mail_id == mail.id and _was_put_away(db, one, mail)):
            _vouch(db, desk, one, mail, now=now)
            conversations.refresh(db, one.ref, now=now)
            return conversations.find(db, one.ref)
    return None


def give_up(
    db: Database, copies: Sequence[LedgerMail], case: Case, own: Sequence[Submission], *, now: datetime
) -> list[Submission]:
    """What belongs to `case` stands there now: what earlier copies of that reply opened beside it is over.

    Of several forms that may be its newest none is: they stay what they are. The forms come back, each with
    the case about which its sponsor was asked.
    """
    closed = ""
    hashes = {one.ris.form_hash() for one in own} if len(own) == 1 else set()
    for other in _list_cases(db, copies):
        if other.id != case.id and other.ris.form_hash() in hashes and _is_free(db, other):
            closed = other.ref if other.status is CaseStatus.WAITING_FOR_SPONSOR else closed
            move_or_explain(db, other, OPEN, CaseStatus.WITHDRAWN, now=now)
            tag = EventTag.CASE_TAKEN_AS_NEWER
            thread_notes.record(db, tag, other.id, actor="usher", at=now, about=case.ref)
            queue_case_card(db, other.id, now=now)
    for mail in copies:
        one = conversations.find(db, mail.subject_ref)
        if one is not None and _is_unvouched(one, mail):
            conversations.leave_to_asker(db, one, now=now)
            conversations.refresh(db, one.ref, now=now)
    return [replace(one, closed=closed) for one in own]


def _is_free(db: Database, case: Case) -> bool:
    """Whether nothing is lost with it: nobody decided it, asked its sponsor, or said of what it is a part."""
    said = case.addition is not None or cases.list_additions(db, case.id, KNOWN)
    return case.status in OPEN and not said and not case_questions.is_open(db, case.id)


def _list_cases(db: Database, copies: Sequence[LedgerMail]) -> list[Case]:
    return [get_case(db, ref) for mail in copies for ref in cases.list_standing(db, mail.id)]
