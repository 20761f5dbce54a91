"""The Web API: Slack's shapes for good calls, Slack's codes for bad ones."""

from typing import Any
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import SlackServer, Workspace
from bot.sandbox.slack.cast import AVERY, BOT_ID, BOT_USER_ID, CASEY, DANA, ELI, TEAM_ID
from bot.sandbox.slack.pulse import Json
from tests.sandbox.slack.cards import actions, button, modal, section

APPROVALS, SUPPORT, GENERAL = "C0APPROVALS", "C0SUPPORT01", "C0GENERAL01"
NEVER = "1000000000.000000"


@pytest.fixture
def client(server: SlackServer) -> WebClient:
    return WebClient(server.workspace.bot_token, base_url=server.api_url, retry_handlers=[])


def refusal(client: WebClient, method: str, **arguments: Any) -> Json:  # noqa: ANN401 - any JSON
    with pytest.raises(SlackApiError) as refused:
        client.api_call(method, json=arguments)
    answer: Json = refused.value.response.data
    return answer


def test_the_bot_learns_who_it_is(client: WebClient) -> None:
    answer = client.auth_test()

    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (BOT_USER_ID, BOT_ID, TEAM_ID)
    assert "chat:write" in answer.headers["X-OAuth-Scopes"]


@pytest.mark.parametrize(
    ("token", "method", "code"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        ("app", "chat.postMessage", "not_allowed_token_type"),
        ("bot", "apps.connections.open", "not_allowed_token_type"),
        ("bot", "chat.shout", "unknown_method"),
    ],
)
def test_tokens_open_only_their_own_doors(server: SlackServer, token: str, method: str, code: str) -> None:
    tokens = {"app": server.workspace.app_token, "bot": server.workspace.bot_token}
    client = WebClient(tokens.get(token, token), base_url=server.api_url, retry_handlers=[])

    assert refusal(client, method)["error"] == code


def test_a_missing_scope_is_named(client: WebClient, workspace: Workspace) -> None:
    workspace.scopes = {"users:read"}
    answer = refusal(client, "chat.postMessage", channel=APPROVALS, text="x")

    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "chat:write",
        "users:read",
    )


