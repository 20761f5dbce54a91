"""Answers to login questions: all of them, one of them, and the one that was asked for."""

from flask import Blueprint, Flask, Response, abort, request

from bot.services import faq
from handlers.portal.frame import Frame

LONGEST = 300  #: characters of a question in the box


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("faq", __name__)
    room.add_url_rule("/faq", "all", frame.view(show_all))
    room.add_url_rule("/faq/<topic>", "topic", frame.view(show_topic))
    app.register_blueprint(room)


def show_all(*, frame: Frame) -> Response:
    asked = request.args.get("q", "").strip()
    desk, lang = frame.bot.desk, frame.pages.words().lang
    return frame.pages.render(
        "faq.html",
        asked=asked[:LONGEST],
        longest=LONGEST,
        told=faq.ask(asked, desk.policy, desk.portal_url, lang=lang) if asked else None,
        groups=faq.list_by_programme(lang, desk.policy),
        programmes=(desk.policy.mag, desk.policy.extranet),
        start=faq.START,
    )


def show_topic(topic: str, *, frame: Frame) -> Response:
    desk, say = frame.bot.desk, frame.pages.words()
    article = faq.list_articles(say.lang).get(topic)
    if article is None:
        abort(404)
    return frame.pages.render(
        "faq_topic.html",
        of=article.programme,
        answer=faq.find_answer(topic, say.lang, desk.policy, desk.portal_url),
        related=[faq.list_articles(say.lang)[one] for one in article.related],
        updated=say.date(article.updated),
    )
