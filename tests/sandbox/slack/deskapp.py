"""An ordinary Bolt app, as anybody would write it, for the tests to drive."""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, Respond, Say
from slack_sdk import WebClient

from bot.sandbox.slack import SlackServer
from bot.sandbox.slack.pulse import Json
from tests.sandbox.slack.cards import entry, home, modal, section, typed

QUIET = logging.getLogger("tests.slack.deskapp")
QUIET.setLevel(logging.CRITICAL)


class DeskApp:
    """The app and what it has heard."""

    def __init__(self, server: SlackServer) -> None:
        workspace = server.workspace
        self.heard: list[Json] = []
        client = WebClient(workspace.bot_token, base_url=server.api_url)
        self.app = App(client=client, signing_secret=workspace.signing_secret, logger=QUIET)
        self.app.middleware(self.remember)
        self.app.action("case_approve")(approve)
        self.app.command("/usher")(command)
        self.app.command("/faq")(ask_in_form)
        self.app.view("form")(submitted)
        self.app.event("app_mention")(mentioned)
        self.app.event("app_home_opened")(publish_home)
        self.app.event("message")(overhear)
        self.app.shortcut("take_up")(take_up)

    def remember(self, body: Json, request: Any, next: Callable[[], None]) -> None:  # noqa: A002, ANN401 - Bolt's
        self.heard.append(body | {"headers": request.headers})
        next()


def approve(ack: Ack, body: Json, client: WebClient, respond: Respond) -> None:
    ack()
    client.chat_update(
        channel=body["channel"]["id"],
        ts=body["message"]["ts"],
        text="Approved",
        blocks=[section("*Approved*")],
    )
    respond("Thank you", response_type="ephemeral", replace_original=False)


def command(ack: Ack, command: Json, respond: Respond) -> None:
    ack(f"Looking for {command['text']}")
    respond("Here it is", response_type="in_channel")


def ask_in_form(ack: Ack, command: Json, client: WebClient) -> None:
    ack()
    client.views_open(
        trigger_id=command["trigger_id"],
        view=modal(entry("reason", typed("text")), private_metadata=command["text"]),
    )


def submitted(ack: Ack, view: Json) -> None:
    reason = view["state"]["values"]["reason"]["text"]["value"]
    match reason:
        case "bad":
            ack(response_action="errors", errors={"reason": "Say more, please."})
        case "next":
            ack(response_action="update", view=modal(section("Done"), callback_id="done"))
        case _:
            ack()


def mentioned(event: Json, say: Say) -> None:
    say(text=f"Yes, <@{event['user']}>?", thread_ts=event["ts"])


def overhear(event: Json) -> None:
    assert event["type"] == "message"


def publish_home(event: Json, client: WebClient) -> None:
    client.views_publish(user_id=event["user"], view=home(section("Your desk")))


def take_up(ack: Ack, shortcut: Json, client: WebClient) -> None:
    ack()
    client.chat_postMessage(
        channel=shortcut["channel"]["id"], thread_ts=shortcut["message"]["ts"], text="Taken up"
    )
