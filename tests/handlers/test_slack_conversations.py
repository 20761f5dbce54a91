"""A conversation through Slack's door: its buttons and modals, twice, too late, and by whom not."""

import json

import pytest

from bot.domain.conversations import Conversation, ConversationState
from bot.services import conversations
from tests.cast import AVERY, BLAKE, CASEY, ELI, a_mail
from tests.handlers.conftest import Workspace
from tests.handlers.test_slack_home import click_at_home, homes
from tests.handlers.test_slack_letters import opened, submit


@pytest.fixture
def asked(workspace: Workspace) -> Workspace:
    """Q-1 waits for an answer."""
    workspace.office.take(a_mail(subject="My code"))
    workspace.office.work()
    return workspace


def q(workspace: Workspace) -> Conversation:
    with workspace.office.connect() as db:
        return conversations.get(db, "Q-1")


def click(workspace: Workspace, name: str, *, by: str, seen: str = "1") -> None:
    workspace.click(f"conversation_{name}", "Q-1", by=by, seen=seen)


def test_who_is_too_late_hears_who_has_it_and_a_double_click_changes_nothing(asked: Workspace) -> None:
    for many, by in enumerate((BLAKE, BLAKE, AVERY), 1):
        click(asked, "take", by=by.id)
        asked.heard(many)
    said = [one["text"] for one in asked.heard(3)]

    assert said[:2] == ["Q-1 is yours.", "Q-1 is yours."]
    assert f"<@{BLAKE.id}> has Q-1 since" in said[2]
    assert [e.tag for e in asked.office.events()].count("conversation:taken") == 1


@pytest.mark.parametrize("name", ["take", "reply", "close", "hand_over", "reopen", "open"])
def test_a_guest_hears_who_may(asked: Workspace, name: str) -> None:
    click(asked, name, by=ELI.id)

    assert "for the desk's staff" in asked.heard()[0]["text"]
    assert not asked.asked("views.open")


def test_an_answer_is_written_seen_and_sent(asked: Workspace) -> None:
    click(asked, "reply", by=BLAKE.id)
    view = opened(asked)
    empty = submit(asked, view, {"words": None}, by=BLAKE.id)
    first = submit(asked, view, {"words": "Two minutes."}, by=BLAKE.id)
    done = submit(asked, first["view"], {"words": "Two minutes."}, by=BLAKE.id)
    asked.office.work()

    assert "not a word" in empty["errors"]["words"]
    assert "Re: My code (Q-1)" in json.dumps(first["view"])
    assert (done, q(asked).owner, q(asked).state) == ({}, BLAKE.id, ConversationState.ANSWERED)
    assert "is in the outbox" in asked.heard()[0]["text"]
    assert asked.office.mailer.sent[-1].subject == "Re: My code (Q-1)"


@pytest.mark.parametrize("seen", ["0", "an older one"])
def test_a_stale_card_is_told_what_it_has_missed(asked: Workspace, seen: str) -> None:
    click(asked, "reply", by=BLAKE.id, seen=seen)

    assert "Another message" in asked.heard()[0]["text"]
    assert not asked.asked("views.open")


def test_it_is_closed_without_a_word_and_opened_again(asked: Workspace) -> None:
    click(asked, "close", by=BLAKE.id)
    assert submit(asked, opened(asked), {"words": None}, by=BLAKE.id) == {}
    assert q(asked).state is ConversationState.CLOSED
    for many, name in enumerate(("reply", "reopen", "reopen"), 2):
        click(asked, name, by=AVERY.id)
        asked.heard(many)
    said = [one["text"] for one in asked.heard(4)]

    assert "was closed on" in said[1]
    assert (said[2], "open already" in said[3]) == ("Q-1 is open again.", True)


def test_it_is_handed_over_to_staff_only(asked: Workspace) -> None:
    click(asked, "hand_over", by=BLAKE.id)
    view = opened(asked)

    def choose(who: str) -> dict[str, object]:
        state = {"values": {"to": {"to": {"selected_user": who}}}}
        answer = asked.dispatch(
            {
                "type": "view_submission", "user": {"id": BLAKE.id}, "team": {"id": "T0"},
                "view": {**view, "id": "V1", "state": state},
            }
        )  # fmt: skip
        told: dict[str, object] = json.loads(answer.body) if answer.body else {}
        return told

    assert "errors" in choose(ELI.id)
    assert choose(CASEY.id) == {}
    assert q(asked).owner == CASEY.id
    assert f"<@{CASEY.id}> has Q-1 now" in asked.heard()[0]["text"]


def test_the_queue_and_the_home_tab_begin_with_it_and_show_it_whole(asked: Workspace) -> None:
    for many, line in enumerate(("queue", "queue mine", "case q1"), 1):
        asked.command(line, by=AVERY.id)
        asked.heard(many)
    queue, mine, card = (json.dumps(one) for one in asked.heard(3))
    click_at_home(asked, "conversation_open", "Q-1", by=AVERY.id, seen="1")
    (home,) = homes(asked, AVERY.id)

    assert "1 question waits for an answer" in queue
    assert "Q-1" not in mine
    assert "conversation_take" in card
    assert "1 question waits for an answer" in home
    assert "conversation_take" in home
