"""Take mail in: record it before anything else, decide what it is, and do what its kind asks for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cards import TroubleNote
from bot.domain.cases import OPEN, Case, CaseStatus
from bot.domain.cover_notes import list_like_forms, list_unread
from bot.domain.events import EventTag
from bot.domain.form_language import in_its_language
from bot.domain.form_requests import asks_nothing_else
from bot.domain.intake import Understood
from bot.domain.ledger import MAX_ATTEMPTS, REPEATED_WITHIN, LedgerMail, MailStatus
from bot.domain.mail import InboundMail, Kind
from bot.domain.mail_kinds import as_unread, classify
from bot.domain.parties import is_party
from bot.domain.review import read_form
from bot.domain.sheets import SheetRefusal, Workbook
from bot.domain.trust import check_sender, is_sponsor
from bot.services import (
    bounces,
    by_number,
    caps,
    conversations,
    corrections,
    faq,
    faq_mails,
    masking,
    organisations,
    piles,
    provenance,
    questions,
    quoted_mails,
    repeats,
    robots,
    thread_notes,
    withdrawals,
)
from bot.services.cases import Submission
from bot.services.desk import Desk
from bot.services.queueing import queue_trouble
from bot.services.replies import brings_another, brings_newer, open_beside, open_each, part, take_reply
from bot.store import case_versions, events, finding, ledger
from bot.store.database import transaction


def understand(
    db: Database,
    desk: Desk,
    row: LedgerMail,
    mail: InboundMail,
    workbooks: Sequence[Workbook],
    *,
    vouched: bool = False,
) -> Understood:
    """Work, outside any transaction: mask its License Keys, review the form, classify, weigh the sender.

    `vouched`: a person says that there is a form, so that a few of its headings are enough.
    """
    mail, workbooks = masking.mask_mail(db, desk, mail, workbooks)
    mail = quoted_mails.read_into(db, desk, mail)
    own, applications = desk.own_addresses, desk.policy.mag.applications
    form = read_form(workbooks, applications=applications, own_addresses=own, vouched=vouched)
    mail = in_its_language(mail, form, workbooks)
    has_form = form.has_form
    found = classify(mail, own_addresses=own, keyring=desk.keyring, has_form=has_form)
    return Understood(
        row=row,
        mail=mail,
        form=form,
        found=found if row.whole else as_unread(found, _why_unread(row, mail)),
        check=check_sender(mail, desk.trusted_authserv_id),
        sponsor=is_sponsor(mail.sender.address, desk.sponsors),
        asked=faq.read_mail(db, desk, mail, row.received_at)
        if row.whole and found.kind is Kind.QUESTION
        else None,
    )


def _why_unread(row: LedgerMail, mail: InboundMail) -> str:
    if mail.headers:
        return f"too large to be read: {row.size} bytes"
    return "the mail server does not give it out"


def decide(db: Database, desk: Desk, understood: Sequence[Understood], *, now: datetime) -> list[MailStatus]:
    """Settle recorded mails, all or none, in their order, and queue what follows, in one transaction.

    Return what became of each; one that somebody else settled meanwhile is left alone.
    """
    locks = tuple(f"mail:{one.row.id}" for one in understood)
    with transaction(db, locks=locks), finding.at_the_end(db):
        return [_decide(db, desk, one, now) for one in understood]


def _decide(db: Database, desk: Desk, understood: Understood, now: datetime) -> MailStatus:
    row, mail = understood.row, understood.mail
    current = ledger.find(db, row.id)
    if current is None or current.status is not MailStatus.RECORDED:
        return current.status if current else row.status
    within = None if mail.message_id or mail.date else REPEATED_WITHIN
    others = ledger.list_same_id(db, row, mail.message_id, mail.content_hash, within=within)
    copies = tuple(other for other in others if other.content_hash == mail.content_hash)
    understood = by_number.as_reply(db, desk, understood)
    if (same := repeats.find_repeated(db, desk, understood, copies, ACTIONS)) is not None:
        return _settle(db, understood, MailStatus.DUPLICATE, ref=same.subject_ref, now=now)
    understood = replace(understood, copies=copies)
    bounces.hear_from(db, understood, now=now)
    if caps.holds_back(db, desk, understood, now=now):
        return _settle(db, understood, MailStatus.WAITING, ref="", now=now)
    ref = ACTIONS.get(understood.found.kind, _nothing)(db, desk, understood, now)
    strange = [other.id for other in others if other not in copies]
    flagged = f"same Message-ID as mail {strange[0]}, other content" if strange else ""
    return _settle(db, understood, MailStatus.DONE, ref=ref, flagged=flagged, now=now)


#: what stands before the reason of a mail that was not acted upon
_SETTLED = {MailStatus.DUPLICATE: "as mail before: ", MailStatus.WAITING: "too many forms in an hour: "}


def _settle(
    db: Database, understood: Understood, to: MailStatus, *, ref: str, now: datetime, flagged: str = ""
) -> MailStatus:
    row, mail, found = understood.row, understood.mail, understood.found
    ledger.settle(
        db,
        row.id,
        since=MailStatus.RECORDED,
        to=to,
        message_id=mail.message_id,
        content_hash=mail.content_hash,
        kind=found.kind,
        reason=f"{_SETTLED.get(to, '')}{found.reason}",
        form_of=understood.form_of,
        form_hash=understood.form_hash,
        subject_ref=ref,
        flagged=flagged,
        sender=mail.sender.address,
        verified=understood.verified,
    )
    events.add(
        db,
        EventTag.MAIL_CLASSIFIED,
        f"mail:{row.id}",
        actor="usher",
        at=now,
        kind=found.kind,
        status=to,
        ref=ref,
    )
    return to


def _nothing(db: Database, desk: Desk, understood: Understood, now: datetime) -> str:
    """Own mail, loops, robots, lists, empty mails: recorded with the reason, answered by nobody."""
    robots.note(db, desk, understood, now=now)
    return understood.found.thread_ref or ""


def _take_ris(db: Database, desk: Desk, understood: Understood, now: datetime) -> str:
    if (refusal := understood.form.refusal) is not None:
        return _refuse_form(db, desk, understood, refusal, now)
    return open_each(db, desk, understood, list_submissions(desk, understood), now=now)[0].ref


def list_submissions(desk: Desk, understood: Understood) -> list[Submission]:
    """What a mail submits: a case for each of its forms."""
    parties = _list_parties(desk, understood)
    unread = list_like_forms(list_unread(understood.mail, understood.form))
    return [
        Submission(
            mail_id=understood.row.id,
            mail=understood.mail,
            check=understood.check,
            sponsor=understood.sponsor,
            ris=ris,
            parties=parties,
            unread=unread,
        )
        for ris in understood.form.cases
    ]


def _list_parties(desk: Desk, understood: Understood) -> tuple[str, ...]:
    """Whom a sponsor's mail copies with authority of their own: they stay on Cc."""
    if not (understood.sponsor and understood.verified):
        return ()
    return tuple(
        address
        for address in understood.mail.cc
        if is_sponsor(address, desk.sponsors) and address not in desk.own_addresses
    )


