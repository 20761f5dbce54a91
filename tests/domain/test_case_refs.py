"""What a case is called, and how that is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cases import case_id, case_ref


@given(number=st.integers(0, 999_999_999))
def test_a_case_is_found_by_what_it_is_called(number: int) -> None:
    assert case_id(case_ref(number)) == number
    assert case_id(f" {case_ref(number).lower()} ") == number
    assert case_id(f"c{number}") == number


@pytest.mark.parametrize("ref", ["", "C-", "Q-7", "C-7/2", "C-²", "C--7", "C-1234567890"])
def test_no_other_name_is_a_case(ref: str) -> None:
    assert case_id(ref) is None
