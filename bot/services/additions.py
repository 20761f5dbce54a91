"""Staff say whether a form is of an organisation that is known: nothing is ever merged without them."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cases import STANDING, Addition, Case, CaseStatus, case_ref, status_after, weighed
from bot.domain.errors import ContentChanged, HasAdditions, NoOrganisation, NotReviewable
from bot.domain.events import EventTag
from bot.domain.filling import fill
from bot.domain.organisation_refusals import NotItsNewerForm
from bot.domain.organisations import KNOWN, SAYABLE
from bot.domain.ris import Decision, RisCase
from bot.domain.staff import Staff
from bot.rendering import mails
from bot.services import case_answers, organisations, thread_notes
from bot.services.cases import (
    answer,
    answer_submission,
    get_case,
    get_seen,
    move_or_explain,
    refresh_others,
    refusals_recorded,
    revise_case,
    submission_of,
)
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card
from bot.services.replies import link_unclear
from bot.store import case_questions, case_versions, cases, events
from bot.store import organisations as organisation_store
from bot.store.database import transaction


def confirm_same(
    db: Database, desk: Desk, *, ref: str, other: str, seen: str, by: Staff, now: datetime
) -> Case:
    """The case is of that organisation: an addition, of which only the new people count.

    Who says so has a hand in the case. What its card showed before cannot be approved any more.
    """
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case = _get_sayable(db, ref, seen, by)
        root = _organisation_of(db, case, other)
        addition = organisations.addition_to(db, case, root)
        organisation_store.put_together(db, case.id, root.id)
        return _set(db, desk, case, case.ris, addition, by=by, now=now)


def deny_same(db: Database, desk: Desk, *, ref: str, other: str, seen: str, by: Staff, now: datetime) -> Case:
    """The case is not of that organisation; it is not asked again, and an addition is one no longer."""
    with refusals_recorded(db, ref, by, now):
        # Judged by itself again, outside the transaction: a form may have many users. `seen` is its seal.
        alone = fill(
            get_seen(db, ref, seen).ris,
            {},
            applications=desk.policy.mag.applications,
            own_addresses=desk.own_addresses,
        )
        with transaction(db, locks=(f"case:{ref}",)):
            case = _get_sayable(db, ref, seen, by)
            root = get_case(db, other)
            organisation_store.tell_apart(db, case.id, root.id)
            if case.addition is not None and case.addition.of == root.id:
                return _set(db, desk, case, alone, None, by=by, now=now)
            tag, subject = EventTag.CASE_TOLD_APART, f"case:{case.id}"
            events.add(db, tag, subject, actor=by.id, at=now, other=root.ref, hash=seen)
            queue_case_card(db, root.id, now=now)
            if case.ris.decision is not Decision.COMPLETE and not organisations.lacks_a_word(db, case):
                return _ask(db, desk, case, now=now)
            queue_case_card(db, case.id, now=now)
            return case


def take_as_newer(
    db: Database, desk: Desk, *, ref: str, other: str, seen: str, by: Staff, now: datetime
) -> Case:
    """A corrected form that came as a mail of its own is the newest version of the case that waits for it.

    Its own case is closed; all who had a hand in it have one in the other, and so has who says so. What came
    in answer to it is asked about there.

    Raise NotItsNewerForm, or HasAdditions where others build on its case.
    """
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{other}", f"case:{ref}")):
        newer, older = _get_sayable(db, ref, seen, by), get_case(db, other)
        if why := _why_not_newer(db, newer, older):
            raise NotItsNewerForm(ref=newer.ref, other=older.ref, **{why: why, "status": older.status})
        if own := cases.list_additions(db, newer.id, KNOWN):
            raise HasAdditions(ref=newer.ref, other=case_ref(own[0]))
        move_or_explain(db, newer, (newer.status,), CaseStatus.WITHDRAWN, now=now)
        # Not the mail's: words that came to the older case since are not read by it.
        made_by, submission = f"newer:{newer.ref}", replace(submission_of(newer, desk), closed=newer.ref)
        revised = revise_case(db, desk, older, submission, now=now, by=by, made_by=made_by)
        if revised is None:
            raise NotItsNewerForm(ref=newer.ref, other=older.ref, status=older.status)
        case_answers.refresh(db, revised, now=now)
        thread_notes.record(db, EventTag.CASE_TAKEN_AS_NEWER, newer.id, actor=by.id, at=now, about=older.ref)
        link_unclear(db, organisations.list_later_versions(db, newer), revised, now=now)
        queue_case_card(db, newer.id, now=now)
    return revised


def _why_not_newer(db: Database, newer: Case, older: Case) -> str:
    """The same, or "unlike" where it is not of a firm like that one."""
    if why := organisations.why_not_newer_here(db, newer, older):
        return why
    return "" if any(like.ref == older.ref for like in organisations.list_likenesses(db, newer)) else "unlike"


def ask_for_the_rest(db: Database, desk: Desk, *, ref: str, seen: str, by: Staff, now: datetime) -> Case:
    """It is no addition, whatever it is like: its sponsor is asked for all that a first form needs.

    Raise NotReviewable where nothing is missing.
    """
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case = _get_sayable(db, ref, seen, by)
        if case.addition is not None or case.ris.decision is Decision.COMPLETE:
            raise NotReviewable(ref=case.ref, status=case.status)
        return _ask(db, desk, case, now=now)


def _ask(db: Database, desk: Desk, case: Case, *, now: datetime) -> Case:
    """Ask its sponsor what its form lacks, once a version, and wait for that."""
    if case.status is CaseStatus.IN_REVIEW:
        move_or_explain(db, case, (case.status,), CaseStatus.WAITING_FOR_SPONSOR, now=now)
        case = replace(case, status=CaseStatus.WAITING_FOR_SPONSOR)
    words = mails.ris_problems(case, desk.policy)
    answer(db, desk, case, "ris_problems", words=words, now=now, by_staff=True)
    queue_case_card(db, case.id, now=now)
    return case


def _get_sayable(db: Database, ref: str, seen: str, by: Staff) -> Case:
    check_is_staff(by)
    case = get_seen(db, ref, seen)
    if case.status not in SAYABLE:
        raise NotReviewable(ref=case.ref, status=case.status)
    return case


def _organisation_of(db: Database, case: Case, other: str) -> Case:
    """The case with which that organisation began, wherever one points; raise why not."""
    root = get_case(db, other)
    if root.addition is not None:
        root = get_case(db, root.addition.ref)
    later = root.id >= case.id and root.status not in STANDING
    if later or root.status not in KNOWN - {CaseStatus.RECEIVED}:
        raise NoOrganisation(ref=case.ref, other=root.ref, status=root.status)
    if own := cases.list_additions(db, case.id, KNOWN):
        raise HasAdditions(ref=case.ref, other=case_ref(own[0]))
    return root


def _set(
    db: Database, desk: Desk, case: Case, ris: RisCase, addition: Addition | None, *, by: Staff, now: datetime
) -> Case:
    """Make it an addition, or none; its sponsor hears when that makes it complete, or no longer."""
    asked = case_questions.is_open(db, case.id)
    changed = replace(
        case,
        addition=addition,
        ris=weighed(ris, addition),
        status=status_after(weighed(ris, addition), authorised=True, asked=asked),
        content_hash=addition.seal(ris) if addition else ris.content_hash(),
        hands=case.hands | {by.id},
    )
    if not cases.set_addition(db, changed, since=case.content_hash, now=now):
        raise ContentChanged(ref=case.ref, version=case.version)
    changed = _with_its_version(db, changed, now=now)
    other = addition or case.addition
    events.add(
        db,
        EventTag.CASE_ADDED if addition else EventTag.CASE_TOLD_APART,
        f"case:{case.id}",
        actor=by.id,
        at=now,
        other=other.ref if other else "",
        known=len(addition.known) if addition else 0,
        status=changed.status,
        hash=changed.content_hash,
    )
    completed, was_complete = (one.ris.decision is Decision.COMPLETE for one in (changed, case))
    if completed and not was_complete:
        answer_submission(db, desk, changed, now=now, before=case.ris, by_staff=True)
    elif was_complete and not completed:  # what this version was asked before is asked again
        words = mails.ris_problems(changed, desk.policy)
        answer(db, desk, changed, "ris_problems", words=words, now=now, again="alone", by_staff=True)
    queue_case_card(db, case.id, now=now)
    refresh_others(db, changed, now=now)
    return changed


def _with_its_version(db: Database, case: Case, *, now: datetime) -> Case:
    """What came while it was an addition was judged as one: told apart, that is a version of its own.

    The numbers of a mail's questions are those of its version, which therefore stays as it was.
    """
    kept = case_versions.find(db, case.id, case.version)
    if kept is None or weighed(kept.ris, case.addition) == case.ris:
        return case
    judged = replace(case, version=case.version + 1)
    cases.revise(db, judged, since=case.version, made_by=f"apart:{case.mail_id}", now=now)
    case_answers.refresh(db, judged, now=now)
    return judged
