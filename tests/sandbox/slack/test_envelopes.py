"""Envelopes: acknowledged, late, lost, repeated, and spread over several lines."""

from typing import Any

import pytest
from slack_sdk import WebClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from bot.sandbox.slack import SlackServer, Workspace
from bot.sandbox.slack.cast import AVERY, BOT_USER_ID
from tests.sandbox.slack.cards import actions, button
from tests.sandbox.slack.conftest import Background
from tests.sandbox.slack.rawapp import RawApp

pytestmark = pytest.mark.slow


def a_card(client: WebClient) -> str:
    posted = client.chat_postMessage(
        channel="approvals", text="card", blocks=[actions(button("case_approve", value="C-1"))]
    )
    return str(posted["ts"])


def interactive(app: RawApp) -> dict[str, Any]:
    while True:
        envelope = app.read()
        if envelope["type"] == "interactive":
            return envelope
        app.ack(envelope)


@pytest.fixture
def patience() -> float:
    return 0.4


def test_a_connection_is_greeted(raw_app: RawApp) -> None:
    assert raw_app.hello["type"] == "hello"
    assert raw_app.hello["num_connections"] == 1


@pytest.mark.usefixtures("server")
def test_a_ticket_is_good_for_one_connection(workspace: Workspace) -> None:
    url = workspace.sockets.new_url()
    with connect(url, proxy=None):
        pass

    with pytest.raises(InvalidStatus), connect(url, proxy=None):
        pass


@pytest.mark.usefixtures("server")
def test_a_web_page_may_not_open_a_socket(workspace: Workspace) -> None:
    url = workspace.sockets.new_url()
    with pytest.raises(InvalidStatus), connect(url, proxy=None, origin=Origin("http://evil.example")):
        pass


def test_a_press_reaches_the_app_and_its_ack_the_person(
    raw_app: RawApp, workspace: Workspace, beside: Background
) -> None:
    ts = a_card(raw_app.client)
    press = beside(workspace.act("avery").click, "approvals", ts, "case_approve")
    envelope = interactive(raw_app)
    raw_app.ack(envelope)

    assert press.result().ok
    payload = envelope["payload"]
    assert payload["user"]["id"] == AVERY.id
    assert payload["actions"][0] | {"action_ts": ""} == {
        "type": "button",
        "action_id": "case_approve",
        "block_id": "row",
        "action_ts": "",
        "text": {"type": "plain_text", "text": "Press", "emoji": True},
        "value": "C-1",
    }
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == ts


def test_a_press_nobody_acknowledges_times_out(raw_app: RawApp, workspace: Workspace) -> None:
    outcome = workspace.act("avery").click("approvals", a_card(raw_app.client), "case_approve")

    assert outcome.timed_out
    assert "trouble" in outcome.notice


def test_a_late_ack_changes_nothing(raw_app: RawApp, workspace: Workspace) -> None:
    outcome = workspace.act("avery").command("/usher", "queue", "approvals")
    raw_app.ack(raw_app.read(), text="too late")

    workspace.wait_for(lambda: workspace.courier.log[-1].acked_late)
    assert outcome.notice == '/usher failed with the error "operation_timeout"'
    assert workspace.ephemerals("avery", "approvals") == []


@pytest.mark.usefixtures("server")
def test_without_a_connection_a_command_fails_at_once(workspace: Workspace) -> None:
    outcome = workspace.act("avery").command("/usher", "queue")

    assert outcome.error == "dispatch_failed"
    assert not outcome.timed_out


def test_an_event_comes_again_until_it_is_acknowledged(raw_app: RawApp, workspace: Workspace) -> None:
    workspace.act("blake").say("support", "hello")
    first, second = raw_app.read(), raw_app.read()
    raw_app.ack(second)

    workspace.wait_for(lambda: not workspace.unfinished_events())
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]


