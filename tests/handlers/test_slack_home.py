"""Clicks in the home tab, and in modals that were opened there, at Slack's door."""

import json
import re
from typing import Any

import pytest
from slack_bolt import BoltResponse

from bot.domain.cases import CaseStatus
from tests.cast import AVERY, BLAKE, CASEY, ELI, a_case
from tests.handlers.conftest import Workspace, new_trigger, until

BUG_ID = re.compile(r"[\w-]{8}")


def decoded(view: Any) -> dict[str, Any]:  # noqa: ANN401 - as the client sent it
    return dict(view if isinstance(view, dict) else json.loads(view))


def homes(workspace: Workspace, user: str, many: int = 1) -> list[str]:
    """Every home tab that was published for that person, as text, once there are so many."""

    def found() -> list[str]:
        return [
            json.dumps(decoded(given["view"]), ensure_ascii=False)
            for given in workspace.asked("views.publish")
            if given["user_id"] == user
        ]

    until(lambda: len(found()) >= many)
    return found()


def opened(workspace: Workspace, by: str, tab: str = "home") -> BoltResponse:
    event = {"type": "app_home_opened", "user": by, "channel": "D0", "tab": tab}
    return workspace.dispatch(
        {"type": "event_callback", "event_id": f"Ev{by}", "team_id": "T0", "event": event}
    )


def click_at_home(workspace: Workspace, action: str, value: str, *, by: str, seen: str = "") -> BoltResponse:
    return workspace.dispatch(
        {
            "type": "block_actions",
            "user": {"id": by},
            "team": {"id": "T0"},
            "container": {"type": "view", "view_id": "V1"},
            "view": {"id": "V1", "type": "home", "blocks": [], "private_metadata": ""},
            "trigger_id": new_trigger(),
            "actions": [
                {
                    "action_id": action,
                    "block_id": f"case:decide:{value}:{seen}",
                    "value": value,
                    "type": "button",
                }
            ],
        }
    )


def submit(workspace: Workspace, view: dict[str, Any], values: dict[str, Any], by: str) -> BoltResponse:
    state = {"values": values}
    about = {"type": "view_submission", "user": {"id": by}, "team": {"id": "T0"}}
    return workspace.dispatch(about | {"view": view | {"id": "V2", "state": state}})


def modal(workspace: Workspace) -> dict[str, Any]:
    return decoded(until(lambda: workspace.asked("views.open"))[-1]["view"])


# The home tab


def test_a_home_is_published_when_its_tab_is_opened_and_not_for_the_messages(workspace: Workspace) -> None:
    a_case(workspace.office)
    opened(workspace, CASEY.id, tab="messages")
    assert opened(workspace, AVERY.id).status == 200

    (shown,) = homes(workspace, AVERY.id)
    assert "Borealis" in shown
    assert "case_approve" in shown
    assert [given["user_id"] for given in workspace.asked("views.publish")] == [AVERY.id]


def test_a_guests_home_names_nobody(workspace: Workspace) -> None:
    a_case(workspace.office)
    opened(workspace, ELI.id)

    (shown,) = homes(workspace, ELI.id)
    assert "Borealis" not in shown
    assert "C-1" not in shown


