"""The shortcut "Add to case" on a message: choose the case, and the message stands in it."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.bootstrap import Bot
from bot.domain.clippings import Message
from bot.domain.errors import NoCaseChosen, Refusal
from bot.rendering import clipping_cards
from bot.services import clippings
from handlers.slack.answers import Body, Respond, explains, keep_open, staff_in, words
from handlers.slack.markup import text_of


def register(app: App, bot: Bot) -> None:
    app.shortcut("add_to_case")(partial(on_add, bot=bot))
    app.view("add_to_case")(partial(on_chosen, bot=bot))


def on_add(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot):
        by, now = staff_in(body, bot), bot.clock.now()
        message = _message_in(body, client)
        with bot.connect() as db:
            number, kept, open_cases = clippings.take_up(db, bot.desk, message, by=by, now=now)
        view = clipping_cards.add_modal(number, kept, open_cases, words=words(bot))
        client.views_open(trigger_id=body["trigger_id"], view=view)


def _message_in(body: Body, client: WebClient) -> Message:
    """The message as it stands, with a link to it where Slack gives one."""
    message, channel = body["message"], str(body["channel"]["id"])
    ts = str(message["ts"])
    try:
        link = str(client.chat_getPermalink(channel=channel, message_ts=ts).get("permalink") or "")
    except SlackApiError:  # Slack names none where the bot is not: the words are there all the same
        link = ""
    author = str(message.get("user") or message.get("username") or "")
    return Message(channel=channel, ts=ts, author=author, text=text_of(message), link=link)


def on_chosen(ack: Ack, body: Body, *, bot: Bot) -> None:
    """Add it, then ack: a refusal stands at the field for another case."""
    chosen = clipping_cards.read_choice(body["view"])
    try:
        if not chosen.ref:
            raise NoCaseChosen
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            number = chosen.clipping_id
            clippings.add(db, ref=chosen.ref, clipping_id=number, word=chosen.word, by=by, now=now)
    except Refusal as refusal:
        keep_open(ack, "other", refusal, bot)
    else:
        ack()
