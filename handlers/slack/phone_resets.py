"""Buttons and the modal by which the desk is the eye on a customer's lost phones, or a partner's app."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import Grave
from bot.domain.errors import Refusal
from bot.domain.phone_resets import PhoneReset
from bot.rendering import phone_resets as phone_reset_cards
from bot.rendering.blocks import Card, section
from bot.rendering.step_up import read_typed
from bot.services import phone_reset_desk, step_up
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    number_in,
    placed,
    settle,
    show,
    staff_in,
    words,
)


def register(app: App, bot: Bot) -> None:
    app.action(phone_reset_cards.AGREE)(partial(on_agree, bot=bot))
    app.view(phone_reset_cards.AGREE)(partial(on_agree_submitted, bot=bot))
    app.action(phone_reset_cards.REFUSE)(partial(on_refuse, bot=bot))
    app.action(phone_reset_cards.OPEN)(partial(on_open, bot=bot))


def on_open(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """The card, for the clicker alone."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        card = phone_reset_desk.show(db, number_in(body), by=staff_in(body, bot))
        settle(respond, body, phone_reset_cards.reset_note(card, words=words(bot)))


def on_agree(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Where an override asks for a code, the modal asks; else the click agrees."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        number, seen = phone_reset_cards.read_value(str(body["actions"][0]["value"]))
        if step_up.asks_code(bot.desk, Grave.OVERRIDE):
            phone_reset_desk.check_may_decide(db, reset_id=number, seen=seen, by=by, now=now)
            step_up.check_ready(db, bot.desk, by=by, now=now)
            view = placed(
                phone_reset_cards.agree_modal(phone_reset_desk.get_card(db, number), words=words(bot)), body
            )
            client.views_open(trigger_id=body["trigger_id"], view=view)
            return
        reset = phone_reset_desk.agree(db, bot.desk, reset_id=number, seen=seen, by=by, code="", now=now)
        settle(respond, body, _done(reset, bot))


def on_agree_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Decide, then ack: a refusal stands at the code."""
    typed = read_typed(body["view"])
    number, seen = phone_reset_cards.read_value(typed.about["reset"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            reset = phone_reset_desk.agree(
                db, bot.desk, reset_id=number, seen=seen, by=by, code=typed.code, now=now
            )
    except Refusal as refusal:
        keep_open(ack, phone_reset_cards.CODE, refusal, bot)
    else:
        ack()
        text = _done(reset, bot)
        show(respond, Card(text=text, blocks=[section(text)]))


def on_refuse(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        number, seen = phone_reset_cards.read_value(str(body["actions"][0]["value"]))
        reset = phone_reset_desk.refuse(db, bot.desk, reset_id=number, seen=seen, by=by, now=now)
        settle(respond, body, _done(reset, bot))


def _done(reset: PhoneReset, bot: Bot) -> str:
    due = words(bot).moment(reset.due_at) if reset.due_at else ""
    return words(bot).say(f"phone_reset.done.{reset.state}", ref=reset.ref, due=due)
