"""The Required Information Spreadsheet: a company, its users, and what was found wrong with them."""

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from bot.domain.sheets import SheetRefusal


class Role(StrEnum):
    ORGANIZATION_ADMINISTRATOR = "organization_administrator"
    APPLICATION_ADMINISTRATOR = "application_administrator"
    USER = "user"


def role_of(written: str) -> str:
    """A `Role`, or what is none as it is written."""
    return Role(written) if written in set(Role) else written


class Credential(StrEnum):
    PHONE_OTP = "phone_otp"
    MLOA_HARDWARE = "mloa_hardware"


class PartnerType(StrEnum):
    CHANNEL_PARTNER = "channel_partner"
    SERVICE_PARTNER = "service_partner"
    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    OTHER = "other"


class ProblemKind(StrEnum):
    MISSING = "missing"
    BAD_EMAIL = "bad_email"
    BAD_PHONE = "bad_phone"
    BAD_COUNTRY = "bad_country"
    BAD_VAT_ID = "bad_vat_id"
    BAD_NUMBER = "bad_number"
    BAD_URL = "bad_url"
    DUPLICATE = "duplicate"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_CREDENTIAL = "unknown_credential"
    UNKNOWN_APPLICATION = "unknown_application"
    UNKNOWN_PARTNER_TYPE = "unknown_partner_type"
    NO_ADMINISTRATOR = "no_administrator"
    SEATS_MISMATCH = "seats_mismatch"
    FORMULA = "formula"
    MACROS = "macros"
    FREE_MAIL = "free_mail"
    SHARED_MAILBOX = "shared_mailbox"
    OWN_ADDRESS = "own_address"  # it comes to the desk that reads the form
    ONE_PHONE = "one_phone"
    MANY_PHONES = "many_phones"  # only the first ones can be registered
    STRUCK = "struck"  # struck through, and taken in all the same
    TOO_LONG = "too_long"  # longer than any, or with signs that nobody sees
    DOUBTFUL = "doubtful"  # a heading that may mean this field: asked, not guessed


class Severity(StrEnum):
    ERROR = "error"  # makes the RIS incomplete
    WARNING = "warning"  # advice


class Decision(StrEnum):
    """What the content of a file amounts to, best first."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    NOT_A_RIS = "not_a_ris"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Company:
    """As written, or understood: country ISO 3166 alpha-2, phone E.164; "" where nothing stood."""

    name: str = ""
    street: str = ""
    city: str = ""
    postal_code: str = ""
    state: str = ""
    country: str = ""
    website: str = ""
    vat_id: str = ""
    partner_type: str = ""  #: a PartnerType, or as written where it is none
    seats: int | str | None = None  #: as written where it is no number
    purchase_order: str = ""
    application: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, kw_only=True)
class User:
    """One person of the form; `row` is the row a spreadsheet program shows, None where users stand across."""

    salutation: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phones: tuple[str, ...] = ()  #: E.164, or as written
    job_title: str = ""
    role: str = ""  #: a Role, or as written
    credential: str = ""  #: a Credential, or as written
    sheet: str = ""
    row: int | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault or advice; `found` is what stands there, `user` counts from 0."""

    kind: ProblemKind
    severity: Severity = Severity.ERROR
    field: str = ""  #: a field of Company or User ("phones" for a phone)
    sheet: str = ""
    cell: str = ""
    row: int | None = None
    user: int | None = None
    found: str = ""
    suggestion: str = ""  #: the evident correction, "" where there is none


@dataclass(frozen=True, kw_only=True)
class HeadingRead:
    """How one heading or label of somebody else's form was understood, for the reviewer to see."""

    field: str  #: a field of Company or User; "" where it was left out
    label: str  #: as it stands there
    sheet: str = ""
    cell: str = ""
    sure: bool = True  #: False where something nearer would have been taken instead


#: an organisation that stands has its administrator, and an addition charges the seats of its new people,
#: whatever number it names
OF_A_FIRST_FORM: Final = frozenset({ProblemKind.NO_ADMINISTRATOR, ProblemKind.SEATS_MISMATCH})


@dataclass(frozen=True, kw_only=True)
class RisCase:
    """One company with its users, reviewed; `headings` is empty for our own form.

    `source` names its file, `passed_over` other spreadsheets that came along and are no RIS, `unopened` those
    that were not opened.
    """

    company: Company
    users: tuple[User, ...] = ()
    problems: tuple[Problem, ...] = ()
    headings: tuple[HeadingRead, ...] = ()
    source: str = ""
    passed_over: tuple[str, ...] = ()
    unopened: tuple[str, ...] = ()

    @property
    def decision(self) -> Decision:
        faulty = any(problem.severity is Severity.ERROR for problem in self.problems)
        return Decision.INCOMPLETE if faulty else Decision.COMPLETE

    def as_addition(self) -> "RisCase":
        """The same for an organisation that stands: what only a first form can lack is no problem."""
        kept = tuple(one for one in self.problems if one.kind not in OF_A_FIRST_FORM)
        return self if kept == self.problems else replace(self, problems=kept)

    def form_hash(self) -> str:
        """Hex SHA-256 of what stands in the form, alike by itself and as an addition."""
        return self._form_hash

    def content_hash(self) -> str:
        """Hex SHA-256 of everything a decision is about: company, users and problems."""
        return self._content_hash

    # Each of them is asked for several times while one form is taken in.

    @cached_property
    def _form_hash(self) -> str:
        return self.as_addition().content_hash()

    @cached_property
    def _content_hash(self) -> str:
        what = {"company": self.company, "users": self.users, "problems": self.problems}
        text = json.dumps(what, default=vars, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a file, or a mail with its files, holds; `source` names the attachment it came from.

    `taken` names every file in which a form was found, of one that came twice too; `refused` those files
    that could not be read, each with why.
    """

    cases: tuple[RisCase, ...] = ()
    refusal: SheetRefusal | None = None
    source: str = ""
    taken: tuple[str, ...] = ()
    refused: tuple[tuple[str, SheetRefusal], ...] = ()

    @property
    def unopened(self) -> tuple[str, ...]:
        """Files beside the forms that were not opened: there may be more forms in them."""
        return self.cases[0].unopened if self.cases else ()

    @property
    def has_form(self) -> bool:
        """Whether there was a form, or a spreadsheet that was not read and may have been one."""
        return bool(self.cases or self.refusal)

    @property
    def decision(self) -> Decision:
        if self.refusal:
            return Decision.REFUSED
        if not self.cases:
            return Decision.NOT_A_RIS
        worst = any(case.decision is Decision.INCOMPLETE for case in self.cases)
        return Decision.INCOMPLETE if worst else Decision.COMPLETE
