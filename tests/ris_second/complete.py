"""Forms with nothing to ask: each in another layout, format and mail."""

import csv
import io

import openpyxl

from bot.rendering.workbooks import ris_form
from tests.ris_second import carriers, writers
from tests.ris_second.carriers import File
from tests.ris_second.collection import Collection
from tests.ris_second.drafts import COMPANY, Draft, draft
from tests.ris_second.layouts import USER, Company, Grid, Users, flat, note, one_sheet, two_sheets
from tests.ris_second.people import COUNTRIES


def add_complete(to: Collection) -> None:
    for add in (
        _bare,
        _mailed,
        _mailed_in_odd_ways,
        _named_wrongly,
        _pasted,
        _odd_tables,
        _odd_columns,
        _odd_labels,
        _several,
        _advised,
        _ours,
    ):
        add(to)


def _bare(to: Collection) -> None:
    one = draft(to.registry, "DE", "de", 3, "service_partner")
    to.bare("anmeldung.xlsx", one, one_sheet(one, Company(), Users(numbered=True)), writers.openpyxl_xlsx)
    one = draft(to.registry, "CH", "de", 4, "customer")
    grids = one_sheet(one, Company(shuffled=True), Users(), name="")
    to.bare("stammdaten.csv", one, grids, writers.separated(";", "cp1252"))
    one = draft(to.registry, "GB", "en", 2, "supplier")
    grids = one_sheet(one, Company(contact_block=True), Users(names="full_name"), name="")
    to.bare("onboarding.csv", one, grids, writers.separated(",", "utf-8", quoting=csv.QUOTE_ALL))
    one = draft(to.registry, "US", "en", 5, "other")
    grids = one_sheet(one, Company(), Users(shuffled=True), name="")
    to.bare("access-request.tsv", one, grids, writers.separated("\t", "utf-16"))
    one = draft(to.registry, "NL", "en", 3, "channel_partner")
    to.bare("export.xls", one, one_sheet(one, Company(), Users(), name=""), writers.html_file)
    one = draft(to.registry, "AT", "de", 3, "channel_partner")
    to.bare("liste.ods", one, two_sheets(one, Company(), Users(), names=("Kunde", "Leute")), writers.ods)
    one = draft(to.registry, "FR", "bi", 2, "service_partner")
    to.bare(
        "dossier.xls",
        one,
        two_sheets(one, Company(merged=True), Users(), names=("Client", "Staff")),
        writers.xls,
    )
    one = draft(to.registry, "GB", "en", 3, "customer")
    grids = one_sheet(one, Company(heading=("Item", "Answer")), Users(), name="")
    to.bare("pipes.csv", one, grids, writers.separated("|", "utf-8-sig", ends="\n"))


def _mailed(to: Collection) -> None:
    one = draft(to.registry, "GB", "en", 4, "customer")
    grids = two_sheets(
        one, Company(gaps=("country", "seats")), Users(blank_after=(1,)), names=("Org", "Staff")
    )
    to.mail(
        "two-sheets", one, grids, writers.xlsxwriter_xlsx, carriers.alternative, file="Customer pack.xlsx"
    )
    one = draft(to.registry, "US", "en", 2, "supplier")
    grid = Grid("Intake")
    grid.put(1, 1, "New customer intake")
    row = Company().above(one, grid, 3, per=5)
    Users().down(one, grid, row + 1)
    to.mail("labels-above", one, [grid], writers.openpyxl_xlsx, carriers.plain, file="intake.xlsx")
    one = draft(to.registry, "AT", "de", 3, "service_partner")
    grid = Grid("Blatt1")
    grid.put(1, 1, one.wording.title("company"))
    row = Company().in_pairs(one, grid, 3)
    Users().down(one, grid, row + 2)
    to.mail("in-pairs", one, [grid], writers.xls, carriers.related, file="Kundenblatt.xls")
    one = draft(to.registry, "CH", "bi", 3, "other")
    grid = Grid("Data")
    row = Company().beside(one, grid, 2)
    Users().across(one, grid, row + 2)
    to.mail("across", one, [grid], writers.xlsxwriter_xlsx, carriers.apple, file="données clients.xlsx")
    one = draft(to.registry, "NL", "en", 4, "service_partner")
    grids = two_sheets(one, Company(), Users(lines=2, column=2), names=("Company", "Accounts"))
    to.mail(
        "two-line-headings",
        one,
        grids,
        writers.openpyxl_xlsx,
        carriers.zipped("docs.zip"),
        file="form/accounts.xlsx",
    )


