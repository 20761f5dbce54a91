"""Work that may take longer than Slack waits for a modal: said at once, shown when it is done."""

import time
from collections.abc import Callable

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.bootstrap import Bot
from bot.domain.errors import Refusal
from bot.rendering.blocks import Block, Card, section
from handlers.slack.answers import CLOSED, Body, Respond, placed, refusal_text, show, written_down

#: seconds at least between the two; they reach Slack by two ways, and whichever is later there would stay
APART = 0.5


def work_meanwhile(
    ack: Ack,
    body: Body,
    respond: Respond,
    client: WebClient,
    *,
    bot: Bot,
    doing: str,
    work: Callable[[], Block],
    said: Callable[[str], Block],
) -> None:
    """Show what is being done, then what came of it; who closed the modal is told where they opened it.

    `said`: the modal that says a sentence. What goes wrong stands there too, for nothing else would end it.
    """
    ack(response_action="update", view=placed(said(doing), body))
    began = time.monotonic()
    try:
        view = work()
    except Refusal as refusal:
        view = said(refusal_text(refusal, bot))
    except Exception as exc:  # noqa: BLE001 - as at the door, which has no way into a modal
        view = said(written_down(exc, bot))
    time.sleep(max(0.0, began + APART - time.monotonic()))
    try:
        client.views_update(view_id=body["view"]["id"], view=placed(view, body))
    except SlackApiError as exc:
        if exc.response.get("error") != CLOSED:
            raise
        text = "\n".join(block["text"]["text"] for block in view["blocks"] if block["type"] == "section")
        show(respond, Card(text=text, blocks=[section(text)]))
