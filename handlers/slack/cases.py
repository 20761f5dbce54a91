"""Buttons and modals of a case's card."""

from functools import partial

from slack_bolt import Ack, App
from slack_bolt.context.respond import Respond
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.errors import Refusal
from bot.rendering import modals
from bot.services import approvals, cases
from handlers.slack.answers import Body, explains, refusal_text, settle, staff_in, words


def register(app: App, bot: Bot) -> None:
    app.action("case_approve")(partial(on_approve, bot=bot))
    app.action("case_reject")(partial(on_reject, bot=bot))
    app.view("case_reject")(partial(on_reject_submitted, bot=bot))


def seen_in(body: Body) -> tuple[str, str]:
    """The case a button is about and the hash of what its card showed."""
    action = body["actions"][0]
    return str(action["value"]), str(action["block_id"]).rpartition(":")[2]


def on_approve(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        case = approvals.approve(
            db, bot.desk, ref=ref, seen=seen, by=staff_in(body, bot), now=bot.clock.now()
        )
        settle(respond, body, words(bot).say("slack.approved", ref=case.ref))


def on_reject(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Ask for the reason; a click that could not decide is told so before anyone types."""
    ack()
    ref, _ = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        card = cases.get_decidable_card(db, ref, staff_in(body, bot))
        client.views_open(trigger_id=body["trigger_id"], view=modals.reject_modal(card, words=words(bot)))


def on_reject_submitted(ack: Ack, body: Body, *, bot: Bot) -> None:
    """Decide, then ack: a refusal stands in the modal, where the person is looking."""
    given = modals.read_reject(body["view"])
    try:
        with bot.connect() as db:
            approvals.reject(
                db,
                bot.desk,
                ref=given.ref,
                seen=given.seen,
                by=staff_in(body, bot),
                reason=given.reason,
                note=given.note,
                now=bot.clock.now(),
            )
    except Refusal as refusal:
        ack(response_action="errors", errors={"reason": refusal_text(refusal, bot)})
    else:
        ack()
