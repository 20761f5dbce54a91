"""Clicks on messages that were posted after a backup which was restored since."""

from collections.abc import Callable

import structlog
from slack_bolt import BoltResponse

from bot.bootstrap import Bot
from bot.services import backup
from handlers.slack.answers import Body, Respond, say, words
from handlers.slack.payloads import mark_done

log = structlog.get_logger("slack")


def refuse_forgotten(
    body: Body, respond: Respond, next_: Callable[[], BoltResponse], *, bot: Bot
) -> BoltResponse:
    """Bolt's middleware: the numbers that such a message's buttons carry stand for something else by now."""
    posted = body.get("container") or {}
    if body.get("type") != "block_actions" or not posted.get("message_ts"):
        return next_()
    channel = str(posted.get("channel_id") or body["channel"]["id"])
    with bot.connect() as db:
        restored_at = backup.find_forgetting(db, channel, str(posted["message_ts"]))
    if restored_at is None:
        return next_()
    log.warning("a message of before a restore was clicked", ts=posted["message_ts"])
    say(respond, words(bot).say("slack.forgotten", at=words(bot).instant(restored_at)))
    mark_done(body, bot)
    return BoltResponse(status=200)
