"""The quick way with a phone number says what the library says, or nothing."""

from functools import cache

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import SUPPORTED_REGIONS, PhoneNumberFormat

from bot.domain import phones

FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)
KINDS = range(11)
REGIONS = sorted(SUPPORTED_REGIONS)


@cache
def examples(region: str) -> list[str]:
    """The library's own example of each kind of number, in each way of writing it."""
    numbers = [phonenumbers.example_number_for_type(region, kind) for kind in KINDS]
    return [phonenumbers.format_number(number, form) for number in numbers if number for form in FORMATS]


@st.composite
def written_numbers(draw: st.DrawFn) -> tuple[str, str | None]:
    """A number of some country with a few characters changed, and where it is written."""
    home = draw(st.sampled_from(REGIONS))
    text = draw(st.sampled_from(examples(home)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(text)))
        put = draw(st.sampled_from(["", *"0123456789 +()/.-"]))
        text = text[:at] + put + text[at + draw(st.integers(0, 1)) :]
    return text, draw(st.sampled_from([home, None, "DE", "GB", "US", "IT"]))


@given(written_numbers())
def test_the_quick_way_agrees_with_the_library(written: tuple[str, str | None]) -> None:
    quick = phones._quick(*written)

    assert quick in (None, phones._thorough(*written))


@example("+(", None)
@example("(", "DE")
@given(st.text("0123456789 +()/.-", max_size=20), st.sampled_from([None, *REGIONS]))
def test_it_agrees_on_anything_made_of_such_characters(text: str, region: str | None) -> None:
    assert phones._quick(text, region) in (None, phones._thorough(text, region))


@pytest.mark.parametrize("region", REGIONS)
def test_it_agrees_on_every_example_of_the_library(region: str) -> None:
    for text in examples(region):
        assert phones._quick(text, region) in (None, phones._thorough(text, region))


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+49 30 23125 010", None),
        ("+4915123456789", None),
        ("+49 (0)30 23125010", None),
        ("030/23125010", "DE"),
        ("020 7946 0123", "GB"),
        ("(202) 555-0123", "US"),
        ("+33 1 42 68 53 00", None),
    ],
)
def test_what_most_people_write_goes_the_quick_way(text: str, region: str | None) -> None:
    assert phones._quick(text, region) == phones._thorough(text, region)
    assert phones._quick(text, region)
