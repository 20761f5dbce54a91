"""Staff write to a case's sponsor: a question that has to be answered, or a reply; each is shown first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.addressees import sponsor_of
from bot.domain.approvals import check_is_staff
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import ContentChanged, NothingAsked, NotWritable
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.letters import (
    WRITABLE,
    Draft,
    Letter,
    ShownMail,
    read_paragraphs,
    read_questions,
    seal_of,
)
from bot.domain.outbox import Job, JobStatus
from bot.domain.staff import Staff
from bot.rendering import mails
from bot.services import organisations, thread_notes
from bot.services.cases import get_case, get_seen, move_or_explain, refusals_recorded
from bot.services.desk import Desk
from bot.services.queueing import HIDDEN, queue_case_card, queue_mail
from bot.store import case_questions, case_words, cases, outbox
from bot.store.database import transaction


def begin(
    db: Database, desk: Desk, letter: Letter, *, ref: str, by: Staff, seen: str = "", text: str = ""
) -> tuple[Draft, Case]:
    """A letter about the case as its writer sees it now (`seen`: as its card showed it), not written yet."""
    case = get_case(db, ref)
    draft = Draft(
        letter=letter,
        ref=case.ref,
        seen=seen or case.content_hash,
        key=desk.new_token()[:16],
        text=text,
        read_to=case_words.find_unread(db, case.id).to,
    )
    return draft, _get_writable(db, draft, by)


def preview(db: Database, desk: Desk, draft: Draft, *, by: Staff) -> tuple[Draft, Case, ShownMail]:
    """The draft sealed with the mail exactly as it will go; what is secret in that is hidden."""
    case = _get_writable(db, draft, by)
    words = _words(db, desk, case, draft)
    rendered = mails.render_mail(
        draft.letter,
        case.lang,
        {**words, **HIDDEN},
        brand=desk.policy.brand,
        templates_dir=desk.templates_dir,
    )
    shown = ShownMail(
        template=draft.letter,
        to=case.sponsor.address,
        cc=case.cc,
        subject=rendered.subject,
        text=rendered.text,
    )
    return replace(draft, seal=seal_of(shown.to, shown.cc, words)), case, shown


def send(db: Database, desk: Desk, draft: Draft, *, by: Staff, now: datetime) -> bool:
    """Queue the letter that was shown; False where it would go otherwise by now, and has to be shown anew.

    A question makes the case wait for its sponsor; approvals that were given stay with its content.
    """
    key = f"{draft.ref}:{draft.letter}:{draft.key}"
    with refusals_recorded(db, draft.ref, by, now), transaction(db, locks=(f"case:{draft.ref}",)):
        check_is_staff(by)
        if outbox.find_by_key(db, key) is not None:
            return True  # the same click once more
        case = _get_writable(db, draft, by)
        words = _words(db, desk, case, draft)
        if seal_of(case.sponsor.address, case.cc, words) != draft.seal:
            return False
        words["read_to"] = draft.read_to
        queue_mail(
            db, desk, draft.letter, sponsor_of(case), key=key, words=words, now=now, with_status_link=True
        )
        if draft.letter is Letter.QUESTION:
            _wait_for_answer(db, case, draft, key, by=by, now=now)
        else:
            thread_notes.record(db, EventTag.CASE_REPLIED, case.id, actor=by.id, at=now, version=case.version)
        queue_case_card(db, case.id, now=now)
    return True


def _get_writable(db: Database, draft: Draft, by: Staff) -> Case:
    check_is_staff(by)
    case = get_seen(db, draft.ref, draft.seen)
    if case.status not in WRITABLE[draft.letter]:
        raise NotWritable(ref=case.ref, status=case.status)
    return case


def _words(db: Database, desk: Desk, case: Case, draft: Draft) -> dict[str, Any]:
    if draft.letter is Letter.REPLY:
        return mails.desk_reply(case, desk.policy, read_paragraphs(draft.text))
    first = case_questions.next_number(db, case.id)
    return mails.desk_question(case, desk.policy, list(enumerate(read_questions(draft.text), first)))


def _wait_for_answer(db: Database, case: Case, draft: Draft, key: str, *, by: Staff, now: datetime) -> None:
    questions, first = read_questions(draft.text), case_questions.next_number(db, case.id)
    case_questions.add(db, case.id, questions, first=first, letter=key, by=by.id, now=now)
    if case.status is CaseStatus.IN_REVIEW:
        to = CaseStatus.WAITING_FOR_SPONSOR
        move_or_explain(db, case, (CaseStatus.IN_REVIEW,), to, now=now)
    numbers = _listed(range(first, first + len(questions)))
    asked = EventTag.CASE_ASKED
    thread_notes.record(db, asked, case.id, actor=by.id, at=now, number=numbers, hash=case.content_hash)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def take_answer(db: Database, understood: Understood, case: Case, *, now: datetime) -> None:
    """A party's mail answers what had been asked when it came, in the caller's transaction.

    Of a mail that was too large nothing was read: its sender is told so, and is still to answer.
    """
    if understood.too_large:
        return
    mail_id = understood.row.id
    answered = case_questions.answer(db, case.id, by="usher", mail_id=mail_id, now=now)
    if answered:
        tag, number = EventTag.CASE_ANSWERED, _listed(answered)
        thread_notes.record(db, tag, case.id, actor="usher", at=now, number=number, mail=mail_id)


def mark_answered(db: Database, *, ref: str, seen: str, by: Staff, now: datetime) -> Case:
    """The answer came by another way, e.g. by phone: the case goes back where its content says."""
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        check_is_staff(by)
        case = get_seen(db, ref, seen)
        answered = case_questions.answer(db, case.id, by=by.id, now=now)
        if not answered:
            raise NothingAsked(ref=case.ref)
        tag, number = EventTag.CASE_ANSWERED, _listed(answered)
        thread_notes.record(db, tag, case.id, actor=by.id, at=now, number=number)
        give_back(db, case, now=now)
        queue_case_card(db, case.id, now=now)
        return get_case(db, ref)


def take_back(db: Database, job: Job, *, by: str, now: datetime) -> None:
    """The mail of a question is discarded: nobody was asked, and no answer is waited for.

    In the caller's transaction. A mail whose fate is unknown may have been read: its question stays.
    """
    if job.case_id is None or job.template != Letter.QUESTION or job.status is JobStatus.UNKNOWN:
        return
    dropped = case_questions.take_back(db, job.key, by=by, now=now)
    case = cases.find(db, job.case_id)
    if dropped and case is not None:
        thread_notes.record(db, EventTag.CASE_UNASKED, case.id, actor=by, at=now, number=_listed(dropped))
        give_back(db, case, now=now)


def give_back(db: Database, case: Case, *, now: datetime) -> None:
    """A complete case whose questions are answered is the desk's again; in the caller's transaction."""
    to = organisations.status_of(db, case, asked=case_questions.is_open(db, case.id))
    if case.status is not CaseStatus.WAITING_FOR_SPONSOR or to is case.status:
        return
    if not cases.move(db, case.id, since=(case.status,), to=to, content_hash=case.content_hash, now=now):
        raise ContentChanged(ref=case.ref, version=case.version)
    queue_case_card(db, case.id, now=now)
