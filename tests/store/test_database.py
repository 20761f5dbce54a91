"""Instants as text."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.store.database import instant, text_of

BERLIN = ZoneInfo("Europe/Berlin")


def test_the_hour_that_comes_twice_is_two_instants() -> None:
    """Python takes the two for equal: they may not be one to whatever remembers the text of an instant."""
    summer = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    winter = summer.replace(fold=1)

    assert [text_of(summer), text_of(winter)] == [
        "2026-10-25T00:30:00.000000Z",
        "2026-10-25T01:30:00.000000Z",
    ]


def test_text_order_is_time_order_and_nothing_is_lost() -> None:
    start = datetime(2026, 11, 24, 9, 59, 59, 999_999, tzinfo=UTC)
    moments = [start + timedelta(microseconds=step) for step in range(3)]

    texts = [text_of(moment) for moment in moments]

    assert texts == sorted(texts)
    assert [instant(text) for text in texts] == moments


def test_a_naive_datetime_has_no_place() -> None:
    with pytest.raises(ValueError, match="naive"):
        text_of(datetime(2026, 11, 24, 10, 0))  # noqa: DTZ001 - what must not come in
