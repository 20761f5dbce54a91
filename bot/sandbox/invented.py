"""Companies and people who do not exist, made from a seeded random; their numbers are kept for fiction."""

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum.iso7064 import mod_11_10

from bot.domain.ris import Company, Credential, PartnerType, Role, User

_FIRST = [
    "Amara",
    "Benno",
    "Clara",
    "Dario",
    "Elif",
    "Femke",
    "Goran",
    "Hanna",
    "Imre",
    "Jana",
    "Kofi",
    "Lotte",
]
_LAST = [
    "Ahrendt",
    "Bjarke",
    "Castell",
    "Dunmore",
    "Eskelin",
    "Falkner",
    "Grönwold",
    "Haverkamp",
    "Ilves",
    "Jorda",
]
#: what the sandbox's sponsor has paid in, as `supplies` lays it
PURCHASE_ORDERS = ("PO-45001", "PO-45002")
_TITLES = ("Quality Manager", "Head of Purchasing", "Site Manager", "Design Engineer", "Project Lead")
_FIRMS = [
    "Amberline",
    "Brightwater",
    "Cedarfell",
    "Duneford",
    "Eastmoor",
    "Fernhollow",
    "Gullhaven",
    "Harrowgate",
]
_TRADES = ["Castings", "Avionics", "Logistics", "Composites", "Optics", "Hydraulics", "Tooling", "Coatings"]


@dataclass(frozen=True)
class Country:
    code: str
    suffix: str
    cities: tuple[tuple[str, str], ...]
    street: str
    #: Ranges that telephone authorities keep free for films and books.
    phone: str


_COUNTRIES = (
    Country("DE", "GmbH", (("Lüneburg", "21335"), ("Passau", "94032")), "Werkstraße {}", "+4930231250{:02d}"),
    Country(
        "GB", "Ltd", (("Leeds", "LS1 4DY"), ("Exeter", "EX1 1GE")), "{} Foundry Road", "+4420794600{:02d}"
    ),
    Country("US", "Inc.", (("Dayton", "45402"), ("Tucson", "85701")), "{} Mill Street", "+120255501{:02d}"),
)
_STATES = {"Dayton": "OH", "Tucson": "AZ"}


@dataclass(frozen=True, kw_only=True)
class Organisation:
    company: Company
    users: tuple[User, ...]

    @property
    def domain(self) -> str:
        return self.company.website.removeprefix("https://www.")


def organisation(rng: random.Random, *, users: int = 0) -> Organisation:
    """One with everything in order: as many seats as users, the first an Organization Administrator."""
    country = rng.choice(_COUNTRIES)
    name = f"{rng.choice(_FIRMS)} {rng.choice(_TRADES)}"
    domain = f"{_plain(name)}{rng.randrange(100, 1000)}.example"
    numbers = _phones(rng, country)
    people = tuple(
        _user(rng, domain, numbers, is_first=number == 0) for number in range(users or rng.randrange(2, 6))
    )
    city, code = rng.choice(country.cities)
    company = Company(
        name=f"{name} {country.suffix}",
        street=country.street.format(rng.randrange(1, 90)),
        city=city,
        postal_code=code,
        state=_STATES.get(city, ""),
        country=country.code,
        website=f"https://www.{domain}",
        vat_id=_vat_id(rng) if country.code == "DE" else "N/A",
        partner_type=PartnerType.CUSTOMER,
        seats=len(people),
        purchase_order=rng.choice(PURCHASE_ORDERS),
        application="ForumPass",
        contact_name=f"{people[0].first_name} {people[0].last_name}",
        contact_email=people[0].email,
        contact_phone=people[0].phones[0],
    )
    return Organisation(company=company, users=people)


def person(rng: random.Random) -> tuple[str, str]:
    """A name with its address, for somebody who only asks."""
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    return f"{first} {last}", f"{_plain(first)}.{_plain(last)}{rng.randrange(10, 100)}@example.org"


def _user(rng: random.Random, domain: str, numbers: Iterator[str], *, is_first: bool) -> User:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    return User(
        salutation=rng.choice(("Ms", "Mr")),
        first_name=first,
        last_name=last,
        # The number keeps two people of one name apart.
        email=f"{_plain(first)}.{_plain(last)}{rng.randrange(10, 10_000)}@{domain}",
        phones=(next(numbers), next(numbers)),
        job_title=rng.choice(_TITLES),
        role=Role.ORGANIZATION_ADMINISTRATOR if is_first else Role.USER,
        credential=Credential.PHONE_OTP,
    )


def _phones(rng: random.Random, country: Country) -> Iterator[str]:
    return (country.phone.format(number) for number in rng.sample(range(100), 100))


def _vat_id(rng: random.Random) -> str:
    digits = f"99999{rng.randrange(1000):03d}"
    return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text.replace("ö", "oe")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", ascii_only.lower())
