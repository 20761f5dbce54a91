"""Mails and files that are no RIS however much they look like one, and files that nobody can read."""

import io
import zipfile
from collections.abc import Sequence

import msoffcrypto
from msoffcrypto.format.ooxml import OOXMLFile

from bot.rendering.workbooks import ris_form
from tests.ris_second import carriers, writers
from tests.ris_second.carriers import File, Letter
from tests.ris_second.collection import Collection
from tests.ris_second.drafts import Cell, draft
from tests.ris_second.layouts import Company, Grid, Users, one_sheet

PEOPLE = ("Imke Rohde", "Paul Brandt", "Sven Ahlers", "Nadja Kurz", "Ole Timm", "Ruth Behrens")


INVOICE: tuple[tuple[Cell, ...], ...] = (
    ("Rechnung Nr. 2026-0815",),
    ("Kunde", "Partner AG"),
    ("Anschrift", "Hafenweg 1"),
    ("PLZ", 28195),
    ("Ort", "Bremen"),
    ("USt-IdNr.", "DE136695976"),
    (),
    ("Pos.", "Bezeichnung", "Menge", "Einzelpreis", "Gesamt"),
    (1, "Lizenz ForumPass", 3, 49.0, 147.0),
    (None, "Summe", None, None, 147.0),
)
ORDER: tuple[tuple[Cell, ...], ...] = (
    ("Order confirmation 77120",),
    ("Customer", "Quill & Thorne LLP"),
    ("PO number", "PO 4711"),
    ("Contact", "Imogen Ashworth"),
    (),
    ("Item", "Description", "Qty", "Price"),
    (1, "Docking station", 4, 129.0),
    (2, "Headset", 4, 59.0),
)


def grid(name: str, *lines: Sequence[Cell]) -> Grid:
    sheet = Grid(name)
    for row, line in enumerate(lines, 1):
        sheet.line(row, *line)
    return sheet


def letter(subject: str, text: str, sender: str = "Paul Brandt <paul.brandt@partner.example.com>") -> Letter:
    return Letter(sender, subject, text)


def add_others(to: Collection) -> None:
    _add_words(to)
    _add_tables(to)
    _add_tables_of_people(to)
    here = letter("RIS", "Here you go.\n")
    blank = carriers.reply(here, [File("ris.xlsx", ris_form("en"))], to.number)
    to.add("empty-blank.eml", blank, "not_a_ris", also=("incomplete",), lang="en")
    to.add("empty-blank-de.xlsx", ris_form("de"), "not_a_ris", also=("incomplete",), lang="de")


def add_mail(to: Collection, name: str, subject: str, text: str, *files: File) -> None:
    to.add(name, carriers.alternative(letter(subject, text), files, to.number), "not_a_ris")


def _add_words(to: Collection) -> None:
    text = "Hello,\nwhich columns must the RIS have, and who is the organization administrator?\nPaul\n"
    add_mail(to, "question.eml", "Which file do you need?", text)
    text = "Guten Tag,\nbitte senden Sie uns das leere RIS-Formular zu.\n"
    add_mail(to, "asks-for-the-form.eml", "RIS Formular", text)
    thanks = carriers.reply(letter("RIS", "Thanks, that worked!\n"), [], to.number)
    to.add("thanks.eml", thanks, "not_a_ris")
    events = (("Event", "Date", "Place"), ("Partner day", "12 May", "Leeds"), ("Webinar", "20 May", "online"))
    table = writers.table_html([grid("", *events)])
    news = letter("Partner news", "What is on this spring\n")
    to.add("newsletter.eml", carriers.in_the_body(news, table, to.number, alone=True), "not_a_ris")


def _add_tables(to: Collection) -> None:
    bill = writers.xls([grid("Rechnung", *INVOICE)])
    add_mail(to, "invoice.eml", "Ihre Rechnung", "Bitte überweisen.\n", File("R-0815.xls", bill))
    order = writers.ods([grid("Order", *ORDER)])
    add_mail(to, "order.eml", "Order confirmation", "Thank you.\n", File("order.ods", order))
    cables = [(f"A-{100 + at}", f"Kabel {at} m", 10, 4.5 * at) for at in range(1, 30)]
    prices = writers.openpyxl_xlsx([grid("Preise", ("Artikelnr.", "Bezeichnung", "VPE", "EUR"), *cables)])
    add_mail(to, "price-list.eml", "Angebot", "Unser Angebot.\n", File("RIS Preise.xlsx", prices))
    hosts = [(f"srv{at}", f"192.0.2.{at}", "IT", "database", "Leeds") for at in range(1, 9)]
    servers = grid("", ("Host", "IP", "Owner", "Role", "Location"), *hosts)
    to.add("inventory.csv", writers.separated(",", "utf-8")([servers]), "not_a_ris")
    ledger = grid("", ("Konto", "Soll", "Haben"), (4711, 12.5, 0), (4712, 0, 12.5))
    to.add("buchungen.csv", writers.separated(";", "utf-8")([ledger]), "not_a_ris")


