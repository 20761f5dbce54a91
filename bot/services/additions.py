"""Staff say whether a form is of an organisation that is known: nothing is ever merged without them."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cases import Addition, Case, CaseStatus
from bot.domain.errors import ContentChanged, HasAdditions, NoOrganisation, NotReviewable
from bot.domain.events import EventTag
from bot.domain.organisations import KNOWN
from bot.domain.staff import Staff
from bot.services import organisations as known
from bot.services.cases import get_case, get_seen, refusals_recorded
from bot.services.queueing import queue_case_card
from bot.store import cases, events, organisations
from bot.store.database import transaction

#: states in which staff may say so: taken in, and not decided
SAYABLE = frozenset({CaseStatus.IN_REVIEW, CaseStatus.WAITING_FOR_SPONSOR})


def confirm_same(db: Database, *, ref: str, other: str, seen: str, by: Staff, now: datetime) -> Case:
    """The case is of that organisation: an addition, of which only the new people count.

    Who says so has a hand in the case. What its card showed before cannot be approved any more.
    """
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case = _get_sayable(db, ref, seen, by)
        root = _organisation_of(db, case, other)
        addition = known.addition_to(db, case, root)
        organisations.put_together(db, case.id, root.id)
        return _set(db, case, addition.seal(case.ris.content_hash()), by=by, now=now, addition=addition)


def deny_same(db: Database, *, ref: str, other: str, seen: str, by: Staff, now: datetime) -> Case:
    """The case is not of that organisation; it is not asked again, and an addition is one no longer."""
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case = _get_sayable(db, ref, seen, by)
        root = get_case(db, other)
        organisations.tell_apart(db, case.id, root.id)
        if case.addition is not None and case.addition.of == root.id:
            return _set(db, case, case.ris.content_hash(), by=by, now=now)
        events.add(
            db, EventTag.CASE_TOLD_APART, f"case:{case.id}", actor=by.id, at=now, other=root.ref, hash=seen
        )
        queue_case_card(db, case.id, now=now)
        return case


def _get_sayable(db: Database, ref: str, seen: str, by: Staff) -> Case:
    check_is_staff(by)
    case = get_seen(db, ref, seen)
    if case.status not in SAYABLE:
        raise NotReviewable(ref=case.ref, status=case.status)
    return case


def _organisation_of(db: Database, case: Case, other: str) -> Case:
    """The case with which that organisation began, wherever one points; raise NotSameOrganisation."""
    root = get_case(db, other)
    if root.addition is not None:
        root = get_case(db, root.addition.ref)
    if root.id >= case.id or root.status not in KNOWN - {CaseStatus.RECEIVED}:
        raise NoOrganisation(ref=case.ref, other=root.ref, status=root.status)
    if own := cases.list_additions(db, case.id, KNOWN):
        raise HasAdditions(ref=case.ref, other=f"C-{own[0]}")
    return root


def _set(
    db: Database, case: Case, sealed: str, *, by: Staff, now: datetime, addition: Addition | None = None
) -> Case:
    changed = replace(case, addition=addition, content_hash=sealed, hands=case.hands | {by.id})
    if not cases.set_addition(db, changed, since=case.content_hash):
        raise ContentChanged(ref=case.ref, version=case.version)
    other = addition or case.addition
    tag = EventTag.CASE_ADDED if addition else EventTag.CASE_TOLD_APART
    events.add(
        db,
        tag,
        f"case:{case.id}",
        actor=by.id,
        at=now,
        other=other.ref if other else "",
        known=len(addition.known) if addition else 0,
        hash=sealed,
    )
    queue_case_card(db, case.id, now=now)
    return changed
