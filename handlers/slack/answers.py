"""Answers to the person who clicked or typed: private, in words, and always one."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.context.respond import Respond

from bot.bootstrap import Bot
from bot.domain.errors import NotApprover, NotStaff, Refusal
from bot.domain.staff import Act, Staff
from bot.rendering.blocks import Card
from bot.rendering.words import Words
from bot.rendering.words import words as words_of

Body = Mapping[str, Any]


def words(bot: Bot) -> Words:
    """Staff read English."""
    return words_of("en", bot.desk.policy.desk.zone)


def staff_in(body: Body, bot: Bot) -> Staff:
    """Who acts, with their rights of this moment; a command names them elsewhere than a click."""
    user = body.get("user")
    return bot.who(str(user["id"]) if isinstance(user, Mapping) else str(body["user_id"]))


def refusal_text(refusal: Refusal, bot: Bot) -> str:
    """A refusal in words; whoever may not hears who may."""
    if isinstance(refusal, NotStaff | NotApprover):
        act = Act(str(refusal.values.get("act", Act.REVIEW)))
        refusal.values.setdefault("who_may", ", ".join(bot.staff.approver_ids(act)))
    return words(bot).refusal(refusal, slack=True)


@contextmanager
def explains(respond: Respond, bot: Bot) -> Iterator[None]:
    """Turn a refusal into a private reply; everything else rises to the single error handler."""
    try:
        yield
    except Refusal as refusal:
        say(respond, refusal_text(refusal, bot))


def say(respond: Respond, text: str) -> None:
    respond(text=text, response_type="ephemeral", replace_original=False)


def show(respond: Respond, card: Card) -> None:
    respond(text=card.text, blocks=card.blocks, response_type="ephemeral", replace_original=False)


def settle(respond: Respond, body: Body, text: str) -> None:
    """Tell the clicker what became of it; a private card that asked is replaced by the answer."""
    private = bool(body.get("container", {}).get("is_ephemeral"))
    respond(text=text, response_type="ephemeral", replace_original=private)


def bug_text(number: str, bot: Bot) -> str:
    return words(bot).say("slack.bug", id=number)


def in_modal(text: str, view: Body) -> BoltResponse:
    """An ack that keeps the modal open with a sentence at its first field."""
    fields = (block["block_id"] for block in view.get("blocks", ()) if block["type"] == "input")
    body = {"response_action": "errors", "errors": {next(fields, "reason"): text}}
    return BoltResponse(status=200, body=json.dumps(body), headers={"content-type": ["application/json"]})


def say_bug(request: BoltRequest, respond: Respond, number: str, bot: Bot) -> None:
    """By `response_url` where there is one, else privately in the channel, else nowhere: it is in the log."""
    text = bug_text(number, bot)
    if request.context.response_url:
        say(respond, text)
    elif request.context.channel_id and request.context.user_id:
        bot.slack_client.chat_postEphemeral(
            channel=request.context.channel_id, user=request.context.user_id, text=text
        )
