"""Cases: open, revise, accept, and show."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.addressees import sponsor_of
from bot.domain.bounces import Returned
from bot.domain.cards import CaseCard, Effect
from bot.domain.cases import Case, CaseStatus, Thread, weighed
from bot.domain.errors import ContentChanged, NotReviewable, Refusal, UnknownCase
from bot.domain.events import EventTag, subject_of
from bot.domain.mail import InboundMail
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.domain.registration import Registered, Registration, understand
from bot.domain.ris import Decision, RisCase
from bot.domain.staff import Staff
from bot.domain.trust import SenderCheck, Verdict, is_sponsor
from bot.rendering import mails
from bot.services import organisations, purchasing, rights, seat_holders, thread_notes
from bot.services.desk import Desk
from bot.services.marking import MARKED
from bot.services.queueing import queue_case_card, queue_mail
from bot.store import (
    accounts,
    approvals,
    bounces,
    case_answers,
    case_questions,
    case_steps,
    case_versions,
    case_words,
    cases,
    events,
    finding,
    outbox,
    registration,
    step_jobs,
)
from bot.store.database import transaction
from bot.store.numbers import next_number


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A RIS as it came: who sent it, what the trusted server says, what is in it."""

    mail_id: int
    mail: InboundMail
    check: SenderCheck
    sponsor: bool  #: the sender's address or domain is among SPONSORS
    ris: RisCase
    parties: tuple[str, ...] = ()  #: authorised addresses on Cc, who stay there
    hands: frozenset[str] = frozenset()  #: who changed it before
    unread: tuple[str, ...] = ()  #: other files of the mail that look like a form, and were not read as one
    closed: str = ""  #: the case that it was until staff said of which other it is a newer form

    @property
    def authorised(self) -> bool:
        return self.sponsor and self.check.verdict is Verdict.PASSED


def open_case(
    db: Database, desk: Desk, submission: Submission, *, now: datetime, by: Staff | None = None
) -> Case:
    """Open a case for a submission, in the caller's transaction, and answer who may be answered.

    `by`: who says that it is a RIS; it needs no taking in then, and they have a hand in it.
    """
    case = _first_version(submission, next_number(db, "case"), by=by, now=now)
    taken_in = submission.authorised or by is not None
    case = replace(case, status=organisations.status_of(db, case, taken_in=taken_in))
    cases.add(db, case, made_by=f"mail:{submission.mail_id}", now=now)
    organisations.note_marks(db, desk, case)
    finding.set_case(db, case)
    organisations.note_same_form(db, case, now=now)
    events.add(
        db,
        EventTag.CASE_OPENED,
        f"case:{case.id}",
        actor=by.id if by else "usher",
        at=now,
        mail=submission.mail_id,
        status=case.status,
        hash=case.content_hash,
    )
    answer_submission(db, desk, case, now=now, submission=submission)
    queue_case_card(db, case.id, now=now)
    refresh_others(db, case, now=now)
    return case


def _first_version(submission: Submission, number: int, *, by: Staff | None, now: datetime) -> Case:
    mail = submission.mail
    return Case(
        id=number,
        status=CaseStatus.RECEIVED,
        version=1,
        content_hash=submission.ris.content_hash(),
        ris=submission.ris,
        sponsor=mail.sender,
        cc=submission.parties,
        authorised=submission.authorised,
        verdict=submission.check.verdict,
        evidence=submission.check.evidence,
        lang=mail.lang,
        hands=frozenset({mail.sender.address, *([by.id] if by else [])}),
        thread=Thread.answering(mail),
        mail_id=submission.mail_id,
        created_at=now,
        status_since=now,
    )


def submission_of(case: Case, desk: Desk) -> Submission:
    """The newest form of a case as it came."""
    thread, sender = case.thread, case.sponsor
    return Submission(
        mail_id=case.mail_id,
        mail=InboundMail(
            message_id=thread.message_id,
            sender=sender,
            subject=thread.subject,
            thread_ids=tuple(one for one in reversed(thread.references) if one != thread.message_id),
            lang=case.lang,
        ),
        check=SenderCheck(verdict=case.verdict, evidence=case.evidence),
        sponsor=is_sponsor(sender.address, desk.sponsors),
        ris=case.ris,
        parties=case.cc,
        hands=case.hands,
    )


