"""The clock's door: it looks, tells, and keeps what it could not tell."""

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta

import pytest

from handlers.clock import loop as clock_loop
from handlers.clock.loop import build
from tests.cast import Office
from tests.handlers.conftest import until


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
