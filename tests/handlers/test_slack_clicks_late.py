"""Clicks that come to nothing: whoever pressed hears so, and none is kept for ever."""

import pytest
from structlog.testing import capture_logs

from bot.domain.cases import CaseStatus
from bot.domain.errors import PermanentFailure, TransientFailure, Unwelcome
from bot.services.payloads import MOST_REPLAYS
from handlers.slack import clicks
from handlers.slack.payloads import list_kept, replay
from tests.cast import AVERY, ELI, a_case, a_mail
from tests.handlers.conftest import Workspace, new_trigger
from tests.handlers.test_slack_clicks import hold, is_idle, killed, raising, restart


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


def killed_in_a_window(workspace: Workspace, action: str, *, by: str) -> None:
    hold(workspace)
    title = {"type": "plain_text", "text": "C-1"}
    view = {"id": "V7", "type": "modal", "callback_id": "case", "title": title, "blocks": []}
    button = {"action_id": action, "block_id": "case:x", "value": "C-1", "type": "button"}
    about = {"user": {"id": by}, "team": {"id": "T0"}, "trigger_id": new_trigger(), "actions": [button]}
    assert workspace.dispatch({"type": "block_actions", "view": view, **about}).status == 200


def test_whoever_has_closed_the_window_meanwhile_is_written_to(workspace: Workspace) -> None:
    a_case(workspace.office)
    killed_in_a_window(workspace, "case_take", by=ELI.id)
    workspace.changes_nothing = "not_found"
    restart(workspace)

    ((to, text, _),) = workspace.office.chat.letters
    assert to == ELI.id
    assert "for the desk's staff" in text
    assert is_idle(workspace.office)


def test_a_bug_in_a_window_that_was_closed_meanwhile_is_told_as_well(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_case(workspace.office)
    killed_in_a_window(workspace, "case_take", by=AVERY.id)
    workspace.changes_nothing = "not_found"
    monkeypatch.setattr("handlers.slack.assignments.staff_in", raising(KeyError("x")))
    restart(workspace)

    ((to, text, _),) = workspace.office.chat.letters
    assert (to, text[:20]) == (AVERY.id, "Something went wrong")


@pytest.mark.parametrize("refused", [PermanentFailure("no"), Unwelcome("no such person", place="U1")])
def test_whoever_cannot_be_written_to_is_named_in_the_log(
    workspace: Workspace, refused: PermanentFailure
) -> None:
    office = workspace.office
    killed(workspace, "case_approve", "C-1", seen=a_case(office).content_hash)
    office.clock.wait(minutes=31)
    office.chat.faults.then(refused)
    with capture_logs() as logs:
        restart(workspace)

    assert [one["user"] for one in logs if one["event"] == "somebody cannot be written to"] == [AVERY.id]
    assert "listener raised" not in [one["event"] for one in logs]
    assert is_idle(office)
    assert workspace.said == []


def test_while_slack_refuses_our_token_a_late_click_stays_kept_to_be_told(workspace: Workspace) -> None:
    office = workspace.office
    killed(workspace, "case_approve", "C-1", seen=a_case(office).content_hash)
    office.clock.wait(minutes=31)
    office.chat.faults.then(Unwelcome("it does not know the token"))
    restart(workspace)
    assert not is_idle(office)
    restart(workspace)

    assert [to for to, _, _ in office.chat.letters] == [AVERY.id]
    assert is_idle(office)


def test_a_stop_of_days_costs_no_click_its_answer(workspace: Workspace) -> None:
    office = workspace.office
    killed(workspace, "case_approve", "C-1", seen=a_case(office).content_hash)
    office.clock.wait(days=3)
    workspace.event("Ev1")  # what comes in first makes room
    restart(workspace)

    assert [to for to, _, _ in office.chat.letters] == [AVERY.id]
    assert is_idle(office)


def test_what_is_never_told_is_not_kept_for_ever(workspace: Workspace) -> None:
    hold(workspace)
    workspace.event("Ev1")
    workspace.office.clock.wait(days=31)
    workspace.event("Ev2")

    assert list_kept(workspace.office.bot) == ["Ev2"]


def test_what_was_dealt_with_is_forgotten_after_two_days(workspace: Workspace) -> None:
    waiting = hold(workspace)
    workspace.event("Ev1")
    waiting.work()
    workspace.office.clock.wait(days=2, minutes=1)
    workspace.event("Ev2")

    with workspace.office.connect() as db:
        assert [row["id"] for row in db.query("select id from payloads")] == ["Ev2"]


def test_a_click_whose_payload_a_step_of_the_clock_has_dropped_is_carried_out(workspace: Workspace) -> None:
    office, case = workspace.office, a_case(workspace.office)
    waiting = hold(workspace)
    workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
    office.clock.wait(days=31)
    workspace.event("Ev1")
    assert len(list_kept(office.bot)) == 1
    waiting.work()

    assert office.case("C-1").status is CaseStatus.APPROVED
    assert workspace.heard()[0]["text"].startswith("You approved")


def test_whose_window_was_opened_right_before_the_kill_is_not_asked_to_press_again(
    workspace: Workspace,
) -> None:
    killed(workspace, "case_reject", "C-1", seen=a_case(workspace.office).content_hash)
    workspace.opens_nothing = "exchanged_trigger_id"
    restart(workspace)

    assert workspace.asked("views.open")
    assert (workspace.said, workspace.office.chat.letters) == ([], [])
    assert is_idle(workspace.office)
