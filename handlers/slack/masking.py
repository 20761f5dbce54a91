"""License Keys that somebody types into a field of a modal or message, masked before a listener reads it."""

from collections.abc import Callable, Iterator
from typing import Any

from slack_bolt import BoltResponse

from bot.bootstrap import Bot
from bot.domain.masking import RECOGNISED_FROM
from bot.services import masking
from handlers.slack.answers import Body


def mask_fields(body: Body, next_: Callable[[], BoltResponse], *, bot: Bot) -> BoltResponse:
    """Bolt's middleware: no field asks for a key, and what is typed goes into cards, mails and the store."""
    fields = [one for one in _fields(body) if len(one["value"]) >= RECOGNISED_FROM]
    if fields:
        with bot.connect() as db:
            changed = masking.find_masked(db, bot.desk, {one["value"] for one in fields})
        for one in fields:
            one["value"] = changed.get(one["value"], one["value"])
    return next_()


def _fields(body: Body) -> Iterator[dict[str, Any]]:
    """Every field with text, as listeners find it in the view's or message's state."""
    states = ((body.get("view") or {}).get("state"), body.get("state"))
    blocks = (block for state in states for block in ((state or {}).get("values") or {}).values())
    for block in blocks:
        yield from (one for one in block.values() if isinstance(one.get("value"), str))