def test_slack_gives_up_after_its_last_attempt(raw_app: RawApp, workspace: Workspace) -> None:
    workspace.act("blake").say("support", "hello")
    attempts = [raw_app.read()["retry_attempt"] for _ in range(4)]

    workspace.wait_for(lambda: not workspace.unfinished_events())
    assert attempts == [0, 1, 2, 3]


def test_an_event_said_while_the_app_was_away_comes_when_it_is_back(
    server: SlackServer, workspace: Workspace
) -> None:
    workspace.courier.retry_after = (0.2, 0.2, 0.2)
    workspace.act("blake").say("support", "anybody here?")
    workspace.wait_for(lambda: workspace.courier.log)
    app = RawApp(server)
    envelope = app.read()
    app.ack(envelope)

    workspace.wait_for(lambda: not workspace.unfinished_events())
    app.close()
    assert envelope["payload"]["event"]["text"] == "anybody here?"
    assert envelope["retry_reason"] == "connection_failed"


def test_a_lost_ack_means_a_second_delivery(raw_app: RawApp, workspace: Workspace) -> None:
    workspace.faults.lose_acks("events_api")
    workspace.act("blake").say("support", "hello")
    first = raw_app.read()
    raw_app.ack(first)
    second = raw_app.read()
    raw_app.ack(second)

    assert first["payload"]["event_id"] == second["payload"]["event_id"]


def test_the_last_envelope_can_be_delivered_again(
    raw_app: RawApp, workspace: Workspace, beside: Background
) -> None:
    ts = a_card(raw_app.client)
    press = beside(workspace.act("avery").click, "approvals", ts, "case_approve")
    first = interactive(raw_app)
    raw_app.ack(first)
    press.result()
    workspace.faults.redeliver_last("interactive")

    assert interactive(raw_app)["payload"] == first["payload"]


def test_a_held_envelope_comes_late(raw_app: RawApp, workspace: Workspace) -> None:
    workspace.faults.hold_next("slash_commands")
    outcome = workspace.act("avery").command("/usher", "queue")
    workspace.faults.release_held()
    envelope = raw_app.read()

    assert outcome.timed_out
    assert envelope["payload"]["text"] == "queue"


def test_an_envelope_goes_to_one_of_several_lines(
    raw_app: RawApp, server: SlackServer, workspace: Workspace
) -> None:
    other = RawApp(server)
    workspace.wait_until_connected(2)
    for text in ("one", "two"):
        workspace.act("blake").say("support", text)
    heard = [raw_app.read(), other.read()]
    for line, envelope in zip((raw_app, other), heard, strict=True):
        line.ack(envelope)
    other.close()

    assert sorted(envelope["payload"]["event"]["text"] for envelope in heard) == ["one", "two"]


def test_a_refresh_asks_the_app_to_connect_anew(raw_app: RawApp, workspace: Workspace) -> None:
    workspace.faults.refresh_sockets()

    assert raw_app.read()["type"] == "disconnect"
    assert workspace.sockets.connected == 0


def test_nonsense_from_the_app_is_passed_over(
    raw_app: RawApp, workspace: Workspace, beside: Background
) -> None:
    for nonsense in ("", "{", "[]", '{"envelope_id": 7}', '{"envelope_id": "unknown"}'):
        raw_app.line.send(nonsense)
    answer = beside(workspace.act("avery").command, "/usher", "queue")
    raw_app.ack(raw_app.read(), text="all good")
    outcome = answer.result()

    assert outcome.message is not None
    assert outcome.message["text"] == "all good"


def test_the_bots_own_messages_are_announced_to_it_too(raw_app: RawApp) -> None:
    raw_app.client.chat_postMessage(channel="support", text="mine")
    event = raw_app.read()["payload"]["event"]

    assert (event["user"], event["text"], event["channel_type"]) == (BOT_USER_ID, "mine", "channel")


def test_where_the_bot_is_not_it_hears_nothing(raw_app: RawApp, workspace: Workspace) -> None:
    workspace.act("blake").say("general", "among ourselves")
    workspace.act("blake").say("support", "for the bot")

    assert raw_app.read()["payload"]["event"]["text"] == "for the bot"