def revise_case(
    db: Database,
    desk: Desk,
    case: Case,
    submission: Submission,
    *,
    now: datetime,
    by: Staff | None = None,
    made_by: str = "",
) -> Case | None:
    """Put a newer version in place of an undecided one; None when the case was decided meanwhile.

    `by`: who took its values over from a mail (`made_by`); they have a hand in it too, and took it in.
    """
    made_by = made_by or f"mail:{submission.mail_id}"
    revised = _revised(db, case, submission, by)
    if not cases.revise(db, revised, since=case.version, made_by=made_by, now=now):
        return None
    organisations.note_marks(db, desk, revised)
    finding.set_case(db, revised)
    refresh_others(db, revised, now=now)
    thread_notes.record(
        db,
        EventTag.CASE_REVISED,
        case.id,
        actor=by.id if by else "usher",
        at=now,
        mail=submission.mail_id,
        version=revised.version,
        status=revised.status,
        hash=revised.content_hash,
    )
    believed_now = case.status is CaseStatus.RECEIVED and submission.authorised
    before = None if believed_now else case.ris  # of that one they have heard nothing
    answer_submission(
        db, desk, revised, now=now, before=before, by_staff=by is not None, submission=submission
    )
    queue_case_card(db, case.id, now=now)
    return revised


def _revised(db: Database, case: Case, submission: Submission, by: Staff | None) -> Case:
    authorised = case.authorised or submission.authorised
    addition, content_hash = organisations.renewed(db, case, submission.ris)
    ris = weighed(submission.ris, addition)
    asked = case_questions.is_open(db, case.id)
    revised = replace(
        case,
        authorised=authorised,
        version=case.version + 1,
        content_hash=content_hash,
        addition=addition,
        ris=ris,
        cc=_copies(case, submission),
        verdict=submission.check.verdict,
        evidence=submission.check.evidence,
        hands=case.hands | submission.hands | {submission.mail.sender.address} | ({by.id} if by else set()),
        thread=Thread.answering(submission.mail),
        mail_id=max(case.mail_id, submission.mail_id),  # answers may be older than the form they stand in
    )
    taken_in = authorised or by is not None
    return replace(revised, status=organisations.status_of(db, revised, taken_in=taken_in, asked=asked))


def refresh_others(db: Database, case: Case, *, now: datetime) -> None:
    """What other undecided cases say of this one is true at once.

    Additions say where their organisation stands, and who is known there; others that it is the same form.
    """
    renewed = organisations.renew_additions(db, case, now=now)
    for number in sorted({*renewed, *organisations.list_beside(db, case)}):
        queue_case_card(db, number, now=now)


def _copies(case: Case, submission: Submission) -> tuple[str, ...]:
    """Who gets a copy from now on: who did, a colleague who wrote, and the authorised whom they copied."""
    wrote = (submission.mail.sender.address,) if submission.authorised else ()
    copied = dict.fromkeys((*case.cc, *wrote, *submission.parties))
    return tuple(address for address in copied if address != case.sponsor.address)


def answer_submission(
    db: Database,
    desk: Desk,
    case: Case,
    *,
    now: datetime,
    before: RisCase | None = None,
    by_staff: bool = False,
    submission: Submission | None = None,
) -> None:
    """A sponsor hears all about it, a verified stranger that it came, anyone else nothing.

    Whoever's RIS staff took in hears what is missing; of a newer version (`before`), what is still, or that
    it is complete now. What staff have to say something about first only came.
    """
    is_complete = case.ris.decision is Decision.COMPLETE
    unread, closed = (submission.unread, submission.closed) if submission else ((), "")
    if case.status is CaseStatus.WAITING_FOR_SPONSOR or (case.status is CaseStatus.IN_REVIEW and is_complete):
        if not is_complete:
            words = mails.ris_problems(case, desk.policy, before=before, unread=unread, closed=closed)
            answer(db, desk, case, "ris_problems", now=now, words=words, by_staff=by_staff)
        elif case.authorised or (before is not None and case.verdict is Verdict.PASSED):
            words = mails.receipt(case, desk.policy, unread=unread, closed=closed)
            words |= seat_holders.told(db, case)
            answer(db, desk, case, "receipt", now=now, words=words, by_staff=by_staff)
    elif case.verdict is Verdict.PASSED:
        words = mails.neutral_receipt(ref=case.ref, lang=case.lang, policy=desk.policy, closed=closed)
        whom, key = replace(sponsor_of(case), cc=()), f"{case.ref}:{case.version}:neutral_receipt"
        queue_mail(db, desk, "neutral_receipt", whom, key=key, words=words, now=now, automatic=True)


def answer(
    db: Database,
    desk: Desk,
    case: Case,
    template: str,
    *,
    words: Mapping[str, Any],
    now: datetime,
    decision_id: int | None = None,
    again: str = "",
    by_staff: bool = False,
) -> bool:
    """Queue a mail about a case to its sponsor, once per version, with a status link; return whether it was.

    `again` tells a repetition from the first one, by what caused it. What no decision and nobody of the desk
    caused (`by_staff`) is an automatic answer, and capped.
    """
    return queue_mail(
        db,
        desk,
        template,
        sponsor_of(case),
        key=":".join(filter(None, (case.ref, str(case.version), template, again))),
        words=words,
        now=now,
        decision_id=decision_id,
        with_status_link=True,
        automatic=decision_id is None and not by_staff,
        attach={"what": MARKED, "version": case.version} if template == "ris_problems" else None,
    )


