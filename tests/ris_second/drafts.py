"""One company with its users twice: as it is meant, and as somebody writes it with seeded faults."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import phonenumbers

from tests.ris_second.people import COUNTRIES, Registry, Values
from tests.ris_second.words import Wording

COMPANY = (
    "name",
    "street",
    "postal_code",
    "city",
    "state",
    "country",
    "website",
    "vat_id",
    "partner_type",
    "seats",
    "purchase_order",
    "application",
    "contact_name",
    "contact_email",
    "contact_phone",
)
WARNINGS = {"macros", "free_mail", "shared_mailbox"}


@dataclass(frozen=True)
class Formula:
    """A formula of which the file holds no result."""

    text: str


@dataclass(frozen=True)
class Link:
    """A text under which a link lies."""

    text: str
    target: str


Cell = str | int | float | Formula | Link | None


@dataclass
class Problem:
    kind: str
    field: str | None
    user: int | None = None
    severity: str = "error"


@dataclass
class Draft:
    """`absent` is what the form does not ask for; layouts fill `company_rows` and `user_places`."""

    lang: str
    luck: random.Random
    wording: Wording
    company: Values
    users: list[Values]
    problems: list[Problem] = field(default_factory=list)
    written: dict[tuple[int | None, str], Cell] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    phones: str = "mixed"
    company_rows: dict[str, int] = field(default_factory=dict)
    user_places: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    lenient: bool = False  #: the only fault is a VAT check digit

    # What faults do

    def spoil(self, kind: str, name: str, text: Cell = None, user: int | None = None) -> "Draft":
        """Put `text` where something sound belongs, or nothing."""
        severity = "warning" if kind in WARNINGS else "error"
        self.problems.append(Problem(kind, name, user, severity))
        self.written[user, name] = text
        if name == "phones":
            self.users[user or 0]["phones"] = [text, *self.users[user or 0]["phones"][1:]] if text else []
        else:
            value = None if isinstance(text, Formula) else text
            (self.company if user is None else self.users[user])[name] = value
        return self

    def double(self, user: int, of: int, *, wholly: bool = True) -> "Draft":
        """The same person, or only the same address, once more."""
        if wholly:
            self.users[user] = dict(self.users[of], role="user")
        self.users[user]["email"] = self.users[of]["email"]
        self.problems.append(Problem("duplicate", "email", user))
        return self

    def no_administrator(self) -> "Draft":
        for user in self.users:
            if user["role"] == "organization_administrator":
                user["role"] = "user"
        self.problems.append(Problem("no_administrator", None))
        return self

    def seats(self, many: int) -> "Draft":
        """Too few is a fault, too many advice."""
        self.company["seats"] = many
        severity = "warning" if many > len(self.users) else "error"
        self.problems.append(Problem("seats_mismatch", "seats", None, severity))
        return self

    def without(self, *names: str) -> "Draft":
        """The form does not ask for these at all."""
        for name in names:
            self.absent.add(name)
            if name in COMPANY:
                self.company[name] = None
                self.problems.append(Problem("missing", name))
                continue
            for at, user in enumerate(self.users):
                user[name] = None
                self.problems.append(Problem("missing", name, at))
        return self

    def macros(self) -> "Draft":
        self.problems.append(Problem("macros", None, None, "warning"))
        return self

    def all_otp(self) -> "Draft":
        for user in self.users:
            user["credential"] = "phone_otp"
        return self

    def write(self, user: int | None, name: str, cell: Cell) -> "Draft":
        """Another way to write what is meant; no fault."""
        self.written[user, name] = cell
        return self

    # How it is written

    def company_cell(self, name: str) -> Cell:
        if (None, name) in self.written:
            return self.written[None, name]
        value = self.company[name]
        if not value:
            return None
        write: dict[str, Callable[[Any], Cell]] = {
            "country": self._country,
            "postal_code": self._postal_code,
            "website": self._website,
            "vat_id": self._vat_id,
            "contact_email": self._contact_email,
            "contact_phone": self._phone,
            "seats": self._seats,
        }
        return write.get(name, self._word)(value)

    def _word(self, value: str) -> Cell:
        return self._odd(self.wording.written(value))

    def _country(self, value: str) -> Cell:
        return self.luck.choice(COUNTRIES[value].names)

    def _postal_code(self, value: str) -> Cell:
        # A lost zero in front comes back only where the country is known.
        may_be_number = value.isdigit() and self.company["country"] in COUNTRIES
        return int(value) if may_be_number and self.luck.random() < 0.5 else self._word(value)

    def _website(self, value: str) -> Cell:
        return self.luck.choice(("{}", "https://{}", "http://{}/", "{}")).format(value)

    def _vat_id(self, value: str) -> Cell:
        if value == "N/A":
            return self._word(value)
        return self.luck.choice((value, f"{value[:2]} {value[2:]}", value.lower()))

    def _contact_email(self, value: str) -> Cell:
        return self._email(value, self.company["contact_name"])

    def _seats(self, value: int) -> Cell:
        return self.luck.choice((value, value, str(value), float(value)))

    def user_cell(self, at: int, name: str) -> Cell:
        """`name` is a field, or phone1 to phone3, full_name or name_comma."""
        user = self.users[at]
        if name.startswith("phone"):
            return self._user_phone(at, int(name[5:]) - 1)
        if (at, name) in self.written:
            return self.written[at, name]
        if name == "full_name":
            return f"{user['first_name']} {user['last_name']}"
        if name == "name_comma":
            return f"{user['last_name']}, {user['first_name']}"
        value = user[name]
        if not value:
            return None
        return (
            self._email(value, f"{user['first_name']} {user['last_name']}")
            if name == "email"
            else self._odd(self.wording.written(value))
        )

    def _user_phone(self, at: int, which: int) -> Cell:
        if which == 0 and (at, "phones") in self.written:
            return self.written[at, "phones"]
        phones = self.users[at]["phones"]
        return self._phone(phones[which]) if which < len(phones) else None

    def _phone(self, number: str) -> Cell:
        code = self.company["country"]
        known = code in COUNTRIES
        styles = ["e164", "international", "zeros", "bracket"]
        if known and self.phones == "mixed":
            styles += ["national", "number", "tel"]
        style = self.luck.choice(styles) if self.phones == "mixed" else self.phones
        parsed = phonenumbers.parse(number)
        digits = str(parsed.national_number)
        international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        bracket = f"+{parsed.country_code} (0){digits[:3]}/{digits[3:]}"
        written: dict[str, Cell] = {
            "national": str(national),
            "international": str(international),
            "zeros": str(international) if code == "US" else f"00{number[1:]}",
            "bracket": bracket if code in {"DE", "AT", "CH", "GB"} else number,
            "number": int(number[1:]),
            "float": float(digits),
            "tel": f"tel:{number}",
        }
        return written.get(style, number)

    def _email(self, address: str, name: str) -> Cell:
        match self.luck.randrange(8):
            case 0:
                return Link(address, f"mailto:{address}")
            case 1:
                return f"mailto:{address}"
            case 2:
                return f"{name} <{address}>"
            case 3:
                return f" {address}\N{NO-BREAK SPACE}"
            case 4:
                return address.capitalize()
        return address

    def _odd(self, text: str) -> str:
        return self.luck.choice((text,) * 8 + (f"{text} ", f" {text}", f"{text}\N{NO-BREAK SPACE}"))

    # What the labels say

    def truth(self) -> dict[str, Any]:
        users = [
            {**user, "sheet": self.user_places[at][0], "row": self.user_places[at][1]}
            for at, user in enumerate(self.users)
        ]
        return {
            "company": self.company,
            "users": users,
            "problems": [self._labelled(one) for one in self.problems],
        }

    def _labelled(self, problem: Problem) -> dict[str, Any]:
        row = None
        if problem.user is not None:
            row = self.user_places[problem.user][1]
        elif problem.field:
            row = self.company_rows.get(problem.field)
        return {
            "kind": problem.kind,
            "field": problem.field,
            "row": row,
            "user": problem.user,
            "severity": problem.severity,
        }

    @property
    def decision(self) -> str:
        return "incomplete" if any(one.severity == "error" for one in self.problems) else "complete"


def draft(registry: Registry, code: str, lang: str, users: int = 3, partner: str = "customer") -> Draft:
    company = registry.company(code, partner)
    wording = Wording(lang, registry.luck)
    return Draft(lang, registry.luck, wording, company, registry.users(company, users))
