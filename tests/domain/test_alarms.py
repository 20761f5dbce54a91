"""When trouble is told: parts that stay unwell, and a silence that is longer than it ever is at that time."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alarms import Alarm, find_end, find_silent_from, list_troubles, was_told
from bot.domain.health import STEADY, Health
from tests.outside import NOW

BERLIN = ZoneInfo("Europe/Berlin")
AFTER = timedelta(minutes=10)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def silent_from(
    arrivals: list[datetime], *, mails: int = 5, at_least: timedelta = 2 * HOUR
) -> datetime | None:
    return find_silent_from(arrivals, BERLIN, mails=mails, at_least=at_least)


def office_hours(first: datetime, last: datetime) -> list[datetime]:
    """A mail every forty minutes from nine to five in Berlin, Monday to Friday."""
    found, at = [], first
    while at <= last:
        local = at.astimezone(BERLIN)
        if local.weekday() < 5 and 9 <= local.hour < 17:
            found.append(at)
        at += timedelta(minutes=40)
    return found


# Silence

MONDAY = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)  # nine in Berlin


@pytest.mark.slow
def test_a_month_of_office_hours_gives_no_alarm_over_night_or_weekend() -> None:
    come = office_hours(MONDAY - 2 * WEEK, MONDAY + 6 * WEEK)
    looks = [MONDAY + 3 * WEEK + number * HOUR for number in range(24 * 7 * 3)]

    for look in looks:
        suspicious = silent_from([at for at in come if at <= look])
        assert suspicious is None or suspicious > look, look


def test_a_silent_tuesday_is_suspicious_before_noon() -> None:
    tuesday = MONDAY + 4 * WEEK + DAY
    come = office_hours(MONDAY - WEEK, tuesday - timedelta(minutes=1))
    suspicious = silent_from(come)

    assert suspicious is not None
    assert tuesday + 2 * HOUR < suspicious < tuesday + 4 * HOUR


def test_summer_time_moves_no_office_hour() -> None:
    before, after = datetime(2026, 10, 23, 15, 0, tzinfo=UTC), datetime(2026, 10, 26, 8, 0, tzinfo=UTC)
    come = office_hours(before - 6 * WEEK, before)
    suspicious = silent_from(come)

    assert suspicious is not None
    assert suspicious - after > 2 * HOUR  # by UTC's clock it would be an hour earlier


@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_a_desk_that_is_new_says_nothing(weeks: int) -> None:
    assert silent_from(office_hours(MONDAY, MONDAY + weeks * WEEK)) is None


def test_too_little_mail_says_nothing() -> None:
    assert silent_from([MONDAY + number * WEEK for number in range(9)]) is None
    assert silent_from([]) is None


def test_the_quietest_of_the_four_weeks_counts() -> None:
    come = office_hours(MONDAY - WEEK, MONDAY + 4 * WEEK - DAY)
    quiet = MONDAY + 2 * WEEK  # a holiday
    thinned = [at for at in come if not quiet <= at < quiet + DAY]
    usual, careful = silent_from(come), silent_from(thinned)

    assert usual is not None
    assert careful is not None
    assert careful - usual > 20 * HOUR


instants = st.lists(
    st.integers(0, 60 * 24 * 7 * 8).map(lambda minutes: MONDAY + timedelta(minutes=minutes)), max_size=200
)


@given(instants, st.integers(1, 9), st.integers(1, 48))
def test_it_is_never_suspicious_sooner_than_the_floor(come: list[datetime], mails: int, hours: int) -> None:
    suspicious = silent_from(come, mails=mails, at_least=hours * HOUR)

    assert suspicious is None or suspicious >= max(come) + hours * HOUR


@given(instants, st.integers(1, 8))
def test_who_asks_for_more_mails_hears_no_sooner(come: list[datetime], mails: int) -> None:
    few, many = silent_from(come, mails=mails), silent_from(come, mails=mails + 1)

    assert many is None or (few is not None and few <= many)


@given(instants, st.randoms(use_true_random=False))
def test_the_order_of_arrivals_does_not_matter(come: list[datetime], random: Random) -> None:
    shuffled = random.sample(come, len(come))

    assert silent_from(shuffled) == silent_from(come)


@pytest.mark.slow
@given(st.lists(st.integers(0, 60 * 24 * 7), min_size=5, max_size=40, unique=True))
def test_a_week_that_repeats_exactly_is_never_suspicious(minutes: list[int]) -> None:
    """Whatever the rhythm: while every mail comes as it did each week before, nothing is said."""
    come = sorted(MONDAY + week * WEEK + timedelta(minutes=at) for week in range(6) for at in minutes)

    for number, arrival in enumerate(come[1:], 1):
        suspicious = silent_from(come[:number], mails=2, at_least=timedelta(minutes=1))
        assert suspicious is None or suspicious >= arrival


# Parts


def health_of(name: str, *reports: tuple[timedelta, bool], needs_person: bool = False) -> Health:
    health = Health()
    for after, well in reports:
        health.report(name, "said", well=well, now=NOW + after, needs_person=needs_person and not well)
    return health


def troubles(health: Health, at: timedelta) -> list[str]:
    return [trouble.name for trouble in list_troubles(health.parts(), after=AFTER, now=NOW + at)]


def test_a_part_is_told_of_once_it_has_been_unwell_for_so_long() -> None:
    health = health_of("mailbox", (HOUR, False))

    assert troubles(health, HOUR + AFTER - timedelta(seconds=1)) == []
    assert troubles(health, HOUR + AFTER) == ["mailbox"]


def test_what_only_a_person_can_mend_is_told_at_once() -> None:
    assert troubles(health_of("mailbox", (HOUR, False), needs_person=True), HOUR) == ["mailbox"]


def test_moments_of_ease_do_not_end_a_trouble() -> None:
    """A server that takes the log-in and then drops the line is not well every half minute."""
    flaps = [(timedelta(seconds=30 * number), number % 2 == 1) for number in range(21)]

    assert troubles(health_of("mailbox", *flaps), AFTER) == ["mailbox"]


def test_a_part_that_was_steady_in_between_begins_a_new_trouble() -> None:
    health = health_of("mailbox", (0 * HOUR, False), (STEADY, True), (2 * STEADY, False))

    assert troubles(health, AFTER) == []
    assert troubles(health, 2 * STEADY + AFTER) == ["mailbox"]


def test_without_the_database_nothing_else_is_told() -> None:
    health = health_of("mailbox", (0 * HOUR, False))
    health.report("database", "is locked", well=False, now=NOW)

    assert troubles(health, HOUR) == ["database"]
    health.report("database", "there", well=True, now=NOW + HOUR)
    assert troubles(health, HOUR) == []
    assert troubles(health, HOUR + STEADY) == ["mailbox"]


def test_slack_away_is_one_trouble_in_two_parts() -> None:
    health = health_of("slack", (0 * HOUR, False))
    health.report("outbox slack", "a card waits", well=False, now=NOW)

    assert set(troubles(health, HOUR)) == {"slack"}


def an_alarm(
    name: str = "mailbox", *, since: timedelta = 0 * HOUR, cleared: timedelta | None = None
) -> Alarm:
    over = NOW + cleared if cleared is not None else None
    return Alarm(id=1, name=name, sentence="", since=NOW + since, cleared_at=over)


def test_it_is_over_once_every_part_concerned_is_steady() -> None:
    health = health_of("slack", (0 * HOUR, False), (HOUR, True))
    health.report("outbox slack", "a card waits", well=False, now=NOW)
    alarm = an_alarm("slack")

    assert find_end(alarm, health.parts(), now=NOW + 2 * HOUR) is None
    health.report("outbox slack", "carries effects out", well=True, now=NOW + 2 * HOUR)
    assert find_end(alarm, health.parts(), now=NOW + 2 * HOUR) is None
    assert find_end(alarm, health.parts(), now=NOW + 2 * HOUR + STEADY) == NOW + 2 * HOUR


def test_a_service_that_was_well_all_along_does_not_end_anothers_trouble() -> None:
    other = health_of("mailbox", (-HOUR, True))

    assert find_end(an_alarm(), other.parts(), now=NOW + HOUR) is None


def test_a_restart_ends_a_trouble_that_passed_meanwhile() -> None:
    restarted = health_of("mailbox", (HOUR, True))

    assert find_end(an_alarm(), restarted.parts(), now=NOW + HOUR + STEADY) == NOW + HOUR


def test_a_part_that_does_not_run_here_ends_nothing() -> None:
    assert find_end(an_alarm(), health_of("portal", (HOUR, True)).parts(), now=NOW + 2 * HOUR) is None


def test_a_clock_that_was_put_back_keeps_no_alarm_open() -> None:
    back = health_of("mailbox", (-2 * HOUR, True))

    assert find_end(an_alarm(), back.parts(), now=NOW - HOUR) == NOW - 2 * HOUR


def test_a_trouble_that_had_its_all_clear_is_not_told_again() -> None:
    (trouble,) = list_troubles(health_of("mailbox", (HOUR, False)).parts(), after=AFTER, now=NOW + 2 * HOUR)

    assert was_told(trouble, an_alarm(cleared=HOUR + AFTER), now=NOW + 2 * HOUR)
    assert not was_told(trouble, an_alarm(cleared=HOUR / 2), now=NOW + 2 * HOUR)
    assert not was_told(trouble, an_alarm(cleared=3 * HOUR), now=NOW + 2 * HOUR)
    assert not was_told(trouble, an_alarm(), now=NOW + 2 * HOUR)
    assert not was_told(trouble, None, now=NOW + 2 * HOUR)
