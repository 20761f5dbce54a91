"""Single values as people write them."""

import pytest

from bot.domain import forms
from bot.domain import review_values as values
from bot.domain.form_names import names_of
from bot.domain.languages import LANGUAGES
from bot.domain.postal_codes import mended_postal_code, postal_code
from bot.domain.seat_numbers import number_of_seats


@pytest.mark.parametrize(
    "address",
    ["a@example.com", "first.last+tag@sub.example.org", "ä@example.org", "a@münchen.example", "a@b.test"],
)
def test_sound_addresses(address: str) -> None:
    assert values.is_address(address)


@pytest.mark.parametrize(
    "text",
    [
        *("a", "@example.com", "a@", "a@example", "a b@example.com", "a@@example.com", "a@example..com"),
        *("a.@example.com", "a@-example.com", "a@exa mple.com", "a@example.com;b@example.com", "a" * 400),
        "a" * 65 + "@example.com",
    ],
)
def test_no_addresses(text: str) -> None:
    assert not values.is_address(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a (at) example.com", "a@example.com"),
        ("a at example.com", "a@example.com"),
        ("look at me at example.com", ""),
        ("a@example,com", "a@example.com"),
        ("a@example.com.", "a@example.com"),
        ("a @ example.com", "a@example.com"),
        ("first last@example.com", ""),
        ("nothing", ""),
    ],
)
def test_an_address_is_mended_only_where_it_is_evident(text: str, meant: str) -> None:
    assert values.mended_address(text) == meant


@pytest.mark.parametrize(
    "text", ["mailto:a@example.com", "<a@example.com>", "mailto:a@example.com?subject=x"]
)
def test_links_to_addresses_are_addresses(text: str) -> None:
    assert values.written_address(text) == "a@example.com"


@pytest.mark.parametrize(
    "around",
    [
        "{}", " {} ", "{}.", "{},", "({})", '"{}"', "'{}'", "`{}`", "\u201e{}\u201c", "\u00ab{}\u00bb",
        "<{}>.", "mailto:{}", "Tom <{}>", '"Tom" <{}>', "\u201eTom <{}>\u201c", "(Tom <mailto:{}>)",
        "{} <mailto:{}>;",
    ],
)  # fmt: skip
def test_what_stands_around_an_address_that_is_pasted_is_not_of_it(around: str) -> None:
    assert values.typed_address(around.replace("{}", "O'Tool@Example.com")) == "o'tool@example.com"


@pytest.mark.parametrize("address", ["_ops@example.com", "~tom@example.com", "{7}@example.com"])
def test_an_address_keeps_the_signs_that_it_begins_with(address: str) -> None:
    assert values.typed_address(f"({address})…") == address


@pytest.mark.parametrize(
    "text", ["example.com", "www.example.com/imprint", "https://example.com:8080/", "müller.example"]
)
def test_sound_websites(text: str) -> None:
    assert values.is_website(text)


@pytest.mark.parametrize(
    "text", ["example", "ftp://example.com", "www.exam ple.com", "N/A", "javascript:alert(1)", "a@b"]
)
def test_no_websites(text: str) -> None:
    assert not values.is_website(text)


@pytest.mark.parametrize("text", ["=1", "=HYPERLINK(1)", "@SUM(1)", "+cmd|x", "-SUM(A1)"])
def test_what_a_spreadsheet_program_would_run(text: str) -> None:
    assert values.would_run(text)


@pytest.mark.parametrize(
    "text", ["+49 30 23125010", "-", "@example.com", "a=b", "+1 (202) 555-0123", "-1", ""]
)
def test_what_it_would_not_run(text: str) -> None:
    assert not values.would_run(text)


@pytest.mark.parametrize(
    ("value", "seen"), [(3.0, "3"), (3.5, "3.5"), (None, ""), (" a\u00a0 \u200bb\n", "a b"), (True, "True")]
)
def test_a_cell_is_what_a_reader_sees(value: float | str | None, seen: str) -> None:
    assert values.text_of(value) == seen


@pytest.mark.parametrize("text", ["", "abc", "1" * 400, "٣", "+", "--", "0" * 30])
def test_no_phones(text: str) -> None:
    assert values.phone_number(text, "DE") is None


