"""What people type reaches us as Slack writes it: links, mentions and entities, at Slack's door."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.events import EventTag
from bot.services import approvals
from bot.store import chat_messages
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, a_case
from tests.handlers.conftest import Workspace, until
from tests.handlers.test_slack_faq import ask
from tests.handlers.test_slack_home import click_at_home, homes, opened
from tests.handlers.test_slack_stock import view_of
from tests.outside import APPROVALS


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
    "line",
    [
        "approve C-1 C-2",
        "reject c1, c2",
        "case C-1;C-2 please",
        "assign C-1 C-2",
        "approve 1 2",
        "approve C-1 and 2",
        "approve C\u20131 &amp; C\u20132",
        "approve C-1 now, not C-2",
        "ask C-1 and C-2 Which VAT id?",
        "approve C-1's and C-2's",
    ],
)
def test_two_cases_at_once_are_refused_and_neither_is_shown(workspace: Workspace, line: str) -> None:
    a_case(workspace.office)
    workspace.command(line, by=AVERY.id)
    assert "One case at a time" in workspace.heard()[0]["text"]
    workspace.command("approve C-1 please, only c1", by=AVERY.id)

    assert "Borealis Turbines GmbH: In review" in workspace.heard(2)[1]["text"]


@pytest.mark.parametrize(
    ("ref", "said"), [("E-7", "/usher account E-7"), ("X-7.", "X-7 is an erasure"), ("case: Q-7", "*Reply*")]
)
def test_what_is_no_case_is_said_with_where_it_stands(workspace: Workspace, ref: str, said: str) -> None:
    workspace.command(f"case {ref}", by=AVERY.id)

    assert said in json.dumps(workspace.heard()[0])


@pytest.mark.parametrize(
    "line", ["case C\u20131", "case #1", "case 1", "case *C-1*:", "case \u22121", "case case: #1"]
)
def test_a_case_is_shown_however_its_number_is_written(workspace: Workspace, line: str) -> None:
    a_case(workspace.office)
    workspace.command(line, by=AVERY.id)

    assert "Borealis Turbines GmbH: In review" in workspace.heard()[0]["text"]


def in_thread(workspace: Workspace, words: str) -> dict[str, Any]:
    """What Usher answers Avery in the thread of the card of C-1."""
    for company in ("Borealis", "Aurora"):
        a_case(workspace.office, company=company)
    with workspace.office.connect() as db, transaction(db):
        chat_messages.keep(db, "card:C-1", channel=APPROVALS, ts="1.1")
    workspace.event(
        "E1", by=AVERY.id, text=words if "<@U0USHER>" in words else f"<@U0USHER> {words}", thread_ts="1.1"
    )
    told: dict[str, Any] = until(lambda: workspace.asked("chat.postEphemeral"))[0]
    return told


@pytest.mark.parametrize(
    "words",
    [
        "approve 2",
        "approve #2",
        "ask 2 users are missing",
        "assign 2 @blake",
        "reject and C-2",
        "ask and C\u20132 Why?",
        "reject case 2 wrong data",
        "reject C 2 wrong data",
    ],
)
def test_in_a_thread_a_number_that_may_be_another_case_is_refused(workspace: Workspace, words: str) -> None:
    assert "beside C-1 you have named C-2" in in_thread(workspace, words)["text"]


@pytest.mark.parametrize("words", ["case C\u20132", "case C-2:", "case `c2`"])
def test_in_a_thread_another_case_is_named_with_its_whole_name(workspace: Workspace, words: str) -> None:
    assert "Aurora: In review" in in_thread(workspace, words)["text"]


@pytest.mark.parametrize("words", ["case", "case 1", "case #1", "case please"])
def test_in_a_thread_its_own_case_needs_no_name(workspace: Workspace, words: str) -> None:
    assert "Borealis: In review" in in_thread(workspace, words)["text"]


@pytest.mark.parametrize("words", ["1 user has no phone", "Why has C-2 the same?"])
def test_a_question_in_a_thread_loses_no_word(workspace: Workspace, words: str) -> None:
    assert words in json.dumps(in_thread(workspace, f"ask {words}"))


@pytest.mark.parametrize("words", ["+49 30 1234 is wrong?", "/etc is no site?", "&amp; Co KG?"])
def test_a_question_begins_with_its_sign(workspace: Workspace, words: str) -> None:
    assert words.replace("&amp;", "&") in str(in_thread(workspace, f"ask C-1\n{words}"))


@pytest.mark.parametrize(
    "words",
    [
        "thanks <@U0USHER> case",
        "Hi, <@U0USHER>  Case C-1",
        "<@U0USHER> case <@U0USHER>",
        "bitte <@U0USHER> approve C-1",
        "Hallo, bitte <@U0USHER> approve",
        "Please <@U0USHER> case",
    ],
)
def test_a_polite_word_may_stand_before_a_command(workspace: Workspace, words: str) -> None:
    assert "Borealis: In review" in in_thread(workspace, words)["text"]


def test_thanks_in_a_thread_are_thanks(workspace: Workspace) -> None:
    assert in_thread(workspace, "thanks <@U0USHER> that helped")["text"] == "You are welcome."


def test_what_is_typed_behind_a_rejection_becomes_its_note(workspace: Workspace) -> None:
    a_case(workspace.office)
    workspace.command("reject c1 it came twice, 2 &lt; 3, see C-9", by=AVERY.id)
    shown = workspace.heard()[0]
    (button,) = [one for block in shown["blocks"] for one in block.get("elements", []) if "value" in one]
    workspace.click(button["action_id"], button["value"], by=AVERY.id, seen="x", private=True)
    opened = view_of(until(lambda: workspace.asked("views.open"))[-1])

    assert "it came twice, 2 &lt; 3, see C-9" in json.dumps(shown["blocks"])
    assert {block.get("element", {}).get("initial_value") for block in opened["blocks"]} == {
        None, "it came twice, 2 < 3, see C-9",
    }  # fmt: skip
    assert json.loads(opened["private_metadata"])["ref"] == "C-1"


@pytest.mark.parametrize(
    "line", ["enroll foo", "enroll rset @blake", "invite foo", "invite a@b.example c@d.example"]
)
def test_words_that_a_command_does_not_know_are_not_swallowed(workspace: Workspace, line: str) -> None:
    workspace.command(line, by=AVERY.id)

    assert f"“{line}” is not a command. Did you mean" in workspace.heard()[0]["text"]
    assert not workspace.asked("views.open")
    assert not workspace.office.mails()


def test_an_invitation_begins_with_what_was_typed(workspace: Workspace) -> None:
    workspace.command("invite Ann Miller <mailto:ann@partner.example|ann@partner.example>", by=AVERY.id)
    opened = view_of(until(lambda: workspace.asked("views.open"))[-1])

    given = [block.get("element", {}).get("initial_value") for block in opened["blocks"]]
    assert [one for one in given if one] == ["ann@partner.example", "Ann", "Miller"]


def test_an_invitation_is_no_case(workspace: Workspace) -> None:
    workspace.command("case P-7", by=AVERY.id)

    assert "`/usher account P-7` shows it" in workspace.heard()[0]["text"]


@pytest.mark.parametrize(
    ("line", "ref"),
    [("case A-7", "A-7"), ("case r\u20117", "R-7"), ("approve `R-7`", "R-7"), ("assign a-7", "A-7")],
)
def test_an_account_and_a_request_are_no_case_and_it_is_said_what_shows_them(
    workspace: Workspace, line: str, ref: str
) -> None:
    """They read that there is no such case, though `/usher find` knew whose it is."""
    workspace.command(line, by=AVERY.id)

    said = workspace.heard()[0]["text"]
    assert "not a case" in said
    assert f"`/usher account {ref}` shows it" in said


@pytest.mark.parametrize("line", ["approve Q-1", "reject q1", "ask Q-1 Which key?", "assign Q-1"])
def test_a_question_is_no_case_and_it_is_said_how_it_is_answered(workspace: Workspace, line: str) -> None:
    workspace.command(line, by=AVERY.id)

    assert workspace.heard()[0]["text"].startswith(
        "Q-1 is a question, not a case. It is answered with *Reply*"
    )


@pytest.mark.parametrize(("said", "told"), [("but only once it is paid", True), ("please, thank you", False)])
def test_what_is_typed_behind_an_approval_is_said_to_be_lost(
    workspace: Workspace, said: str, *, told: bool
) -> None:
    a_case(workspace.office)
    workspace.command(f"approve C-1 {said}", by=AVERY.id)

    assert ("An approval takes no words along" in str(workspace.heard()[0])) is told


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
