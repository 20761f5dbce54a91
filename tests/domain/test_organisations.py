"""Whether two forms speak of the same organisation or person, by points with their reasons."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.company_names import fold_name, fold_vat_id, host_of, looks_like, mail_host, words_of
from bot.domain.organisations import (
    ASKED_FROM,
    Reason,
    are_one_sponsor,
    compare,
    known_people,
    marks_of,
    people_of,
)
from bot.domain.ris import Company, Problem, ProblemKind, RisCase, User
from bot.rendering import samples
from tests.budget import examples

ANNA = User(first_name="Anna", last_name="Muster", email="anna@nordlicht.example.com")
BERT = User(first_name="Bert", last_name="Öhm", email="bert@nordlicht.example.com")
COMPANY = Company(
    name="Nordlicht Werke GmbH", country="DE", website="www.nordlicht.example.com", vat_id="DE136695976"
)


def points(mine: Company, theirs: Company, *users: User, others: tuple[User, ...] = ()) -> int:
    found, _ = compare(
        marks_of(RisCase(company=mine, users=users)), marks_of(RisCase(company=theirs, users=others))
    )
    return found


def reasons(mine: Company, theirs: Company) -> tuple[Reason, ...]:
    return compare(marks_of(RisCase(company=mine)), marks_of(RisCase(company=theirs)))[1]


def test_a_vat_id_that_is_none_says_nothing_of_an_organisation() -> None:
    wrong = Problem(kind=ProblemKind.BAD_VAT_ID, field="vat_id", found="to follow")
    mine, theirs = (
        RisCase(company=Company(name=name, vat_id="to follow"), problems=(wrong,))
        for name in ("Nordlicht", "Gullhaven")
    )

    assert compare(marks_of(mine), marks_of(theirs)) == (0, ())


@pytest.mark.parametrize(
    "name",
    [
        "nordlicht werke",
        "NORDLICHT-WERKE GmbH & Co. KG",
        "".join(chr(ord(sign) + 0xFEE0) if sign != " " else sign for sign in "Nordlicht Werke"),  # full width
        "Nord\u200blicht  Werke, GmbH.",
        "Nordlicht Werke Ltd.",
    ],
)
def test_a_company_written_differently_is_the_same_name(name: str) -> None:
    assert fold_name(name) == fold_name(COMPANY.name)


def test_umlauts_and_their_two_letters_are_the_same() -> None:
    assert fold_name("Lindgren & Söhne") == fold_name("Lindgren und Soehne")


@pytest.mark.parametrize(
    "name",
    [
        "N\u043erdlicht Werke GmbH",
        "Nord1icht Werke",
        "Nordlicht Werke",
        "\u039dordlicht Werke",
        "Nord licht Werke",
    ],
)
def test_a_mimic_looks_the_same_and_says_so(name: str) -> None:
    """A Cyrillic o, a one for an l, a Greek capital nu, a blank."""
    mimic = Company(name=name, country="DE")
    plain = Company(name=COMPANY.name, country="DE")

    assert looks_like(fold_name(name)) == looks_like(fold_name(COMPANY.name))
    expected = Reason.SAME_NAME if fold_name(name) == fold_name(plain.name) else Reason.LOOKS_ALIKE
    assert reasons(mimic, plain) == (expected,)
    assert points(mimic, plain) >= ASKED_FROM


@pytest.mark.parametrize("name", ["Nordstern Werke GmbH", "Südlicht Werke", "Werke Nordlicht", ""])
def test_another_name_is_another_name(name: str) -> None:
    assert reasons(Company(name=name, country="DE"), Company(name=COMPANY.name, country="DE")) == ()


def test_a_name_that_is_only_a_legal_form_is_kept() -> None:
    assert fold_name("AG") == "ag"


def test_points_add_up_and_a_differing_vat_id_takes_some_away() -> None:
    assert points(COMPANY, COMPANY) == 100
    assert points(COMPANY, replace(COMPANY, vat_id="")) == 65
    assert points(COMPANY, replace(COMPANY, vat_id="DE811907980")) == 35
    assert points(COMPANY, replace(COMPANY, vat_id="", website="", country="AT")) == 20
    assert points(Company(), Company()) == 100  # the very same form, of nobody


def test_nobody_is_like_an_empty_form_but_itself() -> None:
    assert points(Company(seats=1), Company(seats=2), User(), others=(User(),)) == 0


@pytest.mark.parametrize("vat_id", ["DE 136 695 976", "de136695976", "DE-136.695.976"])
def test_a_vat_id_is_compared_without_its_dress(vat_id: str) -> None:
    assert fold_vat_id(vat_id) == "DE136695976"
    assert fold_vat_id("N/A") == fold_vat_id("") == ""


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.nordlicht.example.com/about?x", "nordlicht.example.com"),
        ("NORDLICHT.example.com", "nordlicht.example.com"),
        ("N/A", ""),
        ("", ""),
        ("https://user@evil.example/", ""),
    ],
)
def test_a_website_is_its_domain(website: str, host: str) -> None:
    assert host_of(website) == host


def test_mail_for_everybody_and_the_sponsors_domain_say_nothing() -> None:
    company = Company(contact_email="dana@sponsor.example.org")
    marks = marks_of(RisCase(company=company), ignored_hosts=frozenset({"sponsor.example.org"}))

    assert [mark.kind for mark in marks] == ["form"]
    assert mail_host("anna@gmail.com") == mail_host("no address") == ""


def test_people_are_known_by_address_and_name() -> None:
    turned = replace(BERT, first_name="öhm", last_name="BERT", email="Bert@Nordlicht.example.com")
    other = replace(BERT, first_name="Carla")
    nobody = User(first_name="Anna", last_name="Muster")

    assert known_people([ANNA, turned, other, nobody], people_of([BERT, nobody])) == (1,)


def test_a_colleague_is_the_same_sponsor_and_a_stranger_or_a_claim_is_not() -> None:
    case = samples.complete_case()
    colleague = replace(case.sponsor, address="tom@sponsor.example.com")
    stranger = replace(case.sponsor, address="tom@elsewhere.example.net")

    assert are_one_sponsor(replace(case, sponsor=colleague), case)
    assert not are_one_sponsor(replace(case, sponsor=stranger), case)
    assert are_one_sponsor(replace(case, sponsor=stranger), replace(case, cc=(stranger.address,)))
    assert not are_one_sponsor(replace(case, authorised=False), case)


@settings(max_examples=examples(200), deadline=None)
@given(name=st.text(max_size=400), other=st.text(max_size=60))
def test_whatever_is_written_can_be_compared(name: str, other: str) -> None:
    mine = marks_of(RisCase(company=Company(name=name, website=other, vat_id=other, contact_email=name)))

    assert words_of(other) == words_of(f"{other}\u200b")  # the quick way for plain text says the same
    assert 0 <= compare(mine, mine)[0] <= 100
    assert all(len(mark.value) <= 700 for mark in mine)
