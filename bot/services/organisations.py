"""Which known organisation a case may be of, and what an addition brings; staff's verbs: `additions`."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cards import Joined, SameFormNote
from bot.domain.cases import (
    BEFORE_LIVE,
    OPEN,
    OVER,
    STANDING,
    UNDER_WAY,
    Addition,
    Case,
    CaseStatus,
    case_id,
    case_ref,
    status_after,
)
from bot.domain.differences import list_left_out
from bot.domain.errors import NothingToAdd, OrganisationUndecided, SameFormTwice
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.organisation_refusals import OrganisationUnsaid, OtherVersion, PeopleKnown
from bot.domain.organisations import (
    ASKED_FROM,
    KNOWN,
    Double,
    Likeness,
    Mark,
    MarkKind,
    Reason,
    are_one_sponsor,
    are_versions,
    compare,
    marks_of,
    people_of,
    why_not_newer,
)
from bot.domain.ris import Decision, RisCase
from bot.services import seat_holders, thread_notes
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import case_versions, cases, events, organisations

#: states of an addition whose people wait for the registration; "live" as an older Usher had it
_WAITS = (CaseStatus.INVITED, CaseStatus.LIVE)
SHOWN = 3  #: organisations that staff are asked about
WEIGHED = 20  #: of those that share something, the nearest: a domain may be that of thousands


def note_marks(db: Database, desk: Desk, case: Case) -> None:
    """Let a case be found by its newest version; in the caller's transaction."""
    hosts = frozenset(sponsor.rpartition("@")[2].strip().lower() for sponsor in desk.sponsors)
    organisations.set_marks(db, case.id, marks_of(case.ris, ignored_hosts=hosts))


def list_likenesses(db: Database, case: Case) -> tuple[Likeness, ...]:
    """Known organisations that an undecided case may be of, likeliest first; none once staff said which."""
    if case.status not in OPEN or case.addition is not None:
        return ()
    mine = _Marks(case.ris)
    theirs: defaultdict[int, list[Mark]] = defaultdict(list)
    for organisation, mark in organisations.find_alike(db, mine.all, of=case.id):
        theirs[organisation].append(mark)
    for apart in organisations.list_told_apart(db, case.id):
        theirs.pop(apart, None)
    answered = _list_linked(db, case)
    versions = {other.id for other in _list_versions(db, case) if other.id < case.id}
    for number in versions:
        theirs[number]  # asked about, however little else they share
    # of equals the one that came first: where an organisation began, not its last repetition
    nearest = sorted(theirs, key=lambda one: (one not in versions, *mine.rank(theirs[one]), one))[:WEIGHED]
    found = [
        like
        for number in nearest
        if (like := _likeness(db, number, mine, theirs[number], asked=number in versions)) is not None
    ]
    found = [
        replace(like, same_mail=other in versions - answered, answered=other in versions & answered)
        for like in found
        if (other := case_id(like.ref))
    ]
    likest = sorted(found, key=lambda like: (not like.holds_up, -like.points))[:SHOWN]
    return tuple(_weigh(db, case, like) for like in likest)


def _list_versions(db: Database, case: Case) -> list[Case]:
    """Undecided cases that may hold another version of its form, and nobody said what they are.

    They came in the same mail and look like it, or the one came in answer to the other.
    """
    linked = _list_linked(db, case)
    numbers = (linked | _list_of_same_mail(db, case)) - organisations.list_told_apart(db, case.id)
    others = (cases.find(db, number) for number in sorted(numbers))
    return [
        other
        for other in others
        if other and other.status in OPEN and _may_be_versions(case, other, answers=other.id in linked)
    ]


def list_later_versions(db: Database, case: Case) -> list[Case]:
    """Those of them whose cards ask about this one, or will once they are taken in."""
    return [other for other in _list_versions(db, case) if other.id > case.id]


def _may_be_versions(case: Case, other: Case, *, answers: bool) -> bool:
    """Nobody asks of a later one that is an addition by now; to an addition a form can come in answer."""
    first, later = sorted((case, other), key=lambda one: one.id)
    if later.addition is not None:
        return False
    return answers or (first.addition is None and are_versions(case.ris, other.ris))


