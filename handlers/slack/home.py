"""The home tab: published when somebody opens it, and anew after each click in it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.rendering import home as home_cards
from bot.rendering.blocks import Block, Card
from bot.services import home, views
from handlers.slack.answers import Body, words


def register(app: App, bot: Bot) -> None:
    app.event("app_home_opened")(partial(on_opened, bot=bot))
    app.action("home_refresh")(partial(on_refresh, bot=bot))


def on_opened(event: Mapping[str, Any], *, bot: Bot) -> None:
    if event.get("tab") == "home":
        publish(bot, str(event["user"]))


def on_refresh(ack: Ack, body: Body, *, bot: Bot) -> None:
    ack()
    publish(bot, str(body["user"]["id"]))


def publish(bot: Bot, user: str, on_top: Card | None = None) -> None:
    """Show somebody their home tab as it is now, below the answer to what they clicked."""
    bot.slack_client.views_publish(user_id=user, view=_view(bot, user, on_top))


def publish_plain(bot: Bot, user: str, said: str) -> None:
    """One sentence in place of all."""
    bot.slack_client.views_publish(user_id=user, view=home_cards.plain_view(said, words=words(bot)))


def _view(bot: Bot, user: str, on_top: Card | None) -> Block:
    staff, now, mailbox = bot.who(user), bot.clock.now(), bot.desk.mail_from.address
    if not staff.staff:
        return home_cards.strangers_view(user, words=words(bot), mailbox=mailbox, on_top=on_top)
    with bot.connect() as db:
        shown = home.get_home(db, bot.desk, by=staff, now=now)
        views.note(db, bot.desk, [one.entry.ref for one in shown.decide], viewer=staff, now=now)
    return home_cards.home_view(
        shown,
        words=words(bot),
        now=now,
        mailbox=mailbox,
        channel=bot.desk.approvals_channel,
        on_top=on_top,
    )
