"""`/usher account`: one account, and the buttons below it."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.account_views import AccountAct, NoAccountNamed
from bot.domain.approvals import check_is_staff
from bot.domain.errors import Refusal
from bot.rendering import account_lives
from bot.rendering.account_cards import ACTION, EXTENDED, account_card
from bot.rendering.account_lives import EXTEND
from bot.rendering.blocks import Card
from bot.rendering.invitation_cards import invitation_card
from bot.services import account_views, open_invitations
from bot.services.rights import check_may_close
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
from handlers.slack.markup import typed


def register(app: App, bot: Bot) -> None:
    for act in AccountAct:
        app.action(f"{ACTION}{act}")(partial(on_act, bot=bot, act=act))
    app.action(EXTEND)(partial(on_extend, bot=bot))
    app.view(EXTEND)(partial(on_extended, bot=bot))


def show_account(line: Line) -> Card:
    """`/usher account EMAIL_OR_USER_ID`, or the P-7 of an invitation."""
    check_is_staff(line.staff)
    bot, name = line.bot, typed(line.rest).strip()
    if not name:
        raise NoAccountNamed
    with bot.connect() as db:
        now = bot.clock.now()
        if invited := open_invitations.look_up(db, name, by=line.staff, now=now):
            return invitation_card(invited, bot.desk.policy.extranet.roles, words=words(bot))
        view = account_views.look_up(db, bot.desk, name, by=line.staff.id, now=now)
    return account_card(view, words=words(bot))


def on_act(ack: Ack, body: Body, respond: Respond, *, bot: Bot, act: AccountAct) -> None:
    """The card that was clicked is replaced by the account as it is now."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now, number = staff_in(body, bot), bot.clock.now(), int(body["actions"][0]["value"])
        account_views.check_may(db, act, number, by, now=now)
        view = account_views.act(db, bot.desk, act, account_id=number, by=by.id, now=now)
        settle(respond, body, account_card(view, words=words(bot), done=act))


def on_extend(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Ask until when, and why."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        now, number = bot.clock.now(), int(body["actions"][0]["value"])
        check_may_close(db, staff_in(body, bot), now=now)
        view = account_views.get(db, bot.desk, number, now=now)
        last = bot.desk.policy.clock_rules.last_end(now)
        modal = account_lives.extend_modal(view, last=last, words=words(bot))
        bot.slack_client.views_open(trigger_id=body["trigger_id"], view=placed(modal, body))


def on_extended(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Move the end, then ack: a refusal stands at the field."""
    try:
        by, now = staff_in(body, bot), bot.clock.now()
        asked = account_lives.read_extension(body["view"])
        with bot.connect() as db:
            check_may_close(db, by, now=now)
            view = account_views.extend(
                db,
                bot.desk,
                account_id=asked.account_id,
                ends_on=asked.until,
                reason=asked.reason,
                by=by.id,
                now=now,
            )
    except Refusal as refusal:
        field = account_lives.field_of(refusal)
        keep_open(ack, field, refusal, bot)
        return
    ack()
    show(respond, account_card(view, words=words(bot), done=EXTENDED))
