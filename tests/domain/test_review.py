"""Every rule about a form: what is wrong, where it stands, and what may have been meant."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.review import read_form
from bot.domain.ris import Credential, Decision, PartnerType, Problem, Reading, Role, User
from bot.domain.sheets import Sheet, SheetRefusal, Workbook
from bot.rendering.workbooks import ris_form
from tests.forms import COMPANY, MARA, TOM, case, errors, reading, sound_form, with_cells


def test_a_sound_form_is_complete_without_a_word_of_advice() -> None:
    assert case(sound_form()).problems == ()
    assert reading(sound_form()).decision is Decision.COMPLETE


def test_the_blank_form_is_incomplete_and_names_each_mandatory_cell_once() -> None:
    problems = errors(ris_form("en"))

    assert {p.kind for p in problems} == {"missing"}
    assert [p.cell for p in problems] == [
        *("B5", "B6", "B7", "B8", "B10", "B11", "B12", "B13", "B14", "B15", "B17", "B18"),
        "",  # the users as a whole
    ]


def test_state_purchase_order_and_contact_phone_may_stay_empty() -> None:
    company = replace(COMPANY, state="", purchase_order="", contact_phone="")

    assert errors(ris_form("en", company, [MARA, TOM])) == []


@pytest.mark.parametrize(
    ("cell", "value", "kind", "field", "suggestion"),
    [
        ("B5", "   ", "missing", "name", ""),
        ("B10", "Germny", "bad_country", "country", "Germany"),
        ("B10", "EMEA", "bad_country", "country", ""),
        ("B11", "no website", "bad_url", "website", ""),
        ("B12", "DE136695970", "bad_vat_id", "vat_id", ""),
        ("B12", "N/A", "missing", "vat_id", ""),
        ("B13", "Servce partner", "unknown_partner_type", "partner_type", "Service partner"),
        ("B14", "FormPass", "unknown_application", "application", "ForumPass"),
        ("B15", "2 or so", "bad_number", "seats", "2"),
        ("B15", 2.5, "bad_number", "seats", ""),
        ("B15", -1, "bad_number", "seats", ""),
        ("B15", 1, "seats_mismatch", "seats", "2"),
        ("B15", 0, "seats_mismatch", "seats", "2"),
        ("B18", "mara.lindqvist@", "bad_email", "contact_email", ""),
        ("B19", "+49 151 XXXX", "bad_phone", "contact_phone", ""),
        ("B19", "+49 351 4820011 ext. 12", "bad_phone", "contact_phone", ""),
        ("B19", "+1 800 FLO", "bad_phone", "contact_phone", ""),
        ("B5", "N" * 201, "too_long", "name", ""),
        ("B5", "Nordlicht\u202eHbmG", "too_long", "name", ""),
        ("B5", "=1+", "formula", "name", ""),
        ("B5", "#REF!", "formula", "name", ""),
    ],
)
def test_a_fault_of_the_company_is_named_with_its_cell(
    cell: str, value: object, kind: str, field: str, suggestion: str
) -> None:
    (problem,) = errors(with_cells(sound_form(), {("Company", cell): value}))

    assert (problem.kind, problem.field, problem.sheet, problem.cell) == (kind, field, "Company", cell)
    assert (problem.row, problem.user, problem.suggestion) == (int(cell[1:]), None, suggestion)


@pytest.mark.parametrize(
    ("cell", "value", "kind", "field", "suggestion"),
    [
        ("A8", None, "missing", "salutation", ""),
        ("B8", None, "missing", "first_name", ""),
        ("C8", None, "missing", "last_name", ""),
        ("D8", None, "missing", "email", ""),
        ("H8", None, "missing", "job_title", ""),
        ("I8", None, "missing", "role", ""),
        ("J8", None, "missing", "credential", ""),
        ("D8", "tom@@nordlicht.example.com", "bad_email", "email", "tom@nordlicht.example.com"),
        ("D8", "tom oe@nordlicht.example.com", "bad_email", "email", ""),
        ("D8", "tom@nordlicht,example.com", "bad_email", "email", "tom@nordlicht.example.com"),
        ("D8", "jane.example@example.com", "bad_email", "email", ""),
        ("D8", "Mara.Lindqvist@Nordlicht.example.com", "duplicate", "email", ""),
        ("F8", "12", "bad_phone", "phones", ""),
        ("F8", "ask Tom", "bad_phone", "phones", ""),
        ("F8", "Tom 0151 23456789", "bad_phone", "phones", ""),
        ("B8", "M" * 5000, "too_long", "first_name", ""),
        ("C8", "\u202ekrutz\u0126", "too_long", "last_name", ""),
        ("A8", "M" * 5000, "too_long", "salutation", ""),
        ("I8", "Usr", "unknown_role", "role", "User"),
        ("I8", "Boss", "unknown_role", "role", ""),
        ("J8", "RSA SecurID", "unknown_credential", "credential", ""),
        ("J8", "Phone OPT", "unknown_credential", "credential", "Phone OTP"),
        ("B8", "@SUM(1)", "formula", "first_name", ""),
        ("B8", "+cmd|' /C calc'!A0", "formula", "first_name", ""),
    ],
)
def test_a_fault_of_a_user_is_named_with_its_cell(
    cell: str, value: object, kind: str, field: str, suggestion: str
) -> None:
    (problem,) = errors(with_cells(sound_form(), {("Users", cell): value}))

    assert (problem.kind, problem.field, problem.sheet, problem.cell) == (kind, field, "Users", cell)
    assert (problem.row, problem.user, problem.suggestion) == (8, 1, suggestion)


def test_a_user_without_any_phone_is_told_at_the_first_phone_cell() -> None:
    (problem,) = errors(with_cells(sound_form(), {("Users", "E8"): None, ("Users", "F8"): None}))

    assert (problem.kind, problem.field, problem.cell) == ("missing", "phones", "E8")


def test_it_wants_an_organization_administrator() -> None:
    (problem,) = errors(with_cells(sound_form(), {("Users", "I7"): "User"}))

    assert (problem.kind, problem.sheet, problem.user) == ("no_administrator", "Users", None)


def test_channel_and_service_partners_need_a_vat_id_and_others_may_have_none() -> None:
    for partner_type in PartnerType:
        company = replace(COMPANY, vat_id="N/A", partner_type=partner_type)
        kinds = [p.kind for p in errors(ris_form("en", company, [MARA, TOM]))]

        assert kinds == (
            ["missing"] if partner_type.endswith("l_partner") or "service" in partner_type else []
        )


@pytest.mark.parametrize(
    ("vat_id", "country"),
    [("ATU12345675", "AT"), ("CHE-116.281.710 MWST", "CH"), ("GB 980 7806 84", "GB"), ("CNPJ 12-345", "AQ")],
)
def test_it_knows_the_vat_ids_of_many_countries(vat_id: str, country: str) -> None:
    company = replace(COMPANY, vat_id=vat_id, country=country)

    assert errors(ris_form("en", company, [MARA, TOM])) == []


def _warnings(content: bytes) -> list[Problem]:
    assert errors(content) == []
    assert reading(content).decision is Decision.COMPLETE
    return list(case(content).problems)


@pytest.mark.parametrize(
    ("cells", "kind", "cell"),
    [
        ({("Company", "B15"): 5}, "seats_mismatch", "B15"),
        ({("Users", "F8"): None}, "one_phone", "E8"),
        ({("Users", "D8"): "tom.oeztuerk@gmx.de"}, "free_mail", "D8"),
        ({("Users", "D8"): "info@nordlicht.example.com"}, "shared_mailbox", "D8"),
    ],
)
def test_advice_leaves_the_form_complete(cells: dict[tuple[str, str], object], kind: str, cell: str) -> None:
    (warning,) = _warnings(with_cells(sound_form(), cells))

    assert (warning.kind, warning.severity, warning.cell) == (kind, "warning", cell)


@pytest.mark.parametrize("heading", ["Phone 4", "Telefon 4"])
def test_a_fourth_phone_is_read_and_it_is_said_that_three_are_enough(heading: str) -> None:
    four = {
        ("Users", "G8"): "+49 30 23125 003", ("Users", "K5"): heading, ("Users", "K8"): "+49 30 23125 0042",
    }  # fmt: skip
    content = with_cells(sound_form(), four)
    (warning,) = _warnings(content)

    assert (warning.kind, warning.severity, warning.cell) == ("many_phones", "warning", "K8")
    assert case(content).users[1].phones[3:] == ("+4930231250042",)


def test_more_than_three_phones_in_one_cell_are_said_too_and_the_same_one_twice_is_not() -> None:
    many, twice = "030 23125 003; 030 23125 004; 030 23125 005", "030 23125 003; 030 23125 003"
    (warning,) = _warnings(with_cells(sound_form(), {("Users", "G8"): many}))

    assert (warning.kind, warning.cell) == ("many_phones", "G8")
    assert _warnings(with_cells(sound_form(), {("Users", "G8"): twice})) == []


def test_as_many_seats_as_users_are_right_though_some_need_no_otp() -> None:
    tom = replace(TOM, credential=Credential.MLOA_HARDWARE)

    assert case(ris_form("en", COMPANY, [MARA, tom])).problems == ()
    assert case(ris_form("en", replace(COMPANY, seats=1), [MARA, tom])).problems == ()


def test_every_fault_is_named_at_once_company_first_then_users_from_top_to_bottom() -> None:
    spoilt = with_cells(
        sound_form(),
        {
            ("Company", "B8"): None,
            ("Company", "B10"): "Wakanda",
            ("Users", "D7"): "mara",
            ("Users", "I7"): "Chief",
            ("Users", "J8"): None,
        },
    )

    assert [(p.kind, p.cell) for p in errors(spoilt)] == [
        ("missing", "B8"),
        ("bad_country", "B10"),
        ("bad_email", "D7"),
        ("unknown_role", "I7"),
        ("missing", "J8"),
        ("no_administrator", ""),
    ]


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("030 23125010", "+493023125010"),
        ("+49 (0)30 / 2312-5010", "+493023125010"),
        ("0049 30 23125010", "+493023125010"),
        (3023125010, "+493023125010"),
        (3023125010.0, "+493023125010"),
        (4915123456789, "+4915123456789"),
        ("tel:+493023125010", "+493023125010"),
        ("+49 (0)151-234 567 89 (mobil)", "+4915123456789"),
        ("Mobil: 0151 23456789", "+4915123456789"),
        ("Handy 0151 23456789", "+4915123456789"),
        ("0151 23456789 mobil", "+4915123456789"),
        ("+49 351 4820011 (Büro)", "+493514820011"),
        ("+49 351 4820011 (Fax)", "+493514820011"),  # its letters are no digits
        ("\u202a+49 351 4820011\u202c", "+493514820011"),
        ("+1 202 555 0123", "+12025550123"),
    ],
)
def test_phones_become_e164_by_the_companys_country(written: object, understood: str) -> None:
    read = case(with_cells(sound_form(), {("Users", "E8"): written}))

    assert read.users[1].phones[0] == understood
    assert read.problems == ()


@pytest.mark.parametrize(
    "written", ["Germany", "Deutschland", "DE", "de", "DEU", "Bundesrepublik Deutschland"]
)
def test_countries_are_understood_in_both_languages_and_by_code(written: str) -> None:
    assert case(with_cells(sound_form(), {("Company", "B10"): written})).company.country == "DE"


def test_what_is_not_understood_stays_as_written() -> None:
    read = case(
        with_cells(
            sound_form(), {("Company", "B10"): " Wakanda ", ("Company", "B15"): "some", ("Users", "E8"): "??"}
        )
    )

    assert (read.company.country, read.company.seats, read.users[1].phones[0]) == ("Wakanda", "some", "??")


def test_a_date_in_a_text_field_is_read_as_text() -> None:
    read = case(with_cells(sound_form(), {("Company", "B16"): date(2025, 3, 1)}))

    assert read.company.purchase_order == "2025-03-01"


def test_a_formula_without_a_stored_value_is_told_apart_from_an_empty_cell() -> None:
    (problem,) = errors(with_cells(sound_form(), {("Users", "C8"): "=A1&B1"}))

    assert (problem.kind, problem.field, problem.cell) == ("formula", "last_name", "C8")


def test_macros_are_told_to_staff_as_advice() -> None:
    workbook = _workbook_of(sound_form(), macros=True)
    (only,) = read_form([workbook]).cases

    assert [(p.kind, p.severity) for p in only.problems] == [("macros", "warning")]


def test_a_field_said_twice_with_two_values_is_a_duplicate() -> None:
    doubled = with_cells(sound_form(), {("Company", "A30"): "Company name", ("Company", "B30"): "Other Ltd"})

    assert [(p.kind, p.field, p.cell) for p in errors(doubled)] == [("duplicate", "name", "B30")]
    assert case(doubled).company.name == COMPANY.name


def test_a_value_that_sounds_like_a_label_is_no_label() -> None:
    company = replace(COMPANY, city="Ort", name="Website")

    assert case(ris_form("de", company, [MARA, TOM])).company == company


def test_the_example_row_is_no_user_even_where_it_moved() -> None:
    example = ["Ms", "Jane", "Example", "jane.example@example.com"]
    moved = with_cells(
        sound_form(), {("Users", f"{column}12"): text for column, text in zip("ABCD", example, strict=True)}
    )

    assert [user.first_name for user in case(moved).users] == ["Mara", "Tom"]


def test_a_workbook_without_our_labels_is_no_form() -> None:
    prices = Workbook(
        name="prices.xlsx", sheets=(Sheet(name="Prices", rows=(("Country", "Price"), ("DE", 5.0))),)
    )

    assert read_form([prices]) == Reading()
    assert read_form([]).decision is Decision.NOT_A_RIS


def test_the_form_among_other_workbooks_is_the_one_reviewed() -> None:
    prices = Workbook(name="prices.xlsx", sheets=(Sheet(name="Prices", rows=(("a", 1.0),)),))
    broken = Workbook(name="broken.xlsx", refusal=SheetRefusal.CORRUPT)
    found = read_form([broken, prices, _workbook_of(sound_form())])

    assert (found.decision, found.source, found.refusal) == (Decision.COMPLETE, "form.xlsx", None)


def test_without_a_form_the_workbook_that_could_not_be_read_says_why() -> None:
    locked = Workbook(name="locked.xlsx", refusal=SheetRefusal.ENCRYPTED)
    found = read_form([locked])

    assert (found.decision, found.refusal, found.source) == (Decision.REFUSED, "encrypted", "locked.xlsx")


def test_the_same_form_sent_twice_is_one_case_and_two_companies_are_two() -> None:
    same = _workbook_of(sound_form())
    other = _workbook_of(ris_form("en", replace(COMPANY, name="Other AG"), [MARA, TOM]), name="other.xlsx")

    assert len(read_form([same, same]).cases) == 1
    assert [c.company.name for c in read_form([same, other]).cases] == [COMPANY.name, "Other AG"]
    assert read_form([same, other]).source == "form.xlsx, other.xlsx"


def test_a_fault_changes_the_content_hash_and_reading_again_does_not() -> None:
    spoilt = with_cells(sound_form(), {("Users", "D8"): "tom"})

    assert case(sound_form()).content_hash() == case(sound_form()).content_hash()
    assert case(spoilt).content_hash() != case(sound_form()).content_hash()


@pytest.mark.slow
def test_two_thousand_users_are_reviewed_with_every_row_right() -> None:
    people = [
        User(
            salutation="Mr",
            first_name="A",
            last_name=f"B{number}",
            email=f"a{number}@example.com",
            phones=("+493023125010", "+4915123456789"),
            job_title="x",
            role=Role.ORGANIZATION_ADMINISTRATOR,
            credential=Credential.PHONE_OTP,
        )
        for number in range(2000)
    ]
    read = case(ris_form("en", replace(COMPANY, seats=2000), people))

    assert read.problems == ()
    assert [user.row for user in read.users] == list(range(7, 2007))


def _workbook_of(content: bytes, *, name: str = "form.xlsx", macros: bool = False) -> Workbook:
    from bot.adapters.spreadsheets import read_workbook  # noqa: PLC0415

    return replace(read_workbook(name, content), macros=macros)
