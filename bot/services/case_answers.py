"""Answers in words to a case's questions: shown to staff, and taken over or dropped by one click."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain import threads
from bot.domain.answer_refusals import AnswersSettled, UnknownAnswers
from bot.domain.answer_texts import Given, read_answers, read_bare_answer
from bot.domain.approvals import check_is_staff
from bot.domain.cards import AnswersNote
from bot.domain.case_answers import (
    AnsweringMail,
    AnswersState,
    CaseAnswers,
    Proposal,
    apply,
    judge,
    list_questions,
    propose,
)
from bot.domain.cases import OPEN, Case, case_ref
from bot.domain.errors import AlreadyDecided, ContentChanged, NotReviewable
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.letters import Letter
from bot.domain.mail import InboundMail
from bot.domain.note_names import NoteName
from bot.domain.ris import RisCase
from bot.domain.staff import Staff
from bot.domain.trust import SenderCheck, is_sponsor
from bot.services.cases import Submission, get_case, refusals_recorded, revise_case
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_note
from bot.store import case_answers, case_versions, events, outbox
from bot.store.database import transaction

TO_BE_ANSWERED = ("ris_problems", "nudge")  #: the mails whose questions have numbers


def take(db: Database, desk: Desk, understood: Understood, case: Case, *, now: datetime) -> bool:
    """Show staff what a party's words under the numbers would change; False where they answer nothing.

    In the caller's transaction. The numbers are those of the mail that is answered.
    """
    mail = understood.mail
    given = read_answers(mail.text, mail.quoted_text)
    bare = None if given else read_bare_answer(mail.text, sender=mail.sender.name)
    asked = _asked_version(db, desk, mail, case) if given or bare else None
    if asked is None or case.decision or case.status not in OPEN:
        return False
    answering = AnsweringMail(
        mail_id=understood.row.id,
        sender=mail.sender,
        message_id=mail.message_id,
        subject=mail.subject,
        thread_ids=mail.thread_ids,
        verdict=understood.check.verdict,
        evidence=understood.check.evidence,
    )
    if bare and _answers_only_question(db, desk, case, asked, bare):
        given = (bare,)
    return _show(db, case, asked, given, answering, now=now)


def _answers_only_question(db: Database, desk: Desk, case: Case, asked: int, bare: Given) -> bool:
    """Whether one thing was asked, and the rules take these words for it."""
    version = case_versions.find(db, case.id, asked)
    if version is None or len(list_questions(version.ris)) != 1:
        return False
    found = propose(version.ris, case.ris, (bare,))
    filled = _apply(desk, case.ris, found)
    return not any(one.still_open for one in judge(filled, found))


def _asked_version(db: Database, desk: Desk, mail: InboundMail, case: Case) -> int | None:
    """The version whose questions stand in the newest of our mails that this one answers."""
    for message_id in threads.list_ours(mail.thread_ids, desk.keyring):
        job = outbox.find_by_message_id(db, message_id)
        if job and job.template == Letter.QUESTION and job.case_id == case.id:
            return None  # the numbers are those of staff's questions, which have no cells
        if job and job.template in TO_BE_ANSWERED and job.case_id == case.id:
            version: int | None = job.values["words"].get("version")  # a mail of an older Usher has none
            return version
    return None


def _show(
    db: Database,
    case: Case,
    asked: int,
    given: Sequence[Given],
    mail: AnsweringMail,
    *,
    now: datetime,
) -> bool:
    version = case_versions.find(db, case.id, asked)
    proposals = propose(version.ris, case.ris, given) if version else ()
    if not any(one.applies for one in proposals):
        return False
    number = case_answers.add(
        db, case_id=case.id, version=case.version, asked=asked, mail=mail, proposals=proposals, now=now
    )
    _note(db, case, EventTag.ANSWERS_GIVEN, number, by="usher", now=now)
    _say(db, case, number, now=now)
    return True


def refresh(db: Database, case: Case, *, now: datetime) -> None:
    """A newer version came: what other answers would change in it is shown anew."""
    for answers in case_answers.list_open(db, case.id):
        if answers.version != case.version:
            # Shown anew first: in between it would be the sponsor's turn.
            given = [Given(number=one.number, text=one.answer) for one in answers.proposals]
            _show(db, case, answers.asked, given, answers.mail, now=now)
            case_answers.settle(db, answers.id, AnswersState.OVERTAKEN, by="usher", now=now)
            _note(db, case, EventTag.ANSWERS_OVERTAKEN, answers.id, by="usher", now=now)
            _say(db, case, answers.id, again=AnswersState.OVERTAKEN, now=now)


def get_note(db: Database, desk: Desk, number: int) -> AnswersNote:
    """What staff are shown, with the rules' word on every new value."""
    answers = _get(db, number, ref="")
    case = get_case(db, case_ref(answers.case_id))
    version = case_versions.find(db, answers.case_id, answers.version)
    if version is not None:
        filled = _filled(desk, version.ris, answers)
        answers = replace(answers, proposals=judge(filled, answers.proposals))
    return AnswersNote(ref=case.ref, company=case.ris.company.name, answers=answers)


