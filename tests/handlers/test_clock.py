"""The clock's door: it looks, tells, and keeps what it could not tell."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlite_utils import Database
from structlog.testing import capture_logs

from bot.bootstrap import Bot
from bot.domain.alarms import alarm_of
from bot.domain.health import Part
from bot.domain.rounds import weekly
from bot.rendering.words import Words
from bot.store import database
from bot.store.database import transaction
from handlers.clock import loop as clock_loop
from handlers.clock import rounds
from handlers.clock.loop import Watch, build
from handlers.slack import door
from handlers.worker.loop import LANES
from tests.cast import Office
from tests.handlers.conftest import until
from tests.outside import NOW


def told(office: Office) -> list[str]:
    office.work_till_quiet()
    return [message.text for message in office.chat.standing.values()]


def test_it_looks_every_few_seconds_and_ends_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_loop, "LOOK", 0.02)
    office.bot.health.report("mailbox", "no route", well=False, now=office.now - timedelta(hours=1))
    watch = build(office.bot)
    thread = threading.Thread(target=watch.run)
    thread.start()
    until(lambda: office.jobs("alarm_note"))
    watch.stop()
    thread.join(2)

    assert not thread.is_alive()
    assert told(office) == ["Alarm · the mailbox"]


def test_a_database_that_was_away_is_told_once_it_is_back(office: Office) -> None:
    watch = build(office.bot)
    watch.look()
    away = office.path.rename(office.path.with_suffix(".away"))
    for _ in range(15):
        office.clock.wait(minutes=1)
        watch.look()
    for leftover in office.path.parent.glob(f"{office.path.name}*"):
        leftover.unlink()
    away.rename(office.path)
    for _ in range(8):
        office.clock.wait(minutes=1)
        watch.look()

    assert told(office) == ["Alarm · the database", "All clear · the database"]


def test_what_could_not_be_told_is_told_at_a_later_look(office: Office) -> None:
    watch = build(office.bot)
    office.bot.health.report("mailbox", "no route", well=False, now=office.now - timedelta(hours=1))
    with closing(sqlite3.connect(office.path)) as other:
        other.execute("create trigger full before insert on alarms begin select raise(abort, 'full'); end")
        watch.look()
        office.bot.health.report("mailbox", "connected", well=True, now=office.now)
        other.execute("drop trigger full")
    office.clock.wait(minutes=6)
    watch.look()

    assert told(office) == ["Alarm · the mailbox", "All clear · the mailbox"]


def pass_time(office: Office, watch: Watch, *, many: int = 4, **step: float) -> None:
    for _ in range(many):
        office.clock.wait(**step or {"minutes": 5})
        watch.look()
        watch.tick()


def clock_part(office: Office) -> Part:
    return next(part for part in office.bot.health.parts() if part.name == "clock")


def test_work_that_stumbles_for_long_is_told_and_so_is_its_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(db: Database, bot: Bot, now: datetime) -> None:
        del db, bot, now
        raise RuntimeError("anna@harbour.example")

    watch, works = build(office.bot), rounds.EACH_MINUTE["lifecycle"]
    monkeypatch.setitem(rounds.EACH_MINUTE, "lifecycle", stumble)
    pass_time(office, watch)
    ill = clock_part(office)
    monkeypatch.setitem(rounds.EACH_MINUTE, "lifecycle", works)
    pass_time(office, watch)

    assert (ill.well, ill.sentence) == (False, "lifecycle: stumbled (RuntimeError) and tries again")
    assert clock_part(office).well
    assert told(office) == ["Alarm · what the clock sets off", "All clear · what the clock sets off"]


def test_a_full_disk_is_said_as_such_and_is_no_error(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(db: Database, bot: Bot, now: datetime) -> None:
        del db, bot, now
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise full

    watch, works = build(office.bot), dict(rounds.EACH_MINUTE)
    for name in ("reminders", "erasures"):
        monkeypatch.setitem(rounds.EACH_MINUTE, name, stumble)
    with capture_logs() as logs:
        pass_time(office, watch)
    ill = clock_part(office)
    monkeypatch.setattr(rounds, "EACH_MINUTE", works)
    pass_time(office, watch, many=1, seconds=5)  # and no minute later

    assert ill.sentence.startswith("reminders, erasures: the disk is full")
    assert [line for line in logs if line["log_level"] == "error"] == []
    assert clock_part(office).well


def test_a_locked_database_is_waited_for_once_a_look_and_said_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def writes(name: str) -> rounds.Work:
        def write(db: Database, bot: Bot, now: datetime) -> None:
            del bot, now
            tried.append(name)
            with transaction(db):
                tried.append("done")

        return write

    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    names = ("reminders", "nudges", "lifecycle")
    monkeypatch.setattr(rounds, "EACH_MINUTE", {name: writes(name) for name in names})
    office.bot.connections.close()  # those kept would wait as long as they were told to
    watch = build(office.bot)
    with closing(sqlite3.connect(office.path, isolation_level=None)) as other:
        other.execute("begin immediate")
        watch.tick()
        watch.tick()
        ill, waited = clock_part(office), list(tried)
        other.execute("rollback")
    watch.tick()

    assert waited == ["reminders", "reminders"]
    assert ill.sentence == f"reminders: {database.TROUBLES[sqlite3.SQLITE_BUSY]}"
    assert tried[2:] == ["reminders", "done", "nudges", "done", "lifecycle", "done"]
    assert clock_part(office).well


def test_what_a_locked_database_kept_from_its_turn_is_no_better_for_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Exception] = [RuntimeError()]

    def stumble(db: Database, bot: Bot, now: datetime) -> None:
        del db, bot, now
        if faults:
            raise faults[0]

    def lock(db: Database, bot: Bot, now: datetime) -> None:
        del db, bot, now
        if isinstance(faults[0], sqlite3.OperationalError):
            raise faults[0]

    monkeypatch.setattr(rounds, "EACH_MINUTE", {"nudges": lock, "lifecycle": stumble})
    watch = build(office.bot)
    watch.tick()
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    faults[0] = locked
    pass_time(office, watch, many=1)

    assert clock_part(office).sentence == (
        "lifecycle: stumbled (RuntimeError) and tries again; "
        f"nudges: {database.TROUBLES[sqlite3.SQLITE_BUSY]}"
    )


def test_a_weekly_round_that_waits_for_working_hours_is_not_well_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    falls = True

    def stumble(db: Database, bot: Bot, occasion: str, now: datetime) -> None:
        del db, bot, occasion, now
        if falls:
            raise RuntimeError

    table = (rounds.Round(name="faq week", occasion=weekly(time(9)), work=stumble),)
    monkeypatch.setattr(rounds, "ROUNDS", table)
    watch = build(office.bot)
    watch.tick()
    pass_time(office, watch, many=1, days=7)
    assert not clock_part(office).well
    pass_time(office, watch, many=1, hours=12)
    assert not clock_part(office).well
    falls = False
    pass_time(office, watch, many=1, hours=12)

    assert clock_part(office).well


def test_a_look_that_cannot_tell_says_so_until_it_can(office: Office) -> None:
    watch = build(office.bot)
    office.bot.health.report("mailbox", "no route", well=False, now=office.now - timedelta(hours=1))
    with closing(sqlite3.connect(office.path)) as other:
        other.execute("create trigger full before insert on alarms begin select raise(abort, 'full'); end")
        watch.look()
        ill = clock_part(office)
        other.execute("drop trigger full")
    watch.look()

    assert ill.sentence == "alarms: stumbled (IntegrityError) and tries again"
    assert clock_part(office).well


@pytest.mark.parametrize("part", [clock_loop.PART, door.REPLAY, *(f"outbox {lane}" for lane, _ in LANES)])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_part_that_may_be_told_of_has_a_name_and_a_remedy(part: str, lang: str) -> None:
    name = alarm_of(Part(name=part, well=False, sentence="", since=NOW)).replace(" ", "_")
    words = Words(lang, UTC)

    assert f"alarm.part.{name}" in words
    assert f"alarm.remedy.{name}" in words
