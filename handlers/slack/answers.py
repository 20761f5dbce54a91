"""Answers to the person who clicked or typed: private, in words, and always one."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import structlog
from slack_bolt import Ack, BoltResponse

from bot.bootstrap import Bot
from bot.domain.errors import (
    NotApprover,
    NotStaff,
    PermanentFailure,
    Refusal,
    UnknownOutcome,
    Unwelcome,
    trace,
)
from bot.domain.staff import Act, Staff
from bot.rendering.blocks import Block, Card
from bot.rendering.queue import done_card
from bot.rendering.words import Words
from bot.rendering.words import words as words_of
from handlers.slack.markup import typed

log = structlog.get_logger("slack")

Body = Mapping[str, Any]
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")
_BUTTON = re.compile(r"\*([^*\n]+)\*")  #: what strangers write has other asterisks by now
CLOSED = "not_found"  #: what Slack says of a modal that somebody closed meanwhile
HOME = "home"  #: the place of what was clicked in the home tab


class Respond(Protocol):
    """Bolt's own, or the one that `places` put there for clicks that have no `response_url`."""

    def __call__(
        self,
        text: str = "",
        blocks: list[Block] | None = None,
        *,
        response_type: str | None = None,
        replace_original: bool | None = None,
    ) -> object: ...


class Fields(Protocol):
    """What a modal brought, which knows at which of its fields a refusal stands."""

    def field_of(self, refusal: Refusal, /) -> str: ...


def words(bot: Bot) -> Words:
    """Staff read English."""
    return words_of("en", bot.desk.policy.desk.zone)


def staff_in(body: Body, bot: Bot) -> Staff:
    """Who acts, with their rights of this moment; a command names them elsewhere than a click."""
    user = body.get("user")
    return bot.who(str(user["id"]) if isinstance(user, Mapping) else str(body["user_id"]))


def number_in(body: Body) -> int:
    """The number that the clicked button carries."""
    return int(body["actions"][0]["value"])


def refusal_text(refusal: Refusal, bot: Bot) -> str:
    """A refusal in words; whoever may not hears who may."""
    if isinstance(refusal, NotStaff | NotApprover):
        act = Act(str(refusal.values.get("act", Act.REVIEW)))
        refusal.values.setdefault("who_may", ", ".join(bot.staff.approver_ids(act)))
    return words(bot).refusal(refusal, slack=True)


def keep_open(ack: Ack, field: str, refusal: Refusal | str, bot: Bot) -> None:
    """Ack a submission so that the modal stays, with the refusal or sentence at that field."""
    text = refusal if isinstance(refusal, str) else refusal_text(refusal, bot)
    ack(response_action="errors", errors={field: unmarked(text, bot)})


def refuse_at_field(ack: Ack, refusal: Refusal, given: Fields, bot: Bot) -> None:
    """What is wrong stands at its field."""
    keep_open(ack, given.field_of(refusal), refusal, bot)


def unmarked(text: str, bot: Bot) -> str:
    """Our mrkdwn for where Slack reads none: names for mentions, and no signs around commands and buttons."""
    named = _MENTION.sub(lambda found: bot.staff.name_of(found[1]) or found[1], text)
    return typed(_BUTTON.sub(r"“\1”", named.replace("`", "")))


@contextmanager
def explains(respond: Respond, bot: Bot) -> Iterator[None]:
    """Turn a refusal into a private reply; everything else rises to the single error handler."""
    try:
        yield
    except Refusal as refusal:
        say(respond, refusal_text(refusal, bot))


def say(respond: Respond, text: str) -> None:
    respond(text=text, response_type="ephemeral", replace_original=False)


def write_privately(bot: Bot, user: str, text: str) -> None:
    """Where no other place is left to answer; what Slack refuses for that person is in the log.

    Raise TransientFailure, and Unwelcome where Slack takes nothing of ours at all.
    """
    try:
        with suppress(UnknownOutcome):  # they may have read it
            bot.chat.write_to(user, text, [])
    except PermanentFailure as exc:
        if isinstance(exc, Unwelcome) and not exc.place:
            raise
        log.warning("somebody cannot be written to", user=user, reason=str(exc))


def show(respond: Respond, card: Card) -> None:
    respond(text=card.text, blocks=card.blocks, response_type="ephemeral", replace_original=False)


def say_done(respond: Respond, key: str, ref: str, bot: Bot) -> None:
    """What was done with that, with the way to the next in the queue."""
    show(respond, done_card(words(bot).say(key, ref=ref), words=words(bot)))


def settle(respond: Respond, body: Body, said: str | Card) -> None:
    """Tell the clicker what became of it; a private card that asked is replaced by the answer."""
    private = bool(body.get("container", {}).get("is_ephemeral"))
    card = said if isinstance(said, Card) else Card(text=said)
    respond(text=card.text, blocks=card.blocks or None, response_type="ephemeral", replace_original=private)


def place_of(body: Body) -> str:
    """Where to answer: a `response_url`, HOME, the place from which an open modal came, or ""."""
    view = body.get("view")
    if not isinstance(view, Mapping):
        return str(body.get("response_url") or "")
    if view.get("type") == HOME:
        return HOME
    about = json.loads(view.get("private_metadata") or "{}")
    return str(about.get("place", "")) if isinstance(about, dict) else ""


def placed(view: Block, body: Body) -> Block:
    """The modal, remembering where it was opened: its submission is answered there."""
    about = json.loads(view.get("private_metadata") or "{}")
    return {**view, "private_metadata": json.dumps({**about, "place": place_of(body)})}


def written_down(error: Exception, bot: Bot) -> str:
    """What a person hears of a bug, which goes to the log under the number that they are told."""
    number = bot.desk.new_token()[:8]
    log.error("listener raised", id=number, trace=trace(error))
    return words(bot).say("slack.bug", id=number)


def in_modal(view: Mapping[str, Any], text: str) -> BoltResponse:
    """An ack that keeps the modal open with a sentence at its first field."""
    fields = (block["block_id"] for block in view.get("blocks", ()) if block["type"] == "input")
    body = {"response_action": "errors", "errors": {next(fields, "reason"): text}}
    return BoltResponse(status=200, body=json.dumps(body), headers={"content-type": ["application/json"]})
