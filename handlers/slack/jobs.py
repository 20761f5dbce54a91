"""Buttons on what waits or failed: let a held mail go, drop it, send or read one again."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.approvals import check_is_staff
from bot.domain.staff import Staff
from bot.services import decision_mails, held_mails, kinds, outbox
from handlers.slack.answers import Body, Respond, explains, number_in, settle, staff_in, words


def register(app: App, bot: Bot) -> None:
    app.action("mail_release")(partial(on_release, bot=bot))
    app.action("mail_release_all")(partial(on_release_all, bot=bot))
    app.action("mail_discard")(partial(on_discard, bot=bot))
    app.action("mail_retry")(partial(on_retry, bot=bot))
    app.action("mail_anew")(partial(on_anew, bot=bot))
    app.action("mail_told")(partial(on_told, bot=bot))
    app.action("mail_replay")(partial(on_replay, bot=bot))


def _staff(body: Body, bot: Bot) -> Staff:
    staff = staff_in(body, bot)
    check_is_staff(staff)
    return staff


def on_release(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        held_mails.release(db, number_in(body), by=_staff(body, bot).id, now=bot.clock.now())
        settle(respond, body, words(bot).say("slack.released"))


def on_release_all(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        many = outbox.release_all(db, by=_staff(body, bot).id, now=bot.clock.now())
        settle(respond, body, words(bot).say("slack.released_all", count=many))


def on_discard(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        outbox.discard_held(db, number_in(body), by=_staff(body, bot).id, now=bot.clock.now())
        settle(respond, body, words(bot).say("slack.mail_discarded"))


def on_retry(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        held_mails.retry(db, number_in(body), by=_staff(body, bot).id, now=bot.clock.now())
        settle(respond, body, words(bot).say("slack.mail_retried"))


def on_anew(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case = decision_mails.write_anew(db, bot.desk, number_in(body), by=by, now=now)
        settle(respond, body, words(bot).say("slack.mail_anew", ref=case.ref))


def on_told(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        case = decision_mails.note_told(db, number_in(body), by=by, now=now)
        settle(respond, body, words(bot).say("slack.mail_told", ref=case.ref))


def on_replay(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        kinds.replay(db, bot.desk, number_in(body), by=_staff(body, bot).id, now=bot.clock.now())
        settle(respond, body, words(bot).say("slack.replayed"))
