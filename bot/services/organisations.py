"""Which known organisation a case may be of, and what an addition to one brings; staff's verbs are in `additions`."""

from collections import defaultdict
from dataclasses import replace

from sqlite_utils import Database

from bot.domain.cases import OPEN, Addition, Case, CaseStatus
from bot.domain.errors import NothingToAdd, OrganisationUndecided
from bot.domain.organisations import (
    ASKED_FROM,
    Likeness,
    Mark,
    are_one_sponsor,
    compare,
    known_people,
    marks_of,
)
from bot.domain.ris import RisCase
from bot.services.desk import Desk
from bot.store import cases, organisations

SHOWN = 3  #: organisations that staff are asked about


def note_marks(db: Database, desk: Desk, case: Case) -> None:
    """Let a case be found by its newest version; in the caller's transaction."""
    hosts = frozenset(sponsor.rpartition("@")[2].strip().lower() for sponsor in desk.sponsors)
    organisations.set_marks(db, case.id, marks_of(case.ris, ignored_hosts=hosts))


def list_likenesses(db: Database, case: Case) -> tuple[Likeness, ...]:
    """Known organisations that an undecided case may be of, likeliest first; none once staff said which."""
    if case.status not in OPEN or case.addition is not None:
        return ()
    marks = marks_of(case.ris)
    theirs: defaultdict[int, list[Mark]] = defaultdict(list)
    for organisation, mark in organisations.find_alike(db, marks, before=case.id):
        theirs[organisation].append(mark)
    apart = organisations.list_told_apart(db, case.id) | {case.id}
    found = [
        like
        for organisation, shared in theirs.items()
        if organisation not in apart
        and compare(marks, shared)[0] >= ASKED_FROM
        and (like := _likeness(db, organisation, marks, shared)) is not None
    ]
    return tuple(sorted(found, key=lambda like: (-like.points, like.ref))[:SHOWN])


def _likeness(db: Database, organisation: int, marks: frozenset[Mark], shared: list[Mark]) -> Likeness | None:
    named = organisations.find_name(db, organisation)
    points, reasons, people = compare(marks, [*shared, *organisations.list_vat_ids(db, organisation)])
    if named is None or points < ASKED_FROM:
        return None
    company, status = named
    return Likeness(
        ref=f"C-{organisation}", company=company, status=status, points=points, reasons=reasons, people=people
    )


def addition_to(db: Database, case: Case, root: Case) -> Addition:
    """What the case is once it is added to that organisation."""
    known = known_people(case.ris.users, organisations.list_people(db, root.id))
    return Addition(of=root.id, known=known, told=are_one_sponsor(case, root))


def renewed(db: Database, case: Case, ris: RisCase) -> tuple[Addition | None, str]:
    """What an addition is by a newer form, and the hash of what is to be decided then."""
    if case.addition is None:
        return None, ris.content_hash()
    known = known_people(ris.users, organisations.list_people(db, case.addition.of))
    addition = replace(case.addition, known=known)
    return addition, addition.seal(ris.content_hash())


def renew_additions(db: Database, case: Case) -> list[int]:
    """Whoever joined or left the organisation is known or new in its undecided additions; return those."""
    changed = []
    for number in cases.list_additions(db, case.addition.of if case.addition else case.id, OPEN):
        other = cases.find(db, number)
        if other is None or number == case.id:
            continue
        addition, sealed = renewed(db, other, other.ris)
        if sealed != other.content_hash:
            to = replace(other, addition=addition, content_hash=sealed)
            cases.set_addition(db, to, since=other.content_hash)
            changed.append(number)
    return changed


def check_addition(db: Database, case: Case) -> None:
    """Raise what keeps an addition from being approved: its organisation is not, or nobody is new."""
    if case.addition is None:
        return
    root = cases.find(db, case.addition.of)
    if root is None or root.status in OPEN | {CaseStatus.REJECTED, CaseStatus.WITHDRAWN}:
        raise OrganisationUndecided(ref=case.ref, other=case.addition.ref)
    if not case.ordered_users:
        raise NothingToAdd(ref=case.ref, other=case.addition.ref)
