"""What comes from Slack, at the door: clicks and events are kept before they are acked."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltContext, BoltRequest, BoltResponse

from bot.bootstrap import Bot
from bot.domain.errors import TransientFailure, Unwelcome
from bot.domain.whole_text import whole
from bot.services import payloads, upkeep
from handlers.slack.answers import words, write_privately
from handlers.slack.listeners import ACKED

log = structlog.get_logger("slack")

#: marks a replayed request, which is in the store already: when it came
REPLAYED = "usher_replayed"
#: marks a request that is in the store
KEPT = "usher_kept"
NOBODYS = 404  #: Bolt's answer to what nobody listens to
#: seconds that a click waits for a locked database; Slack takes no ack after three
PATIENCE = 2.0


class NotKept(Exception):  # noqa: N818 - whoever clicked is asked to press again
    """A click came while another process had the database locked: it is neither acked nor carried out."""


class LastingAck(Ack):
    """One that stays given: where its listener raises, Bolt takes it back, and lets Slack wait in vain."""

    response: BoltResponse | None = None

    def __setattr__(self, name: str, value: object) -> None:
        if name != "response" or value is not None:
            super().__setattr__(name, value)


def receive(
    ack: Ack,
    body: dict[str, object],
    request: BoltRequest,
    next_: Callable[[], BoltResponse],
    *,
    bot: Bot,
) -> BoltResponse:
    """Ack a click or a command in this very thread; its listener may have to wait for others to finish.

    What nobody listens to is not acked all the same: Bolt then gives no answer at all.
    """
    if is_click(body) or "command" in body:
        ack = request.context["ack"] = LastingAck()  # type: ignore[no-untyped-call]
        ack()
    make_whole(body)
    ACKED.set(ack.response is not None or is_event(body))  # Bolt acks events itself
    return keep_payload(body, request, next_, bot=bot)


def make_whole(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Every text `whole`; what holds others is changed in its place."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        value.update((key, make_whole(one)) for key, one in value.items())
    elif isinstance(value, list):
        value[:] = map(make_whole, value)
    return value


def keep_payload(
    body: dict[str, object],
    request: BoltRequest,
    next_: Callable[[], BoltResponse],
    *,
    bot: Bot,
) -> BoltResponse:
    """Commit an event's or a click's payload, then let it on; one that is known is acked and dropped."""
    payload_id = kept_as(body)
    if payload_id and not request.context.get(REPLAYED) and not _is_fresh(payload_id, body, bot):
        log.info("payload repeated", payload=payload_id)
        return BoltResponse(status=200)
    request.context[KEPT] = bool(payload_id)
    return next_()


def _is_fresh(payload_id: str, body: Mapping[str, object], bot: Bot) -> bool:
    """Commit it; an event comes again where that takes too long, a click does not."""
    now = bot.clock.now()
    with bot.connect() as db:
        if not is_click(body):
            return payloads.keep(db, bot.desk, payload_id, body, now=now)
        # No listener to clicks asks what else stood in the message.
        click = {name: part for name, part in body.items() if name != "message"}
        try:
            return payloads.keep(db, bot.desk, payload_id, click, now=now, patience=PATIENCE)
        except Exception as exc:
            if upkeep.is_locked(exc):
                raise NotKept from exc
            raise


def kept_as(body: Mapping[str, Any]) -> str:
    """The id under which it is kept, the same however often Slack sends it; "" where it is not."""
    if is_click(body):
        return f"click:{body['trigger_id']}" if body.get("trigger_id") else ""
    event = body.get("event")
    if is_event(body) and isinstance(event, Mapping) and concerns_us(event):
        return str(body.get("event_id") or "")
    return ""


def concerns_us(event: Mapping[str, object]) -> bool:
    """Words to the bot; what people say to each other is not kept, and nobody would mark it as done."""
    if event.get("bot_id") or event.get("subtype"):
        return False
    return event.get("type") == "app_mention" or (
        event.get("type") == "message" and event.get("channel_type") == "im"
    )


def is_click(body: Mapping[str, object]) -> bool:
    return body.get("type") == "block_actions"


def is_event(body: Mapping[str, object]) -> bool:
    return body.get("type") == "event_callback"


def mark_done(body: Mapping[str, object], bot: Bot) -> None:
    """Say that it was dealt with, where it was kept."""
    if payload_id := kept_as(body):
        with bot.connect() as db:
            payloads.mark_done(db, payload_id, now=bot.clock.now())


def list_kept(bot: Bot) -> list[str]:
    """What was kept and not dealt with before the last stop; to be asked before anything new comes in."""
    with bot.connect() as db:
        return payloads.list_open(db)


def list_overdue(bot: Bot) -> list[str]:
    """What nobody has dealt with although there was time: Slack may have been down for a while."""
    with bot.connect() as db:
        return payloads.list_overdue(db, now=bot.clock.now())


def replay(app: App, bot: Bot, kept: Iterable[str]) -> None:
    """Deal with what an earlier run, or a bad hour, has left."""
    for payload_id in kept:
        with bot.connect() as db:
            found = payloads.try_again(db, bot.desk, payload_id)
        if found is None:
            continue
        request = BoltRequest(body=found.body, mode="socket_mode", context={REPLAYED: found.came})
        if found.is_worn_out:
            # Whatever ended those runs may lie in what is done with it: nothing is, any more.
            log.warning("given up after every attempt", payload=payload_id)
            tell_undone(request.body, request.context, bot)
            continue
        log.info("payload replayed", payload=payload_id)
        if app.dispatch(request).status == NOBODYS:
            mark_done(found.body, bot)


def tell_undone(body: Mapping[str, Any], context: BoltContext, bot: Bot) -> None:
    """Write to whoever clicked that nothing was changed, and mark it; of typed words the log speaks.

    While Slack is down, or refuses our token, it stays kept, and is said later.
    """
    try:
        if is_click(body):
            write_privately(bot, str(context.user_id), press_again(context[REPLAYED], bot))
    except (TransientFailure, Unwelcome) as exc:
        log.warning("slack unreachable", reason=str(exc))
    else:
        mark_done(body, bot)


def press_again(came: datetime, bot: Bot) -> str:
    return words(bot).say("slack.press_again", at=words(bot).instant(came))
