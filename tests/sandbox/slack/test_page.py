"""The page: what a person sees, and that forms do what people do in Slack."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.sandbox.slack import Workspace, conversation
from bot.sandbox.slack.cast import AVERY
from bot.sandbox.slack.courier import Courier, Envelope
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.server import build_app
from tests.sandbox.slack.cards import actions, button, entry, home, modal, option, plain, section, typed

pytestmark = pytest.mark.slow

OWN = {"Origin": "http://localhost"}


class Answering:
    """A transport whose app acknowledges everything at once, with what it was told to."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self.answer: Json | None = None
        self.payloads: list[Json] = []

    def send(self, envelope: Envelope) -> bool:
        self.payloads.append(envelope.payload)
        self._courier.acknowledge(envelope.id, self.answer)
        return True

    def cut(self) -> None:
        """There is no line."""


@pytest.fixture
def app(workspace: Workspace) -> Answering:
    answering = Answering(workspace.courier)
    workspace.courier.transport = answering
    return answering


@pytest.fixture
def browser(workspace: Workspace) -> Iterator[FlaskClient]:
    with build_app(workspace).test_client() as client:
        yield client


def post(browser: FlaskClient, act: str, **fields: object) -> TestResponse:
    return browser.post(f"/act/{act}", data=fields, headers=OWN, follow_redirects=True)


def a_card(workspace: Workspace, *blocks: Json, text: str = "card") -> str:
    channel = workspace.directory.get_channel("approvals")
    return str(conversation.post_as_bot(workspace, channel, text=text, blocks=list(blocks))["ts"])


def page(browser: FlaskClient, query: str = "?as=avery&channel=approvals") -> str:
    return browser.get(f"/{query}").get_data(as_text=True)


def test_it_shows_a_card_with_handles_for_tests(workspace: Workspace, browser: FlaskClient) -> None:
    ts = a_card(workspace, section("*C-1* waits"), actions(button("case_approve", "Approve", value="C-1")))
    html = page(browser)

    assert f'data-ts="{ts}"' in html
    assert 'data-action-id="case_approve"' in html
    assert 'data-member="blake"' in html
    assert "<strong>C-1</strong> waits" in html


@pytest.mark.usefixtures("app")
def test_pressing_a_button_tells_the_app_who_pressed_it(
    workspace: Workspace, browser: FlaskClient, app: Answering
) -> None:
    ts = a_card(workspace, actions(button("case_approve", value="C-1")))
    fields = {"as": "blake", "channel": "approvals", "ts": ts, "action_id": "case_approve", "value": "C-1"}
    answer = post(browser, "click", **fields)

    assert answer.status_code == 200
    assert app.payloads[-1]["user"]["username"] == "blake"
    assert app.payloads[-1]["actions"][0]["value"] == "C-1"


def test_a_button_with_confirm_asks_first(workspace: Workspace, browser: FlaskClient, app: Answering) -> None:
    question = {
        "title": plain("Sure?"),
        "text": plain("It cannot be undone."),
        "confirm": plain("Do it"),
        "deny": plain("No"),
    }
    ts = a_card(workspace, actions(button("case_approve", value="C-1", confirm=question)))
    fields = {"as": "avery", "channel": "approvals", "ts": ts, "action_id": "case_approve", "value": "C-1"}
    asked = post(browser, "click", **fields).get_data(as_text=True)
    before = list(app.payloads)
    post(browser, "click", **fields, confirmed="1")

    assert "It cannot be undone." in asked
    assert before == []
    assert len(app.payloads) == 1


def test_a_choice_in_a_menu_is_sent_and_stays_chosen(
    workspace: Workspace, browser: FlaskClient, app: Answering
) -> None:
    menu = {"type": "static_select", "action_id": "kind", "options": [option("one"), option("two")]}
    ts = a_card(workspace, actions(menu))
    post(browser, "click", **{"as": "avery"}, channel="approvals", ts=ts, action_id="kind", value="two")

    assert app.payloads[-1]["actions"][0]["selected_option"]["value"] == "two"
    assert '<option value="two" selected>' in page(browser)


def test_several_ticks_are_sent_together(workspace: Workspace, browser: FlaskClient, app: Answering) -> None:
    boxes = {"type": "checkboxes", "action_id": "tell", "options": [option("a"), option("b"), option("c")]}
    ts = a_card(workspace, actions(boxes))
    post(
        browser, "click", **{"as": "avery"}, channel="approvals", ts=ts, action_id="tell", several="1",
        choices=["a", "c"],
    )  # fmt: skip

    chosen = app.payloads[-1]["actions"][0]["selected_options"]
    assert [one["value"] for one in chosen] == ["a", "c"]


