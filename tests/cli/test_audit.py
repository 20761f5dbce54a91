"""`usher audit`: the chain, beside the heads that Slack holds."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import open_database
from bot.domain.events import EventTag
from bot.domain.keyring import Keyring
from bot.ports import ChatMessage
from bot.sandbox.world import World
from bot.services import audit, backup
from bot.settings import load
from bot.store import database, events
from bot.store.database import transaction
from tests.cli.shell import Shell, settings_of

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

pytestmark = pytest.mark.slow


@pytest.fixture
def trail(usher: Shell, world: World) -> Shell:
    """A trail of three events, whose head stands in Slack."""
    usher.set(settings_of(world, usher.folder))
    settings = load(env_file=None)
    open_database(settings)
    with database.connect(settings.database_path) as db:
        with transaction(db):
            for number in range(3):
                events.add(db, EventTag.CASE_OPENED, f"case:{number}", actor="usher", at=NOW)
        audit.post_head(db, day="2026-03-02", now=NOW)
        (key,) = (entry[0] for entry in db.execute("select key from outbox"))
    from bot import bootstrap  # noqa: PLC0415 - after the settings

    chat = bootstrap.make_chat(settings, bootstrap.make_clock(settings))
    chat.post(ChatMessage(channel=settings.slack_support_channel, key=key, text="Audit trail"))
    return usher


def test_a_whole_trail_agrees_with_the_head_in_slack(trail: Shell) -> None:
    answer = trail("audit", "verify")

    assert (answer.code, answer.err) == (0, "")
    assert "whole: 3 events" in answer.out
    assert "agrees with the head that Slack holds of event 3" in answer.out


def test_a_noted_head_is_looked_for(trail: Shell) -> None:
    noted = trail("audit", "verify", "--json").objects[0]["head"]
    with database.connect(trail.folder / "usher.db") as db, transaction(db):
        events.add(db, EventTag.DATABASE_RESTORED, "database", actor="cli:kim", at=NOW)
    has = trail("audit", "verify", "--offline", "--head", f" {noted}\n")
    lacks = trail("audit", "verify", "--offline", "--head", noted[:-1])
    empty = trail("audit", "verify", "--offline", "--head", "")  # as from a script's unset variable

    assert (has.code, lacks.code, empty.code) == (0, 1, 1)
    assert "has the head that you noted: it is that of event 3" in has.out
    assert "lacks the head that you noted" in lacks.out
    as_json = trail("audit", "verify", "--offline", "--json", "--head", noted).objects[0]
    assert as_json["noted"] == {"hash": noted, "seq": 3}


def test_a_trail_without_the_posted_head_ends_in_1(trail: Shell) -> None:
    with database.connect(trail.folder / "usher.db") as db:
        db.execute("drop trigger events_are_never_deleted")
        db.execute("delete from events where seq = 3")
    answer = trail("audit", "verify")

    assert answer.code == 1
    assert "whole: 2 events" in answer.out
    assert "differs from the head that Slack holds of event 3" in answer.out
    assert trail("audit", "verify", "--offline").code == 0
    assert trail("audit", "verify", "--json").objects[0]["posted"][0]["agrees"] is False


def test_a_head_of_before_a_restore_fails_nothing_and_the_restore_is_named(trail: Shell) -> None:
    path = trail.folder / "usher.db"
    ring, copy = Keyring(load(env_file=None).secret_keys()), trail.folder / "copy.db"
    with database.connect(path) as db:
        db.execute("drop trigger events_are_never_deleted")
        db.execute("delete from events where seq = 3")  # as a backup of the evening before has it
    backup.back_up(path, copy)
    later = datetime.now(UTC) + timedelta(days=1)
    backup.restore(copy, path, ring=ring, by="cli:kim", now=later)
    answer = trail("audit", "verify")

    assert answer.code == 0
    assert f"posted before the restore of {later:%Y-%m-%d %H:%M} UTC: not compared with" in answer.out
    assert f"restored {later:%Y-%m-%d %H:%M} UTC by cli:kim, as event 3 says: if nobody" in answer.out
    assert trail("audit", "verify", "--json").objects[0]["posted"][0]["undone"]["by"] == "cli:kim"


@pytest.mark.slow
def test_without_slack_it_says_that_it_did_not_compare(trail: Shell) -> None:
    trail.set(slack_api_url="http://127.0.0.1:1/")
    answer = trail("audit", "verify")

    assert answer.code == 0
    assert "not compared with the heads in Slack: Slack cannot be reached" in answer.out
