"""A registration: an organisation's own data, from the invited person's draft to the desk's decision."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain import forms
from bot.domain.approvals import Choice
from bot.domain.differences import Differences, compare
from bot.domain.filling import Slot, fill
from bot.domain.key_refusals import BadHolderAddress, BadHolderName
from bot.domain.organisations import name_of
from bot.domain.review_values import is_address, text_of, typed_address
from bot.domain.ris import Problem, RisCase, Role, Severity, User

COMPANY: Final = ("name", "street", "postal_code", "city", "state", "country", "website", "vat_id")
HEADQUARTERS: Final = "headquarters"  #: the country in which the organisation has its head office
PERSON: Final = ("salutation", "first_name", "last_name", "job_title")
PHONES: Final = tuple(f"phone_{number}" for number in range(1, forms.MOST_PHONES + 1))
#: what the page asks for; the person's e-mail address is the one that the invitation went to
FIELDS: Final = (*COMPANY, HEADQUARTERS, *PERSON, *PHONES)
MAY_BE_EMPTY: Final = frozenset({"state", *PHONES[1:]})
LONGEST: Final = 200  #: characters of one field; no name, street or number has more
_KEPT: Final = 1_000  #: characters of a draft's field, so that whoever typed too much sees what it was
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co"})

Draft = Mapping[str, str]


class Stage(StrEnum):
    """How far the invited person is; each value says how one gets there."""

    INVITED = "invited"  # the invitation was written
    FORM = "form"  # invited, check -> they got started; submitted -> the desk refused it
    CHECK = "check"  # form -> everything is sound, and they look at it once more
    SUBMITTED = "submitted"  # check -> it is with the desk


class LinkEnd(StrEnum):
    """Why a link to register opens nothing."""

    OVER = "over"  # unknown, or it has had its time: a new one may be mailed
    OTHER = "other"  # somebody else was invited
    STOPPED = "stopped"  # the case has ended


class RefusalReason(StrEnum):
    """Why the desk refuses a registration; each chooses what the mail says."""

    COMPANY_DATA = "company_data"
    OWN_DATA = "own_data"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class RegistrationDecision:
    """What the desk decided about the last submission."""

    choice: Choice
    by: str
    right_of: str
    at: datetime
    reason: RefusalReason | None = None
    message: str = ""  #: what they have to do, as the mail says it
    outside: bool = False  #: it came and was approved where accounts are kept elsewhere


@dataclass(frozen=True, kw_only=True)
class Registration:
    """An organisation's registration; `draft` is empty until somebody got started."""

    case_id: int
    email: str  #: of the invited person, lower case
    stage: Stage
    draft: Draft
    mailed_at: datetime  #: when a link to it was last written into a mail
    submitted_at: datetime | None = None
    seal: str = ""  #: the hash of what was last submitted, which a decision is bound to
    decision: RegistrationDecision | None = None

    @property
    def approved_at(self) -> datetime | None:
        made = self.decision
        return made.at if made and made.choice is Choice.APPROVED else None

    @property
    def is_decidable(self) -> bool:
        return self.stage is Stage.SUBMITTED and self.decision is None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with one field of the page: a problem of the form's own rules, or one of ours."""

    field: str  #: of FIELDS
    code: str = ""  #: "too_long", "headquarters", "too_many"; "" where `problem` says it
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A draft as it was understood: the form with the organisation's own data in it."""

    form: RisCase  #: as it was ordered
    ris: RisCase
    headquarters: str  #: ISO 3166 alpha-2, or as it was sent
    faults: tuple[Fault, ...] = ()


def find_invited(ris: RisCase) -> User | None:
    """The first Organization Administrator that the form names; None where it names none."""
    return next((user for user in ris.users if user.role == Role.ORGANIZATION_ADMINISTRATOR), None)


@dataclass(frozen=True, kw_only=True)
class Invitee:
    """Whom staff name in the place of the invited person."""

    first_name: str
    last_name: str
    email: str


def read_invitee(typed: Invitee) -> Invitee:
    """As it is kept; raise BadHolderName or BadHolderAddress."""
    first, last = clean(typed.first_name), clean(typed.last_name)
    email = typed_address(clean(typed.email))
    if not all(any(sign.isalpha() for sign in name) and len(name) <= LONGEST for name in (first, last)):
        raise BadHolderName(most=LONGEST)
    if not is_address(email):
        raise BadHolderAddress
    return Invitee(first_name=first, last_name=last, email=email)


def is_invited(ris: RisCase, to: Invitee) -> bool:
    """Whether they are whom the form invites, by address and name."""
    invited = find_invited(ris)
    return invited is not None and _is(invited, to)


def is_named(ris: RisCase, to: Invitee) -> bool:
    """Whether they are in the form, by address and name."""
    return any(_is(user, to) for user in ris.users)


