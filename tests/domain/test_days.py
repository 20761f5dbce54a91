"""Days as people type them: German, English, with and without a year; whatever else is none."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.days import Days, read_days
from tests.budget import examples

TODAY = date(2026, 11, 27)  # a Friday
TEN = Days(first=date(2026, 12, 1), last=date(2026, 12, 10))


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01 2026-12-10",
        "2026-12-01 - 2026-12-10",
        "2026-12-01\u20132026-12-10",
        "2026-12-1 to 2026-12-10",
        "1.12.2026 10.12.2026",
        "01.12.26-10.12.26",
        "1.12. bis 10.12.",
        "vom 1.12. bis zum 10.12.",
        "1. 12. - 10. 12.",
        "1.12 - 10.12",
        "1/12 10/12/2026",
        "1 Dec 10 Dec",
        "1 Dec \u2013 10 Dec 2026",
        "from 1 December to 10 December",
        "1st of December until 10th of December",
        "Dec 1 - Dec 10",
        "Dec 1-10",
        "December 1, 2026 - December 10, 2026",
        "1-10 Dec",
        "1.-10. Dezember",
        "1. bis 10. Dez. 2026",
        "ab 1. dez bis 10. dez",
        "  1 DEC   10 dec  ",
    ],
)
def test_ten_days_in_december(text: str) -> None:
    assert read_days(text, today=TODAY) == TEN


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", TODAY, TODAY),
        ("heute", TODAY, TODAY),
        ("tomorrow", date(2026, 11, 28), date(2026, 11, 28)),
        ("morgen", date(2026, 11, 28), date(2026, 11, 28)),
        ("12 Dec", date(2026, 12, 12), date(2026, 12, 12)),
        ("am 12.12.", date(2026, 12, 12), date(2026, 12, 12)),
        ("3. März", date(2027, 3, 3), date(2027, 3, 3)),
        ("1.11.", date(2027, 11, 1), date(2027, 11, 1)),
        ("27.11.", TODAY, TODAY),
        ("29.2.", date(2028, 2, 29), date(2028, 2, 29)),
        ("today until Friday", TODAY, TODAY),
        ("until Monday", TODAY, date(2026, 11, 30)),
        ("bis Montag", TODAY, date(2026, 11, 30)),
        ("heute bis 4.12.", TODAY, date(2026, 12, 4)),
        ("tomorrow till tomorrow", date(2026, 11, 28), date(2026, 11, 28)),
        ("morgen bis übermorgen", date(2026, 11, 28), date(2026, 11, 29)),
        ("tomorrow until today", date(2026, 11, 28), TODAY),
        ("tomorrow to wed", date(2026, 11, 28), date(2026, 12, 2)),
        ("23 Dec 6 Jan", date(2026, 12, 23), date(2027, 1, 6)),
        ("23.12. - 6.1.", date(2026, 12, 23), date(2027, 1, 6)),
        ("10 Dec 2026 1 Dec 2026", date(2026, 12, 10), date(2026, 12, 1)),
    ],
)
def test_other_days(text: str, first: date, last: date) -> None:
    assert read_days(text, today=TODAY) == Days(first=first, last=last)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "31.2.2026", "2026-13-01", "2026-12-32", "12", "10-12", "0.1.", "32 Dec",
     "1.12. 2.12. 3.12.", "next week", "²2.12.", "99999-01-01", "1 dec to never", "mar", "-", " - ", "bis",
     "9999-12-31 mon", "today - 0.1.0001"],
)  # fmt: skip
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_days(text, today=TODAY) is None


@settings(max_examples=examples(300))
@given(st.text(max_size=80), st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_nothing_that_is_typed_raises(text: str, today: date) -> None:
    read_days(text, today=today)


@settings(max_examples=examples(200))
@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 300))
def test_days_are_read_back_as_they_are_written(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    for text in (
        f"{first} {last}",
        f"{first:%d.%m.%Y} - {last:%d.%m.%Y}",
        f"{first:%d %b %Y} to {last:%d %B %Y}",
    ):
        assert read_days(text, today=TODAY) == Days(first=first, last=last)
