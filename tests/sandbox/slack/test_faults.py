"""Misfortune on order: refusals, outages, cut lines, slow answers."""

import time
from http.client import RemoteDisconnected

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.sandbox.slack import SlackServer, Workspace


@pytest.fixture
def patience() -> float:
    return 0.4


@pytest.fixture
def client(server: SlackServer) -> WebClient:
    """Without retries: each call fails for itself."""
    return WebClient(server.workspace.bot_token, base_url=server.api_url, retry_handlers=[])


def texts(workspace: Workspace) -> list[str]:
    return [message["text"] for message in workspace.messages("approvals")]


def test_a_rate_limit_says_when_to_come_back(client: WebClient, workspace: Workspace) -> None:
    workspace.faults.rate_limit("chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="approvals", text="one")
    client.chat_postMessage(channel="approvals", text="two")

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    assert texts(workspace) == ["two"]


def test_the_sdk_waits_out_a_rate_limit(server: SlackServer, workspace: Workspace) -> None:
    handler = RateLimitErrorRetryHandler(max_retry_count=1)
    client = WebClient(workspace.bot_token, base_url=server.api_url, retry_handlers=[handler])
    workspace.faults.rate_limit("chat.postMessage", retry_after=0)

    assert client.chat_postMessage(channel="approvals", text="once")["ok"]
    assert texts(workspace) == ["once"]


def test_a_server_error_has_no_effect(client: WebClient, workspace: Workspace) -> None:
    workspace.faults.server_error("chat.postMessage", times=2, status=500)
    for _ in range(2):
        with pytest.raises(SlackApiError):
            client.chat_postMessage(channel="approvals", text="lost")

    assert texts(workspace) == []


def test_a_line_cut_before_the_effect_leaves_nothing(client: WebClient, workspace: Workspace) -> None:
    workspace.faults.cut_before("chat.postMessage")
    with pytest.raises(RemoteDisconnected):
        client.chat_postMessage(channel="approvals", text="lost")

    assert texts(workspace) == []


def test_a_line_cut_after_the_effect_leaves_the_message(client: WebClient, workspace: Workspace) -> None:
    workspace.faults.cut_after("chat.postMessage")
    with pytest.raises(RemoteDisconnected):
        client.chat_postMessage(channel="approvals", text="there all the same")

    assert texts(workspace) == ["there all the same"]


def test_other_methods_are_left_alone(client: WebClient, workspace: Workspace) -> None:
    workspace.faults.server_error("chat.update")

    assert client.chat_postMessage(channel="approvals", text="fine")["ok"]


def test_a_method_can_refuse_with_any_code(client: WebClient, workspace: Workspace) -> None:
    workspace.faults.refuse("chat.postMessage", "restricted_action")
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="approvals", text="no")

    assert refused.value.response["error"] == "restricted_action"


def test_a_slow_answer_is_slow(client: WebClient, workspace: Workspace) -> None:
    workspace.faults.slow("auth.test", seconds=0.05)
    before = time.monotonic()
    client.auth_test()

    assert time.monotonic() - before >= 0.05


@pytest.mark.usefixtures("raw_app")
def test_slack_can_be_down_for_a_while(client: WebClient, workspace: Workspace) -> None:
    workspace.faults.go_down()
    with pytest.raises(SlackApiError) as refused:
        client.auth_test()
    lost = workspace.sockets.connected
    workspace.faults.come_up()

    assert (refused.value.response.status_code, lost) == (503, 0)
    assert client.auth_test()["ok"]


def test_every_call_is_on_record(client: WebClient, workspace: Workspace) -> None:
    client.chat_postMessage(channel="approvals", text="one")
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel="nowhere", text="two")

    calls = workspace.calls("chat.postMessage")
    assert [(call.arguments["text"], call.error) for call in calls] == [
        ("one", ""),
        ("two", "channel_not_found"),
    ]


def test_a_stopped_workspace_can_start_again(workspace: Workspace) -> None:
    for _ in range(2):
        with SlackServer(workspace) as server:
            client = WebClient(workspace.bot_token, base_url=server.api_url, retry_handlers=[])
            client.chat_postMessage(channel="approvals", text="still here")

    assert texts(workspace) == ["still here", "still here"]


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.168.1.7", "example.org"])
def test_it_listens_on_loopback_only(workspace: Workspace, host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        SlackServer(workspace, host=host)


@pytest.mark.parametrize(
    "url", ["http://example.org/slack/events", "https://127.0.0.1/x", "file:///etc/passwd"]
)
def test_it_delivers_to_loopback_only(workspace: Workspace, url: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        workspace.deliver_to(url)