def _mailed_in_odd_ways(to: Collection) -> None:
    one = draft(to.registry, "FR", "en", 3, "customer")
    grid = Grid("Feuille1")
    for at in range(1, 18):
        grid.put(
            at,
            2,
            f"{at}. Terms of delivery, paragraph {at}, see our general conditions." if at > 1 else "Annex C",
        )
    row = Company(column=4, distance=2).beside(one, grid, 22)
    Users(column=3).down(one, grid, row + 4)
    to.mail("far-down", one, [grid], writers.ods, carriers.winmail, file="Annex C - customer data.ods")
    one = draft(to.registry, "DE", "de", 3, "customer")
    grids = one_sheet(one, Company(zip_city=True), Users(names="name_comma"), top=3, name="Tabelle1")
    to.mail(
        "combined-cells", one, grids, writers.openpyxl_xlsx, carriers.forwarded_inline, file="Neukunde.xlsx"
    )
    one = draft(to.registry, "GB", "en", 2, "other")
    to.mail(
        "letter-in-letter",
        one,
        one_sheet(one, Company(), Users(numbered=True)),
        writers.xlsxwriter_xlsx,
        carriers.forwarded,
        file="RIS.xlsx",
    )
    one = draft(to.registry, "DE", "bi", 3, "channel_partner")
    to.mail(
        "reply",
        one,
        one_sheet(one, Company(column=2), Users(column=2)),
        writers.xls,
        carriers.reply,
        file="ris.XLS",
    )


def _named_wrongly(to: Collection) -> None:
    one = draft(to.registry, "US", "en", 3, "customer")
    to.mail(
        "no-name",
        one,
        one_sheet(one, Company(), Users()),
        writers.openpyxl_xlsx,
        carriers.plain,
        file="",
        type_="application/octet-stream",
    )
    one = draft(to.registry, "AT", "de", 2, "supplier")
    to.mail(
        "wrong-name",
        one,
        one_sheet(one, Company(), Users()),
        writers.ods,
        carriers.plain,
        file="scan0001.pdf",
        type_="application/pdf",
    )
    one = draft(to.registry, "NL", "en", 3, "other")
    to.mail(
        "csv-in-mail",
        one,
        one_sheet(one, Company(), Users(), name=""),
        writers.separated(";", "utf-8-sig"),
        carriers.apple,
        file="users.csv",
    )


def _pasted(to: Collection) -> None:
    one = draft(to.registry, "DE", "de", 3, "other")
    first, second = two_sheets(one, Company(), Users(), names=("", ""))
    content = carriers.in_the_body(to.letter(one), writers.table_html([first, second]), to.number, alone=True)
    to.form("pasted.eml", content, [one])
    one = draft(to.registry, "GB", "en", 2, "customer")
    grids = one_sheet(one, Company(contact_block=True), Users(), name="")
    content = carriers.in_the_body(to.letter(one), writers.table_html(grids), to.number, alone=False)
    to.form("pasted-beside-text.eml", content, [one])


def _odd_tables(to: Collection) -> None:
    one = draft(to.registry, "DE", "de", 6, "customer")
    users = Users(note_after=(1,), blank_after=(3,), hidden=(4,), total=True, numbered=True)
    to.mail(
        "notes-and-totals",
        one,
        one_sheet(one, Company(gaps=("website",)), users),
        writers.openpyxl_xlsx,
        carriers.plain,
        file="Liste_final_v3.xlsx",
    )
    one = draft(to.registry, "US", "en", 6, "other")
    first, second, third = Grid("Org"), Grid("Team East"), Grid("Team West")
    Company(remarks=True).beside(one, first, 2)
    Users().down(one, second, 3, range(3))
    Users(numbered=True).down(one, third, 1, range(3, 6))
    to.mail(
        "users-on-two-sheets",
        one,
        [first, second, third],
        writers.xlsxwriter_xlsx,
        carriers.alternative,
        file="teams.xlsx",
    )
    one = draft(to.registry, "DE", "de", 4, "supplier")
    one.phones = "float"
    to.mail(
        "phones-as-numbers",
        one,
        two_sheets(one, Company(), Users()),
        writers.xls,
        carriers.plain,
        file="Telefon.xls",
    )


