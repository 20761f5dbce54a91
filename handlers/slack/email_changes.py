"""Another address for an account: the modal that asks, and a colleague's buttons on the card it makes."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import Grave
from bot.domain.email_change_refusals import ChangeReasonMissing
from bot.domain.email_changes import ChangeCard
from bot.domain.errors import Refusal
from bot.rendering import email_changes as email_change_cards
from bot.rendering.blocks import Card, section
from bot.rendering.step_up import CODE, read_typed
from bot.services import email_change_desk, step_up
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
    app.action(email_change_cards.ASK)(partial(on_ask, bot=bot))
    app.view(email_change_cards.ASK)(partial(on_asked, bot=bot))
    app.action(email_change_cards.AGREE)(partial(on_agree, bot=bot))
    app.view(email_change_cards.AGREE)(partial(on_agree_submitted, bot=bot))
    app.action(email_change_cards.REFUSE)(partial(on_refuse, bot=bot))


def on_ask(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        account = email_change_desk.get_account(db, number_in(body), by=staff_in(body, bot))
        view = placed(email_change_cards.ask_modal(account, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_asked(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Decide, then ack: a refusal stands at its field."""
    asked = email_change_cards.read_asked(body["view"])
    try:
        with bot.connect() as db:
            card = email_change_desk.ask(
                db,
                bot.desk,
                account_id=asked.account_id,
                email=asked.email,
                reason=asked.reason,
                by=staff_in(body, bot),
                now=bot.clock.now(),
            )
    except Refusal as refusal:
        field = (
            email_change_cards.REASON
            if isinstance(refusal, ChangeReasonMissing)
            else email_change_cards.EMAIL
        )
        keep_open(ack, field, refusal, bot)
    else:
        ack()
        _say(respond, email_change_cards.asked_text(card, words=words(bot)))


def on_agree(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Where an override asks for a code, the modal asks; else the click agrees."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        if step_up.asks_code(bot.desk, Grave.OVERRIDE):
            card = email_change_desk.check_may_agree(db, change_id=number_in(body), by=by, now=now)
            step_up.check_ready(db, bot.desk, by=by, now=now)
            view = placed(email_change_cards.agree_modal(card, words=words(bot)), body)
            client.views_open(trigger_id=body["trigger_id"], view=view)
            return
        card = email_change_desk.agree(db, bot.desk, change_id=number_in(body), by=by, code="", now=now)
        settle(respond, body, _done(card, bot))


def on_agree_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Decide, then ack: a refusal stands at the code."""
    typed = read_typed(body["view"])
    number = int(typed.about["change"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            card = email_change_desk.agree(db, bot.desk, change_id=number, by=by, code=typed.code, now=now)
    except Refusal as refusal:
        keep_open(ack, CODE, refusal, bot)
    else:
        ack()
        _say(respond, _done(card, bot))


def on_refuse(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        card = email_change_desk.refuse(
            db, change_id=number_in(body), by=staff_in(body, bot), now=bot.clock.now()
        )
        settle(respond, body, _done(card, bot))


def _done(card: ChangeCard, bot: Bot) -> str:
    say = words(bot)
    return say.say(
        f"email_change.done.{card.state}", ref=card.change.ref, due=email_change_cards.due_of(card, say)
    )


def _say(respond: Respond, text: str) -> None:
    show(respond, Card(text=text, blocks=[section(text)]))
