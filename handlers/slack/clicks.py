"""Clicks that a kill left undone: carried out once after the restart, or somebody is asked to press again."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_bolt.listener.listener_completion_handler import CustomListenerCompletionHandler
from slack_bolt.listener.listener_start_handler import CustomListenerStartHandler
from slack_sdk.errors import SlackApiError

from bot.bootstrap import Bot
from bot.services import payloads
from handlers.slack.answers import Body, Respond, say
from handlers.slack.payloads import (
    KEPT,
    REPLAYED,
    NotKept,
    is_click,
    kept_as,
    mark_done,
    press_again,
    tell_undone,
)
from handlers.slack.places import say_bug

log = structlog.get_logger("slack")

LATEST = timedelta(minutes=30)  #: so long Slack takes answers to a click; later nobody waits for it
#: they mean whatever waits at that moment, which nobody has seen who pressed earlier
UNSEEN = frozenset({"mail_release_all"})


def mark(app: App, bot: Bot) -> None:
    """Let every click be marked as done by what it decides, and else when its listener has ended."""
    runner = app.listener_runner
    runner.listener_start_handler = CustomListenerStartHandler(app.logger, partial(_begin, bot=bot))
    runner.listener_completion_handler = CustomListenerCompletionHandler(app.logger, partial(_end, bot=bot))


def _begin(body: Body, *, bot: Bot) -> None:
    payloads.mark_with_nothing()  # the thread has worked for others
    if is_click(body) and (click := kept_as(body)):
        payloads.mark_with_next(click, now=bot.clock.now())


def _end(body: Body, *, bot: Bot) -> None:
    """Refused or shown: the person has been told."""
    if payloads.mark_with_nothing():
        mark_done(body, bot)


def give_up(request: BoltRequest, bot: Bot) -> bool:
    """Whether its person may hear that it failed: a click of which they did must not be carried out later.

    False where the database takes no mark: the click stays kept, and is tried again in a minute.
    """
    if not (is_click(request.body) and request.context.get(KEPT)):
        return True
    payloads.mark_with_nothing()
    try:
        mark_done(request.body, bot)
    except Exception as exc:  # noqa: BLE001 - the door: what was wrong in the first place is in the log
        log.warning("a click stays kept", payload=kept_as(request.body), reason=type(exc).__name__)
        return False
    return True


def refuse_late(
    body: Body, context: BoltContext, next_: Callable[[], BoltResponse], *, bot: Bot
) -> BoltResponse:
    """Bolt's middleware: what nobody expects any more is not carried out; its person is written to."""
    came = context.get(REPLAYED)
    if not is_click(body) or came is None:
        return next_()
    if bot.clock.now() - came <= LATEST and body["actions"][0]["action_id"] not in UNSEEN:
        return next_()
    log.warning("a click came too late to be carried out", payload=kept_as(body))
    tell_undone(body, context, bot)
    return BoltResponse(status=200)


def asks_to_repeat(error: Exception, request: BoltRequest) -> bool:
    """Whether only the moment was wrong: it could not be kept, or was replayed and wanted a modal.

    Slack opens one within three seconds of a click.
    """
    return _refused_modal(error, request).endswith("_trigger_id") or isinstance(error, NotKept)


def has_its_modal(error: Exception, request: BoltRequest) -> bool:
    """Whether the run before this one opened what was wanted: its person sees it, and is told nothing."""
    return _refused_modal(error, request) == "exchanged_trigger_id"


def _refused_modal(error: Exception, request: BoltRequest) -> str:
    """Slack's reason, for a replayed click; else ""."""
    if request.context.get(REPLAYED) is None or not isinstance(error, SlackApiError):
        return ""
    return str(error.response.get("error"))


def ask_to_repeat(request: BoltRequest, respond: Respond, bot: Bot) -> None:
    came = request.context.get(REPLAYED)
    told = press_again(came or bot.clock.now(), bot)
    if came:
        say(respond, told)
    else:  # the home tab and a modal have no answer yet: there Slack's own sign says it
        log.warning("a click could not be kept: another process has locked the database")
        say_bug(request, respond, told, bot)
