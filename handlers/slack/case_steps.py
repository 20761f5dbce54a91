"""Buttons and modals of a case's steps: the checklist, try again, skip, stop."""

from functools import partial
from threading import Event

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import Grave, check_is_staff
from bot.domain.case_steps import StepName
from bot.domain.errors import Refusal
from bot.rendering import case_steps as case_step_cards
from bot.rendering.queue import done_card
from bot.services import case_step_hands, cases
from bot.services.step_up import asks_code
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    placed,
    refusal_text,
    refuse_at_field,
    say,
    say_done,
    settle,
    show,
    staff_in,
    words,
)
from handlers.slack.cases import seen_in


def register(app: App, bot: Bot) -> None:
    app.action("case_checklist")(partial(on_checklist, bot=bot))
    app.view("case_checklist")(partial(on_entered, bot=bot))
    app.action("step_retry")(partial(on_retry, bot=bot))
    app.action("step_skip")(partial(on_skip, bot=bot))
    app.view("step_skip")(partial(on_skip_submitted, bot=bot))
    app.action("case_stop")(partial(on_stop, bot=bot))
    app.view("case_stop")(partial(on_stop_submitted, bot=bot))


def _step_in(body: Body) -> tuple[str, StepName, str]:
    """The case a button is about, its step, and the hash of what the card showed."""
    action = body["actions"][0]
    _, step, seen = str(action["block_id"]).rsplit(":", 2)
    return str(action["value"]), StepName(step), seen


def on_checklist(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """The form as a checklist, with a field for each number that is missing."""
    ack()
    ref, _, _ = _step_in(body)
    with explains(respond, bot), bot.connect() as db:
        check_is_staff(staff_in(body, bot))
        card = cases.get_card(db, bot.desk, ref, now=bot.clock.now())
        case_step_hands.check_enterable(card)
        corrected = case_step_hands.find_corrected(db, card)
        view = placed(case_step_cards.checklist_modal(card, corrected, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_entered(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    given = case_step_cards.read_hand(body["view"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            records, ticked = given.records, given.ticked
            case_step_hands.enter(
                db, ref=given.ref, seen=given.seen, records=records, ticked=ticked, by=by, now=now
            )
    except Refusal as refusal:
        refuse_at_field(ack, refusal, given, bot)
    else:
        ack()
        say_done(respond, "checklist.saved", given.ref, bot)


def on_retry(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, step, seen = _step_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case_step_hands.retry(db, ref=ref, seen=seen, step=step, by=by, now=now)
        say = words(bot)
        settle(respond, body, say.say("step.retried", ref=ref, step=say.say(f"step.{step}")))


def on_skip(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Ask why; the second who agrees reads who was the first."""
    ack()
    ref, step, seen = _step_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        found = case_step_hands.find_skip(db, ref=ref, seen=seen, step=step, by=by, now=now)
        card = cases.get_card(db, bot.desk, ref, now=now)
        code = asks_code(bot.desk, Grave.OVERRIDE)
        view = case_step_cards.skip_modal(card, found, code=code, words=words(bot))
        client.views_open(trigger_id=body["trigger_id"], view=placed(view, body))


def on_skip_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    given = case_step_cards.read_hand(body["view"])
    try:
        with bot.connect() as db:
            skipped = case_step_hands.skip(
                db,
                bot.desk,
                ref=given.ref,
                seen=given.seen,
                step=given.step or StepName.KEYS,
                reason=given.reason,
                by=staff_in(body, bot),
                code=given.code,
                now=bot.clock.now(),
            )
    except Refusal as refusal:
        refuse_at_field(ack, refusal, given, bot)
    else:
        ack()
        say = words(bot)
        what = say.say(f"step.{given.step}")
        text = say.say("skip.done" if skipped else "skip.asked", ref=given.ref, step=what)
        show(respond, done_card(text, words=say))


def on_stop(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Say what stopping does, and ask why."""
    ack()
    ref, seen = seen_in(body)  # a case may be at no step any more
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case_step_hands.check_may_stop(db, ref=ref, seen=seen, by=by, now=now)
        card = cases.get_card(db, bot.desk, ref, now=now)
        view = case_step_cards.stop_modal(card, code=asks_code(bot.desk, Grave.PURCHASE), words=words(bot))
        client.views_open(trigger_id=body["trigger_id"], view=placed(view, body))


def on_stop_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """What is wrong with what was typed stands in the modal; it closes before all is given back."""
    given, acked = case_step_cards.read_hand(body["view"]), Event()

    def close() -> None:
        ack()
        acked.set()

    try:
        with bot.connect() as db:
            case_step_hands.stop(
                db,
                bot.desk,
                ref=given.ref,
                seen=given.seen,
                reason=given.reason,
                by=staff_in(body, bot),
                code=given.code,
                now=bot.clock.now(),
                at_wish=given.at_wish,
                ready=close,
            )
    except Refusal as refusal:
        if acked.is_set():
            say(respond, refusal_text(refusal, bot))
        else:
            refuse_at_field(ack, refusal, given, bot)
    else:
        say_done(respond, "slack.withdrawn" if given.at_wish else "stop.done", given.ref, bot)