def test_what_is_typed_is_said_and_a_slash_is_a_command(
    workspace: Workspace, browser: FlaskClient, app: Answering
) -> None:
    app.answer = {"text": "Nothing waits."}
    post(browser, "say", **{"as": "casey"}, channel="support", text="Good *morning*")
    html = post(browser, "say", **{"as": "casey"}, channel="support", text="/usher queue").get_data(
        as_text=True
    )

    assert workspace.messages("support")[-1]["text"] == "Good *morning*"
    assert app.payloads[-1]["command"] == "/usher"
    assert "Nothing waits." in html
    assert "Only visible to you" in html


def test_an_unknown_command_is_told_to_the_person(browser: FlaskClient) -> None:
    html = post(browser, "say", **{"as": "casey"}, channel="support", text="/nonsense").get_data(as_text=True)

    assert "/nonsense is not a valid command." in html


def test_without_an_app_a_press_shows_that_it_failed(workspace: Workspace, browser: FlaskClient) -> None:
    ts = a_card(workspace, actions(button("case_approve")))
    html = post(
        browser, "click", **{"as": "avery"}, channel="approvals", ts=ts, action_id="case_approve"
    ).get_data(as_text=True)

    assert "dispatch_failed" in html or "not connected" in html or "trouble" in html


def test_only_its_owner_sees_a_private_message(workspace: Workspace, browser: FlaskClient) -> None:
    channel = workspace.directory.get_channel("approvals")
    workspace.posts.add_ephemeral(channel.id, AVERY.id, {"user": "U0USHER0001", "text": "for Avery alone"})

    assert "for Avery alone" in page(browser)
    assert "for Avery alone" not in page(browser, "?as=blake&channel=approvals")


def test_a_modal_keeps_what_was_typed_and_shows_errors_at_their_input(
    workspace: Workspace, browser: FlaskClient, app: Answering
) -> None:
    view = workspace.modals.open(
        AVERY.id, modal(entry("reason", typed("text")), entry("who", typed("who"), optional=True))
    )
    app.answer = {"response_action": "errors", "errors": {"reason": "Say more, please."}}
    fields = {
        "as": "avery",
        "channel": "approvals",
        "view_id": view["id"],
        json.dumps(["reason", "text"]): "short",
    }
    html = post(browser, "submit", **fields).get_data(as_text=True)
    app.answer = None
    closed = post(browser, "submit", **fields).get_data(as_text=True)

    assert "Say more, please." in html
    assert 'data-error="reason"' in html
    assert 'value="short"' in html
    assert app.payloads[0]["view"]["state"]["values"]["reason"]["text"]["value"] == "short"
    assert view["id"] not in closed


def test_a_missing_field_never_reaches_the_app(
    workspace: Workspace, browser: FlaskClient, app: Answering
) -> None:
    view = workspace.modals.open(AVERY.id, modal(entry("reason", typed("text"))))
    html = post(browser, "submit", **{"as": "avery"}, view_id=view["id"]).get_data(as_text=True)

    assert "Please complete this required field." in html
    assert app.payloads == []


def test_every_input_of_a_form_arrives_in_slacks_shape(
    workspace: Workspace, browser: FlaskClient, app: Answering
) -> None:
    kinds: dict[str, tuple[Json, object, Json]] = {
        "mail": ({"type": "email_text_input"}, "ann@example.org", {"value": "ann@example.org"}),
        "count": ({"type": "number_input", "is_decimal_allowed": False}, "3", {"value": "3"}),
        "day": ({"type": "datepicker"}, "2026-03-09", {"selected_date": "2026-03-09"}),
        "time": ({"type": "timepicker"}, "14:30", {"selected_time": "14:30"}),
        "moment": ({"type": "datetimepicker"}, "2026-03-09T14:30", {"selected_date_time": 1773066600}),
        "person": ({"type": "users_select"}, AVERY.id, {"selected_user": AVERY.id}),
        "place": ({"type": "conversations_select"}, "C0SUPPORT01", {"selected_conversation": "C0SUPPORT01"}),
        "people": ({"type": "multi_users_select"}, [AVERY.id], {"selected_users": [AVERY.id]}),
    }
    blocks = [entry(name, {"action_id": "it", **element}) for name, (element, _, _) in kinds.items()]
    view = workspace.modals.open(AVERY.id, modal(*blocks))
    typed_in = {json.dumps([name, "it"]): value for name, (_, value, _) in kinds.items()}
    post(browser, "submit", **{"as": "avery"}, view_id=view["id"], **typed_in)

    values = app.payloads[-1]["view"]["state"]["values"]
    assert {name: values[name]["it"] for name in kinds} == {
        name: {"type": element["type"], **expected} for name, (element, _, expected) in kinds.items()
    }


