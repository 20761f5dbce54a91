"""`/usher stock`: the figures with their chart, and the modals by which vouchers are imported."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import Grave, check_is_staff
from bot.domain.errors import PermanentFailure, Refusal, TransientFailure
from bot.domain.staff import Act, Staff
from bot.domain.stock import StockTakesNothing
from bot.rendering import voucher_modals
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.stock import IMPORT, supplies_card
from bot.rendering.voucher_modals import Given
from bot.services import step_up, stock, vouchers
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    refusal_text,
    staff_in,
    words,
)
from handlers.slack.lines import Line
from handlers.slack.markup import typed
from handlers.slack.meanwhile import work_meanwhile


def register(app: App, bot: Bot) -> None:
    app.action(IMPORT)(partial(on_import, bot=bot))
    app.view(IMPORT)(partial(on_given, bot=bot))


def show_stock(line: Line) -> Card:
    """`/usher stock`: every figure to whoever asks; the chart to them directly."""
    bot, by = line.bot, line.staff
    check_is_staff(by)
    if line.rest:
        raise StockTakesNothing(text=typed(line.rest)[:40])
    with bot.connect() as db:
        supplies = stock.survey(db, bot.desk, by=by, now=bot.clock.now())
    picture = stock.send_chart(bot.chat, by.id, supplies, words=words(bot))
    may_import = any(who.may(Act.PURCHASE) for who in (by, *by.stands_for))
    return supplies_card(supplies, may_import=may_import, picture=picture, words=words(bot))


def on_import(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Ask for the file, from whoever may and, where it takes a code, has a device for one."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        vouchers.check_may_import(db, by=by, now=now)
        if step_up.asks_code(bot.desk, Grave.PURCHASE):
            step_up.check_ready(db, bot.desk, by=by, now=now)
        view = placed(voucher_modals.file_modal(words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_given(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Say at once that it is being done, for Slack waits three seconds; then show what came of it."""
    given, by = voucher_modals.read_given(body["view"]), staff_in(body, bot)
    try:
        _check(bot, given, by)
    except Refusal as refusal:
        _refuse(ack, body, given, refusal_text(refusal, bot), bot)
        return
    doing = "vouchers.modal.importing" if given.digest else "vouchers.modal.looking"
    work_meanwhile(
        ack,
        body,
        respond,
        client,
        bot=bot,
        doing=words(bot).say(doing),
        work=lambda: _work(bot, given, by),
        said=partial(voucher_modals.said_modal, words=words(bot)),
    )


def _check(bot: Bot, given: Given, by: Staff) -> None:
    """Their right; and before what was shown is imported, their code."""
    with bot.connect() as db:
        now = bot.clock.now()
        vouchers.check_may_import(db, by=by, now=now)
        if given.digest:
            step_up.require(db, bot.desk, by=by, code=given.code, grave=Grave.PURCHASE, now=now)


def _refuse(ack: Ack, body: Body, given: Given, text: str, bot: Bot) -> None:
    if given.fields:
        keep_open(ack, given.fields[-1], text, bot)
    else:
        view = voucher_modals.said_modal(text, words=words(bot))
        ack(response_action="update", view=placed(view, body))


def _work(bot: Bot, given: Given, by: Staff) -> Block:
    """Look through the file, or import the one that was shown."""
    say = words(bot)
    try:
        file = bot.chat.fetch_file(given.file_id, most=bot.desk.policy.limits.form_bytes)
    except (TransientFailure, PermanentFailure) as exc:
        trouble = say.say("vouchers.modal.lost", reason=safe(str(exc), 300))
        return voucher_modals.file_modal(trouble=trouble, words=say)
    with bot.connect() as db:
        desk, reader, now = bot.desk, bot.reader, bot.clock.now()
        if given.digest:
            looked = vouchers.import_seen(db, desk, reader, file, seen=given.digest, by=by, now=now)
        else:
            looked = vouchers.check(db, desk, reader, name=file.name, content=file.content, now=now)
        left = vouchers.count_stock(db, desk, now=now)
    if looked.imported:
        done = say.say("vouchers.imported", count=len(looked.reading.good), left=left)
        return voucher_modals.said_modal(say.say("vouchers.modal.done", imported=done), words=say)
    return voucher_modals.looked_modal(
        looked.reading,
        file_id=given.file_id,
        name=file.name,
        digest=looked.digest,
        asks_code=step_up.asks_code(desk, Grave.PURCHASE),
        words=say,
    )
