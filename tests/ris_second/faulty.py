"""Forms with seeded faults: every kind of problem, alone and together, in many layouts."""

from tests.ris_second import carriers, writers
from tests.ris_second.collection import Collection
from tests.ris_second.complete import our_form
from tests.ris_second.drafts import Formula, draft
from tests.ris_second.layouts import Company, Grid, Users, one_sheet, two_sheets


def add_faulty(to: Collection) -> None:
    for add in (
        _missing,
        _missing_too,
        _wrong_company,
        _wrong_users,
        _wrong_users_too,
        _counts,
        _several_at_once,
        _formulas,
        _ours,
    ):
        add(to)


def _missing(to: Collection) -> None:
    one = draft(to.registry, "DE", "de", 3).spoil("missing", "city").spoil("missing", "last_name", user=1)
    to.bare("ort-fehlt.xlsx", one, one_sheet(one, Company(), Users()), writers.openpyxl_xlsx)
    one = (
        draft(to.registry, "GB", "en", 3)
        .spoil("missing", "phones", user=2)
        .spoil("missing", "job_title", user=0)
    )
    one.users[2]["phones"] = []
    to.mail(
        "no-phone",
        one,
        two_sheets(one, Company(), Users()),
        writers.xlsxwriter_xlsx,
        carriers.alternative,
        file="Form.xlsx",
    )
    one = draft(to.registry, "AT", "de", 2, "channel_partner").spoil("missing", "vat_id", "n/a")
    one.company["vat_id"] = None
    grid = Grid("Formular")
    row = Company().in_pairs(one, grid, 2)
    Users().down(one, grid, row + 2)
    to.mail("uid-fehlt", one, [grid], writers.xls, carriers.plain, file="Formular.xls")
    one = draft(to.registry, "US", "en", 4).spoil("missing", "email", user=1).spoil("missing", "role", user=3)
    one.spoil("missing", "contact_email")
    to.mail(
        "no-address",
        one,
        one_sheet(one, Company(), Users(shuffled=True)),
        writers.ods,
        carriers.winmail,
        file="Acct Request.ods",
    )


def _missing_too(to: Collection) -> None:
    one = draft(to.registry, "NL", "en", 3).spoil("missing", "country").spoil("missing", "partner_type")
    one.phones = "e164"
    grids = one_sheet(one, Company(), Users(), name="")
    to.bare("no-country.csv", one, grids, writers.separated(";", "utf-8-sig"))
    one = (
        draft(to.registry, "CH", "bi", 2)
        .spoil("missing", "application")
        .spoil("missing", "salutation", user=1)
    )
    grid = Grid("Kunde")
    row = Company().beside(one, grid, 1)
    Users().across(one, grid, row + 2)
    to.mail("across-missing", one, [grid], writers.openpyxl_xlsx, carriers.forwarded, file="Kunde.xlsx")
    one = draft(to.registry, "FR", "en", 3).without("credential")
    to.mail(
        "column-lacking",
        one,
        one_sheet(one, Company(), Users()),
        writers.openpyxl_xlsx,
        carriers.plain,
        file="a.xlsx",
    )
    one = draft(to.registry, "DE", "de", 2).without("website").spoil("missing", "seats")
    to.mail(
        "label-lacking",
        one,
        two_sheets(one, Company(), Users()),
        writers.xlsxwriter_xlsx,
        carriers.apple,
        file="Neuanlage.xlsx",
    )