def _list_linked(db: Database, case: Case) -> set[int]:
    """The case in answer to which it came, and those that came in answer to it."""
    tags = (EventTag.CASE_ANSWERED_BY_FORM, EventTag.CASE_IS_ANSWER)
    told = events.list_tagged(db, (f"case:{case.id}",), tags)
    return {number for event in told if (number := case_id(str(event.data["about"])))}


def find_answer(db: Database, case: Case, ris: RisCase) -> Case | None:
    """The undecided case that holds the very form, and came in answer to this one."""
    others = (cases.find(db, number) for number in sorted(_list_linked(db, case)) if number > case.id)
    same = (other for other in others if other and other.ris.form_hash() == ris.form_hash())
    return next((other for other in same if other.status in OPEN), None)


def link(db: Database, newer: Case, older: Case, *, now: datetime) -> None:
    """The newer case's form came in answer to the older, and may be its newest or an addition: staff say."""
    if newer.id in _list_linked(db, older):
        return
    tag, subject = EventTag.CASE_IS_ANSWER, f"case:{newer.id}"
    events.add(db, tag, subject, actor="usher", at=now, about=older.ref)
    tag = EventTag.CASE_ANSWERED_BY_FORM
    thread_notes.record(db, tag, older.id, actor="usher", at=now, about=newer.ref)


def _list_of_same_mail(db: Database, case: Case) -> set[int]:
    mails = case_versions.list_mails(db, case.id)
    found = {case_id(ref) for mail in mails for ref in cases.list_standing(db, mail)}
    return {number for number in found if number} - {case.id}


def list_doubles(db: Database, case: Case) -> tuple[Double, ...]:
    """Later cases, taken in and undecided, whose cards ask whether they are the same order as this one."""
    if case.status not in OPEN:
        return ()
    again = set(_list_open_with_same_form(db, case) if case.addition is None else ())
    again -= organisations.list_told_apart(db, case.id)
    numbers = sorted(again | {other.id for other in list_later_versions(db, case)})
    taken_in = [number for number in numbers if number > case.id and _is_taken_in(db, number)]
    return tuple(Double(ref=case_ref(number), same_form=number in again) for number in taken_in[:SHOWN])


def _is_taken_in(db: Database, number: int) -> bool:
    named = organisations.find_name(db, number)
    return named is not None and named[1] is not CaseStatus.RECEIVED


def list_beside(db: Database, case: Case) -> list[int]:
    """Cases whose cards may say something of this one: of the same form or mail, or the one an answer."""
    beside = _list_of_same_mail(db, case) | _list_linked(db, case)
    return sorted({*_list_open_with_same_form(db, case), *beside})


def _list_open_with_same_form(db: Database, case: Case) -> list[int]:
    found = organisations.list_open_with(db, Mark(MarkKind.FORM, case.ris.form_hash()))
    return [number for number in found if number != case.id]


def _weigh(db: Database, case: Case, like: Likeness) -> Likeness:
    """Whether the form may take the other's place, and who of it would be in it no more."""
    older = cases.find(db, case_id(like.ref) or 0)
    if older is None or why_not_newer_here(db, case, older):
        return like
    gone = list_left_out(older.ris, case.ris)
    names = tuple(f"{user.first_name} {user.last_name}".strip() or user.email for user in gone)
    return replace(like, may_be_newer=True, left_out=names)


def why_not_newer_here(db: Database, newer: Case, older: Case) -> str:
    """As `why_not_newer`, and whose form came in answer to the other may be its newer one."""
    return why_not_newer(newer, older, answers=older.id in _list_linked(db, newer))


def status_of(db: Database, case: Case, *, taken_in: bool = True, asked: bool = False) -> CaseStatus:
    """Where a case stands by its content; `asked`: a question of staff is open.

    One that lacks only what an addition may lack, and is like an organisation of its own sponsor's, is the
    desk's: staff say of which organisation it is before anybody is asked for the rest.
    """
    status = status_after(case.ris, authorised=taken_in, asked=asked)
    if status is CaseStatus.WAITING_FOR_SPONSOR and not asked and lacks_a_word(db, case):
        return CaseStatus.IN_REVIEW
    return status


