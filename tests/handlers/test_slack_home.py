"""Clicks in the home tab and in modals, and the commands of queue, assign and away, at Slack's door."""

import json
import re
from typing import Any

import pytest
from slack_bolt import BoltResponse

from bot.domain.cases import CaseStatus
from bot.services import assignments
from tests.cast import AVERY, BLAKE, CASEY, ELI, a_case
from tests.handlers.conftest import Workspace, until

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
            "trigger_id": "1.2.3",
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
            "trigger_id": "1.2.3",
            "actions": [{"action_id": "case_take", "block_id": "case:x", "value": "C-1", "type": "button"}],
        }
    )

    (changed,) = until(lambda: workspace.asked("views.update"))
    shown = decoded(changed["view"])
    assert f"<@{AVERY.id}>" in json.dumps(shown["blocks"][0])
    assert len(shown["blocks"]) == len(blocks) + 1


# Assign


def assign_values(to: str, *, nobody: bool = False) -> dict[str, Any]:
    values: dict[str, Any] = {"assignee": {"assignee": {"selected_user": to}}}
    if nobody:
        values["nobody"] = {"nobody": {"selected_options": [{"value": "nobody"}]}}
    return values


def test_the_button_asks_who_and_offers_oneself(workspace: Workspace) -> None:
    a_case(workspace.office)
    workspace.click("case_assign", "C-1", by=BLAKE.id)
    view = modal(workspace)
    assert f'"initial_user": "{BLAKE.id}"' in json.dumps(view)
    assert submit(workspace, view, assign_values(AVERY.id), BLAKE.id).status == 200

    assert f"<@{AVERY.id}>" in workspace.heard()[0]["text"]
    assert workspace.office.case("C-1").assigned_to == AVERY.id


def test_nobody_outranks_the_person_above(workspace: Workspace) -> None:
    a_case(workspace.office)
    with workspace.office.connect() as db:
        assignments.assign(db, ref="C-1", to=AVERY, by=BLAKE, now=workspace.office.now)
    workspace.click("case_assign", "C-1", by=BLAKE.id)
    submit(workspace, modal(workspace), assign_values(BLAKE.id, nobody=True), BLAKE.id)

    workspace.heard()
    assert workspace.office.case("C-1").assigned_to == ""


def test_a_guest_chosen_in_the_modal_is_refused_in_the_modal(workspace: Workspace) -> None:
    a_case(workspace.office)
    workspace.click("case_assign", "C-1", by=BLAKE.id)
    acked = submit(workspace, modal(workspace), assign_values(ELI.id), BLAKE.id)

    assert "assignee" in json.loads(acked.body)["errors"]
    assert workspace.office.case("C-1").assigned_to == ""


def test_a_bug_in_that_modal_stands_at_its_first_field(workspace: Workspace) -> None:
    a_case(workspace.office)
    workspace.click("case_assign", "C-1", by=BLAKE.id)
    view = modal(workspace)
    workspace.office.chat.broken = ZeroDivisionError("a bug")
    acked = submit(workspace, view, assign_values(AVERY.id), BLAKE.id)

    assert BUG_ID.search(json.loads(acked.body)["errors"]["assignee"])


@pytest.mark.parametrize(
    ("written", "to"),
    [
        (f"<@{BLAKE.id}|blake>", BLAKE.id),
        (f"<@{BLAKE.id}>", BLAKE.id),
        ("@blake", BLAKE.id),
        ("@Blake", BLAKE.id),
        ("blake", BLAKE.id),
        ("me", AVERY.id),
        ("", AVERY.id),
    ],
)
def test_people_are_named_in_many_ways(workspace: Workspace, written: str, to: str) -> None:
    a_case(workspace.office)
    workspace.command(f"assign C-1 {written}", by=AVERY.id)

    assert f"<@{to}>" in workspace.heard()[0]["text"]
    assert workspace.office.case("C-1").assigned_to == to


@pytest.mark.parametrize("written", ["@pat", f"<@{ELI.id}|eli>", "<!channel>", "@avery @blake", "x" * 5_000])
def test_nobody_else_is_assigned_and_nobody_is_pinged(workspace: Workspace, written: str) -> None:
    a_case(workspace.office)
    workspace.command(f"assign C-1 {written}", by=AVERY.id)

    (said,) = workspace.heard()
    assert "<!channel>" not in said["text"]
    assert len(said["text"]) < 500
    assert workspace.office.case("C-1").assigned_to == ""


