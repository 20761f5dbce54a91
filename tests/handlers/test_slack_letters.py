"""Letters and the shortcut through Slack's door: modals, refusals at the field, twice, and by whom not."""

import json
from typing import Any

import pytest

from bot.domain.cases import CaseStatus
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.services import cases
from tests.cast import AVERY, BLAKE, CASEY, ELI, a_mail
from tests.forms import sound_form
from tests.handlers.conftest import Workspace, until
from tests.handlers.test_slack_home import click_at_home, homes
from tests.outside import APPROVALS, SUPPORT

FORM = ("RIS.xlsx", sound_form())


@pytest.fixture
def reviewed(workspace: Workspace) -> Workspace:
    """C-1 is in review."""
    workspace.office.take(a_mail(files=[FORM]))
    workspace.office.work()
    return workspace


def seen(workspace: Workspace) -> str:
    return workspace.office.case("C-1").content_hash


def opened(workspace: Workspace, many: int = 1) -> dict[str, Any]:
    """The newest modal, once there are so many."""
    until(lambda: len(workspace.asked("views.open")) >= many)
    view: dict[str, Any] = workspace.asked("views.open")[-1]["view"]
    return view


def submit(workspace: Workspace, view: dict[str, Any], values: dict[str, str | None], *, by: str) -> Any:  # noqa: ANN401 - JSON
    state = {name: {name: {"value": value}} for name, value in values.items()}
    body = {
        "type": "view_submission",
        "user": {"id": by},
        "team": {"id": "T0"},
        "view": {**view, "id": "V1", "state": {"values": state}},
    }
    answer = workspace.dispatch(body)
    assert answer.status == 200
    return json.loads(answer.body) if answer.body else {}


def test_a_question_is_shown_and_then_sent(reviewed: Workspace) -> None:
    reviewed.click("case_ask", "C-1", by=BLAKE.id, seen=seen(reviewed))
    first = submit(reviewed, opened(reviewed), {"words": "Which site?"}, by=BLAKE.id)
    said = submit(reviewed, first["view"], {"words": "Which site?"}, by=BLAKE.id)

    assert first["response_action"] == "update"
    assert "1. Which site?" in json.dumps(first["view"])
    assert "dana@sponsor.example.org" in json.dumps(first["view"])
    assert said == {}
    told = json.dumps(reviewed.heard()[0])
    assert "Your mail about C-1 is written" in told
    assert "queue_next" in told
    assert reviewed.office.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert reviewed.office.job("desk_question").recipient == "dana@sponsor.example.org"


def test_a_letter_that_was_opened_at_home_is_answered_there(reviewed: Workspace) -> None:
    click_at_home(reviewed, "case_ask", "C-1", by=AVERY.id, seen=seen(reviewed))
    first = submit(reviewed, opened(reviewed), {"words": "Which site?"}, by=AVERY.id)
    submit(reviewed, first["view"], {"words": "Which site?"}, by=AVERY.id)

    (shown,) = homes(reviewed, AVERY.id)
    assert "Your mail about C-1 is written" in shown
    assert "case_approve" not in shown


def test_words_that_were_mended_in_the_second_view_are_shown_once_more(reviewed: Workspace) -> None:
    reviewed.click("case_ask", "C-1", by=BLAKE.id, seen=seen(reviewed))
    first = submit(reviewed, opened(reviewed), {"words": "Which sight?"}, by=BLAKE.id)
    second = submit(reviewed, first["view"], {"words": "Which site?"}, by=BLAKE.id)

    assert second["response_action"] == "update"
    assert "1. Which site?" in json.dumps(second["view"])
    assert not reviewed.office.jobs("desk_question")


def test_what_stands_in_the_way_is_said_at_the_field(reviewed: Workspace) -> None:
    reviewed.click("case_ask", "C-1", by=BLAKE.id, seen=seen(reviewed))
    view = opened(reviewed)
    empty = submit(reviewed, view, {"words": None}, by=BLAKE.id)
    guest = submit(reviewed, view, {"words": "Why?"}, by=ELI.id)

    assert "not a word" in empty["errors"]["words"]
    assert "staff" in guest["errors"]["words"]


def test_a_bug_is_said_at_a_field_that_the_modal_has(reviewed: Workspace) -> None:
    reviewed.click("case_ask", "C-1", by=BLAKE.id, seen=seen(reviewed))
    broken = {**opened(reviewed), "private_metadata": "{}"}
    said = submit(reviewed, broken, {"words": "Why?"}, by=BLAKE.id)

    assert list(said["errors"]) == ["words"]


def test_a_stale_card_asks_nothing(reviewed: Workspace) -> None:
    reviewed.click("case_ask", "C-1", by=BLAKE.id, seen="an older one")

    assert "changed" in reviewed.heard()[0]["text"]
    assert not reviewed.asked("views.open")


@pytest.mark.parametrize("action", ["case_ask", "case_reply", "case_answered", "case_read", "case_ask_typed"])
def test_a_guest_hears_who_may(reviewed: Workspace, action: str) -> None:
    value = "C-1 1" if action == "case_read" else "C-1"
    reviewed.click(action, value, by=ELI.id, seen=seen(reviewed))

    assert "for the desk's staff" in reviewed.heard()[0]["text"]
    assert not reviewed.asked("views.open")