def test_an_approval_at_home_decides_and_is_answered_there_with_the_way_on(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    assert click_at_home(workspace, "case_approve", "C-1", by=AVERY.id, seen=case.content_hash).status == 200

    (shown,) = homes(workspace, AVERY.id)
    assert "C-1" in shown
    assert "queue_next" in shown
    assert workspace.office.case("C-1").status is CaseStatus.APPROVED
    assert workspace.said == []


def test_a_stale_button_at_home_is_answered_in_words_and_the_home_is_fresh(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    click_at_home(workspace, "case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
    homes(workspace, AVERY.id)
    click_at_home(workspace, "case_approve", "C-1", by=CASEY.id, seen=case.content_hash)

    (shown,) = homes(workspace, CASEY.id)
    assert f"by <@{AVERY.id}>" in shown
    assert "case_approve" not in shown
    assert shown.index(AVERY.id) < shown.index("The desk today")


def test_a_changed_form_is_not_approved_at_home(workspace: Workspace) -> None:
    a_case(workspace.office)
    click_at_home(workspace, "case_approve", "C-1", by=AVERY.id, seen="f" * 64)

    assert "changed" in homes(workspace, AVERY.id)[0]
    assert workspace.office.case("C-1").decision is None


@pytest.mark.parametrize("action", ["case_approve", "case_reject", "case_open", "case_take", "queue_next"])
def test_a_guest_who_clicks_at_home_is_told_there(workspace: Workspace, action: str) -> None:
    case = a_case(workspace.office)
    click_at_home(workspace, action, "C-1", by=ELI.id, seen=case.content_hash)

    (shown,) = homes(workspace, ELI.id)
    assert "Borealis" not in shown
    assert f"<@{AVERY.id}>" in shown
    assert workspace.asked("views.open") == []


def test_a_bug_at_home_is_told_there_with_an_id_and_a_way_back(workspace: Workspace) -> None:
    a_case(workspace.office)
    workspace.office.chat.broken = ZeroDivisionError("a bug")
    click_at_home(workspace, "case_approve", "C-1", by=AVERY.id)

    (shown,) = homes(workspace, AVERY.id)
    assert BUG_ID.search(shown)
    assert "home_refresh" in shown
    assert "a bug" not in shown


def test_a_home_that_cannot_be_put_together_says_so_when_it_is_opened(workspace: Workspace) -> None:
    workspace.office.chat.broken = ZeroDivisionError("a bug")
    opened(workspace, AVERY.id)

    assert "home_refresh" in homes(workspace, AVERY.id)[0]


def test_refresh_and_the_whole_queue_stand_at_home(workspace: Workspace) -> None:
    a_case(workspace.office)
    click_at_home(workspace, "home_refresh", "home", by=AVERY.id)
    homes(workspace, AVERY.id)
    click_at_home(workspace, "queue_page", '{"wanted": "", "page": 1}', by=AVERY.id)

    assert "1 open case" in homes(workspace, AVERY.id, 2)[1]


def test_whoever_takes_a_case_at_home_has_it(workspace: Workspace) -> None:
    a_case(workspace.office)
    click_at_home(workspace, "case_take", "C-1", by=BLAKE.id)

    assert f"assigned to <@{BLAKE.id}>" in homes(workspace, BLAKE.id)[0]
    assert workspace.office.case("C-1").assigned_to == BLAKE.id


# Modals are answered where they were opened


def test_a_rejection_begun_at_home_is_answered_at_home(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    click_at_home(workspace, "case_reject", "C-1", by=AVERY.id, seen=case.content_hash)
    values = {
        "reason": {"reason": {"selected_option": {"value": "duplicate"}}},
        "note": {"note": {"value": ""}},
    }
    assert submit(workspace, modal(workspace), values, AVERY.id).status == 200

    assert "You rejected C-1" in homes(workspace, AVERY.id)[0]
    assert workspace.office.case("C-1").status is CaseStatus.REJECTED


def test_a_rejection_begun_on_a_card_is_answered_privately_with_the_way_on(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    workspace.click("case_reject", "C-1", by=AVERY.id, seen=case.content_hash)
    values = {
        "reason": {"reason": {"selected_option": {"value": "other"}}},
        "note": {"note": {"value": ""}},
    }
    submit(workspace, modal(workspace), values, AVERY.id)

    (said,) = workspace.heard()
    assert "You rejected C-1" in said["text"]
    assert said["response_type"] == "ephemeral"
    assert "queue_next" in json.dumps(said["blocks"])


def test_a_refusal_in_an_open_modal_stands_at_its_top(workspace: Workspace) -> None:
    a_case(workspace.office)
    workspace.click("case_open", "C-1", by=AVERY.id)
    view = modal(workspace) | {"id": "V7", "hash": "h"}
    blocks = [block | {"block_id": f"b{number}"} for number, block in enumerate(view["blocks"])]
    workspace.dispatch(
        {
            "type": "block_actions",
            "user": {"id": ELI.id},
            "team": {"id": "T0"},
            "container": {"type": "view", "view_id": "V7"},
            "view": view | {"blocks": blocks},
            "trigger_id": new_trigger(),
            "actions": [{"action_id": "case_take", "block_id": "case:x", "value": "C-1", "type": "button"}],
        }
    )

    (changed,) = until(lambda: workspace.asked("views.update"))
    shown = decoded(changed["view"])
    assert f"<@{AVERY.id}>" in json.dumps(shown["blocks"][0])
    assert len(shown["blocks"]) == len(blocks) + 1
