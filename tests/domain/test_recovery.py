"""Which way back an address has."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.accounts import AccountStatus as S
from bot.domain.recovery import Way, find_way
from bot.rendering import account_samples, samples

ONE = account_samples.account(samples.decided_case(), at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("states", "way", "whose"),
    [
        ([S.ACTIVE], Way.LINK, 0),
        ([S.WAITING], None, 0),
        ([S.DEACTIVATED], Way.CLOSED, 0),
        ([S.ACTIVE, S.ACTIVE], Way.SEVERAL, 0),
        ([S.WAITING, S.WAITING], Way.SEVERAL, 0),
        ([S.DEACTIVATED, S.ACTIVE], Way.LINK, 1),
        # another organisation's administrator has entered the same address
        ([S.WAITING, S.ACTIVE, S.WAITING], Way.LINK, 1),
    ],
)
def test_only_who_is_there_counts(states: list[S], way: Way | None, whose: int) -> None:
    people = [replace(ONE, id=number, status=status) for number, status in enumerate(states)]
    assert find_way(people) == (way, people[whose])


def test_nobody_has_no_way() -> None:
    assert find_way([]) is None


@pytest.mark.parametrize(
    ("own", "way"), [(S.DEACTIVATED, Way.CLOSED), (S.WAITING, None), (S.ACTIVE, Way.SEVERAL)]
)
def test_whose_user_id_was_given_is_answered_and_nobody_else_at_the_address(own: S, way: Way | None) -> None:
    other, named = replace(ONE, id=1, status=S.ACTIVE), replace(ONE, id=2, status=own)

    assert find_way([other, named], named) == (way, named)
