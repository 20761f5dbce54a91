"""Filled forms for the tests: a sound one, and ways to spoil it."""

import io
import zipfile
from collections.abc import Mapping
from functools import cache
from typing import Any

import openpyxl

from bot.adapters.spreadsheets import read_workbook
from bot.domain.review import read_form
from bot.domain.ris import Company, Credential, PartnerType, Problem, Reading, RisCase, Role, User
from bot.rendering.workbooks import ris_form

COMPANY = Company(
    name="Nordlicht Werke GmbH",
    street="Hafenstraße 12",
    city="Hamburg",
    postal_code="20457",
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
MARA = User(
    salutation="Ms",
    first_name="Mara",
    last_name="Lindqvist",
    email="mara.lindqvist@nordlicht.example.com",
    phones=("+493023125010", "+4915123456789"),
    job_title="Leiterin IT",
    role=Role.ORGANIZATION_ADMINISTRATOR,
    credential=Credential.PHONE_OTP,
)
TOM = User(
    salutation="Mr",
    first_name="Tom",
    last_name="Öztürk",
    email="tom.oeztuerk@nordlicht.example.com",
    phones=("+4915123456780", "+493023125011"),
    job_title="Konstrukteur",
    role=Role.USER,
    credential=Credential.PHONE_OTP,
)

Cells = Mapping[tuple[str, str], Any]


@cache  # asked for by hundreds of tests
def sound_form(lang: str = "en") -> bytes:
    return ris_form(lang, COMPANY, [MARA, TOM])


def with_cells(content: bytes, cells: Cells) -> bytes:
    """The form as someone saved it after changing cells: {("Users", "D7"): "x"}."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    return saved(book)


def homemade_form() -> bytes:
    """Four of our headings on a sheet of somebody's own: too few to be taken for our form."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in (("Company name", "Ostwind KG"), ("City", "Rostock"), ("Country", "DE"), ("Website", "")):
        sheet.append(line)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    book.close()
    return buffer.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files as somebody packed them for a mail."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def reading(content: bytes, name: str = "form.xlsx") -> Reading:
    return read_form([read_workbook(name, content)])


def case(content: bytes) -> RisCase:
    (only,) = reading(content).cases
    return only


def errors(content: bytes) -> list[Problem]:
    return [problem for problem in case(content).problems if problem.severity == "error"]