def _wrong_company(to: Collection) -> None:
    one = draft(to.registry, "DE", "en", 2).spoil("bad_country", "country", "Euroland")
    one.phones = "e164"
    to.mail(
        "euroland", one, one_sheet(one, Company(), Users()), writers.xls, carriers.plain, file="Sheet.xls"
    )
    one = draft(to.registry, "DE", "de", 3, "service_partner")
    one.lenient = True
    wrong = one.company["vat_id"][:-1] + str((int(one.company["vat_id"][-1]) + 4) % 10)
    one.spoil("bad_vat_id", "vat_id", wrong)
    to.mail(
        "check-digit",
        one,
        one_sheet(one, Company(), Users()),
        writers.openpyxl_xlsx,
        carriers.related,
        file="UST.xlsx",
    )
    one = draft(to.registry, "NL", "en", 2, "channel_partner").spoil("bad_vat_id", "vat_id", "NL12345")
    one.spoil("bad_url", "website", "under construction")
    to.bare("vat-short.ods", one, two_sheets(one, Company(), Users()), writers.ods)
    one = draft(to.registry, "GB", "en", 3).spoil("bad_number", "seats", "about five")
    one.spoil("unknown_partner_type", "partner_type", "Competitor")
    grid = Grid("Intake")
    row = Company().above(one, grid, 2, per=4)
    Users().down(one, grid, row + 1)
    to.mail("about-five", one, [grid], writers.xlsxwriter_xlsx, carriers.reply, file="intake (1).xlsx")
    one = draft(to.registry, "AT", "de", 2).spoil("unknown_application", "application", "TeileShop")
    one.spoil("bad_email", "contact_email", "max.eder(at)example.org")
    grids = one_sheet(one, Company(contact_block=True), Users(), name="")
    to.bare("teileshop.csv", one, grids, writers.separated("\t", "utf-16"))
    one = draft(to.registry, "US", "en", 2).spoil("bad_phone", "contact_phone", "ext. 4711")
    one.spoil("missing", "street")
    to.mail(
        "extension",
        one,
        one_sheet(one, Company(), Users(), name=""),
        writers.html_file,
        carriers.plain,
        file="export.xls",
        type_="application/vnd.ms-excel",
    )


def _wrong_users(to: Collection) -> None:
    one = draft(to.registry, "DE", "de", 4).spoil("bad_email", "email", "n.n.@", 2)
    one.spoil("bad_phone", "phones", "folgt noch", 3)
    to.mail(
        "folgt",
        one,
        one_sheet(one, Company(), Users(numbered=True, total=True)),
        writers.openpyxl_xlsx,
        carriers.forwarded_inline,
        file="Benutzer.xlsx",
    )
    one = draft(to.registry, "GB", "en", 3).spoil("unknown_role", "role", "Janitor", 2)
    one.spoil("unknown_credential", "credential", "Fingerprint", 1)
    to.mail(
        "janitor",
        one,
        two_sheets(one, Company(), Users(names="full_name")),
        writers.xls,
        carriers.alternative,
        file="People.xls",
    )


def _wrong_users_too(to: Collection) -> None:
    one = draft(to.registry, "CH", "de", 4).double(3, 0)
    to.mail(
        "doppelt",
        one,
        one_sheet(one, Company(shuffled=True), Users()),
        writers.ods,
        carriers.plain,
        file="Liste.ods",
    )
    one = (
        draft(to.registry, "FR", "en", 4)
        .double(2, 1, wholly=False)
        .spoil("bad_phone", "phones", "+33 6 12", 3)
    )
    to.bare("same-address.xlsx", one, two_sheets(one, Company(), Users(lines=2)), writers.openpyxl_xlsx)
    one = draft(to.registry, "US", "en", 3).spoil("bad_email", "email", "hank hutchins at example.com", 1)
    one.spoil("unknown_role", "role", "TBD", 2)
    first, second, third = Grid("Customer"), Grid("Users 1"), Grid("Users 2")
    Company().beside(one, first, 1)
    Users().down(one, second, 1, (0, 1))
    Users().down(one, third, 2, (2,))
    to.mail(
        "second-sheet-bad",
        one,
        [first, second, third],
        writers.xlsxwriter_xlsx,
        carriers.zipped("customer.zip"),
        file="customer.xlsx",
    )
    one = draft(to.registry, "AT", "bi", 3).spoil("unknown_credential", "credential", "YubiKey", 0)
    one.spoil("bad_email", "email", "kein E-Mail", 2)
    grid = Grid("RIS")
    row = Company(column=2).beside(one, grid, 3)
    Users(column=2).across(one, grid, row + 1)
    to.mail("across-wrong", one, [grid], writers.ods, carriers.reply, file="RIS_neu.ods")


