"""Numbers in a reply and what stands under them, as people and their programs write it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.answer_texts import LONGEST_ANSWER, Given, read_answers, read_bare_answer, read_beside


def answers(text: str, quoted_text: str = "") -> list[tuple[int, str]]:
    return [(one.number, one.text) for one in read_answers(text, quoted_text)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1. 10115", (1, "10115")),
        ("1.10115", None),  # a decimal number
        ("2) Hamburg", (2, "Hamburg")),
        ("(3) Hamburg", (3, "Hamburg")),
        ("[4] Hamburg", (4, "Hamburg")),
        ("5: Hamburg", (5, "Hamburg")),
        ("6 - Hamburg", (6, "Hamburg")),
        ("6 \u2013 Hamburg", (6, "Hamburg")),
        ("- 7. Hamburg", (7, "Hamburg")),
        ("8\tHamburg", (8, "Hamburg")),
        ("zu 2: Hamburg", (2, "Hamburg")),
        ("Number 2: Hamburg", (2, "Hamburg")),
        ("Nummer 2: Hamburg", (2, "Hamburg")),
        ("1. April 2026. Die Adresse kommt", None),
        ("1. May", None),
        ("2. Quartal.", None),
        ("1. April Miller", (1, "April Miller")),
        ("1. Maier GmbH", (1, "Maier GmbH")),
        ("Zu 2.: Hamburg", (2, "Hamburg")),
        ("zu Punkt 2: Hamburg", (2, "Hamburg")),
        ("zu Nr. 2 Hamburg", (2, "Hamburg")),
        ("ad 3) Hamburg", (3, "Hamburg")),
        ("Frage 4: Hamburg", (4, "Hamburg")),
        ("Question 4 - Hamburg", (4, "Hamburg")),
        ("to question 6: Hamburg", (6, "Hamburg")),
        ("Re 6: Hamburg", (6, "Hamburg")),
        ("Q6: Hamburg", (6, "Hamburg")),
        ("No. 5: Hamburg", (5, "Hamburg")),
        ("#7 Hamburg", (7, "Hamburg")),
        ("1: +49 (0) 30 23125 001", (1, "+49 (0) 30 23125 001")),
        ("zu 1 und 2: Hamburg", None),  # which of them is a person's business
        ("12.05.2024 suits us", None),
        ("12:30 Uhr", None),
        ("2024: a good year", None),
        ("to 5 people", None),
        ("20457 Hamburg", None),
        ("No 5 users yet", None),
        ("0. Hamburg", None),
    ],
)
def test_a_line_says_which_question_it_answers(line: str, expected: tuple[int, str] | None) -> None:
    assert answers(f"Hello,\n\n{line}\n") == ([expected] if expected else [])


@pytest.mark.parametrize(
    "text",
    [
        "1) 10115 2) Hamburg 3) DE",
        "1. 10115, 2. Hamburg; 3. DE",
        "1: 10115 2: Hamburg 3: DE",
        "(1) 10115 (2) Hamburg (3) DE",
    ],
)
def test_several_answers_may_share_a_line(text: str) -> None:
    assert answers(text) == [(1, "10115"), (2, "Hamburg"), (3, "DE")]


def test_a_number_within_an_answer_is_none_of_its_own() -> None:
    assert answers("1. Hafenstraße 2. Stock\n2) Halle 7) links") == [
        (1, "Hafenstraße 2. Stock"), (2, "Halle 7) links"),
    ]  # fmt: skip


def test_an_answer_may_stand_below_its_number_and_on_several_lines() -> None:
    text = "1.\n10115\n\n2.\n\nHafenstraße 12\nHinterhaus\n\nThank you for your patience."

    assert answers(text) == [(1, "10115"), (2, "Hafenstraße 12 Hinterhaus")]


def test_words_before_the_first_number_and_after_an_empty_line_answer_nothing() -> None:
    assert answers("Hello,\nhere they are:\n\n2. DE\n\nKind of you!") == [(2, "DE")]


QUOTED = """Am 02.09.2024 um 10:00 schrieb Desk:
> 1. Blatt „Firma“, Zelle C8
>    Postleitzahl: hier steht nichts.

10115

> 2. Blatt „Firma“, Zelle C9
>    Land: „Germoney“ kennen wir nicht als Land.
Deutschland
(Bundesrepublik)

> 3. Blatt „Benutzer“
>    Niemand ist Organization Administrator.

> So antworten Sie
"""


def test_an_answer_below_a_quoted_question_takes_its_number() -> None:
    own = "10115\n\nDeutschland\n(Bundesrepublik)"

    assert answers(own, QUOTED) == [(1, "10115"), (2, "Deutschland (Bundesrepublik)")]


def test_a_number_of_ones_own_counts_more_than_the_quoted_one() -> None:
    assert answers("3: Anna Berg", "> 1. Sheet\n3: Anna Berg\n> 2. Sheet") == [(3, "Anna Berg")]


def test_what_is_quoted_below_the_answers_is_no_answer() -> None:
    quoted = "1. 10115\n\n> 1. Sheet “Company”\n>    Postal code\n> 2. Sheet\n-- \nAnna\n"

    assert answers("1. 10115", quoted) == [(1, "10115")]


def test_a_repeated_number_is_told_as_often_as_it_stands_there() -> None:
    assert answers("1. 10115\n1. 20457") == [(1, "10115"), (1, "20457")]


@pytest.mark.parametrize(
    "piece",
    [
        "1. ",
        "1) 2) ",
        "zu ",
        "frage nr. ",
        "> 1. x\n",
        "(" * 9,
        "1: 2: ",
        "\n\n",
        "- - - ",
        "1.\n",
        "zu der frage no. 1 ",
    ],
)
def test_hostile_text_takes_no_more_than_its_length(piece: str) -> None:
    short, long = piece * (5_000 // len(piece)), piece * (100_000 // len(piece))
    started = time.process_time()
    read_answers(short, short)
    read_answers(long, long)

    assert time.process_time() - started < 2.0


@settings(deadline=None)
@given(text=st.text(max_size=400), quoted=st.text(max_size=400))
def test_any_text_gives_numbers_and_short_texts(text: str, quoted: str) -> None:
    for one in read_answers(text, quoted):
        assert 0 < one.number < 1_000
        assert len(one.text) <= LONGEST_ANSWER


@pytest.mark.parametrize(
    "text", ["0151 23456780", "Hallo zusammen,\n\n0151 23456780\n\nViele Grüße", "0151 23456780\nDana"]
)
def test_a_few_words_may_answer_the_only_question(text: str) -> None:
    assert read_bare_answer(text, sender="Dana Reyes") == Given(number=1, text="0151 23456780")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thanks!",
        "Which one?",
        "Please remove him.",
        "Hamburg\nGermany",
        "we have no number for him any more",
    ],
)
def test_a_sentence_or_several_lines_answer_nothing(text: str) -> None:
    assert read_bare_answer(text) is None


def test_what_stands_beside_answers_between_the_quoted_questions_belongs_to_none() -> None:
    quoted = "> 1. Which city?\nHamburg\n\nTomas has left.\n> 2. Which ZIP code?\n20095"

    assert read_beside("Hamburg\n\nTomas has left.\n20095", quoted) == ("", "Tomas has left.\n")
    assert read_beside("Call me first.\n1. Hamburg\n2. 20095") == ("Call me first.\n", "")
    assert read_beside("Tomas has left.") == ("", "Tomas has left.")
