"""Forms by other hands: wherever labels and users stand, the same company and users are read."""

from dataclasses import replace

import pytest

from bot.domain.review import read_form
from bot.domain.ris import Decision, RisCase
from bot.domain.sheets import CellValue
from tests.domain.hands import (
    COMPANY,
    GERMAN,
    HEADINGS,
    MARA,
    MARA_ROW,
    SAYS,
    TOM,
    TOM_ROW,
    USERS,
    Row,
    beside,
    only_case,
    read,
    sheet,
    workbook,
)

GAP: list[Row] = [(), ()]


def is_ours(case: RisCase, **company: str) -> None:
    errors = [problem for problem in case.problems if problem.severity == "error"]
    assert errors == []
    assert case.company == replace(COMPANY, **company)
    assert [replace(user, sheet="", row=None) for user in case.users] == [MARA, TOM]


def test_labels_beside_values_above_users() -> None:
    case = only_case(sheet([("RIS",), (), *beside(), *GAP, *USERS]))

    is_ours(case)
    assert [user.row for user in case.users] == [21, 22]
    assert all(heading.sure for heading in case.headings)
    assert {heading.field for heading in case.headings} >= {"name", "vat_id", "phones", "credential"}


def test_the_company_below_the_users() -> None:
    is_ours(only_case(sheet([("Benutzer",), *USERS, ("Summe: 2",), *GAP, ("Firmendaten",), *beside()])))


def test_sheets_of_any_name_in_any_order() -> None:
    is_ours(only_case(sheet(USERS, "B"), sheet(beside(), "A")))


def test_labels_above_their_values_in_a_grid() -> None:
    names = list(GERMAN)
    rows: list[Row] = []
    for start in range(0, len(names), 4):
        some = names[start : start + 4]
        rows += [[GERMAN[name] for name in some], [SAYS[name] for name in some], ()]

    is_ours(only_case(sheet([*rows, *USERS])))


def test_labels_above_their_values_in_one_column() -> None:
    rows: list[Row] = []
    for name, label in GERMAN.items():
        rows += [(label,), (SAYS[name],)]

    is_ours(only_case(sheet(rows), sheet(USERS, "Nutzer")))


def test_one_row_of_headings_with_one_row_of_values() -> None:
    is_ours(only_case(sheet([list(GERMAN.values()), [SAYS[name] for name in GERMAN]]), sheet(USERS, "U")))


def test_two_pairs_of_label_and_value_side_by_side() -> None:
    pairs = beside()
    rows = [(*pairs[i], None, *(pairs[i + 1] if i + 1 < len(pairs) else ())) for i in range(0, len(pairs), 2)]

    is_ours(only_case(sheet([*rows, *GAP, *USERS])))


def test_a_column_of_explanations_between_label_and_value() -> None:
    rows: list[Row] = [("Feld", "Erläuterung", "Ihre Angabe")]
    rows += [(label, "bitte vollständig ausfüllen", value) for label, value in beside()]

    is_ours(only_case(sheet([*rows, *GAP, *USERS])))


def test_a_column_of_numbers_before_and_hints_after() -> None:
    rows = [(number, *pair, "Pflichtfeld") for number, pair in enumerate(beside(), 1)]

    is_ours(only_case(sheet([*rows, *GAP, *USERS])))


def test_merged_labels_and_values() -> None:
    rows = [(label, None, None, value, None) for label, value in beside()]
    merged = tuple((row, 0, row, 2) for row in range(0, len(rows), 2))

    is_ours(only_case(sheet(rows, merged=merged), sheet(USERS, "U")))


def test_the_contact_in_a_section_of_its_own() -> None:
    labels = {n: label for n, label in GERMAN.items() if not n.startswith("contact")}
    contact: list[Row] = [
        ("Kontaktdaten",),
        ("Vorname", "Mara"),
        ("Name", "Lindqvist"),
        ("E-Mail", SAYS["contact_email"]),
        ("Tel.", SAYS["contact_phone"]),
    ]

    is_ours(only_case(sheet([("Angaben zum Unternehmen",), *beside(labels), (), *contact, *GAP, *USERS])))


