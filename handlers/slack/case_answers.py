"""Buttons on answers in words: take them over, or discard them."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.services import case_answers
from handlers.slack.answers import Body, Respond, explains, settle, staff_in, words


def register(app: App, bot: Bot) -> None:
    app.action("case_answers_apply")(partial(on_apply, bot=bot))
    app.action("case_answers_discard")(partial(on_discard, bot=bot))


def answers_in(body: Body) -> tuple[str, int]:
    """The case a button is about and the number of the answers that its note showed."""
    action = body["actions"][0]
    return str(action["value"]), int(str(action["block_id"]).split(":")[1])


def on_apply(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, number = answers_in(body)
    with explains(respond, bot), bot.connect() as db:
        case = case_answers.take_over(
            db, bot.desk, ref=ref, number=number, by=staff_in(body, bot), now=bot.clock.now()
        )
        settle(respond, body, words(bot).say("slack.answers_applied", ref=case.ref, version=case.version))


def on_discard(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, number = answers_in(body)
    with explains(respond, bot), bot.connect() as db:
        case = case_answers.discard(db, ref=ref, number=number, by=staff_in(body, bot), now=bot.clock.now())
        settle(respond, body, words(bot).say("slack.answers_discarded", ref=case.ref))
