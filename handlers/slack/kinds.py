"""Buttons that mend a wrong kind: this is a RIS, this is none."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.approvals import check_is_staff
from bot.rendering.queue import done_card
from bot.services import cases, kinds
from handlers.slack.answers import Body, Respond, explains, settle, staff_in, words
from handlers.slack.cases import seen_in


def register(app: App, bot: Bot) -> None:
    app.action("kind_ris")(partial(on_ris, bot=bot))
    app.action("kind_not_ris")(partial(on_not_ris, bot=bot))


def mail_in(body: Body) -> int | None:
    """The mail that the button's note showed; None on a case's card."""
    what, _, rest = str(body["actions"][0]["block_id"]).partition(":")
    return int(rest.partition(":")[0]) if what == "mail" else None


def on_ris(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """On a card: take in what an unverified sender sent. On a question: what is attached is a form."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, mail_id = staff_in(body, bot), mail_in(body)
        if mail_id is None:
            ref, seen = seen_in(body)
            case = kinds.accept(db, bot.desk, ref=ref, seen=seen, by=by, now=bot.clock.now())
            said = words(bot).say("slack.accepted", ref=case.ref)
        else:
            check_is_staff(by)  # before the mail is read for them
            understood = kinds.read_again(db, bot.desk, bot.reader, mail_id)
            opened = kinds.take_as_ris(db, bot.desk, understood, by=by, now=bot.clock.now())
            said = words(bot).say("slack.taken_as_ris", refs=", ".join(case.ref for case in opened))
        settle(respond, body, done_card(said, words=words(bot)))


def on_not_ris(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        by = staff_in(body, bot)
        check_is_staff(by)
        mail_id = cases.get_case(db, ref).mail_id
        understood = kinds.read_again(db, bot.desk, bot.reader, mail_id)
        question = kinds.take_as_question(
            db, bot.desk, understood, ref=ref, seen=seen, by=by, now=bot.clock.now()
        )
        key = "slack.taken_as_question" if question else "slack.discarded"
        said = words(bot).say(key, ref=ref, question=question)
        settle(respond, body, done_card(said, words=words(bot)))