def test_users_across() -> None:
    across = [*zip(HEADINGS, MARA_ROW, TOM_ROW, strict=True)]
    case = only_case(sheet([*beside(), (), ("Benutzer", "User 1", "User 2"), *across]))

    is_ours(case)
    assert [user.row for user in case.users] == [None, None]


def test_a_block_of_labels_for_each_user() -> None:
    blocks: list[Row] = []
    for number, row in enumerate((MARA_ROW, TOM_ROW), 1):
        blocks += [(f"Benutzer {number}",), *zip(HEADINGS, row, strict=True), ()]

    is_ours(only_case(sheet([*beside(), (), *blocks])))


def test_headings_over_two_lines() -> None:
    groups = ("Benutzer", None, None, None, "Telefon für OTP", None, "Zugang", None, None)
    below = ("Anrede", "Vorname", "Nachname", "E-Mail", "1", "2", "Position", "Rolle", "2FA")
    merged = ((0, 0, 0, 3), (0, 4, 0, 5), (0, 6, 0, 8))

    is_ours(only_case(sheet(beside()), sheet([groups, below, MARA_ROW, TOM_ROW], "U", merged)))


def test_headings_merged_over_two_lines_beside_split_ones() -> None:
    groups = ("Anrede", "Name", None, "E-Mail", "Telefon", None, "Position", "Rolle", "2FA")
    below = (None, "Vor-", "Nach-", None, 1.0, 2.0, None, None, None)
    merged = (
        (0, 0, 1, 0),
        (0, 1, 0, 2),
        (0, 3, 1, 3),
        (0, 4, 0, 5),
        (0, 6, 1, 6),
        (0, 7, 1, 7),
        (0, 8, 1, 8),
    )

    is_ours(only_case(sheet(beside()), sheet([groups, below, MARA_ROW, TOM_ROW], "U", merged)))


def test_boxes_to_tick_for_role_and_credential() -> None:
    headings = (*HEADINGS[:7], "Org Admin", "App Admin", "User", "Phone OTP", "MLOA")
    rows = [headings, (*MARA_ROW[:7], "x", None, None, "x"), (*TOM_ROW[:7], None, None, "X", None, "x")]

    is_ours(only_case(sheet(beside()), sheet(rows, "U")))


def test_a_column_that_asks_yes_or_no() -> None:
    headings = (*HEADINGS[:7], "Organisations-Administrator? (ja/nein)", "2FA")
    rows = [headings, (*MARA_ROW[:7], "ja", "SMS"), (*TOM_ROW[:7], "nein", "Hardware-Zertifikat")]

    is_ours(only_case(sheet(beside()), sheet(rows, "U")))


def test_a_number_under_user_is_no_tick() -> None:
    rows = [("User", *HEADINGS), (1.0, *MARA_ROW), (2.0, *TOM_ROW)]

    is_ours(only_case(sheet(beside()), sheet(rows, "U")))


def test_a_title_beside_a_salutation_is_the_job() -> None:
    headings = (*HEADINGS[:6], "Title", *HEADINGS[7:])

    is_ours(only_case(sheet(beside()), sheet([headings, MARA_ROW, TOM_ROW], "U")))


def test_a_whole_address_under_one_label() -> None:
    labels = {n: label for n, label in GERMAN.items() if n not in {"street", "postal_code", "city"}}
    address = ("Anschrift", "Hafenstraße 12, D-20457 Hamburg")

    is_ours(only_case(sheet([*beside(labels), address]), sheet(USERS, "U")))


def test_users_over_two_sheets_and_headings_repeated() -> None:
    first = sheet([HEADINGS, MARA_ROW, HEADINGS], "Seite 1")
    second = sheet([("Fortsetzung",), HEADINGS, TOM_ROW], "Seite 2")

    is_ours(only_case(sheet(beside()), first, second))


def test_everything_beside_each_user_in_one_table() -> None:
    headings = [*HEADINGS, *GERMAN.values()]
    rows: list[Row] = [headings]
    rows += [[*row, *(SAYS[name] for name in GERMAN)] for row in (MARA_ROW, TOM_ROW)]

    is_ours(only_case(sheet(rows)))


