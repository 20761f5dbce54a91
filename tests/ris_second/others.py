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


def grid(name: str, *lines: Sequence[Cell]) -> Grid:
    sheet = Grid(name)
    for row, line in enumerate(lines, 1):
        sheet.line(row, *line)
    return sheet


def letter(subject: str, text: str, sender: str = "Paul Brandt <paul.brandt@partner.example.com>") -> Letter:
    return Letter(sender, subject, text)


def add_others(to: Collection) -> None:
    for name, content in _not_a_ris(to):
        to.add(name, content, "not_a_ris")
    to.add("empty-blank.eml", carriers.reply(letter("RIS", "Here you go.\n"), [File("ris.xlsx", ris_form("en"))], to.number),
           "not_a_ris", also=("incomplete",), lang="en")  # fmt: skip
    to.add("empty-blank-de.xlsx", ris_form("de"), "not_a_ris", also=("incomplete",), lang="de")


def _not_a_ris(to: Collection) -> list[tuple[str, bytes]]:
    start = to.number

    def mail(at: int, subject: str, text: str, *files: File) -> bytes:
        return carriers.alternative(letter(subject, text), files, start + at)

    training = grid("Teilnehmer", ("Schulung: Erste Schritte, 14. April",), (),
                    ("Name", "Firma", "E-Mail", "Telefon", "Essen", "Unterschrift"),
                    *((who, "Partner AG", f"{who.split()[0].lower()}@partner.example.com", "0421 55510", "veg.", None)
                      for who in PEOPLE))  # fmt: skip
    invoice = grid("Rechnung", ("Rechnung Nr. 2026-0815",), ("Kunde", "Partner AG"), ("Anschrift", "Hafenweg 1"),
                   ("PLZ", 28195), ("Ort", "Bremen"), ("USt-IdNr.", "DE136695976"), (),
                   ("Pos.", "Bezeichnung", "Menge", "Einzelpreis", "Gesamt"), (1, "Lizenz ForumPass", 3, 49.0, 147.0),
                   (None, "Summe", None, None, 147.0))  # fmt: skip
    order = grid("Order", ("Order confirmation 77120",), ("Customer", "Quill & Thorne LLP"), ("PO number", "PO 4711"),
                 ("Contact", "Imogen Ashworth"), (), ("Item", "Description", "Qty", "Price"),
                 (1, "Docking station", 4, 129.0), (2, "Headset", 4, 59.0))  # fmt: skip
    holidays = grid("Urlaub 2026", ("Mitarbeiter", "Jan", "Feb", "Mrz", "Apr", "Mai", "Resturlaub"),
                    *((who, 2, 0, 5, 1, 0, 22) for who in PEOPLE))  # fmt: skip
    prices = grid("Preise", ("Artikelnr.", "Bezeichnung", "VPE", "EUR"),
                  *((f"A-{100 + at}", f"Kabel {at} m", 10, 4.5 * at) for at in range(1, 30)))  # fmt: skip
    servers = grid("Inventory", ("Host", "IP", "Owner", "Role", "Location"),
                   *((f"srv{at}", f"192.0.2.{at}", "IT", "database", "Leeds") for at in range(1, 9)))  # fmt: skip
    birthdays = grid("List", ("First name", "Last name", "Birthday", "Room"),
                     *((*who.split(), f"{at + 1}.3.", 100 + at) for at, who in enumerate(PEOPLE)))  # fmt: skip
    news = writers.table_html([grid("", ("Event", "Date", "Place"), ("Partner day", "12 May", "Leeds"),
                                    ("Webinar", "20 May", "online"))])  # fmt: skip
    codes = writers.separated(";", "utf-8")(
        [grid("", ("Konto", "Soll", "Haben"), (4711, 12.5, 0), (4712, 0, 12.5))]
    )
    return [
        ("question.eml", mail(0, "Which file do you need?", "Hello,\nwhich columns must the RIS have, and who is the "
                                 "organization administrator?\nPaul\n")),
        ("asks-for-the-form.eml", mail(1, "RIS Formular", "Guten Tag,\nbitte senden Sie uns das leere RIS-Formular zu.\n")),
        ("participants.eml", mail(2, "Teilnehmerliste", "Anbei die Liste.\n",
                                  File("Teilnehmer.xlsx", writers.openpyxl_xlsx([training])))),
        ("invoice.eml", mail(3, "Ihre Rechnung", "Bitte überweisen.\n", File("R-0815.xls", writers.xls([invoice])))),
        ("order.eml", mail(4, "Order confirmation", "Thank you.\n", File("order.ods", writers.ods([order])))),
        ("Urlaubsplaner.xlsx", writers.xlsxwriter_xlsx([holidays])),
        ("price-list.eml", mail(6, "Angebot", "Unser Angebot.\n", File("RIS Preise.xlsx", writers.openpyxl_xlsx([prices])))),
        ("inventory.csv", writers.separated(",", "utf-8")([servers])),
        ("birthdays.eml", mail(8, "Birthdays", "For the kitchen wall.\n",
                               File("list.xlsx", writers.openpyxl_xlsx([birthdays])))),
        ("newsletter.eml", carriers.in_the_body(letter("Partner news", "What is on this spring\n"), news, start + 9,
                                                alone=True)),
        ("buchungen.csv", codes),
        ("thanks.eml", carriers.reply(letter("RIS", "Thanks, that worked!\n"), [], start + 11)),
    ]  # fmt: skip


def add_refused(to: Collection) -> None:
    one = draft(to.registry, "DE", "en", 2)
    sound = writers.openpyxl_xlsx(one_sheet(one, Company(), Users()))
    said = letter("Our data", "Please see attached. The password follows by phone.\n")
    to.add("password.eml", carriers.plain(said, [File("secret.xlsx", _encrypted(sound))], to.number), "refused",
           reason="encrypted")  # fmt: skip
    to.add("password.zip", _locked_zip(sound), "refused", reason="encrypted")
    to.add("cut-off.xlsx", sound[: len(sound) // 2], "refused", reason="corrupt")
    to.add("bomb.eml", carriers.plain(said, [File("data.xlsx", _bomb(sound))], to.number), "refused",
           reason="zip_bomb|too_large")  # fmt: skip
    to.add("too-many-rows.xlsx", _long(), "refused", reason="too_large|zip_bomb")
    to.add("numbers-file.numbers", carriers.zip_of([File("Index/Document.iwa", bytes(range(256))),
                                                    File("Metadata/Properties.plist", b"bplist00")]),
           "refused", reason="unsupported|corrupt")  # fmt: skip
    to.add("scan.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n", "refused",
           reason="unsupported|corrupt")  # fmt: skip


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
