"""What staff type becomes questions with numbers, or paragraphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NothingWritten, TooManyQuestions
from bot.domain.letters import LONGEST_LETTER, MOST_QUESTIONS, read_paragraphs, read_questions, seal_of


@pytest.mark.parametrize(
    ("typed", "questions"),
    [
        ("Which site is meant?", ("Which site is meant?",)),
        ("Which site?\n\n  And who pays?  \r\n", ("Which site?", "And who pays?")),
        ("1. Which site?\n2) Who pays?\n- When?\n• Where?", ("Which site?", "Who pays?", "When?", "Where?")),
        ("2024 or 2025?", ("2024 or 2025?",)),
        ("3.5 seats?", ("3.5 seats?",)),
        ("Are *all* seats meant - or 2. only?", ("Are *all* seats meant - or 2. only?",)),
        ("?\n---\nWhy?", ("Why?",)),
        ("# Heading <!channel>", ("# Heading <!channel>",)),
        ("هل هذا صحيح؟", ("هل هذا صحيح؟",)),
    ],
)
def test_each_line_is_a_question_without_the_number_it_had(typed: str, questions: tuple[str, ...]) -> None:
    assert read_questions(typed) == questions


@pytest.mark.parametrize("typed", ["", " \n\t ", "???", "🙂", "\u202e"])
def test_what_says_nothing_is_refused(typed: str) -> None:
    with pytest.raises(NothingWritten):
        read_questions(typed)
    with pytest.raises(NothingWritten):
        read_paragraphs(typed)


def test_numbers_without_a_question_are_none() -> None:
    with pytest.raises(NothingWritten):
        read_questions("1. \n2. ")


def test_more_questions_than_a_mail_asks_are_refused_with_both_numbers() -> None:
    with pytest.raises(TooManyQuestions) as caught:
        read_questions("Why?\n" * (MOST_QUESTIONS + 1))

    assert caught.value.values == {"most": MOST_QUESTIONS, "written": MOST_QUESTIONS + 1}


def test_paragraphs_keep_their_lines() -> None:
    assert read_paragraphs("Hello\nthere\n\n\n 1. one \n\n") == [["Hello", "there"], ["1. one"]]


@given(st.text(max_size=4_000))
def test_whatever_is_typed_is_read_or_refused_and_nothing_is_made_up(typed: str) -> None:
    try:
        said = ["".join(read_questions(typed)), *(line for part in read_paragraphs(typed) for line in part)]
    except (NothingWritten, TooManyQuestions):
        return
    assert all(set(line) <= set(typed) for line in said)
    assert sum(map(len, said[1:])) <= LONGEST_LETTER


def test_another_reader_or_another_word_breaks_the_seal() -> None:
    words = {"questions": [{"number": 1, "question": "Why?"}]}
    seal = seal_of("dana@sponsor.example", ("erin@sponsor.example",), words)

    assert seal == seal_of("dana@sponsor.example", ("erin@sponsor.example",), dict(words))
    assert seal != seal_of("dana@sponsor.example", (), words)
    assert seal != seal_of("erin@sponsor.example", ("erin@sponsor.example",), words)
    assert seal != seal_of("dana@sponsor.example", ("erin@sponsor.example",), {"questions": []})
