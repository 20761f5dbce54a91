"""Block Kit's limits: at the edge it passes, one beyond it is refused with the place of the fault."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.slack.limits import check_blocks, check_view
from bot.sandbox.slack.pulse import Json
from tests.budget import examples
from tests.sandbox.slack.cards import actions, button, entry, home, modal, option, plain, section, typed

CONFIRM = {"title": plain("t"), "text": plain("t"), "confirm": plain("y"), "deny": plain("n")}


def select(count: int) -> Json:
    return {
        "type": "static_select",
        "action_id": "a",
        "options": [option(str(number)) for number in range(count)],
    }


def boxes(count: int, kind: str = "checkboxes") -> Json:
    return {"type": kind, "action_id": "a", "options": [option(str(number)) for number in range(count)]}


AT_THE_EDGE: dict[str, tuple[Any, Any, str]] = {
    "section text": (section("x" * 3000), section("x" * 3001), "/blocks/0/text/text"),
    "fields": (
        {"type": "section", "fields": [plain("x" * 2000)] * 10},
        {"type": "section", "fields": [plain("x")] * 11},
        "/blocks/0/fields",
    ),
    "field text": (
        {"type": "section", "fields": [plain("x" * 2000)]},
        {"type": "section", "fields": [plain("x" * 2001)]},
        "/blocks/0/fields/0/text",
    ),
    "header": (
        {"type": "header", "text": plain("x" * 150)},
        {"type": "header", "text": plain("x" * 151)},
        "/blocks/0/text/text",
    ),
    "context elements": (
        {"type": "context", "elements": [plain("x")] * 10},
        {"type": "context", "elements": [plain("x")] * 11},
        "/blocks/0/elements",
    ),
    "action elements": (
        actions(*(button(str(number)) for number in range(25))),
        actions(*(button(str(number)) for number in range(26))),
        "/blocks/0/elements",
    ),
    "button text": (
        actions(button("a", "x" * 75)),
        actions(button("a", "x" * 76)),
        "/blocks/0/elements/0/text/text",
    ),
    "button value": (
        actions(button("a", value="x" * 2000)),
        actions(button("a", value="x" * 2001)),
        "/blocks/0/elements/0/value",
    ),
    "action id": (actions(button("x" * 255)), actions(button("x" * 256)), "/blocks/0/elements/0/action_id"),
    "block id": (
        {"type": "divider", "block_id": "x" * 255},
        {"type": "divider", "block_id": "x" * 256},
        "/blocks/0/block_id",
    ),
    "button style": (
        actions(button("a", style="danger")),
        actions(button("a", style="loud")),
        "/blocks/0/elements/0/style",
    ),
    "confirm title": (
        actions(button("a", confirm=CONFIRM | {"title": plain("x" * 100)})),
        actions(button("a", confirm=CONFIRM | {"title": plain("x" * 101)})),
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "options": (actions(select(100)), actions(select(101)), "/blocks/0/elements/0/options"),
    "radio buttons": (
        actions(boxes(10, "radio_buttons")),
        actions(boxes(11, "radio_buttons")),
        "/blocks/0/elements/0/options",
    ),
    "checkboxes": (actions(boxes(10)), actions(boxes(11)), "/blocks/0/elements/0/options"),
    "overflow": (
        actions(boxes(5, "overflow")),
        actions(boxes(6, "overflow")),
        "/blocks/0/elements/0/options",
    ),
    "option text": (
        actions(select(1) | {"options": [option("v", "x" * 75)]}),
        actions(select(1) | {"options": [option("v", "x" * 76)]}),
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value": (
        actions(select(1) | {"options": [option("x" * 150, "t")]}),
        actions(select(1) | {"options": [option("x" * 151, "t")]}),
        "/blocks/0/elements/0/options/0/value",
    ),
    "image": (
        {"type": "image", "image_url": "https://example.org/x.png", "alt_text": "x"},
        {"type": "image", "image_url": "https://example.org/x.png"},
        "/blocks/0",
    ),
    "markdown": (
        {"type": "markdown", "text": "x" * 12_000},
        {"type": "markdown", "text": "x" * 12_001},
        "/blocks/0/text",
    ),
}
REFUSED: dict[str, tuple[Any, str]] = {
    "an unknown block": ({"type": "carousel"}, "unsupported type: carousel [json-pointer:/blocks/0/type]"),
    "a block without a type": ({"text": "x"}, "missing required field: type"),
    "a block that is no object": ("text", "must provide an object"),
    "an unknown element": (actions({"type": "lever"}), "unsupported type: lever"),
    "an input element among actions": (actions(typed()), "unsupported type: plain_text_input"),
    "an unknown field": (section("x", colour="red"), "invalid additional property: colour"),
    "an empty section": ({"type": "section"}, "must define either `text` or `fields`"),
    "an empty text": (section(""), "must be more than 0 characters"),
    "no actions": (actions(), "no less than 1 items allowed"),
    "markup in a header": ({"type": "header", "text": section("x")["text"]}, "unsupported type: mrkdwn"),
    "a button without text": (actions({"type": "button", "action_id": "a"}), "missing required field: text"),
    "a number as text": (section("x") | {"text": plain("x") | {"text": 7}}, "must be a string"),
    "options and option groups": (
        actions(select(1) | {"option_groups": [{"label": plain("g"), "options": [option("a")]}]}),
        "cannot define both",
    ),
    "two actions of one id in a block": (
        actions(button("same"), button("same")),
        "action_id `same` already exists",
    ),
}


@pytest.mark.parametrize("name", AT_THE_EDGE)
def test_the_edge_is_taken_and_one_beyond_is_refused(name: str) -> None:
    good, bad, pointer = AT_THE_EDGE[name]

    assert check_blocks([good]) == []
    assert any(f"[json-pointer:{pointer}]" in problem for problem in check_blocks([bad]))


@pytest.mark.parametrize("name", REFUSED)
def test_what_slack_does_not_know_is_refused(name: str) -> None:
    block, problem = REFUSED[name]

    assert any(problem in found for found in check_blocks([block]))


def test_a_message_holds_fifty_blocks_and_a_view_a_hundred() -> None:
    divider = {"type": "divider"}

    assert check_blocks([divider] * 50) == []
    assert check_blocks([divider] * 51) == ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]
    assert check_view(home(*[divider] * 100)) == []
    assert check_view(home(*[divider] * 101)) == [
        "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"
    ]


def test_block_ids_are_unique_but_an_action_may_repeat_in_another_block() -> None:
    twice = [actions(button("open"), block_id="one"), actions(button("open"), block_id="two")]

    assert check_blocks(twice) == []
    assert "block_id `one` already exists" in check_blocks([twice[0], twice[0]])[0]


def test_a_modal_title_has_24_characters() -> None:
    assert check_view(modal(section("x"), title=plain("x" * 24))) == []
    assert "/view/title/text" in check_view(modal(section("x"), title=plain("x" * 25)))[0]


def test_a_modal_with_inputs_needs_a_submit() -> None:
    without = modal(entry("reason", typed()))
    del without["submit"]

    assert check_view(without) == ["[ERROR] missing required field: submit [json-pointer:/view]"]


def test_a_modal_needs_a_title_and_blocks() -> None:
    problems = check_view({"type": "modal"})

    assert [problem.split(" [")[0] for problem in problems] == [
        "[ERROR] missing required field: blocks",
        "[ERROR] missing required field: title",
    ]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "blocks", "options", "title"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=examples(50), deadline=None)
@given(JUNK)
def test_nothing_makes_the_validator_stumble(junk: Any) -> None:  # noqa: ANN401 - anything
    assert isinstance(check_blocks(junk), list)
    assert isinstance(check_view(junk), list)
