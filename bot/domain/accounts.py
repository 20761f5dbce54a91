"""Accounts of an organisation's people: who they are, and whether they may sign in."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.cases import case_ref
from bot.domain.programmes import Programme
from bot.domain.refs import signs_of
from bot.domain.ris import Credential, Role, User

#: no vowels, so that no User ID spells anything, and nothing that is read as another sign
_SIGNS = "23456789bcdfghjkmnpqrstvwxz"
_LONG = 8
OWNER = "account:"  #: so begins whoever acts as the owner of an account, "account:7"


class AccountStatus(StrEnum):
    """How far an account is; each value says how one gets there. A lock is a time, not a status."""

    WAITING = "waiting"  # it was made, and its activation mail is out
    ACTIVE = "active"  # waiting -> its owner has set a password and security questions
    DEACTIVATED = "deactivated"  # waiting or active -> an administrator or the desk ended it


class Origin(StrEnum):
    """How an account came."""

    FORM = "form"  # its person stands in the organisation's form
    ADMINISTRATOR = "administrator"  # an Organization Administrator created it
    IMPORTED = "imported"  # a partner's, which existed elsewhere
    INVITED = "invited"  # its person registered by an administrator's invitation


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """A person who is to have an account; several people, and several accounts, may share an address."""

    salutation: str
    first_name: str
    last_name: str
    email: str  #: lower case
    phones: tuple[str, ...]  #: E.164, as the form has them; none of them is verified
    job_title: str
    role: str  #: a `Role`, or as another version of Usher wrote it, which opens nothing
    credential: Credential
    lang: str
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Account(NewAccount):
    """An account.

    `organisation` is the case with which the organisation began, `case_id` its person's: both 0 where it is
    a partner's, of the Extranet, who came by no form.
    """

    id: int
    programme: Programme
    user_id: str  #: as it is shown: two groups of four
    organisation: int
    case_id: int
    status: AccountStatus
    made_at: datetime
    activated_at: datetime | None
    erased: bool = False  #: nothing but ids is left of its person; it is closed for good

    @property
    def ref(self) -> str:
        """Its name in links, audit events and locks; never shown to its owner, who knows the User ID."""
        return f"A-{self.id}"

    @property
    def thread(self) -> str:
        """What mails to its owner are about: the case of its person, or the account itself."""
        return case_ref(self.case_id) if self.case_id else self.ref

    @property
    def named(self) -> str:
        """By what its owner names it in a question."""
        return self.thread if self.case_id else self.user_id

    @property
    def is_partner(self) -> bool:
        """Whether it is of the Extranet, where everybody has a second factor and nobody an organisation."""
        return self.programme is Programme.EXTRANET

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.user_id

    @property
    def is_closed(self) -> bool:
        return self.status is AccountStatus.DEACTIVATED

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ORGANIZATION_ADMINISTRATOR

    @property
    def has_hardware(self) -> bool:
        """Whether its credential is a certificate, which outranks codes: no License Key and no phone."""
        return not self.is_partner and self.credential is Credential.MLOA_HARDWARE


@dataclass(frozen=True, kw_only=True)
class Customer:
    """The organisation of an account, as its people see it; `id` is the case with which it began, or 0."""

    id: int
    name: str
    application: str  #: what its form subscribes to; "" where it names nothing
    country: str  #: ISO 3166 alpha-2; "" where the form has none


@dataclass(frozen=True, kw_only=True)
class Closing:
    """Who closed an account, and when."""

    at: datetime
    by: str  #: of the desk; "account:7" is an administrator of its organisation, or a newer account
    name: str = ""  #: of that administrator
    successor: str = ""  #: the User ID of the account that took a partner's place

    @property
    def is_theirs(self) -> bool:
        """Whether the organisation closed it, and not the desk, nor its owner by coming back."""
        return self.by.startswith(OWNER) and not self.successor


def account_of(user: User, *, lang: str) -> NewAccount:
    """The account of a person of a complete form."""
    return NewAccount(
        salutation=user.salutation,
        first_name=user.first_name,
        last_name=user.last_name,
        email=user.email.lower(),
        phones=user.phones,
        job_title=user.job_title,
        role=Role(user.role),
        credential=Credential(user.credential),
        lang=lang,
        origin=Origin.FORM,
    )


def make_user_id(token: str) -> str:
    """A User ID of a random token: free of names, easy to type, one of 280 thousand millions."""
    number = int.from_bytes(hashlib.sha256(token.encode()).digest())
    signs = ""
    for _ in range(_LONG):
        number, sign = divmod(number, len(_SIGNS))
        signs += _SIGNS[sign]
    return f"{signs[:4]}-{signs[4:]}"


def fold_user_id(text: str) -> str:
    """As it is looked up, whatever case somebody types, and with or without its hyphen; "" for none."""
    signs = signs_of(text[:40])
    whole = len(signs) == _LONG and all(sign in _SIGNS for sign in signs)
    return f"{signs[:4]}-{signs[4:]}" if whole else ""


def account_id(ref: str) -> int | None:
    """Read "A-7"; None when it is no account's name."""
    digits = ref.removeprefix("A-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None  # noqa: PLR2004