def test_a_role_merged_over_several_users() -> None:
    rows = [HEADINGS, MARA_ROW, (*TOM_ROW[:6], "Konstrukteur", "User", "SMS"), ("Herr", "Ulf", "Berg",
            "ulf.berg@nordlicht.example.com", "0151 23456781", None, None, None, None)]  # fmt: skip
    merged = ((2, 6, 3, 6), (2, 7, 3, 7), (2, 8, 3, 8))
    ulf = only_case(sheet(beside()), sheet(rows, "U", merged)).users[2]

    assert (ulf.job_title, ulf.role, ulf.credential) == ("Konstrukteur", "user", "phone_otp")


def test_what_shares_a_cell_is_taken_apart() -> None:
    labels = {n: label for n, label in GERMAN.items() if n not in {"postal_code", "city", "country", "state"}}
    together: list[Row] = [("PLZ / Ort", "20457 Hamburg"), ("Land / Bundesland", "Deutschland, Hamburg")]
    headings = ("Anrede", "Name, Vorname", "E-Mail", "Telefonnummern", "Position", "Rolle", "2FA")
    rows: list[Row] = [
        headings,
        ("Frau", "Lindqvist, Mara", MARA.email, "030 23125010 / 0151 23456789", *MARA_ROW[6:]),
        ("Herr", "Öztürk, Tom", TOM.email, "+49 151 23456780; +49 30 23125011", *TOM_ROW[6:]),
    ]

    is_ours(only_case(sheet([*beside(labels), *together, *GAP, *rows])))


@pytest.mark.parametrize(
    "line",
    [
        ("Summe", 2.0),
        ("Total: 2 users",),
        ("* Pflichtfeld",),
        (None, None, None, None, None, None, None, "User", "SMS"),
        (3.0,),
        ("Bitte für jeden Benutzer eine Zeile ausfüllen und mindestens eine Telefonnummer angeben.",),
        (
            "Herr",
            "Max",
            "Mustermann",
            "max.mustermann@example.com",
            "030 1234567",
            None,
            "Beispiel",
            "User",
            "OTP",
        ),
        (
            "z.B. Frau",
            "Erika",
            "Musterfrau",
            "erika@example.org",
            "030 1234567",
            None,
            "Chefin",
            "User",
            "OTP",
        ),
    ],
)
def test_lines_that_are_no_users(line: tuple[CellValue, ...]) -> None:
    is_ours(only_case(sheet(beside()), sheet([HEADINGS, line, MARA_ROW, (), TOM_ROW, line], "U")))


def test_values_that_say_a_label() -> None:
    labels = dict(GERMAN)
    says = {
        **SAYS,
        "city": "Ort",
        "contact_name": "Petra Kontakt",
        "name": "Firma Land GmbH",
        "state": "Land",
    }
    rows: list[Row] = [(label, says[name]) for name, label in labels.items()]
    case = only_case(sheet([*rows, *GAP, *USERS]))

    is_ours(case, city="Ort", contact_name="Petra Kontakt", name="Firma Land GmbH", state="Land")


def test_two_companies_on_two_sheets() -> None:
    other = [(label, "Ostwind KG" if label == "Firma" else value) for label, value in beside()]
    rows = [HEADINGS, (*MARA_ROW[:3], "ina.berg@ostwind.example.org", *MARA_ROW[4:])]
    reading = read(sheet([*beside(), *GAP, *USERS], "A"), sheet([*other, *GAP, *rows], "B"))

    assert [case.company.name for case in reading.cases] == ["Nordlicht Werke GmbH", "Ostwind KG"]
    assert [len(case.users) for case in reading.cases] == [2, 1]


def test_two_companies_below_each_other() -> None:
    other = [(label, "Ostwind KG" if label == "Firma" else value) for label, value in beside()]
    rows = [HEADINGS, (*MARA_ROW[:3], "ina.berg@ostwind.example.org", *MARA_ROW[4:])]
    reading = read(sheet([*beside(), *GAP, *USERS, *GAP, *other, *GAP, *rows]))

    assert [case.company.name for case in reading.cases] == ["Nordlicht Werke GmbH", "Ostwind KG"]
    assert [len(case.users) for case in reading.cases] == [2, 1]


