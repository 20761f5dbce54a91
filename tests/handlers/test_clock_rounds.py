"""The clock's tables: each minute, each day, each week; once, caught up, and whatever stumbles."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlite_utils import Database

from bot.bootstrap import Bot
from bot.domain.rounds import daily, weekly
from handlers.clock import rounds
from handlers.clock.loop import build
from handlers.clock.rounds import Round
from tests.cast import Office

done: list[str] = []


def note(db: Database, bot: Bot, occasion: str, now: datetime) -> None:
    del db, bot, now
    done.append(occasion)


def look(office: Office, **later: float) -> list[str]:
    """What is done when the clock is looked at so much later."""
    done.clear()
    office.clock.wait(**later)
    rounds.look(office.bot, now=office.now)
    return list(done)


@pytest.fixture
def nightly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "EACH_MINUTE", {})
    monkeypatch.setattr(rounds, "ROUNDS", (Round(name="nightly", occasion=daily(time(2)), work=note),))


@pytest.mark.usefixtures("nightly")
def test_a_daily_round_is_done_once_a_day_and_begins_with_the_next_one(office: Office) -> None:
    assert look(office) == []
    assert look(office, hours=24) == ["2026-03-03"]
    assert look(office, minutes=1) == []


@pytest.mark.usefixtures("nightly")
def test_after_a_long_down_time_only_the_last_is_done(office: Office) -> None:
    look(office)

    assert look(office, days=90) == ["2026-05-31"]
    assert look(office, minutes=1) == []


@pytest.mark.usefixtures("nightly")
def test_a_clock_put_back_does_nothing_and_goes_on_from_there(office: Office) -> None:
    look(office)
    look(office, days=400)

    assert look(office, days=-399) == []
    assert look(office, days=1) == ["2026-03-04"]


def test_what_stumbles_is_done_at_the_next_look_and_keeps_nothing_from_its_turn(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    falls = [RuntimeError("down"), None]

    def stumble(db: Database, bot: Bot, occasion: str, now: datetime) -> None:
        del db, bot, occasion, now
        if (fault := falls.pop(0)) is not None:
            raise fault
        done.append("again")

    table = (
        Round(name="bad", occasion=daily(time(2)), work=stumble),
        Round(name="good", occasion=daily(time(2)), work=note),
    )
    monkeypatch.setattr(rounds, "ROUNDS", table)
    look(office)

    assert look(office, days=1) == ["2026-03-03"]
    assert look(office, minutes=1) == ["again"]


def test_the_desks_clock_is_looked_at_once_a_minute_also_when_it_is_turned(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks: list[datetime] = []

    def note_tick(db: Database, bot: Bot, now: datetime) -> None:
        del db, bot
        ticks.append(now)

    monkeypatch.setattr(rounds, "EACH_MINUTE", {"tick": note_tick})
    watch = build(office.bot)
    for seconds in (0, 5, 54, 1, 30, 3 * 86_400, -86_400):
        office.clock.wait(seconds=seconds)
        watch.tick()

    began = ticks[0]
    assert [tick - began for tick in ticks] == [
        timedelta(0),
        timedelta(minutes=1),
        timedelta(days=3, seconds=90),
        timedelta(days=2, seconds=90),
    ]


@pytest.mark.parametrize(
    ("at", "occasion"),
    [
        ("2026-03-02T07:59:00", None),  # Monday, 8:59 in Berlin
        ("2026-03-02T08:00:00", "2026-03-02"),
        ("2026-03-05T09:00:00", "2026-03-02"),  # the service was down until Thursday …
        ("2026-03-05T19:00:00", None),  # … evening: the next morning will do
        ("2026-03-07T09:00:00", None),
        ("2026-04-06T09:00:00", None),  # Easter Monday
        ("2026-04-07T09:00:00", "2026-04-06"),
    ],
)
def test_a_weekly_round_comes_on_the_first_working_day(office: Office, at: str, occasion: str | None) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)

    assert weekly(time(9))(office.desk.policy.calendar_of_desk, now) == occasion
