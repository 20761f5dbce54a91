"""Buttons that say whether a form is of an organisation that is known."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.services import additions
from handlers.slack.answers import Body, Respond, explains, settle, staff_in, words
from handlers.slack.cases import seen_in


def register(app: App, bot: Bot) -> None:
    app.action("case_alone")(partial(on_alone, bot=bot))
    app.action("case_newer_of")(partial(on_newer_of, bot=bot))
    app.action("case_same_as")(partial(on_same_as, bot=bot))
    app.action("case_not_same")(partial(on_not_same, bot=bot))


def _pair_in(body: Body) -> tuple[str, str, str]:
    """The case, the organisation's, and the hash of what the card showed."""
    pair, seen = seen_in(body)
    ref, _, other = pair.partition(" ")
    return ref, other, seen


def on_same_as(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, other, seen = _pair_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case = additions.confirm_same(db, bot.desk, ref=ref, other=other, seen=seen, by=by, now=now)
        joined = case.addition.ref if case.addition else other
        settle(respond, body, words(bot).say("slack.same_as", ref=case.ref, other=joined))


def on_alone(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """It is no addition: its sponsor is asked for the rest."""
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case = additions.ask_for_the_rest(db, bot.desk, ref=ref, seen=seen, by=by, now=now)
        settle(respond, body, words(bot).say("slack.alone", ref=case.ref))


def on_newer_of(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, other, seen = _pair_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case = additions.take_as_newer(db, bot.desk, ref=ref, other=other, seen=seen, by=by, now=now)
        said = words(bot).say("slack.newer_of", ref=ref, other=case.ref, version=case.version)
        settle(respond, body, said)


def on_not_same(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, other, seen = _pair_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case = additions.deny_same(db, bot.desk, ref=ref, other=other, seen=seen, by=by, now=now)
        settle(respond, body, words(bot).say("slack.not_same", ref=case.ref, other=other))
