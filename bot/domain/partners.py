"""A partner of the Extranet: who is invited, the form they fill in, and what is kept of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.accounts import Account, NewAccount, Origin
from bot.domain.form_found import FoundCase, FoundCell, FoundUser
from bot.domain.phones import spaced
from bot.domain.plain_words import folded
from bot.domain.refs import read_ref
from bot.domain.registration import LONGEST, Draft, Fault
from bot.domain.review import review
from bot.domain.review_values import phone_number
from bot.domain.ris import Company, Credential, PartnerType, Problem, ProblemKind, Role, Severity

PERSON: Final = ("salutation", "first_name", "last_name")
CONTACT: Final = ("street", "city", "postal_code", "country", "state", "telephone", "fax", "job_title")
COMPANY: Final = ("company", "website", "vat_id")
#: what the form asks for; the e-mail address is the one that was invited
FIELDS: Final = (*PERSON, *CONTACT, *COMPANY)
MAY_BE_EMPTY: Final = frozenset({"state", "fax"})
MAILS_AGAIN_AFTER: Final = timedelta(minutes=5)  #: since the last ones were sent …
MOST_MAILS: Final = 3  #: … and so many times in …
MOST_WITHIN: Final = timedelta(hours=24)  #: … that time

#: our fields, and what a form of the other programme calls the same
_CELLS: Final = {"company": "name"} | {
    name: name for name in ("street", "city", "postal_code", "country", "state", "website", "vat_id")
}
_FIELD_OF: Final = {theirs: ours for ours, theirs in _CELLS.items()} | {"phones": "telephone"}
_OF_PERSON: Final = (*PERSON, "job_title")


@dataclass(frozen=True, kw_only=True)
class NewInvitation:
    """Whom staff invite; names may be empty, the invited person writes them anyway."""

    email: str  #: lower case
    first_name: str = ""
    last_name: str = ""
    lang: str
    role: str  #: of `[programmes.extranet.roles]`


def invitation_ref(number: int) -> str:
    return f"P-{number}"


def invitation_id(ref: str) -> int | None:
    """The number of what a mail calls P-7, as somebody types that."""
    return read_ref(ref, "P-")


@dataclass(frozen=True, kw_only=True)
class Invitation(NewInvitation):
    """An invitation; it is over once its person has registered, or its time is."""

    id: int
    by: str
    made_at: datetime
    until: datetime
    draft: Draft  #: empty until something was typed
    ended_at: datetime | None = None
    account_id: int | None = None  #: what came of it
    closed_id: int = 0  #: the closed account in whose place one comes, and whose data fill the form

    @property
    def ref(self) -> str:
        return invitation_ref(self.id)

    @property
    def about(self) -> str:
        """What its events are about."""
        return f"partner_invitation:{self.id}"


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who has an account of the Extranet at an address, or had one that nobody has come back from."""

    account_id: int
    user_id: str
    email: str
    first_name: str
    last_name: str
    closed: bool
    by_hand: bool  #: somebody has closed it, not its clock


def may_be_same(one: NewInvitation | Holder, other: NewInvitation | Holder) -> bool:
    """Whether both may be about one person: several people may share an address, a name not said is any."""
    pairs = ((one.first_name, other.first_name), (one.last_name, other.last_name))
    return one.email == other.email and all(not (a and b) or _plain(a) == _plain(b) for a, b in pairs)


def _plain(name: str) -> str:
    return "".join(sign for sign in folded(name) if sign.isalnum())


def find_user_id(holders: Iterable[Holder], new: NewInvitation) -> str:
    """The account that the person has who is to be invited, or ""."""
    return next((one.user_id for one in holders if not one.closed and may_be_same(one, new)), "")


def find_closed(holders: Iterable[Holder], new: NewInvitation) -> int:
    """The closed account in whose place an invitation is made; 0 for none, or where several may be meant."""
    meant = [one for one in holders if one.closed and may_be_same(one, new)]
    alone = all(may_be_same(one, meant[0]) for one in meant)
    return max((one.account_id for one in meant), default=0) if alone else 0


def find_closed_by_hand(holders: Iterable[Holder], new: NewInvitation) -> str:
    """The account of that person which somebody has closed by hand, or ""."""
    return next((one.user_id for one in holders if one.by_hand and may_be_same(one, new)), "")