@contextmanager
def refusals_recorded(db: Database, ref: str, by: Staff, now: datetime) -> Iterator[None]:
    """A refusal rolls its transaction back; that somebody tried belongs into the trail all the same."""
    try:
        yield
    except Refusal as refusal:
        with transaction(db):
            tag = EventTag.DECISION_REFUSED
            events.add(db, tag, subject_of(ref), actor=by.id, at=now, code=refusal.code)
        raise


def get_seen(db: Database, ref: str, seen: str) -> Case:
    """The case if it is still the one that was shown; raise ContentChanged."""
    case = get_case(db, ref)
    if case.content_hash != seen:
        raise ContentChanged(ref=case.ref, version=case.version)
    return case


def move_or_explain(
    db: Database, case: Case, since: Collection[CaseStatus], to: CaseStatus, *, now: datetime
) -> None:
    """Compare and swap; raise NotReviewable when it is in none of those states."""
    if not cases.move(db, case.id, since=tuple(since), to=to, content_hash=case.content_hash, now=now):
        raise NotReviewable(ref=case.ref, status=case.status)


def get_case(db: Database, ref: str) -> Case:
    """The case of that name, however it is written; raise UnknownCase."""
    case = cases.find_named(db, ref)
    if case is None:
        raise UnknownCase(ref=ref)
    return case


def get_card(db: Database, desk: Desk, ref: str, *, now: datetime, viewer: Staff | None = None) -> CaseCard:
    """A case as its card shows it now; for a viewer who may not decide, without buttons."""
    case = get_case(db, ref)
    effects = outbox.list_effects(db, case.decision.id) if case.decision else []
    returned, found = bounces.list_of_case(db, case.id), registration.find(db, case.id)
    unread = case_words.find_unread(db, case.id)
    numbers = {*returned, *step_jobs.list_undelivered(db, case.id)} - {job.id for job in effects}
    others = (outbox.find(db, number) for number in sorted(numbers))
    return CaseCard(
        case=case,
        effects=tuple(_effect(job, returned) for job in effects if job.kind is JobKind.MAIL),
        returned=tuple(_effect(job, returned) for job in others if job),
        likenesses=organisations.list_likenesses(db, case),
        doubles=organisations.list_doubles(db, case),
        joined=organisations.find_joined(db, case),
        before=case_versions.find(db, case.id, case.version - 1),
        open_answers=len(case_answers.list_open(db, case.id)),
        unasked=case_words.is_unasked(db, case.id),
        untold=case_words.is_untold(db, case.id),
        unreleased=case_words.is_unreleased(db, case.id),
        unmailed=accounts.count_unmailed(db, case.id),
        unread=unread.many,
        unread_to=unread.to,
        questions=tuple(case_questions.list_open(db, case.id)),
        given=approvals.list_given(db, case),
        why_second=rights.why_second(desk, case),
        why_code=rights.why_code(desk, case),
        quote=purchasing.quote(db, desk, case, now=now) if case.status is CaseStatus.IN_REVIEW else None,
        steps=tuple(case_steps.list_of_case(db, case.id)),
        lost=step_jobs.list_lost_mails(db, case.id),
        bought=purchasing.find_bought(db, case),
        registration=found,
        registered=_registered(db, desk, case, found),
        ticked_outside=not desk.policy.mag.keeps_accounts,
        may_decide=viewer is None or rights.may_decide(db, case, viewer, now=now),
    )


def _registered(db: Database, desk: Desk, case: Case, found: Registration | None) -> Registered | None:
    """What was submitted, as it is understood; None where nothing was.

    Beside the form that it was decided about: once approved, it is the case's newest form itself.
    """
    if found is None or not found.seal:
        return None
    made = found.decision
    form = case_versions.find_before(db, case.id, made.at) if made else None
    return understand(form.ris if form else case.ris, found.draft, applications=desk.policy.mag.applications)


def _effect(job: Job, returned: Mapping[int, tuple[Returned, ...]]) -> Effect:
    back = returned.get(job.id, ())
    came_back = any(one.gave_up and one.recipient == job.recipient for one in back)
    # What a decision says, or what went, is overtaken by nothing: it was lost, and was written anew.
    anew = job.status is JobStatus.REPLACED and (came_back or job.decision_id is not None)
    stands = JobStatus.SENT if came_back else JobStatus.DISCARDED
    return Effect(
        id=job.id,
        template=job.template,
        state=stands if anew else job.status,
        at=job.sent_at,
        error=job.error,
        returned=back,
        came_back=came_back,
        kept=not job.values.get("erased"),
        anew=anew,
    )


def get_decidable_card(db: Database, desk: Desk, ref: str, by: Staff, *, now: datetime) -> CaseCard:
    """The current card for somebody about to decide; raise the refusal that stands in the way."""
    card = get_card(db, desk, ref, now=now)
    rights.check_may_decide(db, card.case, by, now=now)
    return card
