"""The button that lets the clock's mails go, where more are due than go by themselves."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.rendering import lifecycle as lifecycle_cards
from bot.services import lifecycle_gates
from handlers.slack.answers import Body, Respond, explains, settle, staff_in, words


def register(app: App, bot: Bot) -> None:
    app.action(lifecycle_cards.OPEN)(partial(on_open, bot=bot))


def on_open(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, (number, seen) = staff_in(body, bot), lifecycle_cards.read_value(body["actions"][0]["value"])
        mails = lifecycle_gates.let_go(db, bot.desk, number, seen=seen, by=by, now=bot.clock.now())
        settle(respond, body, words(bot).say("lifecycle.gate.done", count=mails))
