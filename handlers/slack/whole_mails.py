"""All of a mail's words in a modal: read there, because reading it may take longer than Slack waits."""

import re
from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import check_is_staff
from bot.domain.errors import Refusal
from bot.domain.staff import Staff
from bot.rendering import whole_mails as whole_mail_cards
from bot.rendering.blocks import Block
from bot.services import whole_mails
from handlers.slack.answers import Body, Respond, explains, placed, refusal_text, staff_in, words
from handlers.slack.kinds import mail_in


def register(app: App, bot: Bot) -> None:
    app.action(whole_mail_cards.ACTION)(partial(on_whole, bot=bot))
    app.action(re.compile(f"^{whole_mail_cards.ACTION}_"))(partial(on_turned, bot=bot))


def on_whole(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    ack()
    ref, mail_id = str(body["actions"][0]["value"]), mail_in(body) or 0
    with explains(respond, bot):
        by = staff_in(body, bot)
        check_is_staff(by)  # before a modal opens for them
        waits = whole_mail_cards.said_modal(
            words(bot).say("whole_mail.waits"), ref=ref, mail_id=mail_id, words=words(bot)
        )
        opened = client.views_open(trigger_id=body["trigger_id"], view=placed(waits, body))
        view = _page(bot, by, ref, mail_id, 1)
        client.views_update(view_id=opened["view"]["id"], view=placed(view, body))


def on_turned(ack: Ack, body: Body, client: WebClient, *, bot: Bot) -> None:
    """Another page takes the place of the one shown."""
    ack()
    ref, mail_id = whole_mail_cards.read_page(body["view"])
    view = _page(bot, staff_in(body, bot), ref, mail_id, int(body["actions"][0]["value"]))
    client.views_update(view_id=body["view"]["id"], view=placed(view, body))


def _page(bot: Bot, by: Staff, ref: str, mail_id: int, page: int) -> Block:
    """A refusal stands in the modal, where the person is looking."""
    try:
        with bot.connect() as db:
            mail = whole_mails.read(
                db, bot.desk, bot.reader, ref=ref, mail_id=mail_id, by=by, now=bot.clock.now()
            )
    except Refusal as refusal:
        return whole_mail_cards.said_modal(
            refusal_text(refusal, bot), ref=ref, mail_id=mail_id, words=words(bot)
        )
    return whole_mail_cards.whole_modal(mail, page, words=words(bot))
