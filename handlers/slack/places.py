"""Where somebody clicked decides how they are answered: below a message, in the home tab, in a modal."""

from collections.abc import Callable

from slack_bolt import BoltContext, BoltRequest, BoltResponse
from slack_bolt.context.respond import Respond as BelowMessage
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.bootstrap import Bot
from bot.rendering.blocks import Block, Card, section
from handlers.slack import home
from handlers.slack.answers import CLOSED, HOME, Body, Respond, place_of, say, write_privately

_NOTICE = "notice"  #: the block of a modal that holds what was said last
#: what Slack takes back of a view; the rest is its own
_OF_VIEW = ("type", "callback_id", "private_metadata", "title", "close", "submit", "clear_on_close")


def answer_there(
    body: Body, context: BoltContext, client: WebClient, next_: Callable[[], BoltResponse], *, bot: Bot
) -> BoltResponse:
    """Bolt's middleware: give listeners a `respond` that answers where the person is looking."""
    if (answer := _find_answer(body, context, client, bot)) is not None:
        context["respond"] = answer
    return next_()


def _find_answer(body: Body, context: BoltContext, client: WebClient, bot: Bot) -> Respond | None:
    """None where Bolt's own does, or where there is no place to answer."""
    user, kind = str(context.user_id or ""), body.get("type")
    if kind == "event_callback" and body["event"].get("type") == "app_home_opened":
        return AtHome(bot, user)
    if kind not in ("block_actions", "view_submission") or "view" not in body:
        return None
    place = place_of(body)
    if place == HOME:
        return AtHome(bot, user)
    if kind == "block_actions":
        return InModal(bot, user, client, dict(body["view"]))
    return BelowMessage(response_url=place, proxy=client.proxy, ssl=client.ssl) if place else _closed


class AtHome:
    """Publish the home tab anew with the answer on top: nobody else sees it."""

    def __init__(self, bot: Bot, user: str) -> None:
        self._bot = bot
        self._user = user

    def __call__(
        self,
        text: str = "",
        blocks: list[Block] | None = None,
        *,
        response_type: str | None = None,  # noqa: ARG002 - as Bolt's own
        replace_original: bool | None = None,  # noqa: ARG002
    ) -> None:
        home.publish(self._bot, self._user, Card(text=text, blocks=blocks or []))

    def say_plainly(self, text: str) -> None:
        """Without reading anything: what was to be read may be what is broken."""
        home.publish_plain(self._bot, self._user, text)


class InModal:
    """Show the answer at the top of the modal that is open; whoever has closed it is written to."""

    def __init__(self, bot: Bot, user: str, client: WebClient, view: Block) -> None:
        self._bot = bot
        self._user = user
        self._client = client
        self._view = view

    def __call__(
        self,
        text: str = "",
        blocks: list[Block] | None = None,  # noqa: ARG002 - a modal has room for the sentence only
        *,
        response_type: str | None = None,  # noqa: ARG002 - as Bolt's own
        replace_original: bool | None = None,  # noqa: ARG002
    ) -> None:
        kept = [block for block in self._view["blocks"] if block["block_id"] != _NOTICE]
        notice = section(text) | {"block_id": _NOTICE}
        view = {name: self._view[name] for name in _OF_VIEW if self._view.get(name)}
        try:
            self._client.views_update(view_id=self._view["id"], view=view | {"blocks": [notice, *kept]})
        except SlackApiError as exc:
            if exc.response.get("error") != CLOSED:
                raise
            write_privately(self._bot, self._user, text)


def _closed(
    text: str = "",
    blocks: list[Block] | None = None,
    *,
    response_type: str | None = None,
    replace_original: bool | None = None,
) -> None:
    """A modal that knows no place closes, which says enough: it is one that an older version opened."""


def say_bug(request: BoltRequest, respond: Respond, text: str, bot: Bot) -> None:
    """Where the person is looking, else privately in the channel, else nowhere: it is in the log."""
    if isinstance(respond, AtHome):
        respond.say_plainly(text)
    elif request.context.response_url or not isinstance(respond, BelowMessage):
        say(respond, text)
    elif request.context.channel_id and request.context.user_id:
        bot.slack_client.chat_postEphemeral(
            channel=request.context.channel_id, user=request.context.user_id, text=text
        )
