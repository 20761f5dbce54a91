"""What is typed and what is written meet by their words."""

import pytest

from bot.domain.finding import MOST_WORDS, Subject, Value, matching, read, rows_of


def finds(typed: str, *texts: str, subject: Subject = Subject.PERSON) -> bool:
    """Whether every typed word is in one of these."""
    wanted, _ = read(typed)
    rows = [row for text in texts for row in rows_of(Value(subject, text))]
    return bool(wanted) and all(
        any(all(any(phrase.is_in(row) for row in rows) for phrase in together) for together in one.any_of)
        for one in wanted
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("muller", "Jana Müller"),
        ("MÜLLER", "jana muller"),
        ("mueller", "Jana Müller"),
        ("Müller", "Jana Mueller"),
        ("strasse", "Große Straße"),
        ("Straße", "Grosse Strasse"),
        ("zielinski", "Tomasz Zieliński"),
        ("lodz", "Łódź"),
        ("soren", "Søren Ærø"),
        ("soeren aero", "Søren Ærø"),
        ("lind", "Greta Lindgren"),
        ("gre lind", "Greta Lindgren"),
        ("o'brien", "O\u2019Brien"),
        ("Łukasz", "Lukasz"),
        ("μαρια", "Μαρία"),
    ],
)
def test_case_accents_and_endings_do_not_matter(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"), [("indgren", "Lindgren"), ("muller", "Mahler"), ("greta x", "Greta Lindgren")]
)
def test_the_middle_of_a_word_and_a_missing_word_are_not_found(typed: str, text: str) -> None:
    assert not finds(typed, text)


def test_an_address_is_found_whole_by_its_parts_and_begun() -> None:
    address = "greta.lindgren@works.example.org"

    assert finds("greta.lindgren@works.example.org", address)
    assert finds("greta.lindgren@wor", address)
    assert finds("works.example.org", address)
    assert not finds("lindgren@example.org", address)


@pytest.mark.parametrize(
    "typed",
    [
        "+493023125001",
        "+49 30 2312-5001",
        "030 23125001",
        "0049 (30) 23125001",
        "030/2312 5001",
        "23125001",
    ],
)
def test_a_phone_is_found_however_it_is_grouped(typed: str) -> None:
    wanted, _ = read(typed)

    assert matching([Value(Subject.PHONE, "+493023125001")], wanted)


def test_figures_that_are_no_phone_are_words_all_the_same() -> None:
    wanted, _ = read("4711 2026-0815")

    assert matching([Value(Subject.ORDER, "PO 4711 / 2026-0815")], wanted)


@pytest.mark.parametrize("typed", ["C-7", "c7", "C-007", "7"])
def test_a_case_is_found_by_its_number_and_by_no_beginning_of_it(typed: str) -> None:
    assert finds(typed, "C-7", subject=Subject.NUMBER)
    assert not finds(typed, "C-70", subject=Subject.NUMBER)


@pytest.mark.parametrize("typed", ["", "   ", '"', "* - ()", "—", "\u202e", "😀"])
def test_signs_alone_ask_for_nothing(typed: str) -> None:
    assert read(typed)[0] == ()


def test_more_than_a_dozen_words_are_cut_and_that_is_said() -> None:
    wanted, left_out = read("word " * 20)

    assert (len(wanted), left_out) == (MOST_WORDS, True)


def test_what_has_most_of_the_words_stands_first() -> None:
    values = [Value(Subject.PERSON, "Greta Berg"), Value(Subject.PERSON, "Greta Lindgren")]

    assert matching(values, read("greta lindgren")[0]) == (values[1], values[0])
