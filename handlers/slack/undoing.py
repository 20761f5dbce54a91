"""Buttons that take a case or a decision back at its sponsor's wish, and those on forms that wait."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import Grave, check_is_staff
from bot.rendering import sender_notes
from bot.rendering.case_steps import stop_modal
from bot.services import caps, case_step_hands, cases, corrections, kinds, withdrawals
from bot.services.step_up import asks_code
from handlers.slack.answers import Body, Respond, explains, number_in, placed, say, settle, staff_in, words
from handlers.slack.cases import seen_in


def register(app: App, bot: Bot) -> None:
    app.action("case_withdraw")(partial(on_withdraw, bot=bot))
    app.action("case_reopen")(partial(on_reopen, bot=bot))
    app.action("forms_release")(partial(on_release, bot=bot))
    app.action(sender_notes.LEAVE)(partial(on_leave, bot=bot))
    app.view(sender_notes.LEAVE)(partial(on_left, bot=bot))


def on_withdraw(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Of an approved case it takes what stopping one takes: the right, and the window."""
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        if withdrawals.is_approved(db, ref):
            case_step_hands.check_may_stop(db, ref=ref, seen=seen, by=by, now=now)
            card, code = cases.get_card(db, bot.desk, ref, now=now), asks_code(bot.desk, Grave.PURCHASE)
            view = stop_modal(card, code=code, words=words(bot), at_wish=True)
            client.views_open(trigger_id=body["trigger_id"], view=placed(view, body))
            return
        case = withdrawals.withdraw(db, bot.desk, ref=ref, seen=seen, by=by, now=now)
        settle(respond, body, words(bot).say("slack.withdrawn", ref=case.ref))


def on_reopen(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Read the corrected form again, outside any transaction, then take the decision back for it."""
    ack()
    which, seen = seen_in(body)
    ref, _, number = which.partition(" ")
    with explains(respond, bot), bot.connect() as db:
        by = staff_in(body, bot)
        check_is_staff(by)  # before the mail is read for them
        understood = kinds.read_again(db, bot.desk, bot.reader, int(number))
        submission = kinds.get_submission(db, bot.desk, understood, ref=ref)
        now = bot.clock.now()
        case = corrections.reopen(db, bot.desk, submission, ref=ref, seen=seen, by=by, now=now)
        settle(respond, body, words(bot).say("slack.reopened", ref=case.ref))


def on_release(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """What waits, or what was left aside."""
    ack()
    mail_id, left_to = sender_notes.read_pile(str(body["actions"][0]["value"]))
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        released = caps.release(db, mail_id, left_to=left_to, by=by, now=now)
        taken, same = released.taken, released.same
        settle(respond, body, words(bot).say("slack.forms_released", count=taken, same=same))


def on_leave(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Say first how many they are: the note was written when the first of them came."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        pile = caps.get_pile(db, number_in(body), by=staff_in(body, bot))
        view = sender_notes.leave_modal(pile, words=words(bot))
        client.views_open(trigger_id=body["trigger_id"], view=placed(view, body))


def on_left(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """The modal has no field at which a refusal could stand: it closes, and the refusal is said below."""
    ack()
    mail_id, last = sender_notes.read_leave(body["view"])
    with explains(respond, bot), bot.connect() as db:
        left = caps.leave(db, mail_id, last=last, by=staff_in(body, bot), now=bot.clock.now())
        say(respond, words(bot).say("slack.forms_left", count=left))
