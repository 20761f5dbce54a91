"""Our own blank form: its sheets, labels and choices in both languages, for whoever writes or reads it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.core import get_global

from bot.domain.languages import LANGUAGES
from bot.domain.ris import Credential, PartnerType, Role, User

VERSION_PROPERTY: Final = "usher-ris-form"  #: the custom document property that says "our form"
VERSION: Final = "1"
LIST_SHEET: Final = "Lists"  #: hidden in our form: what its drop-downs offer
MOST_PHONES: Final = 3


@dataclass(frozen=True, kw_only=True)
class Label:
    """What one thing is called in each language."""

    en: str
    de: str

    def said(self, lang: str) -> str:
        return self.de if lang == "de" else self.en


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field of the form; `name` is the field of Company or User."""

    name: str
    label: Label
    mandatory: bool = True


def _field(name: str, en: str, de: str, *, mandatory: bool = True) -> FormField:
    return FormField(name=name, label=Label(en=en, de=de), mandatory=mandatory)


COMPANY_SHEET: Final = Label(en="Company", de="Firma")
USERS_SHEET: Final = Label(en="Users", de="Benutzer")
ABOUT_SHEET: Final = Label(en="About", de="Hinweise")

COMPANY_FIELDS: Final = (
    _field("name", "Company name", "Firmenname"),
    _field("street", "Street and number", "Straße und Hausnummer"),
    _field("postal_code", "Postal code", "Postleitzahl"),
    _field("city", "City", "Ort"),
    _field("state", "State or province", "Bundesland oder Provinz", mandatory=False),
    _field("country", "Country", "Land"),
    _field("website", "Website", "Webseite"),
    _field("vat_id", "VAT ID", "USt-IdNr."),
    _field("partner_type", "Partner type", "Partnerart"),
    _field("application", "Application", "Anwendung"),
    _field("seats", "Number of seats", "Anzahl der Plätze"),
    _field(
        "purchase_order",
        "Purchase order or voucher reference",
        "Bestellnummer oder Gutscheinreferenz",
        mandatory=False,
    ),
    _field("contact_name", "Contact: name", "Kontakt: Name"),
    _field("contact_email", "Contact: e-mail", "Kontakt: E-Mail"),
    _field("contact_phone", "Contact: phone", "Kontakt: Telefon", mandatory=False),
)

#: "phones" stands once a column; the first of them is the mandatory one.
USER_FIELDS: Final = (
    _field("salutation", "Salutation", "Anrede"),
    _field("first_name", "First name", "Vorname"),
    _field("last_name", "Last name", "Nachname"),
    _field("email", "E-mail", "E-Mail"),
    _field("phones", "Phone 1", "Telefon 1"),
    _field("phones", "Phone 2", "Telefon 2", mandatory=False),
    _field("phones", "Phone 3", "Telefon 3", mandatory=False),
    _field("job_title", "Job title", "Funktion"),
    _field("role", "Role", "Rolle"),
    _field("credential", "Credential", "Zugangsmittel"),
)

Choices = Mapping[str, Label]

ROLES: Final[Choices] = {
    Role.ORGANIZATION_ADMINISTRATOR: Label(en="Organization Administrator", de="Organisationsadministrator"),
    Role.APPLICATION_ADMINISTRATOR: Label(en="Application Administrator", de="Anwendungsadministrator"),
    Role.USER: Label(en="User", de="Benutzer"),
}
CREDENTIALS: Final[Choices] = {
    Credential.PHONE_OTP: Label(en="Phone OTP", de="Phone OTP"),
    Credential.MLOA_HARDWARE: Label(en="FIS MLOA hardware", de="FIS-MLOA-Hardware"),
}
PARTNER_TYPES: Final[Choices] = {
    PartnerType.CHANNEL_PARTNER: Label(en="Channel partner", de="Vertriebspartner"),
    PartnerType.SERVICE_PARTNER: Label(en="Service partner", de="Servicepartner"),
    PartnerType.CUSTOMER: Label(en="Customer", de="Kunde"),
    PartnerType.SUPPLIER: Label(en="Supplier", de="Lieferant"),
    PartnerType.OTHER: Label(en="Other", de="Sonstige"),
}
#: Not a closed list: another salutation stays as written.
SALUTATIONS: Final[Choices] = {
    "Mr": Label(en="Mr", de="Herr"),
    "Ms": Label(en="Ms", de="Frau"),
    "Mx": Label(en="Mx", de="Divers"),
}