@dataclass(frozen=True, kw_only=True)
class Partner:
    """What is kept of a partner beside the account."""

    account_id: int
    role: str
    company: str
    street: str
    city: str
    postal_code: str
    country: str  #: ISO 3166 alpha-2
    state: str
    fax: str  #: E.164, or ""
    website: str
    vat_id: str  #: or "N/A"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A draft as it was understood: what goes into the account, and into the partner's own row."""

    account: NewAccount
    company: Company
    fax: str
    faults: tuple[Fault, ...] = ()

    def partner(self, account_id: int, role: str) -> Partner:
        of = self.company
        return Partner(
            account_id=account_id, role=role, company=of.name, street=of.street, city=of.city,
            postal_code=of.postal_code, country=of.country, state=of.state, fax=self.fax,
            website=of.website, vat_id=of.vat_id,
        )  # fmt: skip


def first_draft(invited: Invitation, before: Draft) -> Draft:
    """What was typed, or what is known from the start: by the invitation, or by an account `before` it."""
    known = {"first_name": invited.first_name, "last_name": invited.last_name}
    named = {name: value for name, value in known.items() if value or not before}
    return {**dict.fromkeys(FIELDS, ""), **before, **named, **invited.draft}


def draft_of(account: Account, partner: Partner) -> Draft:
    """The form as an account's data fill it."""
    of_account = {name: getattr(account, name) for name in (*_OF_PERSON,)}
    rest = set(FIELDS) - {*of_account, "telephone"}
    phones = {"telephone": spaced(account.phones[0]) if account.phones else "", "fax": spaced(partner.fax)}
    return {**of_account, **{name: getattr(partner, name) for name in rest}, **phones}


def find_changes(draft: Draft, before: Draft) -> dict[str, str]:
    """What an account before had in the fields that are filled otherwise now."""
    return {name: said for name, said in before.items() if said and draft[name] != said}


def understand(draft: Draft, invited: NewInvitation, *, lang: str, needs_vat_id: bool) -> Filled:
    """Judge a draft by the forms' rules: channel and service partners need a VAT id, others may say N/A."""
    read = review(_found(draft, invited.email, needs_vat_id=needs_vat_id))
    faults = [_fault(problem) for problem in read.problems if _is_ours(problem)]
    fax = phone_number(draft["fax"], read.company.country) if draft["fax"] else ""
    if fax is None:
        found = Problem(kind=ProblemKind.BAD_PHONE, field="phones", found=draft["fax"])
        faults.append(Fault(field="fax", problem=found))
    long = [Fault(field=name, code="too_long") for name in FIELDS if len(draft[name]) > LONGEST]
    told = {fault.field for fault in long}
    user = read.users[0]
    return Filled(
        account=NewAccount(
            salutation=user.salutation,
            first_name=user.first_name,
            last_name=user.last_name,
            email=invited.email,
            phones=user.phones,
            job_title=user.job_title,
            role=Role.USER,
            credential=Credential.PHONE_OTP,
            lang=lang,
            origin=Origin.INVITED,
        ),
        company=read.company,
        fax=fax or "",
        faults=_in_order([*long, *(fault for fault in faults if fault.field not in told)]),
    )


def _found(draft: Draft, email: str, *, needs_vat_id: bool) -> FoundCase:
    """The draft as if its values stood in a form of the other programme."""
    kind = PartnerType.CHANNEL_PARTNER if needs_vat_id else PartnerType.OTHER
    company = {theirs: FoundCell(text=draft[ours]) for ours, theirs in _CELLS.items()}
    cells = {name: FoundCell(text=draft[name]) for name in _OF_PERSON} | {"email": FoundCell(text=email)}
    phones = (FoundCell(text=draft["telephone"]),)
    return FoundCase(
        company=company | {"partner_type": FoundCell(text=str(kind))},
        users=(FoundUser(cells=cells, phones=phones),),
    )


def _is_ours(problem: Problem) -> bool:
    """A fault in what the form asks for; the rest of a form of the other programme is not there."""
    asked = (*_CELLS.values(),) if problem.user is None else (*_OF_PERSON, "phones")
    return problem.severity is Severity.ERROR and problem.field in asked


def _fault(problem: Problem) -> Fault:
    return Fault(field=_FIELD_OF.get(problem.field, problem.field), problem=problem)


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: FIELDS.index(fault.field)))


class MailState(StrEnum):
    """How far one of the two mails is, as its reader is told."""

    WAITING = "waiting"  # it goes within minutes, or waits for the desk
    SENT = "sent"  # the mail server took it
    LOST = "lost"  # it came back, or did not go


@dataclass(frozen=True, kw_only=True)
class MailSeen:
    """One of the two mails."""

    template: str
    state: MailState
    sent_at: datetime | None