def take_over(db: Database, desk: Desk, *, ref: str, number: int, by: Staff, now: datetime) -> Case:
    """The answers become the case's next version; who takes them over has a hand in it."""
    with refusals_recorded(db, ref, by, now):
        answers, case = _get_open(db, ref, number, by)
        filled = _filled(desk, case.ris, answers)  # outside the transaction: a form may have many users
        with transaction(db, locks=(f"case:{ref}",)):
            answers, case = _get_open(db, ref, number, by)
            case_answers.settle(db, number, AnswersState.APPLIED, by=by.id, now=now)
            submission = _submission(desk, case, answers, filled)
            made_by = f"answers:{number}"
            revised = revise_case(db, desk, case, submission, now=now, by=by, made_by=made_by)
            if revised is None:
                raise ContentChanged(ref=case.ref, version=case.version)
            _note(db, revised, EventTag.ANSWERS_APPLIED, number, by=by.id, now=now)
            _say(db, revised, number, again=AnswersState.APPLIED, now=now)
            refresh(db, revised, now=now)
    return revised


def discard(db: Database, *, ref: str, number: int, by: Staff, now: datetime) -> Case:
    """They change nothing; the words stay in the thread, and nobody outside is told."""
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        answers, case = _get_open(db, ref, number, by)
        case_answers.settle(db, answers.id, AnswersState.DISCARDED, by=by.id, now=now)
        _note(db, case, EventTag.ANSWERS_DISCARDED, number, by=by.id, now=now)
        _say(db, case, number, again=AnswersState.DISCARDED, now=now)
    return case


def _get(db: Database, number: int, *, ref: str) -> CaseAnswers:
    answers = case_answers.find(db, number)
    if answers is None:
        raise UnknownAnswers(ref=ref)
    return answers


def _get_open(db: Database, ref: str, number: int, by: Staff) -> tuple[CaseAnswers, Case]:
    """The answers and their case, if a click may still settle them; raise what stands in the way."""
    check_is_staff(by)
    answers, case = _get(db, number, ref=ref), get_case(db, ref)
    if answers.case_id != case.id:
        raise UnknownAnswers(ref=ref)
    if (decision := case.decision) is not None:
        raise AlreadyDecided(ref=case.ref, verdict=decision.choice, by=decision.by, at=decision.at)
    if answers.settled_at and answers.state is not AnswersState.OVERTAKEN:
        by_whom, at = answers.settled_by, answers.settled_at
        raise AnswersSettled(ref=case.ref, state=answers.state, by=by_whom, at=at)
    if answers.state is not AnswersState.OPEN or answers.version != case.version:
        raise ContentChanged(ref=case.ref, version=case.version)
    if case.status not in OPEN:
        raise NotReviewable(ref=case.ref, status=case.status)
    return answers, case


def _filled(desk: Desk, ris: RisCase, answers: CaseAnswers) -> RisCase:
    return _apply(desk, ris, answers.proposals)


def _apply(desk: Desk, ris: RisCase, proposals: Sequence[Proposal]) -> RisCase:
    applications = desk.policy.mag.applications
    return apply(ris, proposals, applications=applications, own_addresses=desk.own_addresses)


def _submission(desk: Desk, case: Case, answers: CaseAnswers, ris: RisCase) -> Submission:
    mail = answers.mail
    return Submission(
        mail_id=mail.mail_id,
        mail=InboundMail(
            message_id=mail.message_id,
            sender=mail.sender,
            subject=mail.subject,
            thread_ids=mail.thread_ids,
            lang=case.lang,
        ),
        check=SenderCheck(verdict=mail.verdict, evidence=mail.evidence),
        sponsor=is_sponsor(mail.sender.address, desk.sponsors),
        ris=ris,
    )


def _note(db: Database, case: Case, tag: EventTag, number: int, *, by: str, now: datetime) -> None:
    events.add(db, tag, f"case:{case.id}", actor=by, at=now, answers=number, version=case.version)


def _say(db: Database, case: Case, number: int, *, again: str = "", now: datetime) -> None:
    """Show the answers below the card, or `again` in the same place what became of them."""
    first = f"answers:{number}"
    queue_note(
        db,
        NoteName.ANSWERS,
        key=f"{first}:{again}" if again else first,
        values={"answers_id": number},
        now=now,
        thread_key=f"card:{case.ref}",
        case_id=case.id,
        instead_of=first if again else "",
    )
    queue_case_card(db, case.id, now=now)
