"""Working time across nights, weekends, holidays and the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.notices import days_reached, hours_reached, is_mailing_time
from bot.domain.working_time import Calendar, public_holidays
from tests.budget import examples

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
PLAIN = Calendar(zone=BERLIN)
GERMAN = Calendar(zone=BERLIN, region="DE")

#: Lord Howe's clocks change by half an hour, those of Apia once left a whole day out
ZONES = [
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
]

FIRST = datetime(2011, 11, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), timedelta(days=7_000)).map(lambda span: FIRST + span)
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    opens, closes = sorted(draw(st.lists(clocks, min_size=2, max_size=2, unique=True)))
    closed = draw(st.frozensets(st.dates(date(2011, 11, 1), date(2030, 12, 31)), max_size=20))
    return Calendar(
        zone=draw(st.sampled_from(ZONES)),
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        opens=opens,
        closes=closes,
        region=draw(st.sampled_from(["", "DE-BE", "GB", "US"])),
        closed=closed,
    )


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("since", "hours", "then"),
    [
        ("2026-03-02T09:00", 8, "2026-03-02T17:00"),
        ("2026-03-02T09:00", 9, "2026-03-03T10:00"),
        ("2026-03-06T16:30", 1, "2026-03-09T09:30"),  # over a weekend
        ("2026-03-07T12:00", 0, "2026-03-09T09:00"),
        ("2026-03-02T03:00", 0, "2026-03-02T09:00"),
        ("2026-03-02T17:00", 0, "2026-03-03T09:00"),
        ("2026-03-27T16:00", 8, "2026-03-30T16:00"),  # over the night on which the clocks go forward
        ("2026-12-23T10:00", 8, "2026-12-24T10:00"),
        ("2026-12-24T10:00", 8, "2026-12-28T10:00"),  # over Christmas
        ("2026-04-02T12:00", 8, "2026-04-07T12:00"),  # over Easter
    ],
)
def test_so_many_working_hours_later(since: str, hours: int, then: str) -> None:
    assert GERMAN.after_hours(at(since), timedelta(hours=hours)) == at(then)


def test_a_working_night_in_which_clocks_change_is_as_long_as_it_is() -> None:
    night = Calendar(zone=BERLIN, weekdays=frozenset(range(7)), opens=time(1), closes=time(5))

    assert night.after_hours(at("2026-03-29T00:00"), timedelta(hours=3)) == at("2026-03-29T05:00")
    assert night.after_hours(at("2026-10-25T00:00"), timedelta(hours=5)) == at("2026-10-25T05:00")


def test_hours_that_the_clocks_leave_out_are_none() -> None:
    gone = Calendar(zone=BERLIN, weekdays=frozenset({6}), opens=time(2, 15), closes=time(2, 45))
    sunday = at("2026-03-29T00:00")

    assert gone.after_hours(sunday, timedelta(minutes=40)) > sunday + timedelta(days=7)


@pytest.mark.parametrize(
    ("since", "days", "then"),
    [
        ("2026-03-02T09:30", 3, "2026-03-05"),
        ("2026-03-05T23:30", 3, "2026-03-10"),
        ("2026-03-07T09:30", 0, "2026-03-09"),
        ("2026-03-07T09:30", 1, "2026-03-09"),
        ("2026-04-02T09:30", 3, "2026-04-09"),
        ("2026-12-31T23:59", 1, "2027-01-04"),
    ],
)
def test_so_many_working_days_later(since: str, days: int, then: str) -> None:
    assert GERMAN.days_later(at(since), days) == date.fromisoformat(then)


def test_the_same_moment_is_another_day_elsewhere() -> None:
    late = at("2026-03-02T23:30", NEW_YORK)

    assert Calendar(zone=NEW_YORK).days_later(late, 1) == date(2026, 3, 3)
    assert PLAIN.days_later(late, 1) == date(2026, 3, 4)


def test_parts_of_a_country_have_holidays_of_their_own() -> None:
    women = date(2026, 3, 8)

    assert women in public_holidays("DE-BE", 2026)
    assert women not in public_holidays("DE", 2026)
    assert public_holidays("GB", 2026) < public_holidays("GB-ENG", 2026)
    with pytest.raises(ValueError, match="XX"):
        public_holidays("XX", 2026)


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2026-03-02T08:59", False),
        ("2026-03-02T09:00", True),
        ("2026-03-02T16:59", True),
        ("2026-03-02T17:00", False),
        ("2026-03-01T12:00", False),
    ],
)
def test_mails_go_in_office_hours_whatever_the_hours_of_their_readers(moment: str, may: bool) -> None:
    early = Calendar(zone=BERLIN, opens=time(5), closes=time(23))

    assert is_mailing_time(early, at(moment)) is may


def hours_between(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """The working time that passed, day by day."""
    passed, day = timedelta(), calendar.day_of(since)
    while day <= calendar.day_of(until):
        begins, ends = (
            datetime.combine(day, clock, tzinfo=calendar.zone).astimezone(UTC)
            for clock in (calendar.opens, calendar.closes)
        )
        if calendar.works_on(day):
            passed += max(min(ends, until) - max(begins, since), timedelta())
        day += timedelta(days=1)
    return passed


@settings(max_examples=examples(150), deadline=None)
@given(calendars(), moments, st.integers(0, 100))
def test_the_moment_after_so_many_hours_is_the_first_by_which_they_passed(
    calendar: Calendar, since: datetime, minutes: int
) -> None:
    span = timedelta(minutes=minutes)
    then = calendar.after_hours(since, span)

    assert then >= since
    assert hours_between(calendar, since, then) == span
    assert minutes == 0 or hours_between(calendar, since, then - timedelta(seconds=1)) < span
    assert minutes or calendar.is_working(then)


@settings(max_examples=examples(100), deadline=None)
@given(calendars(), moments, st.integers(1, 15))
def test_so_many_working_days_later_is_a_working_day_with_as_many_up_to_it(
    calendar: Calendar, since: datetime, days: int
) -> None:
    then, today = calendar.days_later(since, days), calendar.day_of(since)
    between = [today + timedelta(days=number) for number in range(1, (then - today).days + 1)]

    assert sum(map(calendar.works_on, between)) == days
    assert calendar.works_on(then)


@settings(max_examples=examples(60), deadline=None)
@given(calendars(), moments, st.timedeltas(timedelta(), timedelta(days=40)))
def test_what_is_reached_is_never_lost_again(calendar: Calendar, since: datetime, later: timedelta) -> None:
    now, steps = since + later, (3, 7, 10)

    for reached in (days_reached, hours_reached):
        assert 0 <= reached(calendar, since, steps, now=now) <= 3
        assert reached(calendar, since, steps, now=now) <= reached(
            calendar, since, steps, now=now + timedelta(hours=5)
        )
        assert reached(calendar, since, steps, now=since - timedelta(days=3)) == 0


@pytest.mark.parametrize(
    ("since", "days", "end"),
    [
        ("2024-09-12T10:02", 30, "2024-10-13T00:00"),
        ("2024-09-12T23:59", 30, "2024-10-13T00:00"),
        ("2026-03-28T12:00", 1, "2026-03-30T00:00"),  # of a day with 23 hours
    ],
)
def test_what_works_until_a_day_works_to_its_end(since: str, days: int, end: str) -> None:
    last = PLAIN.last_moment(at(since), days)

    assert last == at(end) - timedelta(microseconds=1)
    assert PLAIN.day_of(last) == PLAIN.day_of(at(since)) + timedelta(days=days)
