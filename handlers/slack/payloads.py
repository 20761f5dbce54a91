"""Keep message events before they are acked: Bolt acks events first, and a restart must not lose one."""

from collections.abc import Callable

import structlog
from slack_bolt import App, BoltRequest, BoltResponse

from bot.bootstrap import Bot
from bot.services import payloads

log = structlog.get_logger("slack")

#: marks a replayed request, which is in the store already
REPLAYED = "usher_replayed"


def keep_payload(
    body: dict[str, object],
    request: BoltRequest,
    next_: Callable[[], BoltResponse],
    *,
    bot: Bot,
) -> BoltResponse:
    """Commit an event's payload, then let it on; one that is known is acked and dropped."""
    event_id = body.get("event_id")
    if body.get("type") != "event_callback" or not isinstance(event_id, str):
        return next_()
    if request.context.get(REPLAYED):
        return next_()
    with bot.connect() as db:
        fresh = payloads.keep(db, event_id, body, now=bot.clock.now())
    if not fresh:
        log.info("event repeated", event=event_id)
        return BoltResponse(status=200)
    return next_()


def mark_done(body: dict[str, object], bot: Bot) -> None:
    """Say that an event was dealt with."""
    with bot.connect() as db:
        payloads.mark_done(db, str(body["event_id"]), now=bot.clock.now())


def replay(app: App, bot: Bot) -> int:
    """Deal with what was kept and not dealt with before the last stop; return how many there were."""
    with bot.connect() as db:
        waiting = payloads.list_open(db)
    for event_id, body in waiting:
        log.info("event replayed", event=event_id)
        app.dispatch(BoltRequest(body=body, mode="socket_mode", context={REPLAYED: True}))
    return len(waiting)