def with_invited(ris: RisCase, to: Invitee) -> RisCase:
    """The form with somebody else as its first Organization Administrator.

    Who is in it already, by address and name, comes before whom it named first; both are Organization
    Administrators then and keep what was ordered for them. Somebody new takes that person's place, and says
    the rest when they register.
    """
    at = next(number for number, user in enumerate(ris.users) if user is find_invited(ris))
    known = next((number for number, user in enumerate(ris.users) if _is(user, to)), None)
    users = list(ris.users)
    if known is None:
        users[at] = replace(
            users[at], salutation="", first_name=to.first_name, last_name=to.last_name, email=to.email,
            job_title="", phones=(),
        )  # fmt: skip
        told = tuple(problem for problem in ris.problems if problem.user != at)  # of who is gone
        return replace(ris, users=tuple(users), problems=told)
    users[at], users[known] = replace(users[known], role=Role.ORGANIZATION_ADMINISTRATOR), users[at]
    moved = {at: known, known: at}
    problems = tuple(
        problem if problem.user is None else replace(problem, user=moved.get(problem.user, problem.user))
        for problem in ris.problems
    )
    return replace(ris, users=tuple(users), problems=problems)


def _is(user: User, to: Invitee) -> bool:
    return user.email.strip().lower() == to.email and name_of(user) == name_of(to)


def first_draft(ris: RisCase) -> Draft:
    """What the form says of the organisation and of whom it invites; nobody has chosen a headquarters yet."""
    person = find_invited(ris) or User()
    said = {name: getattr(ris.company, name) for name in COMPANY}
    said |= {name: getattr(person, name) for name in PERSON}
    said |= {name: person.phones[at] if at < len(person.phones) else "" for at, name in enumerate(PHONES)}
    return {**dict.fromkeys(FIELDS, ""), **said}


def read_draft(typed: Mapping[str, str], fields: Iterable[str] = FIELDS) -> Draft:
    """What somebody typed, on one line each and without signs that nobody sees; other fields are left out."""
    return {name: clean(typed.get(name, "")) for name in fields}


def clean(text: str) -> str:
    """What somebody typed into a field, on one line and without signs that nobody sees."""
    seen = "".join(" " if sign in "\r\n\t" else sign for sign in text[:_KEPT])
    return text_of("".join(sign for sign in seen if unicodedata.category(sign) not in _UNSEEN))


def understand(ris: RisCase, draft: Draft, *, applications: tuple[str, ...]) -> Registered:
    """The form with the draft's values, judged by the form's own rules."""
    person = find_invited(ris) or User()
    alone = replace(ris, users=(person,), problems=(), headings=())
    filled = fill(alone, _values(draft, len(person.phones)), applications=applications)
    phones = tuple(dict.fromkeys(filled.users[0].phones))
    registered = replace(filled.users[0], phones=phones, sheet=person.sheet, row=person.row)
    users = tuple(registered if user is person else user for user in ris.users)
    faults = list(_find_faults([problem for problem in filled.problems if _is_ours(problem)], draft))
    if draft[HEADQUARTERS] not in forms.countries("en"):
        faults.append(Fault(field=HEADQUARTERS, code="headquarters"))
    if len(phones) > forms.MOST_PHONES:
        faults.append(Fault(field=PHONES[-1], code="too_many"))
    long = [Fault(field=name, code="too_long") for name in FIELDS if len(draft[name]) > LONGEST]
    told = {fault.field for fault in long}
    return Registered(
        form=ris,
        ris=replace(ris, company=filled.company, users=users),
        headquarters=draft[HEADQUARTERS],
        faults=_in_order([*long, *(fault for fault in faults if fault.field not in told)]),
    )


def _values(draft: Draft, known_phones: int) -> dict[Slot, list[str]]:
    values = {Slot(name): [draft[name]] for name in COMPANY}
    values |= {Slot(name, 0): [draft[name]] for name in PERSON}
    values |= {Slot("phones", 0, at): [""] for at in range(len(PHONES), known_phones)}
    values |= {Slot("phones", 0, at): [draft[name]] for at, name in enumerate(PHONES[:known_phones])}
    values[Slot("phones", 0)] = [draft[name] for name in PHONES[known_phones:]]
    return values


def _is_ours(problem: Problem) -> bool:
    """A fault in what the page asks for; the rest of the form was approved as it is."""
    asked = (*COMPANY,) if problem.user is None else (*PERSON, "phones")
    return problem.severity is Severity.ERROR and problem.field in asked


def _find_faults(problems: Iterable[Problem], draft: Draft) -> Iterator[Fault]:
    """Each problem at its field; of phones with the same wrong value each one has its own."""
    left = list(PHONES)
    for problem in problems:
        if problem.field != "phones":
            yield Fault(field=problem.field, problem=problem)
            continue
        place = next((name for name in left if problem.found and draft[name] == problem.found), "")
        if place:
            left.remove(place)
        yield Fault(field=place or PHONES[0], problem=problem)


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: FIELDS.index(fault.field)))


def changes(registered: Registered) -> Differences:
    """What they wrote differently from the form; the other people of it are the same on both sides."""
    before, after = (
        replace(one, users=(find_invited(one) or User(),), problems=())
        for one in (registered.form, registered.ris)
    )
    return compare(before, after)


def digest(draft: Draft) -> str:
    """The hash of a draft, by which a page knows whether it shows what is kept."""
    return hashlib.sha256(json.dumps(dict(draft), sort_keys=True).encode()).hexdigest()


def seal(content_hash: str, draft: Draft, *, at: datetime) -> str:
    """The hash of one submission about what a case holds; the same data sent again are another one."""
    return hashlib.sha256(f"{content_hash} {digest(draft)} {at.isoformat()}".encode()).hexdigest()
