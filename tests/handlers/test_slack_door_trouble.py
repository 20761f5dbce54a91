"""What the line to Slack does while the database is in trouble."""

import sqlite3
import threading
from dataclasses import replace

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.bootstrap import Bot
from bot.store import database
from handlers.slack import door
from handlers.slack.payloads import list_overdue
from tests.handlers.conftest import Workspace, until
from tests.handlers.test_slack_door import idle


def test_a_replay_that_stumbles_makes_its_part_unwell_until_it_works_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(bot: Bot) -> list[str]:
        raise RuntimeError(bot.settings.mail_from)

    bot = workspace.office.bot
    by_http = replace(bot, settings=bot.settings.model_copy(update={"slack_app_token": SecretStr("")}))
    monkeypatch.setattr(door, "WATCH", 0.02)
    monkeypatch.setattr(door, "list_overdue", stumble)
    slack = door.SlackDoor(by_http, workspace.app)
    thread = threading.Thread(target=slack.run)
    thread.start()

    def replays(*, well: bool) -> list[str]:
        parts = (part for part in bot.health.parts() if part.name == "slack replay")
        return [part.sentence for part in parts if part.well is well]

    ill = until(lambda: replays(well=False))
    monkeypatch.setattr(door, "list_overdue", list_overdue)
    until(lambda: replays(well=True))
    slack.stop()
    thread.join(2)

    assert ill == ["stumbled (RuntimeError) and tries again"]


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN])
def test_a_start_that_cannot_read_what_was_kept_opens_the_door_and_answers_it_later(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """The whole service would end with this door, over a lock that is gone in a moment."""

    def stumble(bot: Bot) -> list[str]:
        del bot
        fault = sqlite3.OperationalError("not now")
        fault.sqlite_errorcode = code
        raise fault

    workspace.down = True
    workspace.event("Ev1")
    workspace.app.listener_runner.listener_executor.shutdown(wait=True)
    workspace.down = False
    workspace.start()
    bot = workspace.office.bot
    by_http = replace(bot, settings=bot.settings.model_copy(update={"slack_app_token": SecretStr("")}))
    monkeypatch.setattr(door, "WATCH", 0.02)
    monkeypatch.setattr(door, "list_kept", stumble)
    workspace.office.clock.wait(minutes=2)
    slack = door.SlackDoor(by_http, workspace.app)
    thread = threading.Thread(target=slack.run)
    with capture_logs() as logs:
        thread.start()
        until(lambda: idle(workspace))
        until(lambda: [part for part in bot.health.parts() if part.name == "slack replay" and part.well])
    slack.stop()
    thread.join(2)

    assert len(workspace.asked("chat.postEphemeral")) == 1
    said = [line["sentence"] for line in logs if line.get("part") == "slack replay" and not line["well"]]
    assert said == [database.TROUBLES[code]]