def lacks_a_word(db: Database, case: Case) -> bool:
    """Whether it is complete if staff say that it is an addition to an organisation of its own sponsor's."""
    if case.addition is not None or case.ris.decision is Decision.COMPLETE:
        return False
    return case.ris.as_addition().decision is Decision.COMPLETE and is_of_one_sponsor(db, case)


def is_of_one_sponsor(db: Database, case: Case) -> bool:
    """Whether an undecided case is like an organisation that its own sponsor has brought before."""
    others = (cases.find_named(db, like.ref) for like in list_likenesses(db, case))
    return any(other is not None and are_one_sponsor(case, other) for other in others)


class _Marks:
    """What a form can be found by, looked at only as far as it is shared: it may have thousands of people."""

    def __init__(self, ris: RisCase) -> None:
        self.all = marks_of(ris)
        self._alike: defaultdict[tuple[MarkKind, str], list[Mark]] = defaultdict(list)
        for mark in self.all:
            self._alike[mark.kind, mark.value].append(mark)
        self._vat_ids = [mark for mark in self.all if mark.kind is MarkKind.VAT_ID]
        self._names = dict(zip(people_of(ris.users), ris.users, strict=True))

    def compare(self, theirs: Collection[Mark]) -> tuple[int, tuple[Reason, ...]]:
        shared = [mark for each in theirs for mark in self._alike[each.kind, each.value]]
        return compare([*shared, *self._vat_ids], theirs)

    def rank(self, theirs: Collection[Mark]) -> tuple[bool, int]:
        """What may hold an approval up comes first, then the likeliest."""
        shared = {mark.kind for mark in theirs}
        return shared.isdisjoint({MarkKind.FORM, MarkKind.PERSON}), -self.compare(theirs)[0]

    def people(self, theirs: Collection[Mark]) -> tuple[str, ...]:
        known = dict.fromkeys(mark for mark in theirs if mark in self._names)
        return tuple(
            f"{user.first_name} {user.last_name}".strip() for user in map(self._names.__getitem__, known)
        )


def _likeness(
    db: Database, organisation: int, mine: _Marks, shared: list[Mark], *, asked: bool
) -> Likeness | None:
    named = organisations.find_name(db, organisation)
    points, reasons = mine.compare([*shared, *organisations.list_vat_ids(db, organisation)])
    if named is None or named[1] not in KNOWN or (points < ASKED_FROM and not asked):
        return None
    company, status = named
    return Likeness(
        ref=case_ref(organisation),
        company=company,
        status=status,
        points=points,
        reasons=reasons,
        people=mine.people(shared),
    )


def find_heir(db: Database, case: Case) -> Case:
    """The case of which its form became a version; itself where it is its own."""
    if case.status is not CaseStatus.WITHDRAWN:
        return case
    taken = events.list_tagged(db, (f"case:{case.id}",), (EventTag.CASE_TAKEN_AS_NEWER,))
    return (cases.find_named(db, str(taken[-1].data["about"])) if taken else None) or case


def find_of_thread(db: Database, ref: str) -> Case | None:
    """The case of which a mail's thread is, or of which that became a version; None for another's."""
    named = cases.find_named(db, ref)
    return find_heir(db, named) if named else None


def find_standing(db: Database, case: Case) -> CaseStatus:
    """How far a case is for its sponsor: the people of an addition get in once its organisation is live."""
    root = cases.find(db, case.addition.of) if case.addition else None
    waits = case.status in _WAITS and root is not None and root.status in BEFORE_LIVE
    return root.status if root and waits else case.status


def find_joined(db: Database, case: Case) -> Joined | None:
    """The organisation to which the case is added, as it stands now."""
    named = organisations.find_name(db, case.addition.of) if case.addition else None
    if named is None:
        return None
    joined = Joined(company=named[0], status=named[1])
    if case.status in OPEN | UNDER_WAY:
        closed, shut = seat_holders.list_closed(db, case), seat_holders.list_shut(db, case)
        joined = replace(joined, closed=closed, shut=shut)
    if case.status not in OPEN:
        return joined
    return replace(
        joined,
        sharing=seat_holders.list_sharing(db, case),
        with_account=seat_holders.list_with_account(db, case),
        by_former=seat_holders.list_by_former(db, case),
    )