def test_answered_by_phone_twice(reviewed: Workspace) -> None:
    test_a_question_is_shown_and_then_sent(reviewed)
    for many in (2, 3):
        reviewed.click("case_answered", "C-1", by=CASEY.id, seen=seen(reviewed))
        reviewed.heard(many)

    first, second = (said["text"] for said in reviewed.heard(3)[1:])
    assert "answered" in first
    assert "No question on C-1 is open" in second
    assert reviewed.office.case("C-1").status is CaseStatus.IN_REVIEW


def test_a_question_in_a_mention_comes_back_with_a_button_that_opens_the_modal(reviewed: Workspace) -> None:
    reviewed.event(
        "E1", by=BLAKE.id, text="<@U0USHER> ask C-1 Is 3 &lt; 4 &amp; <https://x.example|that> right?"
    )
    (told,) = until(lambda: reviewed.asked("chat.postEphemeral"))
    blocks = told["blocks"] if isinstance(told["blocks"], list) else json.loads(told["blocks"])
    button = blocks[-1]["elements"][0]
    reviewed.click(button["action_id"], button["value"], by=BLAKE.id, seen=seen(reviewed))

    words = opened(reviewed)["blocks"][-1]["element"]["initial_value"]
    assert button["value"] == "C-1 Is 3 < 4 & https://x.example right?"
    assert words == "Is 3 < 4 & https://x.example right?"


def test_the_command_opens_the_modal_with_the_words(reviewed: Workspace) -> None:
    reviewed.dispatch(
        {
            "command": "/usher", "text": "ask c1 Which site?", "user_id": BLAKE.id, "team_id": "T0",
            "channel_id": APPROVALS, "response_url": f"{reviewed.url}/respond", "trigger_id": "1.2.3",
        }
    )  # fmt: skip

    assert opened(reviewed)["blocks"][-1]["element"]["initial_value"] == "Which site?"
    assert "C-1" in reviewed.heard()[0]["text"]


# The shortcut


def shortcut(workspace: Workspace, message: dict[str, Any], *, by: str = BLAKE.id) -> None:
    workspace.dispatch(
        {
            "type": "message_action", "callback_id": "add_to_case", "user": {"id": by}, "team": {"id": "T0"},
            "channel": {"id": SUPPORT}, "message": {"ts": "7.7", **message}, "message_ts": "7.7",
            "trigger_id": "1.2.3", "response_url": f"{workspace.url}/respond",
        }
    )  # fmt: skip


def test_a_message_is_added_to_the_case_that_was_named_once(reviewed: Workspace) -> None:
    shortcut(reviewed, {"user": AVERY.id, "text": "They &lt;called&gt; <!channel>"})
    view = opened(reviewed)
    none = submit(reviewed, view, {"other": None, "word": None}, by=BLAKE.id)
    gone = submit(reviewed, view, {"other": "C-99", "word": None}, by=BLAKE.id)
    done = submit(reviewed, view, {"other": "C-1", "word": "by phone"}, by=BLAKE.id)
    twice = submit(reviewed, view, {"other": "C-1", "word": "by phone"}, by=BLAKE.id)

    assert "choose a case" in none["errors"]["other"]
    assert "no case C-99. /usher queue lists" in gone["errors"]["other"]
    assert done == {}
    assert "already" in twice["errors"]["other"]
    assert "Blake" in twice["errors"]["other"]
    assert BLAKE.id not in twice["errors"]["other"]
    reviewed.office.work()
    assert "They &lt;called&gt; @channel" in reviewed.office.chat.texts()


def test_of_an_apps_message_what_its_blocks_say_is_kept(reviewed: Workspace) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Q-3 · Urgent"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "Which <https://x.example|site>?"}},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "No"}}]},
    ]
    shortcut(reviewed, {"bot_id": "B1", "username": "Usher", "text": "a question", "blocks": blocks})

    assert "Q-3 · Urgent\nWhich https://x.example?" in opened(reviewed)["blocks"][1]["text"]["text"]


def test_a_guest_adds_nothing(reviewed: Workspace) -> None:
    shortcut(reviewed, {"user": AVERY.id, "text": "words"}, by=ELI.id)

    assert "for the desk's staff" in reviewed.heard()[0]["text"]
    assert not reviewed.asked("views.open")


def test_what_needs_no_answer_is_read_once(reviewed: Workspace) -> None:
    office = reviewed.office
    answers = office.job("receipt").message_id
    office.take(a_mail(text="Thank you, that was quick.", answers=answers))
    with office.connect() as db:
        card = cases.get_card(db, office.desk, "C-1", now=office.now)
    (button,) = [
        button
        for block in case_card(card, words=words("en")).blocks
        for button in block.get("elements", [])
        if button.get("action_id") == "case_read"
    ]
    for many in (1, 2):
        reviewed.click("case_read", button["value"], by=BLAKE.id, seen=seen(reviewed))
        reviewed.heard(many)

    first, second = (said["text"] for said in reviewed.heard(2))
    assert first == "C-1: what the sponsor wrote is dealt with."
    assert "On C-1 nothing is unread" in second
