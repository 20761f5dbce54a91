"""`/usher enroll`, and the button and modal by which two colleagues reset a lost authenticator."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import Grave
from bot.domain.errors import Refusal, UnknownCommand
from bot.domain.staff import Member
from bot.rendering import step_up as step_up_cards
from bot.rendering.blocks import Card, section
from bot.services import enrolments, step_up
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    settle,
    show,
    staff_in,
    words,
)
from handlers.slack.lines import Line
from handlers.slack.markup import named, typed


def register(app: App, bot: Bot) -> None:
    app.action("authenticator_reset")(partial(on_reset, bot=bot))
    app.view("authenticator_reset")(partial(on_reset_submitted, bot=bot))


def enroll(line: Line) -> Card:
    """`/usher enroll`, and `/usher enroll reset @who` for a colleague's lost device."""
    word, _, rest = line.rest.partition(" ")
    if word.lower() == "reset":
        return _ask_reset(line.about(rest.strip()))
    if word:
        raise UnknownCommand(word=f"enroll {typed(line.rest)}"[:40], nearest="enroll")
    bot = line.bot
    with bot.connect() as db:
        address = enrolments.enrol(db, bot.desk, by=line.staff, now=bot.clock.now())
    text = words(bot).say("step_up.mailed", address=words(bot).person(address, slack=True))
    return Card(text=text, blocks=[section(text)])


def _ask_reset(line: Line) -> Card:
    bot = line.bot
    if not line.rest:
        text = words(bot).say("step_up.reset_whom")
        return Card(text=text, blocks=[section(text)])
    whose = bot.chat.member(bot.staff.find(named(line.rest)).id)
    with bot.connect() as db:
        step_up.check_may_reset(db, bot.desk, person=whose.id, by=line.staff, now=bot.clock.now())
    return step_up_cards.reset_card(whose, words=words(bot))


def on_reset(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Where an override asks for a code, the modal asks; else the click agrees."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        whose = bot.chat.member(str(body["actions"][0]["value"]))
        if step_up.asks_code(bot.desk, Grave.OVERRIDE):
            step_up.check_may_reset(db, bot.desk, person=whose.id, by=by, now=now)
            step_up.check_ready(db, bot.desk, by=by, now=now)
            view = placed(step_up_cards.reset_modal(whose, words=words(bot)), body)
            client.views_open(trigger_id=body["trigger_id"], view=view)
            return
        done = step_up.reset(db, bot.desk, whose=whose, by=by, code="", now=now)
        settle(respond, body, _reset_text(whose, bot, done=done))


def on_reset_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Decide, then ack: a refusal stands at the code."""
    typed = step_up_cards.read_typed(body["view"])
    whose = bot.chat.member(typed.about["person"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            done = step_up.reset(db, bot.desk, whose=whose, by=by, code=typed.code, now=now)
    except Refusal as refusal:
        keep_open(ack, step_up_cards.CODE, refusal, bot)
    else:
        ack()
        text = _reset_text(whose, bot, done=done)
        show(respond, Card(text=text, blocks=[section(text)]))


def _reset_text(whose: Member, bot: Bot, *, done: bool) -> str:
    key = "step_up.reset.done" if done else "step_up.reset.first"
    return words(bot).say(key, who=words(bot).person(whose.id, slack=True))
