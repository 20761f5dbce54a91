"""An unmodified Bolt app lives in the workspace: Socket Mode with both of its clients, and HTTP."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, Response, request
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler as WebsocketClientHandler
from werkzeug.serving import make_server

from bot.sandbox.slack import SlackServer, Workspace
from bot.sandbox.slack.cast import AVERY, BLAKE, BOT_USER_ID, USHER
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.server import Quiet
from tests.sandbox.slack.cards import actions, button
from tests.sandbox.slack.conftest import TurnableClock
from tests.sandbox.slack.deskapp import QUIET, DeskApp

pytestmark = pytest.mark.slow

HOSTED = ("builtin", "websocket_client", "http")


@pytest.fixture(scope="module", params=HOSTED)
def desk(request: pytest.FixtureRequest) -> Iterator[tuple[Workspace, DeskApp]]:
    """A running app; each test uses what it posts itself."""
    workspace = Workspace(now=TurnableClock(), retry_after=(0.0, 0.05))
    with SlackServer(workspace) as server:
        desk = DeskApp(server)
        hosts = {
            "builtin": socket_mode,
            "websocket_client": socket_mode_by_websocket_client,
            "http": over_http,
        }
        yield from hosts[request.param](workspace, desk)


def socket_mode(workspace: Workspace, desk: DeskApp) -> Iterator[tuple[Workspace, DeskApp]]:
    handler = SocketModeHandler(desk.app, workspace.app_token, logger=QUIET)
    handler.connect()  # type: ignore[no-untyped-call]
    workspace.wait_until_connected()
    yield workspace, desk
    handler.close()  # type: ignore[no-untyped-call]


def socket_mode_by_websocket_client(
    workspace: Workspace, desk: DeskApp
) -> Iterator[tuple[Workspace, DeskApp]]:
    handler = WebsocketClientHandler(desk.app, workspace.app_token, logger=QUIET, ping_interval=2)
    handler.connect()  # type: ignore[no-untyped-call]
    workspace.wait_until_connected()
    yield workspace, desk
    handler.close()  # type: ignore[no-untyped-call]


def over_http(workspace: Workspace, desk: DeskApp) -> Iterator[tuple[Workspace, DeskApp]]:
    web, handler = Flask(__name__), SlackRequestHandler(desk.app)

    @web.post("/slack/events")
    def events() -> Response:
        return handler.handle(request)

    host = make_server("127.0.0.1", 0, web, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    workspace.deliver_to(f"http://127.0.0.1:{host.server_port}/slack/events")
    yield workspace, desk
    workspace.deliver_to(None)
    host.shutdown()
    thread.join()
    host.server_close()


Desk = tuple[Workspace, DeskApp]


def a_card(desk: Desk) -> str:
    posted = desk[1].app.client.chat_postMessage(
        channel="approvals", text="card", blocks=[actions(button("case_approve", value="C-1"))]
    )
    return str(posted["ts"])


def found(workspace: Workspace, ts: str) -> Json:
    return next(message for message in workspace.messages("approvals") if message["ts"] == ts)


def test_a_pressed_button_updates_its_card_and_answers_the_person(desk: Desk) -> None:
    workspace, _ = desk
    ts = a_card(desk)
    outcome = workspace.act("avery").click("approvals", ts, "case_approve")

    answer = workspace.wait_for(lambda: workspace.ephemerals("avery", "approvals"))[-1]
    assert outcome.ok
    assert (found(workspace, ts)["text"], answer["text"]) == ("Approved", "Thank you")


def test_a_command_is_answered_privately_and_by_its_response_url(desk: Desk) -> None:
    workspace, _ = desk
    outcome = workspace.act("blake").command("/usher", "case C-1", "support")

    assert outcome.message is not None
    assert outcome.message["text"] == "Looking for case C-1"
    assert workspace.ephemerals("blake", "support")[-1]["ts"] == outcome.message["ts"]
    assert workspace.wait_for(
        lambda: [one for one in workspace.messages("support") if one["text"] == "Here it is"]
    )


def test_a_form_shows_its_errors_and_closes_when_it_is_right(desk: Desk) -> None:
    workspace, _ = desk
    casey = workspace.act("casey")
    casey.command("/faq", "why")
    view = workspace.wait_for(lambda: workspace.open_views("casey"))[-1]

    assert casey.submit(view["id"], {"reason": ""}).errors == {
        "reason": "Please complete this required field."
    }
    assert casey.submit(view["id"], {"reason": "bad"}).errors == {"reason": "Say more, please."}
    assert view["private_metadata"] == "why"
    assert casey.submit(view["id"], {"reason": "good"}).ok
    assert workspace.open_views("casey") == []


def test_a_form_can_turn_into_another(desk: Desk) -> None:
    workspace, _ = desk
    blake = workspace.act("blake")
    blake.command("/faq", "why")
    view = workspace.wait_for(lambda: workspace.open_views("blake"))[-1]
    outcome = blake.submit(view["id"], {"text": "next"})

    assert outcome.view is not None
    assert (outcome.view["id"], outcome.view["callback_id"]) == (view["id"], "done")
    assert blake.close(view["id"]).ok


def test_a_mention_is_answered_in_its_thread(desk: Desk) -> None:
    workspace, _ = desk
    asked = workspace.act("blake").say("support", f"<@{BOT_USER_ID}> hello").message or {}

    answer = workspace.wait_for(lambda: workspace.messages("support", thread_ts=asked["ts"])[1:])[0]
    assert (answer["text"], answer["user"]) == (f"Yes, <@{BLAKE.id}>?", USHER.id)


def test_a_name_is_a_mention_however_it_is_written(desk: Desk) -> None:
    workspace, _ = desk
    said = [
        workspace.act("blake").say("support", text).message or {} for text in ("@Avery look", "@avery look")
    ]

    assert {one["text"] for one in said} == {"<@U0AVERY0001> look"}


def test_opening_the_home_tab_lets_the_app_publish_it(desk: Desk) -> None:
    workspace, _ = desk
    workspace.act("avery").open_home()

    view = workspace.wait_for(lambda: workspace.home("avery")) or {}
    assert view["blocks"][0]["text"]["text"] == "Your desk"


def test_a_message_shortcut_carries_its_message(desk: Desk) -> None:
    workspace, _ = desk
    said = workspace.act("avery").say("support", "please take this up").message or {}

    assert workspace.act("avery").shortcut("take_up", "support", said["ts"]).ok
    assert workspace.wait_for(lambda: workspace.messages("support", thread_ts=said["ts"])[1:])


def test_a_direct_message_reaches_the_app(desk: Desk) -> None:
    workspace, app = desk
    workspace.act("casey").say("dm", "only between us")

    def heard() -> list[Json]:
        return [one for one in app.heard if one.get("event", {}).get("text") == "only between us"]

    assert workspace.wait_for(heard)[0]["event"]["channel_type"] == "im"


def test_a_repeated_event_says_that_it_is_repeated(desk: Desk) -> None:
    workspace, app = desk
    workspace.wait_for(lambda: not workspace.unfinished_events())  # or an earlier one loses its own
    workspace.faults.lose_acks("events_api")
    workspace.courier.patience, patience = 0.2, workspace.courier.patience
    workspace.act("avery").say("support", "twice")

    def heard() -> list[Json]:
        twice = [one for one in app.heard if one.get("event", {}).get("text") == "twice"]
        return twice if len(twice) >= 2 else []  # a slow machine loses patience once more

    first, second, *_ = workspace.wait_for(heard)
    workspace.courier.patience = patience
    assert first["event_id"] == second["event_id"]
    assert second["headers"]["x-slack-retry-num"] == ["1"]


def test_what_no_listener_takes_is_told_to_the_person(desk: Desk) -> None:
    workspace, _ = desk
    posted = desk[1].app.client.chat_postMessage(
        channel="approvals", text="card", blocks=[actions(button("nobody_listens"))]
    )
    workspace.courier.patience, patience = 0.3, workspace.courier.patience
    outcome = workspace.act("avery").click("approvals", str(posted["ts"]), "nobody_listens")
    workspace.courier.patience = patience

    assert outcome.error in {"operation_timeout", "http_client_error"}


def test_the_bots_own_messages_stay_unheard_by_its_listeners(desk: Desk) -> None:
    workspace, app = desk
    app.app.client.chat_postMessage(channel="support", text="talking to myself")
    workspace.wait_for(lambda: not workspace.unfinished_events())

    assert not [one for one in app.heard if one.get("event", {}).get("text") == "talking to myself"]
    assert AVERY.id in workspace.directory.get_channel("support").members
