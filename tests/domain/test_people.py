"""Taking somebody out of values: all of them, and not a letter of anybody else."""

from typing import Any

import pytest

from bot.domain.people import GONE, GONE_ADDRESS, Person, fold

MARA = Person(address="mara@works.example.com", names=("Mara Lindqvist", "mara"))
SHARED = Person(address="desk@works.example.com", names=("Mara Lindqvist",), shared=True)
ROW = {
    "first_name": "Mara",
    "last_name": "Lindqvist",
    "email": "MARA@works.example.com ",
    "phones": ["+491"],
    "role": "user",
}
GONE_ROW = {"first_name": GONE, "last_name": GONE, "email": GONE_ADDRESS, "phones": [], "role": "user"}
TOM = {
    "first_name": "Tom",
    "last_name": "Lindqvist",
    "email": "tom@works.example.com",
    "phones": ["+492"],
    "role": "user",
}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to Mara@Works.example.com.", f"Write to {GONE_ADDRESS}."),
        ("<mailto:mara@works.example.com>", f"<mailto:{GONE_ADDRESS}>"),
        ("amara@works.example.com", None),
        ("mara@works.example.com.evil.example", None),
        ("mara@works.example.community", None),
        ("x.mara@works.example.com", None),
        ("Lindqvist, Mara asked", f"{GONE} asked"),
        ("MARA\u00a0LINDQVIST", GONE),
        ("Mara asked, Lindqvist answered", None),
        ("Samara Lindqvistson", None),
        ('=HYPERLINK("mara@works.example.com")', f'=HYPERLINK("{GONE_ADDRESS}")'),
        ("mara" * 20_000, None),
    ],
)
def test_words_lose_them_and_nothing_else(text: str, left: str | None) -> None:
    assert MARA.redact(text) == (text if left is None else left)
    assert MARA.is_named_in(text) is (left is not None)
    assert MARA.may_be_in(text) or left is None


def test_rows_of_people_lose_their_own() -> None:
    form: dict[str, Any] = {
        "company": {
            "name": "Works",
            "contact_name": "Mara L.",
            "contact_email": MARA.address,
            "contact_phone": "+491",
        },
        "users": [ROW, TOM],
        "problems": [
            {"field": "phones", "user": 0, "found": "+49 1"},
            {"field": "email", "user": 1, "found": "tom@"},
        ],
    }
    left = MARA.redact(form)

    assert left["users"] == [GONE_ROW, TOM]
    assert left["problems"] == [
        {"field": "phones", "user": 0, "found": "", "suggestion": ""},
        form["problems"][1],
    ]
    assert left["company"] == {
        "name": "Works", "contact_name": GONE, "contact_email": GONE_ADDRESS, "contact_phone": GONE,
    }  # fmt: skip
    assert MARA.redact(left) == left
    assert MARA.redact({"users": [TOM], "n": 3, "none": None}) == {"users": [TOM], "n": 3, "none": None}


def test_of_a_shared_address_only_what_has_the_name_is_theirs() -> None:
    theirs, others = ROW | {"email": SHARED.address}, TOM | {"email": SHARED.address}
    assert SHARED.redact([theirs, others]) == [GONE_ROW, others]
    assert SHARED.redact(f"To {SHARED.address}, for Mara Lindqvist") == f"To {SHARED.address}, for {GONE}"
    assert not SHARED.is_reached_at(SHARED.address)


def test_somebody_without_a_full_name_is_found_by_the_address_alone() -> None:
    plain = Person(address="x@example.com", names=("", "Li", "x@example.com"))
    assert plain.redact("Li, x@example.com, x") == f"Li, {GONE_ADDRESS}, x"
    assert Person.read(MARA.written()) == MARA
    assert fold("Beck, Anna") == fold("anna  BECK")
