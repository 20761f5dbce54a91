"""What cases, conversations and invitations are called, and how that is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cases import case_id, case_ref
from bot.domain.conversations import conversation_id, conversation_ref
from bot.domain.partners import invitation_id, invitation_ref
from bot.domain.refs import without_noun

NUMBERS = st.integers(0, 999_999_999)


@given(number=NUMBERS)
def test_each_is_found_by_what_it_is_called(number: int) -> None:
    assert case_id(case_ref(number)) == number
    assert conversation_id(conversation_ref(number)) == number
    assert invitation_id(invitation_ref(number)) == number


@given(number=NUMBERS)
def test_a_case_is_found_however_it_is_written(number: int) -> None:
    assert case_id(f" {case_ref(number).lower()} ") == case_id(f"c{number}") == case_id(f"{number}") == number


@given(number=NUMBERS)
def test_no_name_of_the_one_is_the_others(number: int) -> None:
    assert case_id(conversation_ref(number)) is None
    assert conversation_id(case_ref(number)) is None
    assert invitation_id(case_ref(number)) is None


@pytest.mark.parametrize("ref", ["", "C-", "C-7/2", "C-²", "C--7", "C-1234567890"])
def test_what_is_written_otherwise_is_no_case(ref: str) -> None:
    assert case_id(ref) is None


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d")
def test_an_editors_dash_is_a_hyphen(dash: str) -> None:
    assert case_id(f"C{dash}6") == conversation_id(f"Q{dash}6") == invitation_id(f"P{dash}6") == 6


@pytest.mark.parametrize("said", ["#6", "#C-6", "C-6.:", "*C-6*", "`c6`", "(C-6)", "6.", "\u201cC-6\u201d"])
def test_what_stands_around_a_name_is_not_of_it(said: str) -> None:
    assert case_id(said) == 6


@pytest.mark.parametrize("said", ["case: Q-3", "Frage Q\u20133", "Case #Q-3.", "question:Q-3"])
def test_a_noun_before_a_name_says_nothing_more(said: str) -> None:
    assert conversation_id(without_noun(said)) == 3


@pytest.mark.parametrize("said", ["case is a double", "Fallstudie 3", "case 7a", "in case C-7"])
def test_a_noun_before_other_words_is_one_of_them(said: str) -> None:
    assert without_noun(said) == said


def test_an_invitation_is_written_with_its_hyphen() -> None:
    assert invitation_id("P7") is None  # so may a User ID be


def test_a_case_is_named_by_what_it_has() -> None:
    assert case_id("C-7's") == case_id("C-7\u2019s") == 7