def test_no_country_claims_the_name_of_another() -> None:
    for lang in LANGUAGES:
        assert {code: forms.country_code(name) for code, name in forms.countries(lang).items()} == {
            code: code for code in forms.countries(lang)
        }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("España", "ES"),
        ("Polska", "PL"),
        ("Niederlande (NL)", "NL"),
        ("AT - Austria", "AT"),
        ("GBR", "GB"),
        ("D", "DE"),
        ("Europa", None),
        ("Germany / France", None),
        ("(" * 90, None),
    ],
)
def test_countries_of_many_languages(text: str, code: str | None) -> None:
    assert forms.country_code(text) == code


@pytest.mark.parametrize(
    ("text", "seats"),
    [
        ("12 Lizenzen", 12),
        ("zwölf", 12),
        ("5 x", 5),
        ("five seats", 5),
        ("about 5", None),
        ("5-7", None),
        ("-3", None),
        ("9999999", 9_999_999),
        ("10000000", None),
        ("1000000000000", None),
    ],
)
def test_seats_in_words_and_with_units(text: str, seats: int | None) -> None:
    assert number_of_seats(text) == seats


@pytest.mark.parametrize(
    ("text", "country", "code", "meant"),
    [
        ("1067", "DE", "01067", ""),
        ("D-20457", "DE", "20457", ""),
        ("8O331", "DE", None, "80331"),
        ("somewhere", "DE", None, ""),
        ("M1 1AE", "GB", "M1 1AE", ""),
        ("22202-1234", "US", "22202-1234", ""),
        ("12", "DE", "12", ""),
    ],
)
def test_postal_codes_of_their_country(text: str, country: str, code: str | None, meant: str) -> None:
    assert (postal_code(text, country), mended_postal_code(text, country)) == (code, meant)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("030 23125010 / 0151 23456789", 2),
        ("+49 151 23456780; +49 30 23125011", 2),
        ("+49 30 23125010 +49 30 23125011", 2),
        ("Mobil: 0151 23456789", 1),
        ("0151 / 23456789", 1),
        ("0151 23456789 oder fragen", 0),
        ("+" * 300, 0),
    ],
)
def test_phones_that_share_a_cell(text: str, numbers: int) -> None:
    assert len(values.phone_numbers(text, "DE")) == numbers


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mara@gmial.com", "mara@gmail.com"),
        ("mara@nordlicht.example.con", "mara@nordlicht.example.com"),
        ("mara@nordlicht.example.cmo", "mara@nordlicht.example.com"),
        ("mara@nordlicht.example.com", ""),
    ],
)
def test_mistyped_domains_are_mended(text: str, meant: str) -> None:
    assert values.mended_address(text) == meant


@pytest.mark.parametrize(
    ("text", "order", "address", "names"),
    [
        ("Mary Ann True", (), "mary-ann.true@a.example", ("Mary Ann", "True")),
        ("José García López", (), "jose.garcia-lopez@a.example", ("José", "García López")),
        ("Lindqvist Mara", (), "mara.lindqvist@a.example", ("Mara", "Lindqvist")),
        ("Lindqvist, Mara", (), "", ("Mara", "Lindqvist")),
        ("Sören von der Heyde", (), "", ("Sören", "von der Heyde")),
        ("Öztürk Tom", ("last_name", "first_name"), "", ("Tom", "Öztürk")),
        ("Öztürk", (), "", ("", "Öztürk")),
    ],
)
def test_names_that_share_a_cell(
    text: str, order: tuple[str, ...], address: str, names: tuple[str, str]
) -> None:
    assert names_of(text, order, address) == names


def test_a_link_as_outlook_pastes_it_is_its_address_and_two_different_ones_are_none() -> None:
    assert values.written_address("a@example.com <mailto:a@example.com>") == "a@example.com"
    assert not values.is_address(values.written_address("a@example.com <mailto:b@example.com>"))


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("49 151 23456789", "DE", "+4915123456789"),
        ("49151/23456789", "DE", "+4915123456789"),
        ("41 44 668 18 00", "DE", "+41446681800"),
        ("43 1 5880 1234", "DE", "+43158801234"),
        ("44 20 7946 0958", "DE", "+442079460958"),
        ("151 23456789", "DE", "+4915123456789"),  # its 0 is lost, not its plus
        ("15123456789", "DE", "+4915123456789"),  # and no number in the States
        ("0151 23456789", "DE", "+4915123456789"),
        ("61 91234-5678", "BR", "+5561912345678"),  # as written there, and valid in Australia
        ("139 1234 5678", "CN", "+8613912345678"),
    ],
)
def test_a_number_that_lost_only_its_plus_keeps_its_country(text: str, region: str, number: str) -> None:
    assert values.phone_number(text, region) == number
