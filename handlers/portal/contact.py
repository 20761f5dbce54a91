"""The contact page: it shows what answers a question at once, and gives it to a person if that does not do.

GET shows, POST acts; what acted answers by a redirect, so that a reload asks nothing twice.
"""

from flask import Blueprint, Flask, Response, abort, request

from bot.domain.contact import LONGEST, LONGEST_NAME, Asked, ContactFault
from bot.domain.errors import Refusal
from bot.domain.faq_refusals import NamedTooOften, QuestionsRest
from bot.domain.sessions import Visitor
from bot.services import contact
from handlers.portal import visitors
from handlers.portal.frame import Frame

WRONG = 400
RESTS = 409
OF_QUESTION = frozenset({ContactFault.QUESTION, ContactFault.LENGTH})  #: who asks comes later
#: a field that people do not see: what fills it in is a program
TRAP = "website"


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("contact", __name__)
    room.add_url_rule("/contact", "show", frame.view(show))
    room.add_url_rule("/contact", "ask", frame.view(ask), methods=["POST"])
    room.add_url_rule("/contact/sent", "sent", frame.view(show_sent))
    frame.guards.asking(room)
    app.register_blueprint(room)


def show(*, frame: Frame) -> Response:
    """`q`: a question that was asked elsewhere; `tried`: the article that did not answer it."""
    given = Asked(question=request.args.get("q", ""), tried=request.args.get("tried", ""))
    visitor = visitors.find(frame)
    return _page(frame, contact.fill(given, visitor), visitor, form=bool(given.tried))


def ask(*, frame: Frame) -> Response:
    do, form = request.form.get("do", ""), request.form
    if do not in {"look", "send"}:
        abort(WRONG)
    typed = Asked(
        question=form.get("question", ""),
        name=form.get("name", ""),
        email=form.get("email", ""),
        tried=form.get("tried", ""),
    )
    visitor = visitors.find(frame)
    asked = contact.fill(typed, visitor)
    if do == "look":
        faults = tuple(one for one in contact.list_faults(frame.bot.desk, asked) if one in OF_QUESTION)
        return _page(frame, asked, visitor, faults=faults, form=not faults)
    if form.get(TRAP):
        return frame.pages.go("contact.sent")
    if faults := contact.list_faults(frame.bot.desk, asked):
        return _page(frame, asked, visitor, faults=faults, form=True)
    try:
        with frame.bot.connect() as db:
            lang, now = frame.pages.words().lang, frame.bot.clock.now()
            contact.send(db, frame.bot.desk, asked, visitor, lang=lang, now=now)
    except (QuestionsRest, NamedTooOften) as no:
        return _page(frame, asked, visitor, no=no, form=True)
    frame.bot.bell.ring()
    return frame.pages.go("contact.sent")


def _page(
    frame: Frame,
    asked: Asked,
    visitor: Visitor | None,
    *,
    faults: tuple[ContactFault, ...] = (),
    no: Refusal | None = None,
    form: bool,
) -> Response:
    """`form`: what answers it was shown, so that a person may be asked."""
    lang, now = frame.pages.words().lang, frame.bot.clock.now()
    shown = None
    if form and asked.is_question:
        with frame.bot.connect() as db:
            shown = contact.look(db, frame.bot.desk, asked.question, visitor, lang=lang, now=now)
    return frame.pages.render(
        "contact.html",
        status=RESTS if no else WRONG if faults else 200,
        refused=frame.pages.words().refusal(no) if no else "",
        asked=asked,
        shown=shown,
        form=form,
        faults=faults,
        known=visitor is not None and not visitor.lacks_factor,
        trap=TRAP,
        longest=LONGEST,
        longest_name=LONGEST_NAME,
        hear_by=contact.hear_by(frame.bot.desk, now),
        programmes=(frame.bot.desk.policy.mag, frame.bot.desk.policy.extranet),
    )


def show_sent(*, frame: Frame) -> Response:
    """The same for everybody."""
    hear_by = contact.hear_by(frame.bot.desk, frame.bot.clock.now())
    return frame.pages.render("contact_sent.html", hear_by=hear_by)
