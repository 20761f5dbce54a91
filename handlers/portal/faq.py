"""Answers to login questions: all of them, one of them, the one that was asked for, and whether it helped.

GET shows, POST acts; what acted answers by a redirect, so that a reload says nothing twice.
"""

from flask import Blueprint, Flask, Response, abort, request

from bot.domain.faq_opinions import Why
from bot.services import contact, faq, faq_mails
from handlers.portal import visitors
from handlers.portal.frame import Frame

LONGEST = 300  #: characters of a question in the box
WRONG = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("faq", __name__)
    room.add_url_rule("/faq", "all", frame.view(show_all))
    room.add_url_rule("/faq/<topic>", "topic", frame.view(show_topic))
    room.add_url_rule("/faq/<topic>", "judge", frame.view(judge), methods=["POST"])
    frame.guards.asking(room)
    app.register_blueprint(room)
    mailed = Blueprint("faq_answer", __name__)
    mailed.add_url_rule("/faq/answer/<token>", "show", frame.view(show_mailed))
    mailed.add_url_rule("/faq/answer/<token>", "judge", frame.view(judge_mailed), methods=["POST"])
    frame.takes_links(mailed)
    app.register_blueprint(mailed)


def show_all(*, frame: Frame) -> Response:
    asked = request.args.get("q", "").strip()[:LONGEST]
    desk, lang = frame.bot.desk, frame.pages.words().lang
    shown = None
    if asked:
        with frame.bot.connect() as db:
            visitor, now = visitors.find(frame), frame.bot.clock.now()
            shown = contact.look(db, desk, asked, visitor, lang=lang, now=now)
    return frame.pages.render(
        "faq.html",
        asked=asked,
        longest=LONGEST,
        shown=shown,
        groups=faq.list_by_programme(lang, desk.policy),
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
        asked=request.args.get("q", "")[:LONGEST],
        said="said" in request.args,
        whys=tuple(Why),
    )


def judge(topic: str, *, frame: Frame) -> Response:
    """Helped or not; whom it did not help goes on to a person, with the question."""
    helped, why = _opinion()
    lang, now = frame.pages.words().lang, frame.bot.clock.now()
    if topic not in faq.list_articles(lang):
        abort(404)
    with frame.bot.connect() as db:
        contact.judge(db, topic=topic, lang=lang, helped=helped, why=why, now=now)
    if helped:
        return frame.pages.go("faq.topic", topic=topic, said="yes")
    asked = request.form.get("q", "")[:LONGEST]
    return frame.pages.go("contact.show", q=asked, tried=topic)


def _opinion() -> tuple[bool, Why | None]:
    helped, why = request.form.get("helped", ""), request.form.get("why", "")
    if helped not in {"yes", "no"}:
        abort(WRONG)
    return helped == "yes", Why(why) if why in set(Why) else None


def show_mailed(token: str, *, frame: Frame) -> Response:
    """Whether the answer in a mail helped: shown to whoever opens the link, said by a click."""
    with frame.bot.connect() as db:
        one, topics = faq_mails.find_of_link(db, token, now=frame.bot.clock.now())
    told = faq.list_articles(frame.pages.words().lang)
    return frame.pages.render(
        "faq_answer.html",
        ref=one.ref,
        articles=[told[topic] for topic in topics if topic in told],
        said=request.args.get("said", ""),
        hear_by=one.due_at,
        whys=tuple(Why),
    )


def judge_mailed(token: str, *, frame: Frame) -> Response:
    helped, why = _opinion()
    with frame.bot.connect() as db:
        now = frame.bot.clock.now()
        faq_mails.judge_by_link(db, frame.bot.desk, token, helped=helped, why=why, now=now)
    frame.bot.bell.ring()
    return frame.pages.go("faq_answer.show", token=token, said="yes" if helped else "no")