def _odd_columns(to: Collection) -> None:
    one = draft(to.registry, "CH", "de", 3, "customer")
    users = Users(ticked=("role", "credential"), tick="X")
    to.mail(
        "tick-boxes",
        one,
        two_sheets(one, Company(), users, names=("Firma", "Rechte")),
        writers.openpyxl_xlsx,
        carriers.plain,
        file="Rechtematrix.xlsx",
    )
    one = draft(to.registry, "GB", "en", 4, "supplier")
    to.bare("flat-export.csv", one, flat(one, name=""), writers.separated(",", "utf-8"))
    one = draft(to.registry, "AT", "de", 3, "other")
    to.mail(
        "flat",
        one,
        flat(one, name="Export", names="full_name"),
        writers.xlsxwriter_xlsx,
        carriers.reply,
        file="Export.xlsx",
    )


def _odd_labels(to: Collection) -> None:
    one = draft(to.registry, "GB", "en", 3, "customer")
    for at, user in enumerate(one.users):
        user["role"] = "organization_administrator" if at == 0 else "user"
        one.write(at, "role", "no" if at else "yes")
    one.users[1]["phones"] = [to.registry.phone(COUNTRIES["GB"], ("7400", "2079")) for _ in range(3)]
    one.wording.say("role", "Organization administrator? (yes/no)")
    to.mail(
        "yes-or-no", one, one_sheet(one, Company(), Users()), writers.ods, carriers.plain, file="access.ods"
    )
    one = draft(to.registry, "US", "en", 2, "customer")
    for name, label in LONG.items():
        one.wording.say(name, label)
    rules = Grid("Read me first")
    rules.line(1, "How to fill in this workbook")
    rules.line(2, "E-mail", "use the business address of the person, no shared mailbox")
    lists = Grid("Lists", hidden=True)
    for at, values in enumerate((("Role", "Country"), ("User", "France"), ("Org. Admin", "Austria")), 1):
        lists.line(at, *values)
    grids = [rules, *two_sheets(one, Company(), Users(), names=("Your company", "Your people")), lists]
    to.mail("long-labels", one, grids, writers.xlsxwriter_xlsx, carriers.winmail, file="workbook.xlsx")
    one = draft(to.registry, "NL", "en", 2, "supplier")
    grid = Grid("Sheet")
    grid.put(1, 1, one.wording.title("users"))
    row = Users().down(one, grid, 2)
    Company(heading=("Question", "Your answer", "Remark"), remarks=True).beside(one, grid, row + 3)
    to.mail(
        "users-first", one, [grid], writers.openpyxl_xlsx, carriers.alternative, file="questionnaire.xlsx"
    )
    one = draft(to.registry, "FR", "bi", 3, "channel_partner")
    grid = Grid("RIS")
    grid.put(1, 1, one.wording.title("company"))
    grid.merge(1, 1, 1, 6)
    grid.put(2, 1, note(one))
    row = Company(merged=True, distance=2).beside(one, grid, 4)
    Users(lines=2).down(one, grid, row + 2)
    to.mail("merged", one, [grid], writers.openpyxl_xlsx, carriers.plain, file="formulaire.xlsx")


def _several(to: Collection) -> None:
    one = draft(to.registry, "DE", "en", 2, "customer")
    prices = Grid("Prices")
    prices.line(1, "Article", "Qty", "Unit price", "Currency")
    for at in range(12):
        prices.line(2 + at, f"Licence pack {at + 1}", at + 1, 19.5 * (at + 1), "EUR")
    files = [
        File("Price list 2026.xlsx", writers.openpyxl_xlsx([prices])),
        File("Customer.xlsx", writers.openpyxl_xlsx(one_sheet(one, Company(), Users()))),
    ]
    to.form("price-list-beside.eml", carriers.plain(to.letter(one), files, to.number), [one])
    one, two = draft(to.registry, "GB", "en", 2, "other"), draft(to.registry, "FR", "en", 2, "customer")
    files = [
        File("parent.xlsx", writers.xlsxwriter_xlsx(two_sheets(one, Company(), Users()))),
        File("subsidiary.xls", writers.xls(one_sheet(two, Company(), Users()))),
    ]
    to.form("two-companies.eml", carriers.alternative(to.letter(one), files, to.number), [one, two])