def note_same_form(db: Database, case: Case, *, now: datetime) -> None:
    """Where the very same form is in older cases, their threads say that this new case brings it again."""
    for number in _list_with_same_form(db, case):
        note = SameFormNote(ref=case_ref(number), again=case.ref)
        key, thread_key = f"same_form:{number}:{case.id}", f"card:{note.ref}"
        values = asdict(note)
        queue_note(
            db, NoteName.SAME_FORM, key=key, values=values, now=now, thread_key=thread_key, case_id=number
        )


def _list_with_same_form(db: Database, case: Case) -> list[int]:
    form = [Mark(MarkKind.FORM, case.ris.form_hash())]
    return sorted({found for found, _ in organisations.find_alike(db, form, of=case.id)})


def addition_to(db: Database, case: Case, root: Case) -> Addition:
    """What the case is once it is added to that organisation."""
    known = seat_holders.list_known(db, case.ris.users, root.id)
    return Addition(of=root.id, known=known, told=are_one_sponsor(case, root))


def renewed(db: Database, case: Case, ris: RisCase) -> tuple[Addition | None, str]:
    """What an addition is by a newer form, and the hash of what is to be decided then."""
    if case.addition is None:
        return None, ris.content_hash()
    known = seat_holders.list_known(db, ris.users, case.addition.of)
    addition = replace(case.addition, known=known)
    return addition, addition.seal(ris)


def renew_additions(db: Database, case: Case, *, now: datetime) -> list[int]:
    """Whoever joined or left the organisation is known or new in its undecided additions; return those."""
    additions = []
    for number in cases.list_additions(db, case.addition.of if case.addition else case.id, OPEN):
        other = cases.find(db, number)
        if other is None or number == case.id:
            continue
        addition, sealed = renewed(db, other, other.ris)
        if sealed != other.content_hash:
            to = replace(other, addition=addition, content_hash=sealed)
            cases.set_addition(db, to, since=other.content_hash, now=now)
        additions.append(number)
    return additions


def check_not_again(db: Database, case: Case) -> None:
    """Raise what another case asks before this one is ordered too.

    SameFormTwice where that one has the very same form; PeopleKnown where it is approved and some people are
    there already, who would get everything twice. OtherVersion where one of the same mail, older or newer,
    looks like the same form.
    """
    for other in _list_versions(db, case):
        # a later one asks once it is taken in
        if other.status is not CaseStatus.RECEIVED or other.id < case.id:
            raise _other_version(db, case, other)
    marks = [Mark(MarkKind.FORM, case.ris.form_hash()), *people_of(case.ris.users)]
    if not organisations.find_alike(db, marks, of=case.id):  # mostly: comparing a large form takes long
        return
    for like in list_likenesses(db, case):
        if Reason.SAME_FORM in like.reasons and like.may_be_joined:
            raise SameFormTwice(ref=case.ref, other=like.ref)
        if like.people and like.status in STANDING:
            raise PeopleKnown(ref=case.ref, other=like.ref, people=", ".join(like.people[:SHOWN]))


def _other_version(db: Database, case: Case, other: Case) -> OtherVersion:
    """With what the later one's card offers."""
    first, later = sorted((case, other), key=lambda one: one.id)
    received = first.status is CaseStatus.RECEIVED
    older = not received and bool(why_not_newer_here(db, later, first))
    return OtherVersion(ref=case.ref, first=first.ref, later=later.ref, received=received, older=older)


def check_addition(db: Database, case: Case) -> None:
    """Raise what keeps it from being approved.

    It is complete as an addition alone, and nobody said that it is one; its organisation is not approved; or
    nobody is new.
    """
    if case.ris.decision is not Decision.COMPLETE:
        raise OrganisationUnsaid(ref=case.ref)
    if case.addition is None:
        return
    root = cases.find(db, case.addition.of)
    if root is None or root.status in OPEN | OVER:
        raise OrganisationUndecided(ref=case.ref, other=case.addition.ref)
    if not case.ordered_users:
        raise NothingToAdd(ref=case.ref, other=case.addition.ref)
