"""Trouble with the mailbox is told in the support channel: once, and once when it is over."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.health import Part
from bot.domain.outbox import LONGEST_REST
from bot.sandbox.world import World
from bot.services import alarms
from bot.services import desk as services
from handlers.clock import loop as clock_loop
from tests.cli.shell import ask
from tests.services.test_alarms import MAIL_AGAIN, SILENCE, fill
from tests.stories.desk import MORNING, Desk, as_text, parsed, running, until
from tests.stories.test_restart import start
from tests.stories.test_spine import company_of

pytestmark = pytest.mark.slow

ALARM, ALL_CLEAR = "Alarm · the mailbox", "All clear · the mailbox"


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_loop, "LOOK", 0.05)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, seed=5, start=MORNING) as world:
        yield world


def told(world: World) -> list[str]:
    return [message["text"] for message in world.workspace.messages("support")]


def wait_for(desk: Desk, name: str, *, well: bool) -> None:
    until(lambda: [part for part in desk.bot.health.parts() if part.name == name and part.well is well])


def test_a_refused_log_in_is_told_at_once_with_its_mend_and_its_end(tmp_path: Path) -> None:
    with running(tmp_path, seed=5) as desk:
        wait_for(desk, "mailbox", well=True)
        desk.world.mail.faults.imap.refuse_logins = True
        desk.world.mail.cut_imap()
        alarm = as_text(desk.message("support", ALARM))
        desk.world.mail.faults.imap.clear()
        desk.world.clock.turn(LONGEST_REST)
        wait_for(desk, "mailbox", well=True)
        desk.world.clock.turn(timedelta(minutes=6))
        desk.message("support", ALL_CLEAR)
        desk.settled()

        assert "IMAP_PASSWORD" in alarm
        assert told(desk.world) == [ALARM, ALL_CLEAR]


def test_a_start_while_the_log_in_is_refused_opens_all_other_doors_and_is_told(world: World) -> None:
    """As with a secret that has run out by the time the machine is started again."""
    desk, service = start(world)
    first = company_of(desk.send(world.samples.complete_ris()))
    desk.card(first)
    desk.settled()
    assert service.stop()
    world.mail.faults.imap.refuse_logins = True
    second = company_of(desk.send(world.samples.complete_ris()))

    desk, service = start(world)
    try:
        alarm = as_text(desk.message("support", ALARM))
        readiness, said = ask(desk.bot.settings.ops_bind, "/readyz")
        page, _ = ask(desk.bot.settings.portal_bind, "/faq")
        desk.act("avery").click("approvals", desk.card(first)["ts"], "case_approve")
        desk.card(first, "*sponsor told*")
        world.mail.faults.imap.clear()
        world.clock.turn(LONGEST_REST)
        desk.card(second)
        wait_for(desk, "mailbox", well=True)
        world.clock.turn(timedelta(minutes=6))
        desk.message("support", ALL_CLEAR)
    finally:
        assert service.stop()

    assert "IMAP_PASSWORD" in alarm
    assert (readiness, page) == (503, 200)
    assert "mailbox: log-in refused" in said
    assert told(world) == [ALARM, ALL_CLEAR]


@pytest.mark.slow
def test_an_outage_over_a_restart_has_one_alarm_and_one_all_clear(world: World) -> None:
    desk, service = start(world)
    wait_for(desk, "mailbox", well=True)
    world.mail.stop_imap()
    wait_for(desk, "mailbox", well=False)
    world.clock.turn(timedelta(minutes=11))
    desk.message("support", ALARM)
    assert service.stop()

    desk, service = start(world)
    try:
        wait_for(desk, "mailbox", well=False)
        world.clock.turn(timedelta(minutes=30))
        wait_for(desk, "mailbox", well=False)
        world.mail.start_imap()
        wait_for(desk, "mailbox", well=True)
        world.clock.turn(timedelta(minutes=6))
        over = as_text(desk.message("support", ALL_CLEAR))
        desk.settled()

        assert told(world) == [ALARM, ALL_CLEAR]
        assert "lasted 41 minutes" in over or "lasted 42 minutes" in over
    finally:
        assert service.stop()


@pytest.mark.slow
def test_slack_away_is_told_by_both_notes_in_order_once_it_is_back(world: World) -> None:
    desk, service = start(world)
    try:
        wait_for(desk, "slack", well=True)
        world.workspace.faults.go_down(cut=True)
        wait_for(desk, "slack", well=False)
        world.clock.turn(timedelta(minutes=11))

        def noted() -> bool:
            with desk.bot.connect() as db:
                return bool(db.execute("select 1 from alarms where name = 'slack'").fetchall())

        until(noted)
        world.workspace.faults.come_up()
        wait_for(desk, "slack", well=True)
        world.clock.turn(timedelta(minutes=5))  # the next try of the alarm's note
        desk.message("support", "Alarm · Slack")
        wait_for(desk, "outbox slack", well=True)
        world.clock.turn(timedelta(minutes=6))
        desk.message("support", "All clear · Slack")
        assert told(world) == ["Alarm · Slack", "All clear · Slack"]
    finally:
        assert service.stop()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When the clock has looked at the mails that came: as often as at the parts."""
    seen: list[datetime] = []
    watch = alarms.watch_arrivals

    def watched(db: Database, desk: services.Desk, parts: Sequence[Part], *, now: datetime) -> None:
        watch(db, desk, parts, now=now)
        seen.append(now)

    monkeypatch.setattr(alarms, "watch_arrivals", watched)
    monkeypatch.setattr(clock_loop, "ARRIVALS", 0.0)
    return seen


def pass_hours(desk: Desk, looks: list[datetime], hours: int) -> None:
    """Turn the clock, and wait until it has been looked what came by then."""
    desk.world.clock.turn(timedelta(hours=hours))
    turned = desk.world.clock.now()
    until(lambda: [at for at in looks if at >= turned])
    desk.settled()


def test_a_silence_beyond_what_is_usual_is_told_once_and_the_next_mail_is_the_all_clear(
    tmp_path: Path, looks: list[datetime]
) -> None:
    """A mail an hour for six weeks, the last at nine: five had come by two o'clock on every Tuesday."""
    with running(tmp_path, seed=5) as desk:
        wait_for(desk, "mailbox", well=True)
        fill(desk.bot, MORNING, weeks=6)
        pass_hours(desk, looks, 3)
        usual = told(desk.world)
        pass_hours(desk, looks, 3)
        alarm = as_text(desk.message("support", SILENCE))
        pass_hours(desk, looks, 2)
        silent = told(desk.world)
        for _ in range(2):
            mail = desk.send(desk.world.samples.list_mail())
            desk.ledger(str(parsed(mail.raw)["Message-ID"]))
            pass_hours(desk, looks, 0)

        assert (usual, silent) == ([], [SILENCE])
        assert "The last mail came on" in alarm
        assert told(desk.world) == [SILENCE, MAIL_AGAIN]
