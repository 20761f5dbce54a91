"""The buttons on the card of an erasure: two of the group agree, each with a code; anyone of it says no."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import Grave
from bot.domain.errors import Refusal
from bot.domain.people import ErasureCard
from bot.rendering import erasures as erasure_cards
from bot.rendering.blocks import Card, section
from bot.rendering.step_up import CODE, read_typed
from bot.services import erasures, step_up
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
    app.action(erasure_cards.AGREE)(partial(on_agree, bot=bot))
    app.view(erasure_cards.AGREE)(partial(on_agree_submitted, bot=bot))
    app.action(erasure_cards.REFUSE)(partial(on_refuse, bot=bot))


def on_agree(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Where an erasure asks for a code, the modal asks; else the click agrees."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now, number = staff_in(body, bot), bot.clock.now(), number_in(body)
        if step_up.asks_code(bot.desk, Grave.ERASURE):
            card = erasures.check_may_agree(db, bot.desk, erasure_id=number, by=by, now=now)
            step_up.check_ready(db, bot.desk, by=by, now=now)
            view = placed(erasure_cards.agree_modal(card, words=words(bot)), body)
            client.views_open(trigger_id=body["trigger_id"], view=view)
            return
        card = erasures.agree(db, bot.desk, erasure_id=number, by=by, code="", now=now)
        settle(respond, body, _done(card, bot))


def on_agree_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Decide, then ack: a refusal stands at the code."""
    typed = read_typed(body["view"])
    number = int(typed.about["erasure"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            card = erasures.agree(db, bot.desk, erasure_id=number, by=by, code=typed.code, now=now)
    except Refusal as refusal:
        keep_open(ack, CODE, refusal, bot)
    else:
        ack()
        text = _done(card, bot)
        show(respond, Card(text=text, blocks=[section(text)]))


def on_refuse(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        card = erasures.refuse(db, bot.desk, erasure_id=number_in(body), by=by, now=now)
        settle(respond, body, _done(card, bot))


def _done(card: ErasureCard, bot: Bot) -> str:
    return words(bot).say(f"erasure.done.{card.erasure.state}", ref=card.erasure.ref)