BAD_CALLS: list[tuple[str, Json, str]] = [
    ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": APPROVALS}, "no_text"),
    ("chat.postMessage", {"channel": APPROVALS, "text": "  "}, "no_text"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": APPROVALS, "text": "x" * 40_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": APPROVALS, "blocks": [{"type": "carousel"}]}, "invalid_blocks"),
    ("chat.postMessage", {"channel": APPROVALS, "blocks": "[{"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": APPROVALS, "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": APPROVALS, "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
    ("chat.postMessage", {"channel": APPROVALS, "text": "x", "thread_ts": NEVER}, "thread_not_found"),
    ("chat.postMessage", {"channel": APPROVALS, "text": "x", "metadata": "{"}, "invalid_metadata_format"),
    (
        "chat.postMessage",
        {"channel": APPROVALS, "text": "x", "metadata": {"a": 1}},
        "invalid_metadata_format",
    ),
    ("chat.postEphemeral", {"channel": APPROVALS, "user": "U0NOBODY", "text": "x"}, "user_not_found"),
    ("chat.postEphemeral", {"channel": APPROVALS, "user": DANA.id, "text": "x"}, "user_not_in_channel"),
    ("chat.update", {"channel": APPROVALS, "ts": NEVER, "text": "x"}, "message_not_found"),
    ("chat.update", {"channel": "#approvals", "ts": NEVER, "text": "x"}, "channel_not_found"),
    ("chat.delete", {"channel": APPROVALS, "ts": NEVER}, "message_not_found"),
    ("chat.getPermalink", {"channel": APPROVALS, "message_ts": NEVER}, "message_not_found"),
    ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
    ("conversations.history", {"channel": GENERAL}, "not_in_channel"),
    ("conversations.replies", {"channel": APPROVALS, "ts": NEVER}, "thread_not_found"),
    ("conversations.list", {"types": "secret"}, "invalid_types"),
    ("conversations.list", {"cursor": "!"}, "invalid_cursor"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@desk.example"}, "users_not_found"),
    ("users.lookupByEmail", {"email": ELI.email}, "users_not_found"),
    ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam"),
    ("reactions.add", {"channel": APPROVALS, "timestamp": NEVER, "name": "eyes"}, "message_not_found"),
    ("reactions.add", {"channel": APPROVALS, "timestamp": NEVER, "name": "<b>"}, "invalid_name"),
    ("files.info", {"file": "F0NONE"}, "file_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "F0NONE"}]}, "file_not_found"),
    ("views.open", {"trigger_id": "1.2.3", "view": modal(section("x"))}, "invalid_trigger_id"),
    ("views.update", {"view_id": "V0NONE", "view": modal(section("x"))}, "not_found"),
    ("views.publish", {"user_id": AVERY.id, "view": modal(section("x"))}, "invalid_arguments"),
    ("api.test", {"error": "my_error"}, "my_error"),
]


@pytest.mark.parametrize(("method", "arguments", "code"), BAD_CALLS)
def test_a_bad_call_gets_slacks_own_code(client: WebClient, method: str, arguments: Json, code: str) -> None:
    assert refusal(client, method, **arguments)["error"] == code


def test_bad_blocks_are_explained(client: WebClient) -> None:
    answer = refusal(client, "chat.postMessage", channel=APPROVALS, blocks=[section("x" * 3001)])

    explained = ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]
    assert answer["response_metadata"]["messages"] == answer["errors"] == explained


def test_a_posted_message_comes_back_as_slack_keeps_it(client: WebClient) -> None:
    answer = client.chat_postMessage(channel="#approvals", text="card", blocks=[section("x")])

    assert answer["channel"] == APPROVALS
    message: Json = answer["message"]
    assert message["blocks"][0]["block_id"]
    assert message["blocks"][0]["text"] == {"type": "mrkdwn", "text": "x", "verbatim": False}
    assert (message["user"], message["bot_id"], message["type"]) == (BOT_USER_ID, BOT_ID, "message")


def test_forms_and_json_are_read_alike(client: WebClient, workspace: Workspace) -> None:
    blocks = [actions(button("a"))]
    client.api_call("chat.postMessage", json={"channel": APPROVALS, "text": "x", "blocks": blocks})
    client.api_call(
        "chat.postMessage",
        params={
            "channel": APPROVALS,
            "text": "x",
            "blocks": '[{"type": "actions", "elements": [{"type": "button", "action_id": "a",'
            ' "text": {"type": "plain_text", "text": "Press"}}]}]',
        },
    )
    first, second = (message["blocks"][0]["elements"] for message in workspace.messages("approvals"))

    assert first == second


def test_metadata_is_kept_and_shown_when_asked_for(client: WebClient) -> None:
    metadata = {"event_type": "usher_card", "event_payload": {"case": "C-1"}}
    client.chat_postMessage(channel=APPROVALS, text="card", metadata=metadata)
    plain = client.conversations_history(channel=APPROVALS)["messages"][0]
    whole = client.conversations_history(channel=APPROVALS, include_all_metadata=True)["messages"][0]

    assert "metadata" not in plain
    assert whole["metadata"] == metadata


def test_an_update_keeps_the_blocks_it_does_not_send(client: WebClient, workspace: Workspace) -> None:
    ts = str(client.chat_postMessage(channel=APPROVALS, text="one", blocks=[section("kept")])["ts"])
    client.chat_update(channel=APPROVALS, ts=ts, text="two")
    kept = workspace.messages("approvals")[0]
    client.chat_update(channel=APPROVALS, ts=ts, text="three", blocks=[])
    bare = workspace.messages("approvals")[0]

    assert (kept["text"], kept["blocks"][0]["text"]["text"]) == ("two", "kept")
    assert bare["text"] == "three"
    assert "blocks" not in bare
    assert bare["edited"]["user"] == BOT_USER_ID


def test_nobody_elses_message_can_be_changed(client: WebClient, workspace: Workspace) -> None:
    said = workspace.act("blake").say("support", "mine").message or {}

    assert (
        refusal(client, "chat.update", channel=SUPPORT, ts=said["ts"], text="x")["error"]
        == "cant_update_message"
    )
    assert refusal(client, "chat.delete", channel=SUPPORT, ts=said["ts"])["error"] == "cant_delete_message"


def test_a_deleted_parent_leaves_a_tombstone(client: WebClient, workspace: Workspace) -> None:
    ts = str(client.chat_postMessage(channel=APPROVALS, text="question")["ts"])
    client.chat_postMessage(channel=APPROVALS, text="answer", thread_ts=ts)
    client.chat_delete(channel=APPROVALS, ts=ts)

    assert [one.get("subtype") for one in workspace.messages("approvals")] == ["tombstone", None]


def test_history_comes_in_pages_newest_first_without_replies(client: WebClient) -> None:
    stamps = [str(client.chat_postMessage(channel=APPROVALS, text=str(one))["ts"]) for one in range(5)]
    client.chat_postMessage(channel=APPROVALS, text="reply", thread_ts=stamps[0])
    pages = [page["messages"] for page in client.conversations_history(channel=APPROVALS, limit=2)]

    assert [[one["text"] for one in page] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    assert pages[-1][0]["reply_count"] == 1


def test_history_between_two_moments(client: WebClient) -> None:
    stamps = [str(client.chat_postMessage(channel=APPROVALS, text=str(one))["ts"]) for one in range(4)]

    def texts(*, inclusive: bool) -> list[str]:
        answer = client.conversations_history(
            channel=APPROVALS, oldest=stamps[1], latest=stamps[2], inclusive=inclusive
        )
        return [one["text"] for one in answer["messages"]]

    assert texts(inclusive=False) == []
    assert texts(inclusive=True) == ["2", "1"]


def test_a_thread_brings_its_parent(client: WebClient) -> None:
    ts = str(client.chat_postMessage(channel=APPROVALS, text="question")["ts"])
    answer = str(client.chat_postMessage(channel=APPROVALS, text="answer", thread_ts=ts)["ts"])
    thread = client.conversations_replies(channel=APPROVALS, ts=answer)["messages"]

    assert [one["text"] for one in thread] == ["question", "answer"]


def test_a_direct_message_goes_to_its_person(client: WebClient, workspace: Workspace) -> None:
    opened = client.conversations_open(users=AVERY.id)["channel"]["id"]
    posted = client.chat_postMessage(channel=AVERY.id, text="psst")

    assert posted["channel"] == opened
    assert [one["text"] for one in workspace.messages("dm", member="avery")] == ["psst"]
    assert client.conversations_info(channel=opened)["channel"]["user"] == AVERY.id


def test_people_are_told_apart(client: WebClient) -> None:
    dana, eli = client.users_info(user=DANA.id)["user"], client.users_info(user=ELI.id)["user"]

    assert (dana["is_restricted"], dana["profile"]["email"]) == (True, DANA.email)
    assert (eli["is_stranger"], eli["team_id"] != TEAM_ID, "email" in eli["profile"]) == (True, True, False)
    listed = [one["id"] for one in client.users_list()["members"]]
    assert AVERY.id in listed
    assert ELI.id not in listed


def test_the_approvers_group_names_its_members(client: WebClient) -> None:
    group = client.usergroups_list(include_users=True)["usergroups"][0]

    assert group["handle"] == "onboarding-approvers"
    assert (
        group["users"] == client.usergroups_users_list(usergroup=group["id"])["users"] == [AVERY.id, CASEY.id]
    )


def test_the_bot_can_join_a_channel(client: WebClient) -> None:
    client.conversations_join(channel=GENERAL)
    again = client.conversations_join(channel=GENERAL)

    assert again["warning"] == "already_in_channel"
    assert BOT_USER_ID in client.conversations_members(channel=GENERAL)["members"]
    assert client.conversations_info(channel=GENERAL)["channel"]["is_ext_shared"] is True


def test_the_channels_the_bot_is_in(client: WebClient) -> None:
    mine = client.users_conversations()["channels"]

    assert {one["name"] for one in mine} == {"approvals", "support"}
    assert len(client.conversations_list(limit=2)["channels"]) == 2


def test_a_file_is_uploaded_in_three_steps(client: WebClient, workspace: Workspace) -> None:
    client.files_upload_v2(channel=APPROVALS, filename="ris.csv", content="a;b", initial_comment="The form")
    message = workspace.messages("approvals")[0]
    address = message["files"][0]["url_private"]
    with urlopen(Request(address, headers={"Authorization": f"Bearer {client.token}"})) as answer:
        content, disposition = answer.read(), answer.headers["Content-Disposition"]
    with urlopen(Request(address, headers={"Authorization": "Bearer xoxb-wrong"})) as answer:
        for_a_stranger = answer.read()

    assert b"a;b" not in for_a_stranger

    assert (message["text"], message["files"][0]["name"], content) == ("The form", "ris.csv", b"a;b")
    assert disposition.startswith("attachment")


def test_a_reaction_is_given_once(client: WebClient, workspace: Workspace) -> None:
    ts = str(client.chat_postMessage(channel=APPROVALS, text="card")["ts"])
    client.reactions_add(channel=APPROVALS, timestamp=ts, name="eyes")

    again = refusal(client, "reactions.add", channel=APPROVALS, timestamp=ts, name="eyes")
    assert again["error"] == "already_reacted"
    assert workspace.messages("approvals")[0]["reactions"] == [
        {"name": "eyes", "users": [BOT_USER_ID], "count": 1}
    ]


def test_messages_keep_their_order_while_the_clock_stands_still(client: WebClient) -> None:
    stamps = [str(client.chat_postMessage(channel=APPROVALS, text="x")["ts"]) for _ in range(20)]

    assert stamps == sorted(set(stamps))


def test_the_smaller_answers_have_their_shape(client: WebClient) -> None:
    assert client.team_info()["team"]["id"] == TEAM_ID
    assert client.bots_info(bot=BOT_ID)["bot"]["user_id"] == BOT_USER_ID
    assert client.api_test(foo="bar")["args"]["foo"] == "bar"
    assert client.users_lookupByEmail(email="Avery@desk.example")["user"]["id"] == AVERY.id
