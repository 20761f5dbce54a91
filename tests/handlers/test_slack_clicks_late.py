"""Clicks that come to nothing: whoever pressed hears so, and none is kept for ever."""

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import TransientFailure
from bot.services.payloads import MOST_REPLAYS
from handlers.slack import clicks
from handlers.slack.payloads import list_kept, replay
from tests.cast import AVERY, a_case, a_mail
from tests.handlers.conftest import Workspace
from tests.handlers.test_slack_clicks import hold, is_idle, killed, restart


def crash(workspace: Workspace) -> None:
    """A start that is killed while it carries out what was kept."""
    workspace.start()
    hold(workspace)
    replay(workspace.app, workspace.office.bot, list_kept(workspace.office.bot))


def test_whoever_pressed_what_every_start_is_killed_by_is_told(workspace: Workspace) -> None:
    killed(workspace, "case_approve", "C-1", seen=a_case(workspace.office).content_hash)
    for _ in range(MOST_REPLAYS):
        crash(workspace)
    assert not workspace.office.chat.letters
    for _ in range(2):
        restart(workspace)

    ((to, text, _),) = workspace.office.chat.letters
    assert to == AVERY.id
    assert text.startswith("Nothing was changed")
    assert workspace.office.case("C-1").decision is None
    assert is_idle(workspace.office)


def test_what_is_given_up_is_told_once_slack_can_be_reached(workspace: Workspace) -> None:
    office = workspace.office
    killed(workspace, "case_approve", "C-1", seen=a_case(office).content_hash)
    for _ in range(MOST_REPLAYS):
        crash(workspace)
    office.chat.faults.then(TransientFailure("Slack does not answer"))
    restart(workspace)
    assert not is_idle(office)
    restart(workspace)

    assert [to for to, _, _ in office.chat.letters] == [AVERY.id]
    assert is_idle(office)


def test_a_typed_word_that_every_start_is_killed_by_is_in_the_log_and_kept_no_longer(
    workspace: Workspace,
) -> None:
    hold(workspace)
    workspace.event("Ev1")
    for _ in range(MOST_REPLAYS):
        crash(workspace)
    with capture_logs() as logs:
        restart(workspace)

    assert [entry["payload"] for entry in logs if entry["event"] == "given up after every attempt"] == ["Ev1"]
    assert is_idle(workspace.office)


@pytest.mark.parametrize("name", ["reply", "close", "hand_over", "open"])
def test_what_a_click_only_looks_at_leaves_it_kept_until_its_person_sees_something(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(clicks, "mark_done", lambda *_: None)  # a kill before its listener ended
    workspace.office.take(a_mail(subject="My code"))
    workspace.office.work()
    waiting = hold(workspace)
    workspace.click(f"conversation_{name}", "Q-1", by=AVERY.id, seen="1")
    waiting.work()

    assert workspace.said or workspace.asked("views.open")
    assert not is_idle(workspace.office)
