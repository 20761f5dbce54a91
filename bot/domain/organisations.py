"""Tell whether a form speaks of an organisation or a person that is known already: marks, points, reasons."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from bot.domain.cases import OPEN, STANDING, Case, CaseStatus
from bot.domain.company_names import fold_name, fold_person, fold_vat_id, host_of, looks_like, mail_host
from bot.domain.differences import count_shared
from bot.domain.review_values import is_free_mail
from bot.domain.ris import ProblemKind, RisCase, User


class MarkKind(StrEnum):
    """By what an organisation is found; each is looked up in an index."""

    FORM = "form"  # the content hash of the whole form
    VAT_ID = "vat_id"
    NAME = "name"  # folded; its detail is the country
    LOOK = "look"  # what the name looks like, whatever letters it is written with; its detail is the name
    HOST = "host"  # the domain of its website or of its people's mail
    PERSON = "people"  # an e-mail address, its host first; its detail is the person's folded name


class Mark(NamedTuple):
    """One thing a form can be found by; a tuple, for each form has dozens."""

    kind: MarkKind
    value: str
    detail: str = ""


class Reason(StrEnum):
    """Why two forms may speak of the same organisation; each has its points in `POINTS`."""

    SAME_FORM = "same_form"
    SAME_VAT_ID = "same_vat_id"
    OTHER_VAT_ID = "other_vat_id"
    SAME_NAME = "same_name"
    SAME_NAME_ABROAD = "same_name_abroad"
    LOOKS_ALIKE = "looks_alike"
    SAME_HOST = "same_host"
    SAME_PEOPLE = "same_people"


#: a name and its country, a VAT id or a domain is enough to ask; two of them are nearly certain
POINTS: Final[Mapping[Reason, int]] = {
    Reason.SAME_FORM: 100,
    Reason.SAME_VAT_ID: 60,
    Reason.OTHER_VAT_ID: -30,
    Reason.SAME_NAME: 40,
    Reason.SAME_NAME_ABROAD: 20,
    Reason.LOOKS_ALIKE: 25,
    Reason.SAME_HOST: 25,
    Reason.SAME_PEOPLE: 25,
}
ASKED_FROM: Final = 25  #: points from which staff are asked "same as?"
MOST: Final = 100


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """A known organisation that may be this one; `ref` names the case it began with."""

    ref: str
    company: str
    status: CaseStatus
    points: int  #: of 100
    reasons: tuple[Reason, ...]
    people: tuple[str, ...] = ()  #: the form's people who are known there, by name
    same_mail: bool = False  #: it came in the same mail, and looks like another version of the same form
    answered: bool = False  #: the form came in answer to that case, and may be its newest or an addition
    may_be_newer: bool = False  #: the form may take the place of that case's
    left_out: tuple[str, ...] = ()  #: whom that would take out, by name

    @property
    def may_be_joined(self) -> bool:
        """Nobody has looked at a form that was not taken in: nothing is added to it."""
        return self.status is not CaseStatus.RECEIVED

    @property
    def holds_up(self) -> bool:
        """Whether no approval goes through before staff say what it is."""
        again = Reason.SAME_FORM in self.reasons and self.may_be_joined
        return self.same_mail or self.answered or again or bool(self.people and self.status in STANDING)


@dataclass(frozen=True, kw_only=True)
class Double:
    """A later undecided case that may be the same order; its card asks what it is."""

    ref: str
    same_form: bool  #: the very same form, or else another version of it


#: where an organisation may stand to be found again: open, or on its way since it was approved
KNOWN: Final = OPEN | STANDING


def marks_of(ris: RisCase, *, ignored_hosts: frozenset[str] = frozenset()) -> frozenset[Mark]:
    """Everything a form can be found by; `ignored_hosts`: the sponsors', which say nothing of a customer."""
    company = ris.company
    marks = {Mark(MarkKind.FORM, ris.form_hash())}
    if (vat_id := fold_vat_id(company.vat_id)) and not _is_doubtful(ris):
        marks.add(Mark(MarkKind.VAT_ID, vat_id))
    if name := fold_name(company.name):
        marks |= {Mark(MarkKind.NAME, name, company.country), Mark(MarkKind.LOOK, looks_like(name), name)}
    addresses = [company.contact_email, *(user.email for user in ris.users)]
    hosts = {host_of(company.website), *map(mail_host, addresses)}
    marks |= {Mark(MarkKind.HOST, host) for host in hosts - ignored_hosts - {""}}
    return frozenset(marks | set(people_of(ris.users)))


def _is_doubtful(ris: RisCase) -> bool:
    """Whether what stands for the VAT id is none: "to follow" is nobody's mark."""
    return any(problem.kind is ProblemKind.BAD_VAT_ID for problem in ris.problems)


def people_of(users: Iterable[User]) -> list[Mark]:
    """A mark a person, in order; one without an address has an empty value, and is like nobody."""
    return [Mark(MarkKind.PERSON, host_first(user.email.strip().lower()), name_of(user)) for user in users]


def host_first(address: str) -> str:
    """As an index has it: a form's people, who share a host or two, stand beside each other there."""
    local, at, host = address.rpartition("@")
    return f"{host}{at}{local}"


