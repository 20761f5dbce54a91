"""`@Usher …` and direct messages: the words of `/usher`, else a question; answered privately, right there."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt import App, BoltContext
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.errors import Refusal
from bot.rendering.blocks import Card
from bot.services import payloads
from handlers.slack import faq
from handlers.slack.answers import Body, refusal_text
from handlers.slack.commands import COMMANDS, answer, is_command
from handlers.slack.lines import Line, is_courtesy
from handlers.slack.payloads import concerns_us, mark_done

Event = Mapping[str, Any]


def register(app: App, bot: Bot) -> None:
    for kind in ("app_mention", "message"):
        app.event(kind)(partial(on_words, bot=bot))


def on_words(event: Event, body: Body, context: BoltContext, client: WebClient, *, bot: Bot) -> None:
    """Answer only whoever asked: others in the channel may not see cases."""
    if not concerns_us(event):
        return
    card = _answer(event, _without(str(context.bot_user_id), str(event.get("text", ""))), bot)
    client.chat_postEphemeral(
        channel=event["channel"],
        user=event["user"],
        text=card.text,
        blocks=card.blocks or None,
        thread_ts=event.get("thread_ts"),
    )
    mark_done(body, bot)


def _without(usher: str, text: str) -> str:
    """What is said to Usher; other people who are named are meant.

    Before a command somebody may be polite: "thanks @Usher approve".
    """
    said = re.split(rf"<@{re.escape(usher)}(?:\|[^>]*)?>", text)
    behind = "".join(said[1:]).strip()
    if behind.partition(" ")[0].lower() in COMMANDS and is_courtesy(said[0]):
        return behind
    return "".join(said).strip()


def _answer(event: Event, text: str, bot: Bot) -> Card:
    channel, thread_ts = str(event["channel"]), str(event.get("thread_ts", ""))
    case, question = None, None
    if thread_ts:
        with bot.connect() as db:
            case = payloads.find_case_of_thread(db, channel, thread_ts)
            question = payloads.find_question_of_thread(db, channel, thread_ts)
    try:
        staff = bot.who(str(event["user"]))
        line = Line(bot=bot, staff=staff, rest=text, thread_case=case or "", below=question or "")
        return answer(line) if is_command(line) else faq.show_answer(line)
    except Refusal as refusal:
        return Card(text=refusal_text(refusal, bot), blocks=[])