def test_closing_a_modal_takes_it_away(workspace: Workspace, browser: FlaskClient) -> None:
    view = workspace.modals.open(AVERY.id, modal(section("words")))
    shown = page(browser)
    post(browser, "close", **{"as": "avery"}, view_id=view["id"])

    assert f'data-view-id="{view["id"]}"' in shown
    assert workspace.open_views("avery") == []


def test_the_home_tab_can_be_pressed(workspace: Workspace, browser: FlaskClient, app: Answering) -> None:
    view = workspace.modals.publish(
        AVERY.id, home(section("Hello", block_id="b", accessory=button("go", value="7")))
    )
    html = page(browser, "?as=avery&channel=home")
    found = re.search(r'name="press" value="([^"]+)"', html)
    assert found is not None
    pressed = unescape(found[1])
    post(browser, "click-view", **{"as": "avery"}, channel="home", view_id=view["id"], press=pressed)

    assert json.loads(pressed) == ["b", "go", "7"]
    assert app.payloads[-1]["actions"][0]["value"] == "7"
    assert app.payloads[-1]["container"] == {"type": "view", "view_id": view["id"]}


def test_nobody_submits_a_form_of_somebody_else(
    workspace: Workspace, browser: FlaskClient, app: Answering
) -> None:
    view = workspace.modals.open(AVERY.id, modal(entry("reason", typed("text"))))
    post(browser, "submit", **{"as": "blake"}, view_id=view["id"], **{json.dumps(["reason", "text"]): "mine"})

    assert app.payloads == []
    assert workspace.open_views("avery")[0]["state"]["values"]["reason"]["text"]["value"] is None


def test_a_thread_is_shown_beside_its_channel(workspace: Workspace, browser: FlaskClient) -> None:
    ts = a_card(workspace, text="the question")
    post(browser, "say", **{"as": "casey"}, channel="approvals", thread=ts, text="the answer")

    assert "the answer" not in page(browser)
    assert "1 reply" in page(browser)
    assert "the answer" in page(browser, f"?as=avery&channel=approvals&thread={ts}")


def test_a_permalink_leads_to_its_message(workspace: Workspace, browser: FlaskClient) -> None:
    ts = a_card(workspace)
    answer = browser.get(f"/archives/C0APPROVALS/p{ts.replace('.', '')}")

    assert answer.headers["Location"].endswith(f"#m{ts}")


def test_unread_messages_are_counted_until_looked_at(workspace: Workspace, browser: FlaskClient) -> None:
    workspace.act("blake").say("support", "news")

    assert 'class="unread"' in page(browser)
    page(browser, "?as=avery&channel=support")
    assert 'class="unread"' not in page(browser)


def test_the_browser_learns_of_a_change(workspace: Workspace, browser: FlaskClient) -> None:
    version = workspace.pulse.version
    workspace.act("blake").say("support", "news")

    assert browser.get(f"/changes?since={version}").get_json()["version"] > version


@pytest.mark.parametrize("who", ["nobody", "usher", "", "<script>"])
def test_only_people_of_the_workspace_can_be_acted(browser: FlaskClient, who: str) -> None:
    assert browser.get("/", query_string={"as": who}).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:9"},
    ],
)
def test_a_form_from_elsewhere_does_nothing(
    workspace: Workspace, browser: FlaskClient, headers: dict[str, str]
) -> None:
    answer = browser.post(
        "/act/say", data={"as": "avery", "channel": "support", "text": "forged"}, headers=headers
    )

    assert answer.status_code == 403
    assert workspace.messages("support") == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1"])
def test_another_name_for_this_machine_is_turned_away(browser: FlaskClient, host: str) -> None:
    for path in ("/", "/api/auth.test", "/changes"):
        assert browser.get(path, headers={"Host": host}).status_code == 421


def test_the_page_lets_nothing_foreign_run(workspace: Workspace, browser: FlaskClient) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    a_card(
        workspace,
        section(hostile),
        {"type": "image", "image_url": "https://elsewhere.example/x.png", "alt_text": hostile},
        text=hostile,
    )
    workspace.act("blake").say("approvals", hostile)
    answer = browser.get("/?as=avery&channel=approvals&thread=%3Cscript%3E")
    html = answer.get_data(as_text=True)

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert 'elsewhere.example/x.png" alt' not in html
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "style=" not in html
