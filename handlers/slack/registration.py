"""Buttons and modals by which the desk decides about an organisation's registration."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import Grave
from bot.domain.errors import Refusal
from bot.domain.registration_refusals import NotTicked
from bot.rendering import registration as registration_cards
from bot.rendering.queue import done_card
from bot.services import cases, registration_decisions, reinviting
from bot.services.step_up import asks_code
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    refuse_at_field,
    say_done,
    settle,
    staff_in,
    words,
)
from handlers.slack.cases import seen_in


def register(app: App, bot: Bot) -> None:
    app.action("registration_approve")(partial(on_approve, bot=bot))
    app.view("registration_approve")(partial(on_approve_submitted, bot=bot))
    app.action("registration_refuse")(partial(on_refuse, bot=bot))
    app.view("registration_refuse")(partial(on_refuse_submitted, bot=bot))
    app.action("registration_tick")(partial(on_tick, bot=bot))
    app.view("registration_tick")(partial(on_tick_submitted, bot=bot))
    app.action("registration_invite")(partial(on_invite, bot=bot))
    app.view("registration_invite")(partial(on_invite_submitted, bot=bot))


def on_approve(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Decide; where the policy asks for a code, a modal asks first."""
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        card = registration_decisions.find_asked(db, bot.desk, ref=ref, seen=seen, by=by, now=now)
        if card is not None:
            view = placed(registration_cards.approve_modal(card, words=words(bot)), body)
            client.views_open(trigger_id=body["trigger_id"], view=view)
            return
        registration_decisions.approve(db, bot.desk, ref=ref, seen=seen, by=by, now=now)
        said = words(bot).say("registration.done.approved", ref=ref)
        settle(respond, body, done_card(said, words=words(bot)))


def on_approve_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Decide, then ack: what is wrong stands at the field."""
    given = registration_cards.read_decided(body["view"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            registration_decisions.approve(
                db, bot.desk, ref=given.ref, seen=given.seen, by=by, now=now, code=given.code
            )
    except Refusal as refusal:
        refuse_at_field(ack, refusal, given, bot)
    else:
        ack()
        say_done(respond, "registration.done.approved", given.ref, bot)


def on_refuse(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Ask why; a click that could not decide is told so before anyone types."""
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        registration_decisions.check_refusable(db, ref=ref, seen=seen, by=by, now=now)
        card = cases.get_card(db, bot.desk, ref, now=now)
        view = placed(registration_cards.refuse_modal(card, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_refuse_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    given = registration_cards.read_decided(body["view"])
    try:
        with bot.connect() as db:
            registration_decisions.refuse(
                db,
                bot.desk,
                ref=given.ref,
                seen=given.seen,
                by=staff_in(body, bot),
                reason=given.reason,
                message=given.message,
                now=bot.clock.now(),
            )
    except Refusal as refusal:
        refuse_at_field(ack, refusal, given, bot)
    else:
        ack()
        say_done(respond, "registration.done.refused", given.ref, bot)


def on_tick(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """The checklist of what is done where accounts are kept."""
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        card = registration_decisions.check_may_tick(db, bot.desk, ref=ref, seen=seen, by=by, now=now)
        view = registration_cards.tick_modal(
            card, code=asks_code(bot.desk, Grave.REGISTRATION), words=words(bot)
        )
        client.views_open(trigger_id=body["trigger_id"], view=placed(view, body))


def on_tick_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    given = registration_cards.read_decided(body["view"])
    try:
        if not given.ticked:
            raise NotTicked
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            registration_decisions.tick(
                db, bot.desk, ref=given.ref, seen=given.seen, by=by, now=now, code=given.code
            )
    except Refusal as refusal:
        refuse_at_field(ack, refusal, given, bot)
    else:
        ack()
        say_done(respond, "registration.done.ticked", given.ref, bot)


def on_invite(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Ask who is to be invited instead."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case = reinviting.check_may_invite(db, ref=seen_in(body)[0], by=by, now=now)
        view = placed(registration_cards.invite_modal(case, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_invite_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ref, version, to = registration_cards.read_invite(body["view"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            instead = reinviting.invite_other(
                db, bot.desk, bot.staff, ref=ref, version=version, to=to, by=by, now=now
            )
    except Refusal as refusal:
        keep_open(ack, registration_cards.field_of_invite(refusal), refusal, bot)
    else:
        ack()
        say_done(
            respond, "registration.done.invited" if instead else "registration.done.invited_beside", ref, bot
        )