@pytest.mark.parametrize("own_labels", [True, False])
def test_two_companies_beside_each_other(*, own_labels: bool) -> None:
    other = {**SAYS, "name": "Ostwind KG", "website": "www.ostwind.example.org"}
    rows: list[Row] = [
        (label, SAYS[name], *((None, label) if own_labels else ()), other[name])
        for name, label in GERMAN.items()
    ]
    ina = [HEADINGS, (*MARA_ROW[:3], "ina.berg@ostwind.example.org", *MARA_ROW[4:])]
    reading = read(sheet(rows, "A"), sheet(USERS, "B"), sheet(ina, "C"))

    assert [case.company.name for case in reading.cases] == ["Nordlicht Werke GmbH", "Ostwind KG"]
    assert [len(case.users) for case in reading.cases] == [2, 1]


def test_company_and_users_in_two_files() -> None:
    company = workbook(sheet([("RIS",), *beside()], ""), name="company.csv")
    users = workbook(sheet(USERS, ""), name="users.csv")
    (case,) = read_form([users, company]).cases

    is_ours(case)


def test_users_go_on_over_a_sheet_without_headings() -> None:
    is_ours(only_case(sheet(beside()), sheet([HEADINGS, MARA_ROW], "U1"), sheet([TOM_ROW], "U2")))


def test_people_under_headings_nobody_understands_are_asked_for() -> None:
    strange = [("Alpha", "Beta", "Gamma", "Delta"), ("Ulf", "Berg", "ulf.berg@nordlicht.example.com", "x")]
    (problem,) = (p for p in only_case(sheet(beside()), sheet(USERS, "U"), sheet(strange, "V")).problems)

    assert (problem.kind, problem.sheet, problem.cell) == ("doubtful", "V", "C2")


def test_labels_and_values_in_the_same_cell() -> None:
    within = [(f"{label}: {str(value).removesuffix('.0')}",) for label, value in beside()]

    is_ours(only_case(sheet([*within, *GAP, *USERS])))


def test_two_sections_side_by_side() -> None:
    company = beside({name: label for name, label in GERMAN.items() if "contact" not in name})
    contact = [
        ("Ansprechpartner",),
        ("Name", "Mara Lindqvist"),
        ("E-Mail", MARA.email),
        ("Tel.", "030 23125010"),
    ]
    rows: list[Row] = [
        (*pair, None, *contact[i]) if i < len(contact) else pair for i, pair in enumerate(company)
    ]

    is_ours(only_case(sheet([*rows, *GAP, *USERS])))


def test_a_blank_form_of_another_hand_is_incomplete() -> None:
    rows: list[Row] = [(label,) for label in GERMAN.values()]

    assert read(sheet([*rows, *GAP, HEADINGS])).decision is Decision.INCOMPLETE


def test_a_page_of_instructions_is_no_company() -> None:
    told = [
        (label, f"Hier tragen Sie {label} so ein, wie es im Register steht.") for label in GERMAN.values()
    ]

    is_ours(only_case(sheet(told, "Hinweise"), sheet(beside(), "Firma"), sheet(USERS, "Benutzer")))


def test_lists_of_choices_are_no_users() -> None:
    lists = [("Role", "Credential type", "Country", "Title"), ("User", "Phone OTP", "Germany", "Mr")]

    is_ours(only_case(sheet(beside()), sheet(USERS, "U"), sheet(lists, "Lists")))


def test_a_title_above_the_users_of_another_file_is_no_company() -> None:
    company = workbook(sheet(beside(), ""), name="Firma.csv")
    title: list[Row] = [
        ("Required Information Spreadsheet (Kundendaten)",),
        ("Eine Person je Zeile, bitte.",),
    ]
    (case,) = read_form([company, workbook(sheet([*title, *GAP, *USERS], ""), name="Benutzer.csv")]).cases

    is_ours(case)


def test_phones_stand_in_the_order_of_their_numbers_and_further_ones_last() -> None:
    headings = ["Weitere Rufnummer" if h == "Tel. 1" else "Tel. 1" if h == "Tel. 2" else h for h in HEADINGS]
    case = only_case(sheet(beside()), sheet([headings, MARA_ROW, TOM_ROW], "U"))

    assert [user.phones for user in case.users] == [tuple(reversed(u.phones)) for u in (MARA, TOM)]