_EXAMPLES: Final = {
    "en": ("Jane", "Example", "jane.example@example.com", "Quality Manager"),
    "de": ("Erika", "Beispiel", "erika.beispiel@example.com", "Qualitätsmanagerin"),
}


def example_user(lang: str) -> User:
    """The person of the example row, which is no user."""
    first, last, email, title = _EXAMPLES["de" if lang == "de" else "en"]
    return User(
        salutation="Ms",
        first_name=first,
        last_name=last,
        email=email,
        phones=("+493023125001", "+493023125002"),
        job_title=title,
        role=Role.ORGANIZATION_ADMINISTRATOR,
        credential=Credential.PHONE_OTP,
    )


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """A label or choice as it is compared: case, width, blanks and the marks around it do not count."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).strip(" *:.")


def said(choices: Choices, code: str, lang: str) -> str:
    """The word of the form for a code; what is no code is said as it is."""
    label = choices.get(code)
    return label.said(lang) if label else code


def meant(choices: Choices, text: str) -> str | None:
    """The code for a word of the form in any language, or for the code itself."""
    return meanings(choices).get(plain(text))


def meanings(choices: Choices) -> dict[str, str]:
    """Every word, as `plain` says it, with its code."""
    words = {plain(word): code for code, label in choices.items() for word in (label.en, label.de, code)}
    return words | {plain(code.replace("_", " ")): code for code in choices}


# Babel's territories hold regions, unions and places without a code of their own in ISO 3166.
_NO_COUNTRIES: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)

_OTHER_NAMES: Final = {
    "great britain": "GB",
    "großbritannien": "GB",
    "england": "GB",
    "scotland": "GB",
    "u.k": "GB",
    "united states of america": "US",
    "vereinigte staaten von amerika": "US",
    "u.s.a": "US",
    "u.s": "US",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "tschechische republik": "CZ",
    "turkey": "TR",
    "federal republic of germany": "DE",
    "bundesrepublik deutschland": "DE",
    "brd": "DE",
    "republic of ireland": "IE",
}


@lru_cache(maxsize=4)
def countries(lang: str) -> dict[str, str]:
    """ISO 3166 alpha-2 → the country's name, in the order a reader of that language expects."""
    names = {
        code: str(name)
        for code, name in Locale("de" if lang == "de" else "en").territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES
    }
    return dict(sorted(names.items(), key=lambda pair: _unaccented(pair[1])))


def _unaccented(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    names = {plain(name): code for lang in LANGUAGES for code, name in countries(lang).items()}
    aliases = {
        plain(alias): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(codes) == 1 and codes[0] in countries("en") and not alias.isdigit()
    }
    codes = {plain(code): code for code in countries("en")}
    return aliases | {plain(name): code for name, code in _OTHER_NAMES.items()} | names | codes


def country_code(text: str) -> str | None:
    """ISO 3166 alpha-2 of a country's name in one of many languages, or of its two- or three-letter code.

    "Germany (DE)" says it twice and means it once.
    """
    if len(text) > _LONGEST_COUNTRY:
        return None
    known = _country_names().get(plain(text)) or _foreign_names().get(plain(text))
    if known:
        return known
    parts = [part for part in _BETWEEN_NAMES.split(text) if part.strip()]
    codes = {country_code(part) for part in parts} if 1 < len(parts) <= _MOST_NAMES else set()
    return codes.pop() if len(codes) == 1 else None


_LONGEST_COUNTRY: Final = 100
_MOST_NAMES: Final = 3
_BETWEEN_NAMES: Final = re.compile(r"[()/,]|\s-\s")
#: Besides our own two; the countries' own names are among them.
_FOREIGN: Final = (
    "fr",
    "nl",
    "pl",
    "it",
    "es",
    "pt",
    "cs",
    "sk",
    "hu",
    "da",
    "sv",
    "nb",
    "fi",
    "ro",
    "tr",
    "sl",
    "hr",
)


@lru_cache(maxsize=1)
def _foreign_names() -> dict[str, str]:
    names: dict[str, str] = {"d": "DE"}  # as on German cars and letters
    for lang in _FOREIGN:
        for code, name in Locale(lang).territories.items():
            if code in countries("en"):
                names.setdefault(plain(str(name)), code)
    return names


def choice_words(choices: Choices) -> tuple[str, ...]:
    """Every word of the form for these choices, in both languages."""
    return tuple(word for label in choices.values() for word in (label.en, label.de))
