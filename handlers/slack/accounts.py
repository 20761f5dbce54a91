"""`/usher account`: one account, and the buttons below it."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.account_views import AccountAct, NoAccountNamed
from bot.domain.approvals import check_is_staff
from bot.rendering.account_cards import ACTION, account_card
from bot.rendering.blocks import Card
from bot.services import account_views
from handlers.slack.answers import Body, Respond, explains, settle, staff_in, words
from handlers.slack.lines import Line
from handlers.slack.markup import typed


def register(app: App, bot: Bot) -> None:
    for act in AccountAct:
        app.action(f"{ACTION}{act}")(partial(on_act, bot=bot, act=act))


def show_account(line: Line) -> Card:
    """`/usher account EMAIL_OR_USER_ID`."""
    check_is_staff(line.staff)
    bot, name = line.bot, typed(line.rest).strip()
    if not name:
        raise NoAccountNamed
    with bot.connect() as db:
        view = account_views.look_up(db, bot.desk, name, by=line.staff.id, now=bot.clock.now())
    return account_card(view, words=words(bot))


def on_act(ack: Ack, body: Body, respond: Respond, *, bot: Bot, act: AccountAct) -> None:
    """The card that was clicked is replaced by the account as it is now."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        check_is_staff(by)
        number = int(body["actions"][0]["value"])
        view = account_views.act(db, bot.desk, act, account_id=number, by=by.id, now=now)
        settle(respond, body, account_card(view, words=words(bot), done=act))