def _copies(desk: Desk, understood: Understood, case: Case) -> tuple[str, ...]:
    """Who gets a copy of an answer about a reply that was not read: who gets those about its case."""
    copied = dict.fromkeys((case.sponsor.address, *case.cc, *_list_parties(desk, understood)))
    return tuple(address for address in copied if address != understood.mail.sender.address)


def _refuse_form(
    db: Database, desk: Desk, understood: Understood, refusal: SheetRefusal, now: datetime
) -> str:
    """What cannot be read: staff see it, and whoever is to hear of it is told why."""
    conversation = questions.open_conversation(db, desk, understood, now)
    questions.note_question(db, understood, conversation, now=now)
    of = faq_mails.find_programme(db, desk, conversation, now=now)
    if understood.hears_why:
        parties = _list_parties(desk, understood)
        questions.say_unreadable(db, desk, understood, conversation.ref, refusal, cc=parties, of=of, now=now)
    elif understood.verified:
        questions.say_received(db, desk, understood, ref=conversation.ref, of=of, now=now)
    return conversation.ref


def _take_forward_or_reply(db: Database, desk: Desk, understood: Understood, now: datetime) -> str:
    """A forward that asks whether a mail is ours names that mail as a reply does."""
    return (_ask if provenance.is_passed_on(understood) else _take_reply)(db, desk, understood, now)


