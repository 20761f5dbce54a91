"""Triggers, response urls and views: short-lived handles, races and stacks."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import SlackServer, Workspace
from bot.sandbox.slack.cast import AVERY, BLAKE
from tests.sandbox.slack.cards import actions, button, entry, home, modal, section, typed
from tests.sandbox.slack.conftest import Background, TurnableClock
from tests.sandbox.slack.rawapp import RawApp

pytestmark = pytest.mark.slow

FORM = modal(entry("reason", typed("text")))


@pytest.fixture
def client(server: SlackServer) -> WebClient:
    return WebClient(server.workspace.bot_token, base_url=server.api_url, retry_handlers=[])


def code(refused: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(refused.value.response["error"])


def send(url: str, **body: Any) -> tuple[int, str]:  # noqa: ANN401 - any JSON
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())["error"]


def test_a_trigger_lives_three_seconds(client: WebClient, workspace: Workspace, clock: TurnableClock) -> None:
    trigger = workspace.hooks.new_trigger(AVERY.id)
    clock.turn(seconds=3.1)
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=trigger, view=FORM)

    assert code(refused) == "expired_trigger_id"


def test_a_trigger_opens_one_view(client: WebClient, workspace: Workspace) -> None:
    trigger = workspace.hooks.new_trigger(AVERY.id)
    client.views_open(trigger_id=trigger, view=FORM)
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=trigger, view=FORM)

    assert code(refused) == "exchanged_trigger_id"


def test_a_bad_view_does_not_cost_the_trigger(client: WebClient, workspace: Workspace) -> None:
    trigger = workspace.hooks.new_trigger(AVERY.id)
    with pytest.raises(SlackApiError) as refused:
        client.views_open(
            trigger_id=trigger, view={**FORM, "title": {"type": "plain_text", "text": "x" * 25}}
        )

    assert code(refused) == "invalid_arguments"
    assert client.views_open(trigger_id=trigger, view=FORM)["ok"]


def test_an_old_hash_does_not_overwrite_a_newer_view(client: WebClient) -> None:
    first = client.views_publish(user_id=AVERY.id, view=home(section("one")))["view"]
    client.views_publish(user_id=AVERY.id, view=home(section("two")), hash=first["hash"])
    with pytest.raises(SlackApiError) as refused:
        client.views_publish(user_id=AVERY.id, view=home(section("three")), hash=first["hash"])

    assert code(refused) == "hash_conflict"


def test_an_update_keeps_what_was_typed_under_the_same_ids(client: WebClient, workspace: Workspace) -> None:
    opened = client.views_open(trigger_id=workspace.hooks.new_trigger(AVERY.id), view=FORM)["view"]
    workspace.act("avery").fill(opened["id"], {"reason": "half a sent"})
    client.views_update(view_id=opened["id"], view=modal(section("New"), entry("reason", typed("text"))))

    values = workspace.open_views("avery")[0]["state"]["values"]
    assert values["reason"]["text"]["value"] == "half a sent"


def test_three_views_lie_on_each_other_and_no_more(client: WebClient, workspace: Workspace) -> None:
    views = [client.views_open(trigger_id=workspace.hooks.new_trigger(AVERY.id), view=FORM)["view"]]
    for _ in range(2):
        trigger = workspace.hooks.new_trigger(AVERY.id, from_view=views[-1]["id"])
        views.append(client.views_push(trigger_id=trigger, view=FORM)["view"])
    with pytest.raises(SlackApiError) as refused:
        client.views_push(
            trigger_id=workspace.hooks.new_trigger(AVERY.id, from_view=views[-1]["id"]), view=FORM
        )

    assert code(refused) == "push_limit_reached"
    assert [view["previous_view_id"] for view in views] == [None, views[0]["id"], views[1]["id"]]
    assert {view["root_view_id"] for view in views} == {views[0]["id"]}


def test_an_external_id_is_taken_once(client: WebClient, workspace: Workspace) -> None:
    named = {**FORM, "external_id": "case-1"}
    client.views_open(trigger_id=workspace.hooks.new_trigger(AVERY.id), view=named)
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=workspace.hooks.new_trigger(BLAKE.id), view=named)

    assert code(refused) == "duplicate_external_id"
    assert client.views_update(external_id="case-1", view=named)["ok"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, ([], "")),
        ({"response_action": "clear"}, ([], "")),
        ({"response_action": "update", "view": modal(section("x"), callback_id="second")}, (["second"], "")),
        (
            {"response_action": "push", "view": modal(section("x"), callback_id="third")},
            (["form", "third"], ""),
        ),
        ({"response_action": "errors", "errors": {"elsewhere": "?"}}, (["form"], "invalid_view")),
        ({"response_action": "errors", "errors": {}}, (["form"], "invalid_view")),
        ({"response_action": "update", "view": {"type": "modal"}}, (["form"], "invalid_view")),
        ({"response_action": "dance"}, (["form"], "invalid_view")),
    ],
)
def test_what_the_ack_of_a_form_says_happens(
    raw_app: RawApp,
    workspace: Workspace,
    beside: Background,
    answer: dict[str, Any],
    expected: tuple[list[str], str],
) -> None:
    view = workspace.modals.open(AVERY.id, FORM)
    submitted = beside(workspace.act("avery").submit, view["id"], {"reason": "because"})
    raw_app.ack(raw_app.read(), **answer)

    error = submitted.result().error
    assert ([one["callback_id"] for one in workspace.open_views("avery")], error) == expected


def test_a_form_that_gets_no_answer_stays_open(raw_app: RawApp, workspace: Workspace) -> None:
    view = workspace.modals.open(AVERY.id, FORM)
    outcome = workspace.act("avery").submit(view["id"], {"reason": "because"})

    assert outcome.timed_out
    assert raw_app.read()["payload"]["view"]["id"] == workspace.open_views("avery")[0]["id"]


def test_closing_a_form_is_told_to_an_app_that_asked(
    raw_app: RawApp, workspace: Workspace, beside: Background
) -> None:
    view = workspace.modals.open(AVERY.id, {**FORM, "notify_on_close": True})
    closed = beside(workspace.act("avery").close, view["id"])
    envelope = raw_app.read()
    raw_app.ack(envelope)

    assert closed.result().ok
    assert (envelope["payload"]["type"], envelope["payload"]["is_cleared"]) == ("view_closed", False)


def test_a_response_url_works_five_times_and_for_thirty_minutes(
    server: SlackServer, clock: TurnableClock
) -> None:
    workspace = server.workspace
    used = workspace.hooks.new_response_url(AVERY.id, "C0APPROVALS")
    old = workspace.hooks.new_response_url(AVERY.id, "C0APPROVALS")
    answers = [send(used, text="x") for _ in range(6)]
    clock.turn(minutes=31)

    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]
    assert send(old, text="x") == (404, "expired_url")
    assert len(workspace.ephemerals("avery", "approvals")) == 5


def test_a_response_url_replaces_and_deletes_its_message(client: WebClient, workspace: Workspace) -> None:
    ts = str(client.chat_postMessage(channel="approvals", text="card", blocks=[actions(button("a"))])["ts"])
    url = workspace.hooks.new_response_url(AVERY.id, "C0APPROVALS", message_ts=ts)
    send(url, text="replaced", replace_original=True)
    replaced = workspace.messages("approvals")[0]
    send(url, delete_original="true")

    assert replaced["text"] == "replaced"
    assert "blocks" not in replaced
    assert workspace.messages("approvals") == []
    assert send(url, delete_original=True) == (404, "message_not_found")


def test_a_private_message_is_replaced_by_the_answer_to_it(client: WebClient, workspace: Workspace) -> None:
    client.chat_postEphemeral(
        channel="approvals", user=AVERY.id, text="question", blocks=[actions(button("a"))]
    )
    ts = workspace.ephemerals("avery", "approvals")[0]["ts"]
    url = workspace.hooks.new_response_url(AVERY.id, "C0APPROVALS", message_ts=ts, is_ephemeral=True)
    send(url, text="answer")

    assert [one["text"] for one in workspace.ephemerals("avery", "approvals")] == ["answer"]


def test_an_answer_to_a_card_leaves_the_card_alone(client: WebClient, workspace: Workspace) -> None:
    ts = str(client.chat_postMessage(channel="approvals", text="card")["ts"])
    send(workspace.hooks.new_response_url(AVERY.id, "C0APPROVALS", message_ts=ts), text="thanks")

    assert [one["text"] for one in workspace.messages("approvals")] == ["card"]
    assert [one["text"] for one in workspace.ephemerals("avery", "approvals")] == ["thanks"]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, (400, "no_text")),
        ({"text": 7}, (400, "invalid_arguments")),
        ({"blocks": [{"type": "carousel"}]}, (400, "invalid_blocks")),
    ],
)
def test_a_bad_answer_is_refused(server: SlackServer, body: dict[str, Any], answer: tuple[int, str]) -> None:
    assert send(server.workspace.hooks.new_response_url(AVERY.id, "C0APPROVALS"), **body) == answer


def test_a_guessed_response_url_leads_nowhere(server: SlackServer) -> None:
    assert send(f"{server.url}actions/T0DESK00001/1/guess", text="x") == (404, "no_team")


def test_pressing_in_a_private_message_carries_no_message(
    raw_app: RawApp, workspace: Workspace, beside: Background
) -> None:
    raw_app.client.chat_postEphemeral(
        channel="approvals", user=AVERY.id, text="?", blocks=[actions(button("yes"))]
    )
    ts = workspace.ephemerals("avery", "approvals")[0]["ts"]
    press = beside(workspace.act("avery").click, "approvals", ts, "yes")
    payload = raw_app.read()["payload"]

    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    assert press.result().timed_out


def test_the_bot_finds_the_right_button_among_many_of_one_name(
    raw_app: RawApp, workspace: Workspace, beside: Background
) -> None:
    rows = [
        section(name, block_id=name, accessory=button("case_open", value=name)) for name in ("C-1", "C-2")
    ]
    ts = str(raw_app.client.chat_postMessage(channel="approvals", text="queue", blocks=rows)["ts"])
    raw_app.ack(raw_app.read())
    beside(workspace.act("avery").click, "approvals", ts, "case_open", "C-2")
    envelope = raw_app.read()
    raw_app.ack(envelope)

    assert envelope["payload"]["actions"][0] | {"action_ts": ""} == {
        "type": "button",
        "action_id": "case_open",
        "block_id": "C-2",
        "action_ts": "",
        "text": {"type": "plain_text", "text": "Press", "emoji": True},
        "value": "C-2",
    }