class Named(Protocol):
    """Whoever has a name: a user of a form, an account."""

    @property
    def first_name(self) -> str: ...

    @property
    def last_name(self) -> str: ...


def name_of(one: Named) -> str:
    """Without order and accents: "Demir Aylin" is "Aylin Demir", "Jörg" is "Joerg"."""
    return fold_person(f"{one.first_name} {one.last_name}")


def known_people(users: Sequence[User], known: Iterable[Mark]) -> tuple[int, ...]:
    """Which of them are there already, by e-mail address and name, counted from 0."""
    there = {mark for mark in known if mark.kind is MarkKind.PERSON and mark.value}
    return tuple(number for number, mark in enumerate(people_of(users)) if mark in there)


def compare(mine: Iterable[Mark], theirs: Iterable[Mark]) -> tuple[int, tuple[Reason, ...]]:
    """Points of 100, and the reasons for and against."""
    ours, others = _by_kind(mine), _by_kind(theirs)
    reasons = [reason for reason, holds in _reasons(ours, others) if holds]
    points = sum(POINTS[reason] for reason in reasons)
    return max(0, min(points, MOST)), tuple(reasons)


def is_another(mine: RisCase, theirs: RisCase) -> bool:
    """Whether two forms speak of two organisations for sure: each says which, and they share nothing."""
    ours, others = _by_kind(marks_of(mine)), _by_kind(marks_of(theirs))
    tell = (MarkKind.VAT_ID, MarkKind.HOST, MarkKind.PERSON)
    for marks in (ours, others):
        if not marks[MarkKind.NAME] or not any(mark.value for kind in tell for mark in marks[kind]):
            return False
    return not any(holds for reason, holds in _reasons(ours, others) if POINTS[reason] > 0)


#: what two forms of one company share
_SAME_COMPANY: Final = frozenset(
    {Reason.SAME_FORM, Reason.SAME_VAT_ID, Reason.SAME_NAME, Reason.SAME_NAME_ABROAD, Reason.LOOKS_ALIKE}
)


def are_versions(mine: RisCase, theirs: RisCase) -> bool:
    """Whether two forms of one mail look like one form that was filled in twice: most people are in both."""
    fewer = min(len(mine.users), len(theirs.users))
    if not fewer or 2 * count_shared(mine, theirs) < fewer:
        return False
    reasons = _reasons(_by_kind(marks_of(mine)), _by_kind(marks_of(theirs)))
    return any(holds and reason in _SAME_COMPANY for reason, holds in reasons)


def _reasons(
    ours: Mapping[MarkKind, set[Mark]], others: Mapping[MarkKind, set[Mark]]
) -> list[tuple[Reason, bool]]:
    def shared(kind: MarkKind) -> bool:
        return not _values(ours[kind]).isdisjoint(_values(others[kind]))

    people = ours[MarkKind.PERSON] & others[MarkKind.PERSON]
    same_name = shared(MarkKind.NAME)
    here = not ours[MarkKind.NAME].isdisjoint(others[MarkKind.NAME])
    differs = bool(ours[MarkKind.VAT_ID] and others[MarkKind.VAT_ID]) and not shared(MarkKind.VAT_ID)
    return [
        (Reason.SAME_FORM, shared(MarkKind.FORM)),
        (Reason.SAME_VAT_ID, shared(MarkKind.VAT_ID)),
        (Reason.SAME_NAME, here),
        (Reason.SAME_NAME_ABROAD, same_name and not here),
        (Reason.LOOKS_ALIKE, shared(MarkKind.LOOK) and not same_name),
        (Reason.SAME_HOST, shared(MarkKind.HOST)),
        (Reason.SAME_PEOPLE, any(mark.value for mark in people)),
        (Reason.OTHER_VAT_ID, differs),
    ]


def _by_kind(marks: Iterable[Mark]) -> defaultdict[MarkKind, set[Mark]]:
    found: defaultdict[MarkKind, set[Mark]] = defaultdict(set)
    for mark in marks:
        found[mark.kind].add(mark)
    return found


def _values(marks: Iterable[Mark]) -> set[str]:
    return {mark.value for mark in marks}


#: states in which staff may say of which organisation a case is: taken in, and not decided
SAYABLE: Final = frozenset({CaseStatus.IN_REVIEW, CaseStatus.WAITING_FOR_SPONSOR})


def why_not_newer(newer: Case, older: Case, *, answers: bool = False) -> str:
    """Why a form cannot take the place of the other case's: "status", "later" or "sponsor"; "" if it can.

    `answers`: a party of the other case sent it there.
    """
    if older.status not in SAYABLE:
        return "status"
    if older.mail_id > newer.mail_id:
        return "later"
    of_one = answers or older.mail_id == newer.mail_id  # of two in one mail staff say which counts
    return "" if of_one or are_one_sponsor(newer, older) else "sponsor"


def are_one_sponsor(case: Case, other: Case) -> bool:
    """Whether who sent the one may read of the other: a party of it, or a colleague of its sponsor."""
    sender = case.sponsor.address
    if not (case.authorised and other.authorised):
        return False
    colleagues = case.sponsor.domain == other.sponsor.domain and not is_free_mail(sender)
    return colleagues or sender in {other.sponsor.address, *other.cc}