def _take_reply(db: Database, desk: Desk, understood: Understood, now: datetime) -> str:
    """A valid token and a sender who is a party: the case's next version, or words for its thread."""
    ref = understood.found.thread_ref or ""
    if not ref.startswith("C-"):
        return _continue_conversation(db, desk, understood, ref, now)
    case = organisations.find_of_thread(db, ref)
    # The token proves that somebody saw our mail, not that they may speak for the sponsor.
    sender = understood.mail.sender.address
    submissions = list_submissions(desk, understood)
    is_theirs = case is not None and understood.verified and is_party(case, sender, desk.sponsors)
    if case is None or not is_theirs or brings_another(case, submissions):
        return _take_anothers(db, desk, understood, case, submissions, now=now)
    own, others = part(db, case, submissions)
    opened = open_beside(db, desk, understood, others, case, now=now)
    taken = withdrawals.hear(db, desk, understood, case, now=now)
    offered = taken or corrections.offer(db, desk, understood, case, own, now=now)
    if not offered and case.status not in OPEN:
        return _take_late(db, desk, understood, case, own, now=now)
    own = repeats.give_up(db, understood.copies, case, own, now=now)
    ref = opened[0].ref if opened and not own else case.ref
    # What came with a case of its own is read there, unless this one waits for an answer.
    elsewhere = ref != case.ref and case.status is not CaseStatus.WAITING_FOR_SPONSOR
    if offered or elsewhere or take_reply(db, desk, understood, case, own, now=now):
        return ref
    cc = _copies(desk, understood, case)
    questions.say_too_large(db, desk, understood, ref=case.ref, now=now, cc=cc, case_id=case.id)
    if (refusal := understood.form.refusal) is not None:
        questions.say_unreadable(db, desk, understood, case.ref, refusal, cc=cc, now=now, case_id=case.id)
    return ref


def _take_anothers(
    db: Database,
    desk: Desk,
    understood: Understood,
    case: Case | None,
    submissions: Sequence[Submission],
    *,
    now: datetime,
) -> str:
    """By who may not speak for the case's sponsor, or with the form of another customer."""
    if understood.only_thanks and case is not None:
        return _note_thanks(db, understood, case, now)
    ref = _take_as_new(db, desk, understood, now)
    known = any(copy.subject_ref == ref for copy in understood.copies)
    if case is not None and not known and (ref.startswith("Q-") or brings_newer(db, case, submissions)):
        # whom we asked something, such as who registers, or whoever corrects it in the sponsor's place
        thread_notes.record(db, EventTag.CASE_ASKED_ABOUT, case.id, actor="usher", at=now, about=ref)
    return ref


def _take_late(
    db: Database,
    desk: Desk,
    understood: Understood,
    case: Case,
    submissions: Sequence[Submission],
    *,
    now: datetime,
) -> str:
    """What a party writes once a case is decided waits for a person, as any question and any form does.

    Thanks alone wait for nobody.
    """
    if understood.only_thanks:
        return _note_thanks(db, understood, case, now)
    known = case_versions.list_forms(db, case.id)
    news = [submission for submission in submissions if submission.ris.form_hash() not in known]
    if understood.form.refusal is not None:
        refs = [_take_as_new(db, desk, understood, now)]
    elif news:
        refs = [one.ref for one in open_each(db, desk, understood, news, now=now)]
    else:
        refs = [questions.ask(db, desk, understood, now, of_case=True)]
    for ref in refs:
        thread_notes.record(db, EventTag.CASE_HEARD, case.id, actor="usher", at=now, about=ref)
    return refs[0]


