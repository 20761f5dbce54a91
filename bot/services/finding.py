"""Find cases and questions by the words that staff type."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.finding import (
    MOST_TYPED,
    Findings,
    Found,
    matching,
    read,
    values_of_case,
    values_of_conversation,
)
from bot.domain.refs import read_ref, without_noun
from bot.domain.staff import Staff
from bot.domain.told_passwords import without_passwords
from bot.services import account_views, open_invitations, views
from bot.services.desk import Desk
from bot.store import cases, conversations, erasures, finding

PAGE = 8  #: found ones on a page
MOST = 400  #: found ones that are paged through


def find(db: Database, desk: Desk, typed: str, *, page: int, by: Staff, now: datetime) -> Findings:
    """One page of what has every word; that they were shown its cases goes into the trail.

    `page` counts from 1 and is kept within what there is. Raise NotStaff.
    """
    check_is_staff(by)
    wanted, left_out = read(typed)
    name = without_noun(typed[:MOST_TYPED])
    numbers = finding.find(db, wanted, limit=MOST + 1) if wanted else []
    capped, numbers = len(numbers) > MOST, numbers[:MOST]
    pages = -(-len(numbers) // PAGE)
    page = min(max(page, 1), max(pages, 1))
    shown = (_found(db, number) for number in numbers[(page - 1) * PAGE : page * PAGE])
    found = tuple(replace(one, matched=matching(one.matched, wanted)) for one in shown if one is not None)
    views.note(db, desk, [one.ref for one in found if one.status is not None], viewer=by, now=now)
    return Findings(
        typed=typed,
        found=found,
        page=page,
        pages=pages,
        total=len(numbers),
        capped=capped,
        left_out=left_out,
        invited=tuple(open_invitations.list_meant(db, name, now=now)),
        account=account_views.find_by_ref(db, name),
        erasure=_erasure(db, name),
    )


def _erasure(db: Database, name: str) -> str:
    found = erasures.find(db, read_ref(name, "X-") or 0)
    return found.ref if found else ""


def _found(db: Database, number: int) -> Found | None:
    """With all of its values, of which only those that match are to be kept."""
    return _found_question(db, -number) if number < 0 else _found_case(db, number)


def _found_question(db: Database, number: int) -> Found | None:
    question = conversations.find(db, number)
    if question is None:
        return None
    values = values_of_conversation(question)
    title = without_passwords(question.subject)
    return Found(ref=question.ref, title=title, at=question.created_at, matched=tuple(values))


def _found_case(db: Database, number: int) -> Found | None:
    case = cases.find(db, number)
    if case is None:
        return None
    company, subject = case.ris.company.name, case.thread.subject
    values = values_of_case(case.ref, case.ris, sponsor=case.sponsor, cc=case.cc, title=subject)
    return Found(ref=case.ref, title=company, at=case.created_at, status=case.status, matched=tuple(values))