def _advised(to: Collection) -> None:
    one = draft(to.registry, "AT", "de", 3, "customer").seats(10)
    one.spoil("free_mail", "email", "franzi.eder.1988@gmx.at", 2)
    to.mail(
        "spare-seats", one, one_sheet(one, Company(), Users()), writers.xls, carriers.plain, file="Antrag.xls"
    )
    one = draft(to.registry, "US", "en", 3, "other").macros()
    one.spoil("shared_mailbox", "email", f"info@{one.company['website'][4:]}", 1)
    to.mail(
        "macros", one, two_sheets(one, Company(), Users()), writers.xlsm, carriers.plain, file="form.xlsm"
    )


def _ours(to: Collection) -> None:
    one = draft(to.registry, "GB", "en", 3, "customer")
    to.bare("blank-filled.xlsx", one, our_form(one), _filled)
    one = draft(to.registry, "DE", "de", 3, "service_partner")
    grids = our_form(one)
    company = grids[0]
    company.cells = {(row + 2 * (row >= 11), column): value for (row, column), value in company.cells.items()}
    one.company_rows = {name: row + 2 * (row >= 11) for name, row in one.company_rows.items()}
    to.mail("blank-moved", one, grids, writers.openpyxl_xlsx, carriers.reply, file="RIS-Formular.xlsx")
    one = draft(to.registry, "CH", "de", 2, "supplier")
    first, second = our_form(one, names=("", ""))
    files = [
        File("Firma.csv", writers.separated(";", "utf-8-sig")([first])),
        File("Benutzer.csv", writers.separated(";", "utf-8-sig")([second])),
    ]
    to.form("blank-as-csv.eml", carriers.plain(to.letter(one), files, to.number), [one])


LONG = {
    "name": "Full legal name of your company",
    "street": "Street and house number of the head office",
    "postal_code": "ZIP code of the head office",
    "city": "City of the head office",
    "country": "Country of the head office",
    "seats": "How many licences do you need in total?",
    "contact_name": "Who can we contact with questions?",
    "contact_email": "E-mail of this contact",
    "contact_phone": "Phone of this contact",
    "email": "E-mail (business, personal)",
    "phone1": "Mobile phone incl. country code",
    "phone2": "2nd phone (optional)",
    "role": "Role (User / App. Admin / Org. Admin)",
    "credential": "Credential (Phone OTP or MLOA)",
}
ORDER = (
    *COMPANY[:2],
    "postal_code",
    "city",
    "state",
    "country",
    "website",
    "vat_id",
    "partner_type",
    "application",
    "seats",
    "purchase_order",
    "contact_name",
    "contact_email",
    "contact_phone",
)


def our_form(one: Draft, names: tuple[str, str] | None = None) -> list[Grid]:
    """The blank form of today with its labels and example, filled in by hand."""
    book = openpyxl.load_workbook(io.BytesIO(ris_form(one.lang)))
    company, users = (
        Grid(
            names[at] if names else sheet.title,
            {
                (cell.row, cell.column): str(cell.value)
                for line in sheet.iter_rows()
                for cell in line
                if cell.value
            },
        )
        for at, sheet in enumerate(book.worksheets[:2])
    )
    for row, name in enumerate(ORDER, 5):
        company.put(row, 2, one.company_cell(name))
        one.company_rows[name] = row
    for row in range(7, 7 + len(one.users)):
        users.line(row, *(one.user_cell(row - 7, name) for name in USER))
        one.user_places[row - 7] = (users.name, row)
    return [company, users]


def _filled(grids: object) -> bytes:
    """The form itself, so that its version and lists stay."""
    assert isinstance(grids, list)
    book = openpyxl.load_workbook(io.BytesIO(ris_form("en")))
    for grid in grids:
        for (row, column), value in grid.cells.items():
            book[grid.name].cell(row, column).value = writers.shown(value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