def _note_thanks(db: Database, understood: Understood, case: Case, now: datetime) -> str:
    """Thanks for a mail about a case stand below its card."""
    questions.note_follow_up(db, understood, case.ref, f"card:{case.ref}", now=now, case_id=case.id)
    return case.ref


def _take_as_new(db: Database, desk: Desk, understood: Understood, now: datetime) -> str:
    """As if there were no token: a form is a new case, anything else a question."""
    return (_take_ris if understood.form.has_form else _ask)(db, desk, understood, now)


def _ask(db: Database, desk: Desk, understood: Understood, now: datetime) -> str:
    """A question; where it speaks of taking a case back, that case's thread says so as well."""
    if pile := piles.find(db, desk, understood):
        piles.tell(db, pile, now=now)
        return _continue_conversation(db, desk, understood, pile.ref, now)
    ref = questions.ask(db, desk, understood, now)
    withdrawals.hear_by_number(db, desk, understood, asked=ref, now=now)
    return ref


def _continue_conversation(db: Database, desk: Desk, understood: Understood, ref: str, now: datetime) -> str:
    conversation = conversations.find(db, ref)
    theirs = conversation is not None and conversation.address == understood.mail.sender.address
    if conversation is None or not theirs or (understood.form.has_form and not understood.is_closed):
        if conversation is not None and theirs and understood.form.cases:
            conversations.leave_unreadable(db, understood, conversation, now=now)
        return _take_as_new(db, desk, understood, now)
    if repeats.hear_again(db, desk, understood, conversation, now=now):
        return ref
    sent = questions.send_form(db, desk, understood, conversation.ref, now=now)
    answered = sent and asks_nothing_else(understood.mail)
    unread = conversations.hear(db, desk, understood, conversation, answered=answered, now=now)
    if unread:
        questions.note_next(db, understood, conversation, now=now, form_sent=sent)
    if not sent:
        faq_mails.hear(db, desk, understood, conversation, helped=not unread, now=now)
    of = faq_mails.find_programme(db, desk, conversation, now=now)
    questions.say_too_large(db, desk, understood, ref=conversation.ref, of=of, now=now)
    if (refusal := understood.form.refusal) is not None and understood.hears_why:
        questions.say_unreadable(db, desk, understood, ref, refusal, cc=(), of=of, now=now)
    withdrawals.hear_by_number(db, desk, understood, asked=conversation.ref, now=now)
    return conversation.ref


Action = Callable[[Database, Desk, Understood, datetime], str]

#: what a kind asks for; a kind that is not here asks for nothing
ACTIONS: dict[Kind, Action] = {
    Kind.BOUNCE: bounces.take_bounce,
    Kind.REPLY: _take_forward_or_reply,
    Kind.RIS: _take_ris,
    Kind.QUESTION: _ask,
}


def note_failure(db: Database, desk: Desk, row: LedgerMail, error: str, *, now: datetime) -> MailStatus:
    """Count a mail that raised; at the third time it is set aside and shown to staff with its error."""
    error = masking.mask_text(db, desk, error)
    with transaction(db, locks=(f"mail:{row.id}",)):
        failed = ledger.note_failure(db, row.id, error, set_aside_at=MAX_ATTEMPTS)
        if failed is not None and failed.status is MailStatus.SET_ASIDE:
            events.add(db, EventTag.MAIL_SET_ASIDE, f"mail:{row.id}", actor="usher", at=now)
            note = TroubleNote(what="mail_set_aside", subject=f"mail {row.id}", detail=error, id=row.id)
            queue_trouble(db, note, key=f"{set_aside_key(row.id)}{now.isoformat()}", now=now)
    return failed.status if failed else row.status


def set_aside_key(mail_id: int) -> str:
    """How the keys of the notes begin that tell of it; a replay ends the newest."""
    return f"set_aside:{mail_id}:"


def list_waiting(db: Database, *, limit: int) -> list[LedgerMail]:
    """The oldest mails about which nothing was decided yet."""
    return ledger.list_recorded(db, limit)


def list_newest(db: Database, *, limit: int) -> list[LedgerMail]:
    return ledger.list_newest(db, limit)
