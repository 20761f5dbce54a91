"""Staff give a question's words to an article: a button of the conversation's card, and its modal."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.approvals import check_is_staff
from bot.domain.errors import Refusal
from bot.rendering import faq_learning as faq_learning_cards
from bot.services import conversations, faq, faq_learning
from handlers.slack.answers import Body, Respond, explains, keep_open, placed, say, staff_in, words
from handlers.slack.cases import seen_in


def register(app: App, bot: Bot) -> None:
    app.action(faq_learning_cards.TEACH)(partial(on_teach, bot=bot))
    app.view(faq_learning_cards.TEACH)(partial(on_taught, bot=bot))


def on_teach(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    ack()
    ref, _ = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        check_is_staff(staff_in(body, bot))
        one = conversations.get(db, ref)
        articles = list(faq.list_articles("en").values())
        view = placed(faq_learning_cards.teach_modal(one, articles, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_taught(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Learn it, then ack: a refusal stands in the modal, at the words."""
    given = faq_learning_cards.read_teach(body["view"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            faq_learning.teach(
                db, bot.desk, ref=given.ref, topic=given.topic, text=given.text, by=by, now=now
            )
    except Refusal as refusal:
        keep_open(ack, faq_learning_cards.WORDS, refusal, bot)
        return
    ack()
    bot.bell.ring()
    say(respond, words(bot).say("faq_teach.done" if given.topic else "faq_teach.forgotten"))
