"""Forms by many hands, built as plain sheets: one company and two users in whatever layout a test wants."""

from collections.abc import Sequence
from typing import Final

from bot.domain.review import read_form
from bot.domain.ris import Company, Credential, PartnerType, Reading, RisCase, Role, User
from bot.domain.sheets import CellValue, Sheet, Workbook

Row = Sequence[CellValue]
Merged = tuple[tuple[int, int, int, int], ...]

COMPANY: Final = Company(
    name="Nordlicht Werke GmbH",
    street="Hafenstraße 12",
    postal_code="20457",
    city="Hamburg",
    state="Hamburg",
    country="DE",
    website="www.nordlicht.example.com",
    vat_id="DE136695976",
    partner_type=PartnerType.SERVICE_PARTNER,
    seats=2,
    purchase_order="PO-4711",
    application="ForumPass",
    contact_name="Mara Lindqvist",
    contact_email="mara.lindqvist@nordlicht.example.com",
    contact_phone="+493023125010",
)
MARA: Final = User(
    salutation="Ms",
    first_name="Mara",
    last_name="Lindqvist",
    email="mara.lindqvist@nordlicht.example.com",
    phones=("+493023125010", "+4915123456789"),
    job_title="Leiterin IT",
    role=Role.ORGANIZATION_ADMINISTRATOR,
    credential=Credential.PHONE_OTP,
)
TOM: Final = User(
    salutation="Mr",
    first_name="Tom",
    last_name="Öztürk",
    email="tom.oeztuerk@nordlicht.example.com",
    phones=("+4915123456780", "+493023125011"),
    job_title="Konstrukteur",
    role=Role.USER,
    credential=Credential.MLOA_HARDWARE,
)

#: What our company's form says, by field; a test chooses the labels.
SAYS: Final[dict[str, CellValue]] = {
    "name": "Nordlicht Werke GmbH",
    "street": "Hafenstraße 12",
    "postal_code": 20457.0,
    "city": "Hamburg",
    "state": "Hamburg",
    "country": "Deutschland",
    "website": "https://www.nordlicht.example.com/",
    "vat_id": "DE 136695976",
    "partner_type": "Servicepartner",
    "seats": "2 Lizenzen",
    "purchase_order": "PO-4711",
    "application": "ForumPass (MAG)",
    "contact_name": "Mara Lindqvist",
    "contact_email": "mara.lindqvist@nordlicht.example.com",
    "contact_phone": "030 23125010",
}
GERMAN: Final = {
    "name": "Firma",
    "street": "Anschrift",
    "postal_code": "PLZ",
    "city": "Ort",
    "state": "Bundesland",
    "country": "Land",
    "website": "Homepage",
    "vat_id": "USt-ID",
    "partner_type": "Art der Partnerschaft",
    "seats": "Anzahl Lizenzen",
    "purchase_order": "Bestell-Nr.",
    "application": "Anwendung",
    "contact_name": "Ansprechpartner",
    "contact_email": "E-Mail Ansprechpartner",
    "contact_phone": "Telefon Ansprechpartner",
}
HEADINGS: Final = ("Anrede", "Vorname", "Nachname", "E-Mail", "Tel. 1", "Tel. 2", "Position", "Rolle", "2FA")
MARA_ROW: Final[tuple[CellValue, ...]] = (
    "Frau",
    "Mara",
    "Lindqvist",
    "mara.lindqvist@nordlicht.example.com",
    493023125010.0,
    "0151 23456789",
    "Leiterin IT",
    "Org-Admin",
    "SMS",
)
TOM_ROW: Final[tuple[CellValue, ...]] = (
    "Hr.",
    "Tom",
    "Öztürk",
    "mailto:tom.oeztuerk@nordlicht.example.com",
    "+49 (0)151 / 23456780",
    "030\u00a023125011",
    "Konstrukteur",
    "Anwender",
    "Smartcard",
)
USERS: Final[list[Row]] = [HEADINGS, MARA_ROW, TOM_ROW]


def beside(labels: dict[str, str] = GERMAN) -> list[Row]:
    """Labels with their values beside them."""
    return [(label, SAYS[name]) for name, label in labels.items()]


def sheet(rows: Sequence[Row], name: str = "Tabelle1", merged: Merged = (), *, hidden: bool = False) -> Sheet:
    return Sheet(name=name, rows=tuple(map(tuple, rows)), merged=merged, hidden=hidden)


def workbook(*sheets: Sheet, name: str = "Mappe1.xlsx") -> Workbook:
    return Workbook(name=name, sheets=sheets)


def read(*sheets: Sheet) -> Reading:
    return read_form([workbook(*sheets)])


def only_case(*sheets: Sheet) -> RisCase:
    (case,) = read(*sheets).cases
    return case
