"""The clock of an account, step by step: warnings, the end, the hold, the way back, and ends that move."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.lifecycle import (
    ClockRules,
    Delivery,
    Held,
    Life,
    LifeState,
    Stage,
    StageNotice,
    begin,
    extend,
    foresee,
    next_step,
    validate,
)
from bot.domain.lifecycle_refusals import EndPassed, LifeClosed
from bot.domain.working_time import Calendar

RULES = ClockRules(calendar=Calendar(zone=ZoneInfo("Europe/Berlin"), region="DE"))
#: ends on Tuesday 2 June: T-30 is Sunday 3 May, and 1 May a holiday; T-16 is Sunday 17 May
LIFE = begin(7, RULES, on=date(2026, 3, 4))


def at(day: str, hour: int = 9) -> datetime:
    """By the clocks of Berlin in summer."""
    return datetime.fromisoformat(day).replace(hour=hour - 2, tzinfo=UTC)


def told(stage: Stage, day: str, delivery: Delivery = Delivery.SENT, life: Life = LIFE) -> Life:
    sent_at = at(day) if delivery is Delivery.SENT else None
    notice = StageNotice(stage=stage, ends_on=life.ends_on, delivery=delivery, sent_at=sent_at)
    return replace(life, notices=(*life.notices, notice))


@pytest.mark.parametrize(
    ("now", "gives", "skips"),
    [
        (at("2026-04-30", 8), None, ()),
        (at("2026-04-30"), Stage.VALIDATION, ()),
        (at("2026-05-15", 8), Stage.VALIDATION, ()),
        (at("2026-05-15"), Stage.REMINDER, (Stage.VALIDATION,)),  # a Friday: 16 and 17 May are a weekend
        (at("2026-05-27"), Stage.REMINDER, (Stage.VALIDATION,)),
    ],
)
def test_of_what_is_due_the_last_goes(now: datetime, gives: Stage | None, skips: tuple[Stage, ...]) -> None:
    step = next_step(LIFE, RULES, now=now)

    assert (step.gives, step.skips, step.held) == (gives, skips, None)
    assert step.next_at is not None
    assert step.next_at > now


def test_it_expires_on_the_day_after_its_end_and_closes_sixty_days_later() -> None:
    life = told(Stage.REMINDER, "2026-05-15")

    assert not next_step(life, RULES, now=at("2026-06-03", 8)).acts
    step = next_step(life, RULES, now=at("2026-06-03"))
    assert (step.gives, step.life.state, step.next_at) == (
        Stage.EXPIRED, LifeState.EXPIRED, at("2026-08-02"),
    )  # fmt: skip
    assert next_step(step.life, RULES, now=at("2026-08-02")).life.state is LifeState.CLOSED


def test_after_a_down_time_the_way_back_is_as_long_as_ever() -> None:
    step = next_step(told(Stage.REMINDER, "2026-05-15"), RULES, now=at("2026-11-02"))

    assert (step.gives, step.life.ends_on) == (Stage.EXPIRED, date(2026, 11, 1))
    assert not next_step(step.life, RULES, now=at("2026-12-31")).acts


@pytest.mark.parametrize(
    ("life", "now", "why"),
    [
        (LIFE, at("2026-06-03"), Held.LATE),
        (LIFE, at("2026-05-28"), Held.LATE),  # a warning now would be six days old at the end
        (told(Stage.REMINDER, "2026-05-28"), at("2026-06-03"), Held.WAITING),
        (told(Stage.REMINDER, "", Delivery.WAITING), at("2026-06-03"), Held.WAITING),
        (told(Stage.REMINDER, "", Delivery.LOST), at("2026-06-03"), Held.LOST),
    ],
)
def test_without_a_proven_warning_the_end_moves_and_is_warned_of(
    life: Life, now: datetime, why: Held
) -> None:
    step = next_step(life, RULES, now=now)

    assert (step.held, step.gives, step.life.cycle) == (why, Stage.REMINDER, 2)
    assert step.life.ends_on == now.date() + timedelta(days=14)
    assert step.life.state is LifeState.VALID


def test_a_second_warning_that_is_lost_takes_nothing_from_the_first() -> None:
    life = told(Stage.REMINDER, "", Delivery.LOST, told(Stage.VALIDATION, "2026-04-30"))

    assert next_step(life, RULES, now=at("2026-06-03")).life.state is LifeState.EXPIRED


@pytest.mark.parametrize(
    ("ends_on", "cycle"),
    [
        (date(2026, 6, 3), 1),  # nothing that was told lies ahead again
        (date(2026, 9, 1), 2),
        (date(2026, 6, 1), 2),  # earlier than the owner was told
    ],
)
def test_an_end_that_moves_is_told_anew_where_it_must_be(ends_on: date, cycle: int) -> None:
    life = told(Stage.REMINDER, "2026-05-15", life=told(Stage.VALIDATION, "2026-04-30"))

    assert extend(life, RULES, ends_on=ends_on, now=at("2026-05-18")).cycle == cycle


def test_an_expired_one_comes_back_by_either_way_and_a_closed_one_by_none() -> None:
    life = told(Stage.EXPIRED, "2026-06-03", life=replace(LIFE, state=LifeState.EXPIRED))

    again = validate(life, RULES, on=date(2026, 7, 1))
    assert (again.state, again.cycle, again.validations, again.ends_on) == (
        LifeState.VALID, 2, 2, date(2026, 9, 29),
    )  # fmt: skip
    moved = extend(life, RULES, ends_on=date(2026, 7, 1), now=at("2026-07-01"))
    assert (moved.state, moved.cycle, moved.notices) == (LifeState.VALID, 2, ())
    with pytest.raises(EndPassed):
        extend(life, RULES, ends_on=date(2026, 6, 30), now=at("2026-07-01"))
    closed = replace(life, state=LifeState.CLOSED)
    with pytest.raises(LifeClosed):
        validate(closed, RULES, on=date(2026, 9, 1))
    with pytest.raises(LifeClosed):
        extend(closed, RULES, ends_on=date(2026, 9, 1), now=at("2026-09-01"))


def test_warnings_may_go_ahead_of_their_day_but_nothing_ends_ahead_of_its() -> None:
    early = next_step(LIFE, RULES, now=at("2026-04-24"), warn_until=at("2026-05-01"))

    assert (early.gives, early.life.state) == (Stage.VALIDATION, LifeState.VALID)
    assert RULES.last_ahead(at("2026-04-24")) == date(2026, 5, 1)
    assert replace(RULES, validation=18).last_ahead(at("2026-04-24")) == date(2026, 4, 25)


def test_what_is_foreseen_is_the_whole_way_where_nobody_acts() -> None:
    seen = list(foresee(LIFE, RULES, now=at("2026-03-10"), until=at("2027-01-01")))

    assert [(one.step.gives, one.at) for one in seen] == [
        (Stage.VALIDATION, at("2026-04-30")),
        (Stage.REMINDER, at("2026-05-15")),
        (Stage.EXPIRED, at("2026-06-03")),
        (None, at("2026-08-02")),
    ]