def _counts(to: Collection) -> None:
    one = draft(to.registry, "GB", "en", 4).all_otp().seats(2)
    to.mail(
        "too-few",
        one,
        one_sheet(one, Company(), Users()),
        writers.openpyxl_xlsx,
        carriers.plain,
        file="seats.xlsx",
    )
    one = draft(to.registry, "DE", "de", 3).no_administrator().seats(8)
    to.mail(
        "kein-admin",
        one,
        two_sheets(one, Company(), Users()),
        writers.xls,
        carriers.plain,
        file="ohne Admin.xls",
    )
    one = draft(to.registry, "NL", "en", 5).all_otp().seats(4).no_administrator()
    first, second = two_sheets(one, Company(), Users(), names=("", ""))
    content = carriers.in_the_body(
        to.letter(one), writers.table_html([first, second]), to.number, alone=False
    )
    to.form("pasted-too-few.eml", content, [one])


def _several_at_once(to: Collection) -> None:
    one = (
        draft(to.registry, "DE", "bi", 6, "service_partner")
        .spoil("missing", "vat_id")
        .spoil("bad_url", "website", "folgt")
    )
    one.spoil("bad_email", "email", "svenja@@example.com", 2).spoil("missing", "phones", user=3)
    one.users[3]["phones"] = []
    one.spoil("unknown_credential", "credential", "Passwort", 4).double(5, 1)
    grids = one_sheet(one, Company(gaps=("country",)), Users(note_after=(2,), hidden=(3,), total=True))
    to.mail("six-faults", one, grids, writers.openpyxl_xlsx, carriers.alternative, file="Alles.xlsx")
    one = draft(to.registry, "US", "en", 3).macros().spoil("bad_country", "country", "Worldwide")
    one.phones = "international"
    one.spoil("free_mail", "email", "beverly.h.77@gmail.com", 2).spoil("bad_number", "seats", "tbd")
    to.bare("worldwide.xlsm", one, two_sheets(one, Company(), Users()), writers.xlsm)
    one = draft(to.registry, "CH", "de", 5).spoil("shared_mailbox", "email", "einkauf@alpen.example.net", 4)
    one.spoil("unknown_application", "application", "SAP").spoil(
        "unknown_partner_type", "partner_type", "Mitbewerber"
    )
    one.spoil("missing", "first_name", user=3).spoil("missing", "contact_name")
    grids = one_sheet(one, Company(zip_city=True), Users(), name="")
    to.bare("viel-falsch.csv", one, grids, writers.separated(";", "cp1252"))
    one, two = (
        draft(to.registry, "GB", "en", 2),
        draft(to.registry, "DE", "en", 3).spoil("missing", "postal_code"),
    )
    two.spoil("bad_phone", "phones", "0000", 1)
    files = [
        carriers.File("group.xlsx", writers.openpyxl_xlsx(one_sheet(one, Company(), Users()))),
        carriers.File("daughter.ods", writers.ods(one_sheet(two, Company(), Users()))),
    ]
    to.form("two-companies-one-bad.eml", carriers.plain(to.letter(one), files, to.number), [one, two])


def _formulas(to: Collection) -> None:
    one = draft(to.registry, "DE", "de", 3).spoil("formula", "seats", Formula("=COUNTA(A1:A3)"))
    to.mail(
        "formel",
        one,
        one_sheet(one, Company(), Users()),
        writers.openpyxl_xlsx,
        carriers.plain,
        file="Formel.xlsx",
    )
    one = draft(to.registry, "GB", "en", 3).spoil(
        "formula", "job_title", '=HYPERLINK("http://x.example","Buyer")', 1
    )
    grids = one_sheet(one, Company(), Users(), name="")
    to.bare("runs-in-excel.csv", one, grids, writers.separated(",", "utf-8"))


def _ours(to: Collection) -> None:
    one = draft(to.registry, "AT", "de", 3).spoil("missing", "street").spoil("missing", "role", user=2)
    one.spoil("bad_phone", "phones", "Handy: keins", 1)
    to.mail("blank-incomplete", one, our_form(one), writers.openpyxl_xlsx, carriers.reply, file="RIS.xlsx")
    one = draft(to.registry, "US", "en", 2).spoil("bad_number", "seats", "two or three")
    to.bare("blank-as-ods.ods", one, our_form(one), writers.ods)
