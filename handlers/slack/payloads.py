"""What comes from Slack, at the door: clicks and commands are acked, events kept before Bolt acks them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltRequest, BoltResponse

from bot.bootstrap import Bot
from bot.domain.whole_text import whole
from bot.services import payloads
from handlers.slack.listeners import ACKED

log = structlog.get_logger("slack")

#: marks a replayed request, which is in the store already
REPLAYED = "usher_replayed"


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
    if body.get("type") == "block_actions" or "command" in body:
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
    """Commit an event's payload, then let it on; one that is known is acked and dropped."""
    event_id, event = body.get("event_id"), body.get("event")
    if not is_event(body) or not isinstance(event_id, str) or not isinstance(event, dict):
        return next_()
    if not concerns_us(event):
        return next_()
    if request.context.get(REPLAYED):
        return next_()
    with bot.connect() as db:
        fresh = payloads.keep(db, bot.desk, event_id, body, now=bot.clock.now())
    if not fresh:
        log.info("event repeated", payload=event_id)
        return BoltResponse(status=200)
    return next_()


def concerns_us(event: Mapping[str, object]) -> bool:
    """Words to the bot; what people say to each other is not kept, and nobody would mark it as done."""
    if event.get("bot_id") or event.get("subtype"):
        return False
    return event.get("type") == "app_mention" or (
        event.get("type") == "message" and event.get("channel_type") == "im"
    )


def is_event(body: Mapping[str, object]) -> bool:
    return body.get("type") == "event_callback"


def mark_done(body: Mapping[str, object], bot: Bot) -> None:
    """Say that an event was dealt with."""
    with bot.connect() as db:
        payloads.mark_done(db, str(body["event_id"]), now=bot.clock.now())


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
    for event_id in kept:
        with bot.connect() as db:
            body = payloads.try_again(db, bot.desk, event_id)
        if body is not None:
            log.info("event replayed", payload=event_id)
            app.dispatch(BoltRequest(body=body, mode="socket_mode", context={REPLAYED: True}))
