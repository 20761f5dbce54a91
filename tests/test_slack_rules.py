"""The rules that every payload of the tests keeps to say so when one is broken."""

from typing import Any

import pytest

from bot.ports import ChatMessage
from bot.sandbox.slack import Workspace
from bot.sandbox.slack.state import Call
from tests import slack_rules
from tests.outside import APPROVALS, NOW, FakeChat

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*C-7* waits", "verbatim": True}}
INPUT = {
    "type": "input",
    "block_id": "note",
    "label": {"type": "plain_text", "text": "Note"},
    "element": {"type": "plain_text_input", "action_id": "note", "max_length": 10},
}
CHOICE = {"text": {"type": "plain_text", "text": "b"}, "value": "b"}
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "C-7"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [SECTION, INPUT],
}


def section(text: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a text
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True, **more}}


def options(*values: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a menu
    each = [{"text": {"type": "plain_text", "text": value}, "value": value} for value in values]
    menu = {"type": "static_select", "action_id": "a", "options": each, **more}
    return {"type": "actions", "elements": [menu]}


BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "no text": ("chat.postMessage", {"blocks": [SECTION]}),
    "a text that could not be changed": ("chat.postMessage", {"text": "x" * 4_001}),
    "a broadcast": ("response_url", {"text": "<!channel> hello"}),
    "a link": ("response_url", {"text": "see <https://evil.example|x>"}),
    "an ampersand": ("response_url", {"text": "Lindgren & Söhne"}),
    "not verbatim": ("chat.update", {"text": "x", "blocks": [section("x", verbatim=False)]}),
    "an emoji too many": ("chat.postMessage", {"text": "x", "blocks": [section("\U0001f600" * 1_501)]}),
    "too many blocks": ("chat.postEphemeral", {"text": "x", "blocks": [SECTION] * 51}),
    "too much of everything": ("chat.postMessage", {"text": "x", "blocks": [section("x" * 2_900)] * 4}),
    "names become pings": ("chat.postMessage", {"text": "x", "link_names": True}),
    "an id twice": ("response_url", {"text": "x", "blocks": [SECTION | {"block_id": "a"}] * 2}),
    "a value twice": ("response_url", {"text": "x", "blocks": [options("a", "a")]}),
    "chosen, not offered": (
        "response_url",
        {"text": "x", "blocks": [options("a", initial_option=CHOICE)]},
    ),
    "a modal without a title": ("views.open", {"view": MODAL | {"title": None}}),
    "an input and nothing to press": ("views.open", {"view": MODAL | {"submit": None}}),
    "a home tab of 101 blocks": ("views.publish", {"view": {"type": "home", "blocks": [SECTION] * 101}}),
    "a bad view in an ack": ("ack", {"response_action": "push", "view": {"type": "modal"}}),
    "an error that says nothing": ("ack", {"response_action": "errors", "errors": {"note": ""}}),
    "no errors": ("ack", {"response_action": "errors", "errors": {}}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_said(name: str) -> None:
    method, given = BROKEN[name]

    assert slack_rules.call_faults(method, given) != []


def test_what_keeps_the_rules_passes() -> None:
    """At the edge: as many blocks, as much text, as many emoji as may be."""
    said = {"text": "<@U0AVERY0001> &amp; &lt;!channel&gt;", "blocks": [SECTION] * 50}
    wide = {"text": "x", "blocks": [section("\U0001f600" * 1_500)]}

    assert slack_rules.call_faults("chat.postMessage", said) == []
    assert slack_rules.call_faults("chat.update", wide) == []
    assert slack_rules.call_faults("views.push", {"view": MODAL}) == []
    assert slack_rules.call_faults("ack", {}) == []


def test_a_fake_notes_what_is_sent_to_it() -> None:
    FakeChat().post(ChatMessage(channel=APPROVALS, key="card:C-7:1", text="<!here>"))

    assert "card:C-7:1: angle brackets" in slack_rules.BOOK.take()[0]


def test_what_the_embedded_workspace_refuses_is_noted_though_nobody_looks() -> None:
    workspace = Workspace(now=lambda: NOW)
    workspace.record_call(Call(method="chat.postMessage", arguments={"text": ""}, error="no_text"))
    workspace.record_call(Call(method="chat.postMessage", arguments={}, error="no_text", planned=True))

    assert slack_rules.BOOK.take() == ["chat.postMessage: refused with no_text: {'text': ''}"]