def _add_tables_of_people(to: Collection) -> None:
    title = ("Schulung: Erste Schritte, 14. April",)
    headings = ("Name", "Firma", "E-Mail", "Telefon", "Essen", "Unterschrift")
    guests = [
        (who, "Partner AG", f"{who.split()[0].lower()}@partner.example.com", "0421 55510", "veg.")
        for who in PEOPLE
    ]
    training = writers.openpyxl_xlsx([grid("Teilnehmer", title, (), headings, *guests)])
    add_mail(to, "participants.eml", "Teilnehmerliste", "Anbei.\n", File("Teilnehmer.xlsx", training))
    months = ("Mitarbeiter", "Jan", "Feb", "Mrz", "Apr", "Mai", "Resturlaub")
    holidays = grid("Urlaub 2026", months, *((who, 2, 0, 5, 1, 0, 22) for who in PEOPLE))
    to.add("Urlaubsplaner.xlsx", writers.xlsxwriter_xlsx([holidays]), "not_a_ris")
    rooms: list[tuple[Cell, ...]] = [(*who.split(), f"{at}.3.", 100 + at) for at, who in enumerate(PEOPLE, 1)]
    birthdays = grid("List", ("First name", "Last name", "Birthday", "Room"), *rooms)
    cake = File("list.xlsx", writers.openpyxl_xlsx([birthdays]))
    add_mail(to, "birthdays.eml", "Birthdays", "For the kitchen wall.\n", cake)


def add_refused(to: Collection) -> None:
    one = draft(to.registry, "DE", "en", 2)
    sound = writers.openpyxl_xlsx(one_sheet(one, Company(), Users()))
    said = letter("Our data", "Please see attached. The password follows by phone.\n")
    to.add(
        "password.eml",
        carriers.plain(said, [File("secret.xlsx", _encrypted(sound))], to.number),
        "refused",
        reason="encrypted",
    )
    to.add("password.zip", _locked_zip(sound), "refused", reason="encrypted")
    to.add("cut-off.xlsx", sound[: len(sound) // 2], "refused", reason="corrupt")
    to.add(
        "bomb.eml",
        carriers.plain(said, [File("data.xlsx", _bomb(sound))], to.number),
        "refused",
        reason="zip_bomb|too_large",
    )
    to.add("too-many-rows.xlsx", _long(), "refused", reason="too_large|zip_bomb")
    to.add(
        "numbers-file.numbers",
        carriers.zip_of(
            [File("Index/Document.iwa", bytes(range(256))), File("Metadata/Properties.plist", b"bplist00")]
        ),
        "refused",
        reason="unsupported|corrupt",
    )
    to.add(
        "scan.pdf",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
        "refused",
        reason="unsupported|corrupt",
    )


def _encrypted(content: bytes) -> bytes:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt("follows by phone", buffer)
    buffer.seek(0)
    assert msoffcrypto.OfficeFile(buffer).is_encrypted()
    return buffer.getvalue()


def _locked_zip(content: bytes) -> bytes:
    """A zip whose only file claims a password: the flag in both of its headers."""
    data = bytearray(carriers.zip_of([File("ris.xlsx", content)]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


def _bomb(content: bytes) -> bytes:
    """A sheet of 400 MB of blanks."""
    source, buffer = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            with archive.open(zipfile.ZipInfo(name, (2026, 3, 2, 9, 0, 0)), "w") as part:
                part.write(source.read(name))
        with archive.open(_deflated("xl/worksheets/sheet9.xml"), "w") as part:
            for _ in range(400):
                part.write(b" " * 1_000_000)
    return buffer.getvalue()


def _deflated(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2026, 3, 2, 9, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _long() -> bytes:
    """More rows than anybody has users."""
    return writers.xlsxwriter_xlsx(
        [grid("Users", ("First name", "E-mail"), *(("A", "a@b.example"),) * 30_000)]
    )
