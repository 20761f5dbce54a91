"""Single values as people write them."""

import pytest

from bot.domain import forms
from bot.domain import review_values as values


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
    for lang in forms.LANGUAGES:
        assert {code: forms.country_code(name) for code, name in forms.countries(lang).items()} == {
            code: code for code in forms.countries(lang)
        }
