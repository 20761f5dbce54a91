"""Companies and users as strangers write them: any words and countries."""

import random
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from bot.domain.ris import Company, Credential, PartnerType, Role, User
from bot.domain.sheets import CellValue, Workbook
from tests.domain.strangers_values import WRITTEN
from tests.domain.strangers_words import LABELS

Row = list[CellValue]
Fault = tuple[str, str, int | None]  #: a problem's kind, field and user

COMPANY: Final = (
    "name",
    "street",
    "city",
    "postal_code",
    "country",
    "state",
    "website",
    "vat_id",
    "partner_type",
    "seats",
    "purchase_order",
    "application",
)
CONTACT: Final = ("contact_name", "contact_email", "contact_phone")
OPTIONAL: Final = ("state", "purchase_order", "contact_phone")


@dataclass(frozen=True)
class Land:
    """A country with a city and phones of it; {} is three figures from 100."""

    names: tuple[str, ...]
    city: str
    postal_code: str
    state: str
    phones: tuple[str, ...]  #: the first is E.164
    vat_id: str = ""


LANDS: Final = {
    "DE": Land(
        ("Germany", "Deutschland", "DE"),
        "Köln",
        "50667",
        "Nordrhein-Westfalen",
        ("+4915151743{}", "+49 151 51743{}", "0151 51743{}", "0049 151-51743{}", "+49 (0)151 / 51743{}"),
        "DE299967210",
    ),
    "US": Land(
        ("United States", "USA", "US", "United States of America"),
        "Arlington",
        "22202",
        "VA",
        ("+17036911{}", "+1 703 691 1{}", "(703) 691-1{}", "+1 (703) 691-1{}"),
    ),
    "AT": Land(
        ("Austria", "Österreich", "AT"),
        "Graz",
        "8010",
        "Steiermark",
        ("+436641596{}", "+43 664 1596{}", "0664 1596{}", "0043 664 1596{}"),
    ),
    "GB": Land(
        ("United Kingdom", "UK", "Great Britain", "GB"),
        "Manchester",
        "M1 1AE",
        "Greater Manchester",
        ("+447400645{}", "+44 7400 645{}", "07400 645{}", "0044 7400-645{}"),
    ),
    "CH": Land(
        ("Switzerland", "Schweiz", "CH", "Suisse"),
        "Zürich",
        "8002",
        "ZH",
        ("+41785527{}", "+41 78 552 7{}", "078 552 7{}", "0041785527{}"),
    ),
    "NL": Land(
        ("Netherlands", "Nederland", "NL", "The Netherlands"),
        "Utrecht",
        "3511 LN",
        "Utrecht",
        ("+31612345{}", "+31 6 12345{}", "06-12345{}", "0031 6 12345{}"),
    ),
    "FR": Land(
        ("France", "Frankreich", "FR"),
        "Lyon",
        "69002",
        "Rhône",
        ("+33612345{}", "+33 6 12 34 5{}", "06 12 34 5{}", "0033 612345{}"),
    ),
    "IT": Land(
        ("Italy", "Italien", "Italia", "IT"),
        "Torino",
        "10121",
        "Piemonte",
        ("+39347123{}5", "+39 347 123{}5", "347 123{}5"),
    ),
    "ES": Land(
        ("Spain", "Spanien", "España", "ES"),
        "Valencia",
        "46002",
        "Valencia",
        ("+34612345{}", "+34 612 345 {}", "612 345 {}"),
    ),
}
AT_HOME: Final = {
    "en": ("US", "GB", "NL", "DE"),
    "de": ("DE", "AT", "CH"),
    "bi": ("DE", "CH", "US"),
    "fr": ("FR", "CH"),
    "nl": ("NL",),
    "it": ("IT",),
    "es": ("ES",),
}
FIRST: Final = (
    "Anna",
    "Jürgen",
    "Zoë",
    "Mary Ann",
    "Hans-Peter",
    "Björn",
    "Giulia",
    "Shanice",
    "Jean-Luc",
    "Łukasz",
    "Li",
)
LAST: Final = (
    "Bauer",
    "von der Heyde",
    "O'Brien",
    "Müller",
    "Null",
    "Lee",
    "Van Buren",
    "Weiß",
    "de Vries",
    "van den Berg",
    "García López",
    "Di Marco",
    "König",
    "St. James",
    "Krüger-Lang",
    "Le Goff",
)
JOBS: Final = (
    "IT Manager",
    "Einkäufer",
    "Quality Engineer",
    "Geschäftsführer",
    "Program Lead",
    "Controller",
    "CIO",
    "Vertrieb Innendienst",
    "Security Officer",
    "Werkleiter",
    "Head of Procurement",
)
STREETS: Final = (
    "Bahnhofstraße 12a",
    "1200 Crystal Dr, Suite 400",
    "Postfach 10 02 45",
    "Rue du Rhône 14",
    "Keizersgracht 5",
    "Via Roma 3/B",
    "7 Hill Street",
)
FIRMS: Final = (
    "Tanaka",
    "Nordlicht",
    "Helvetia",
    "Arcus",
    "Ferrari & Figli",
    "O\N{RIGHT SINGLE QUOTATION MARK}Connell",
    "Société Rhône",
    "De Witte",
)
TRADES: Final = ("Logistik", "Avionics", "Consulting", "IT Services", "Verzinkerei", "Castings", "Support")
LEGAL: Final = ("AG", "GmbH", "Inc.", "Ltd", "KG", "S.A.", "B.V.", "LLC")


