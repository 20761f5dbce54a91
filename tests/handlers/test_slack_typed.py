"""What people type reaches us as Slack writes it: links, mentions and entities, at Slack's door."""

import json
from dataclasses import replace

import pytest

from bot.domain.events import EventTag
from bot.services import approvals
from tests.cast import AVERY, BLAKE, a_case
from tests.handlers.conftest import Workspace
from tests.handlers.test_slack_faq import ask
from tests.handlers.test_slack_home import click_at_home, homes, opened


@pytest.mark.parametrize(
    "written",
    [
        "pumps &amp; valves",
        "<mailto:dana@sponsor.example.org|dana@sponsor.example.org>",
        "<http://valves.example|valves.example>",
    ],
)
def test_find_and_queue_read_what_was_typed(workspace: Workspace, written: str) -> None:
    a_case(workspace.office, company="Pumps & Valves (valves.example)")
    workspace.command(f"find {written}", by=AVERY.id)

    said = json.dumps(workspace.heard()[0])
    assert "*C-1*" in said
    assert "&amp;amp;" not in said
    if "dana" not in written:
        workspace.command(f"queue {written}", by=AVERY.id)
        assert "*C-1*" in json.dumps(workspace.heard(2)[1])


@pytest.mark.parametrize(
    "line", ["approve C-1 C-2", "reject c1, c2", "case C-1;C-2 please", "assign C-1 C-2"]
)
def test_two_cases_at_once_are_refused_and_neither_is_shown(workspace: Workspace, line: str) -> None:
    a_case(workspace.office)
    workspace.command(line, by=AVERY.id)
    assert "One case at a time" in workspace.heard()[0]["text"]
    workspace.command("approve C-1 please, only c1", by=AVERY.id)

    assert "Borealis Turbines GmbH: In review" in workspace.heard(2)[1]["text"]


@pytest.mark.parametrize("line", ["approve Q-1", "reject q1", "ask Q-1 Which key?", "assign Q-1"])
def test_a_question_is_no_case_and_it_is_said_how_it_is_answered(workspace: Workspace, line: str) -> None:
    workspace.command(line, by=AVERY.id)

    assert workspace.heard()[0]["text"].startswith(
        "Q-1 is a question, not a case. It is answered with *Reply*"
    )


def test_what_is_typed_after_the_decision_is_no_click(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    with workspace.office.connect() as db:
        desk, now = workspace.office.desk, workspace.office.now
        approvals.approve(db, desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=now)
    workspace.command("approve C-1", by=AVERY.id)

    said = workspace.heard()[0]["text"]
    assert "C-1 was already approved" in said
    assert "click" not in said


@pytest.mark.parametrize("line", ["&lt;!channel&gt;", "case &lt;!channel&gt;", "assign C-1 &lt;!channel&gt;"])
def test_a_refusal_quotes_what_was_typed_and_pings_nobody(workspace: Workspace, line: str) -> None:
    a_case(workspace.office)
    workspace.command(line, by=AVERY.id)

    assert "&lt;!channel&gt;" in workspace.heard()[0]["text"]


@pytest.mark.parametrize("line", ["assign C-1 {}", "away today {}"])
def test_a_colleague_is_named_by_an_address(workspace: Workspace, line: str) -> None:
    a_case(workspace.office)
    chat, address = workspace.office.chat, "blake@desk.example"
    chat._members[BLAKE.id] = replace(chat.member(BLAKE.id), email=address)
    workspace.command(line.format(f"<mailto:{address}|{address}>"), by=AVERY.id)

    assert f"<@{BLAKE.id}>" in workspace.heard()[0]["text"]


def test_a_question_with_half_a_sign_is_answered(workspace: Workspace) -> None:
    assert "30 minutes" in ask(workspace, "My account is locked \ud83d")


@pytest.mark.parametrize("word", ["case", "approve", "reject", "ask", "assign"])
def test_a_word_without_its_case_asks_which(workspace: Workspace, word: str) -> None:
    a_case(workspace.office)
    workspace.command(word, by=AVERY.id)

    assert "say which case" in workspace.heard()[0]["text"]


def test_whom_next_or_the_home_tab_showed_a_case_stands_in_the_trail(workspace: Workspace) -> None:
    a_case(workspace.office)
    opened(workspace, AVERY.id)
    homes(workspace, AVERY.id)
    workspace.command("next", by=AVERY.id)
    workspace.heard()
    click_at_home(workspace, "queue_next", "first", by=BLAKE.id)
    homes(workspace, BLAKE.id)

    seen = [event for event in workspace.office.events() if event.tag == EventTag.CASE_VIEWED]
    assert [(event.actor, event.subject) for event in seen] == [(AVERY.id, "case:1")]