def test_in_a_thread_a_mention_of_a_colleague_is_not_taken_for_the_bot(workspace: Workspace) -> None:
    a_case(workspace.office)
    workspace.event("Ev1", text=f"<@U0USHER> assign C-1 <@{BLAKE.id}>")

    until(lambda: workspace.asked("chat.postEphemeral"))
    assert workspace.office.case("C-1").assigned_to == BLAKE.id


# Queue and next


def test_pages_turn_in_the_private_answer(workspace: Workspace) -> None:
    for number in range(20):
        a_case(workspace.office, company=f"Company {number}")
    workspace.command("queue desk", by=AVERY.id)
    said = json.dumps(workspace.heard()[0])
    assert "Page 1 of 2" in said
    workspace.click("queue_page", '{"wanted": "desk", "page": 2}', by=AVERY.id, private=True)

    turned = workspace.heard(2)[1]
    assert turned["replace_original"]
    assert "Page 2 of 2" in json.dumps(turned)


def test_a_company_is_found_by_what_was_typed(workspace: Workspace) -> None:
    a_case(workspace.office, company="Pumps & Valves")
    a_case(workspace.office, company="Turbines")
    workspace.command("queue pumps &amp; valves", by=AVERY.id)

    said = json.dumps(workspace.heard()[0])
    assert "*C-1*" in said
    assert "*C-2*" not in said


def test_next_shows_the_case_with_both_buttons_and_the_decision_leads_on(workspace: Workspace) -> None:
    case = a_case(workspace.office, company="First")
    a_case(workspace.office, company="Second")
    workspace.command("next", by=AVERY.id)
    first = json.dumps(workspace.heard()[0])
    assert "First" in first
    assert "case_approve" in first
    assert "case_reject" in first
    workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash, private=True)
    assert "queue_next" in json.dumps(workspace.heard(2)[1])
    workspace.click("queue_next", "first", by=AVERY.id, private=True)

    assert "Second" in json.dumps(workspace.heard(3)[2])


def test_an_empty_queue_says_so_kindly(workspace: Workspace) -> None:
    workspace.click("queue_next", "first", by=AVERY.id)

    assert "Nothing waits for your decision" in workspace.heard()[0]["text"]


# Away


@pytest.mark.parametrize("who", [f"<@{BLAKE.id}|blake>", "@blake"])
@pytest.mark.parametrize(
    "line", ["away 2026-03-10 2026-03-12 {}", "away {} 10.3. bis 12.3.", "away 10-12 Mar, deputy: {}"]
)
def test_away_is_understood_with_the_deputy_anywhere(workspace: Workspace, line: str, who: str) -> None:
    workspace.command(line.format(who), by=AVERY.id)

    said = workspace.heard()[0]["text"]
    assert "10 March 2026 to 12 March 2026" in said
    assert f"<@{BLAKE.id}>" in said


def test_away_shows_who_is_and_end_ends_it(workspace: Workspace) -> None:
    workspace.command(f"away today <@{BLAKE.id}>", by=AVERY.id)
    workspace.heard()
    workspace.command("away", by=CASEY.id)
    assert f"<@{AVERY.id}> until" in json.dumps(workspace.heard(2)[1])
    workspace.command("away end", by=AVERY.id)
    assert "Welcome back" in workspace.heard(3)[2]["text"]
    workspace.command("away end", by=AVERY.id)

    assert "not away" in workspace.heard(4)[3]["text"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("away today", "who decides in your place"),
        ("away soon @blake", "/usher away 2026-12-01 2026-12-10 @casey"),
        (f"away today <@{AVERY.id}>", "stand in for yourself"),
        (f"away today <@{ELI.id}>", "not among the desk"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence_with_its_example(
    workspace: Workspace, line: str, words: str
) -> None:
    workspace.command(line, by=AVERY.id)

    assert words in workspace.heard()[0]["text"]


def test_help_names_for_whom_a_deputy_decides(workspace: Workspace) -> None:
    workspace.command(f"away today <@{BLAKE.id}>", by=AVERY.id)
    workspace.heard()
    workspace.command("help", by=BLAKE.id)

    said = json.dumps(workspace.heard(2)[1])
    assert "/usher approve" in said
    assert f"in the place of <@{AVERY.id}>" in said
