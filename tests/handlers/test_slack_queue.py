"""The commands and modals of queue, assign and away, at Slack's door."""

import json
from typing import Any

import pytest

from bot.rendering.words import words
from bot.services import assignments
from tests.cast import AVERY, BLAKE, CASEY, ELI, a_case
from tests.handlers.conftest import Workspace, until
from tests.handlers.test_slack_home import BUG_ID, modal, submit

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


def test_whoever_is_away_is_assigned_and_that_is_said(workspace: Workspace) -> None:
    a_case(workspace.office)
    workspace.command("away today @casey", by=AVERY.id)
    today = f"on {words('en').date(workspace.office.now)}."
    assert f"you are away {today}" in workspace.heard()[0]["text"]
    workspace.command("assign C-1 @avery", by=BLAKE.id)

    assert f"<@{AVERY.id}>, who is away until" in workspace.heard(2)[1]["text"]
    workspace.command("assign C-1 @casey", by=BLAKE.id)
    assert workspace.heard(3)[2]["text"] == f"C-1 is assigned to <@{CASEY.id}>."


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
        ("away 2026-13-45", "“2026-13-45” is not a day or two that I can read"),
        ("away tomorrow until yesterday", "/usher away 2026-12-01 2026-12-10 @casey"),
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