@dataclass
class Stranger:
    """One form with its truth; `faults` are the errors that must be asked about, and no others."""

    lang: str
    luck: random.Random
    company: dict[str, str] = field(default_factory=dict)  #: as written
    people: list[dict[str, str]] = field(default_factory=list)  #: as written
    truth: Company = field(default_factory=Company)
    users: list[User] = field(default_factory=list)
    faults: set[Fault] = field(default_factory=set)
    workbooks: list[Workbook] = field(default_factory=list)
    traits: list[str] = field(default_factory=list)
    end: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """One label a field throughout the form, as one hand writes."""
        if name not in self.labels:
            langs = ("en", "de") if self.lang == "bi" else (self.lang,)
            said = [self.luck.choice(LABELS[lang][name].split("|")) for lang in langs]
            joint = self.luck.choice((" / ", "\n", " ("))
            both = joint.join(said) + (")" if joint == " (" else "")
            self.labels[name] = said[0] if len(said) == 1 or said[0] == said[1] else both
        return self.labels[name]

    def heading(self, name: str) -> str:
        return self.label(name) + self.end

    def written(self, choice: str) -> str:
        lang = self.luck.choice(("en", "de")) if self.lang == "bi" else self.lang
        words = [WRITTEN[choice][known] for known in ("", lang) if known in WRITTEN[choice]]
        return self.luck.choice("|".join(words).split("|"))

    def chance(self, share: float, trait: str) -> bool:
        if self.luck.random() < share:
            self.traits.append(trait)
            return True
        return False

    def place(self, number: int, sheet: str, row: int | None) -> None:
        self.users[number] = replace(self.users[number], sheet=sheet, row=row)


def _slug(text: str) -> str:
    """A name as it stands in an address."""
    for letter, others in {"ü": "ue", "ö": "oe", "ä": "ae", "ß": "ss", "ł": "l", "Ł": "L"}.items():
        text = text.replace(letter, others)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(char if char.isalnum() else " " for char in plain).split())


def invent_company(one: Stranger, land: str) -> None:
    luck, home = one.luck, LANDS[land]
    name = f"{luck.choice(FIRMS)} {luck.choice(TRADES)} {luck.choice(LEGAL)}"
    kind = luck.choice(list(PartnerType))
    needs = kind in {PartnerType.CHANNEL_PARTNER, PartnerType.SERVICE_PARTNER}
    vat_id = home.vat_id or ("DE299967210" if needs else "N/A")
    one.truth = Company(
        name=name,
        street=luck.choice(STREETS),
        city=home.city,
        postal_code=home.postal_code,
        state=luck.choice((home.state, home.state, "")),
        country=land,
        website=f"www.{_slug(name)}.example.com",
        vat_id=vat_id,
        partner_type=kind,
        seats=0,
        purchase_order=luck.choice(("PO-395204", "VCH-2024-386517", "4500865965", "")),
        application="ForumPass",
    )
    spaced = vat_id[:2] + " " + vat_id[2:] if vat_id != "N/A" else "n/a"
    one.company = {
        **{key: str(value) for key, value in vars(one.truth).items() if value},
        "country": luck.choice(home.names),
        "website": luck.choice(("", "https://", "http://")) + one.truth.website,
        "vat_id": luck.choice((vat_id, vat_id.lower(), spaced)),
        "partner_type": one.written(kind),
        "application": luck.choice(("ForumPass", "forumpass", "ForumPass (MAG)")),
    }


def invent_person(one: Stranger, land: str, number: int) -> None:
    luck, home = one.luck, LANDS[land]
    first, last = luck.choice(FIRST), luck.choice(LAST)
    figures = [luck.randrange(100, 1000) for _ in range(luck.choice((1, 1, 2, 3)))]
    host = one.truth.website.removeprefix("www.")
    user = User(
        salutation=luck.choice(("Mr", "Ms")),
        first_name=first,
        last_name=last,
        email=f"{_slug(first)}.{_slug(last)}@{number or 'x'}.{host}",
        phones=tuple(home.phones[0].format(figure) for figure in figures),
        job_title=luck.choice(JOBS),
        role=Role.ORGANIZATION_ADMINISTRATOR if not number else luck.choice(tuple(Role)),
        credential=luck.choice((Credential.PHONE_OTP, Credential.PHONE_OTP, Credential.MLOA_HARDWARE)),
    )
    one.users.append(user)
    shown = (
        user.email,
        f"mailto:{user.email}",
        f"{first} {last} <{user.email}>",
        f"{user.email} ",
        user.email.upper(),
    )
    phones = {f"phone{at}": luck.choice(home.phones).format(figure) for at, figure in enumerate(figures, 1)}
    one.people.append(
        {
            "salutation": one.written(user.salutation),
            "first_name": first,
            "last_name": last,
            "email": luck.choice((user.email, user.email, *shown)),
            "job_title": user.job_title,
            "role": one.written(user.role),
            "credential": one.written(user.credential),
            **phones,
        }
    )


def invent_contact(one: Stranger) -> None:
    who, seats = one.users[0], len(one.users) + one.luck.choice((0, 0, 2))
    one.truth = replace(
        one.truth,
        seats=seats,
        contact_name=f"{who.first_name} {who.last_name}",
        contact_email=who.email,
        contact_phone=who.phones[0],
    )
    unit = {
        "en": "seats",
        "de": "Lizenzen",
        "fr": "licences",
        "nl": "licenties",
        "it": "licenze",
        "es": "licencias",
    }
    one.company |= {
        "seats": one.luck.choice((str(seats), str(seats), f"{seats} {unit.get(one.lang, 'seats')}")),
        "contact_name": one.truth.contact_name,
        "contact_email": who.email,
        "contact_phone": one.people[0]["phone1"],
    }
