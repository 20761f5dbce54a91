"""The terms of an application: who may, reads and accepts them; everybody else sees for whom they wait."""

from flask import Blueprint, Flask, Response, request

from bot.domain.sessions import Visitor
from bot.domain.terms_refusals import TermsChanged
from bot.rendering.terms import in_html
from bot.services import terms
from handlers.portal.frame import Frame
from handlers.portal.visitors import signed_in


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("application_terms", __name__, url_prefix="/applications/<application>/terms")
    room.add_url_rule("", "show", signed_in(frame, show))
    room.add_url_rule("", "accept", signed_in(frame, accept), methods=["POST"])
    app.register_blueprint(room)


def show(application: str, *, frame: Frame, visitor: Visitor, fault: str = "") -> Response:
    lang = frame.pages.words().lang
    text = terms.get_text(frame.bot.desk, application, lang)
    with frame.bot.connect() as db:
        standing = terms.get_standing(db, frame.bot.desk, visitor.account, application)
    return frame.pages.render(
        "terms.html",
        status=400 if fault else 200,
        text=text,
        body=in_html(text),
        standing=standing,
        accepted_on=frame.pages.words().instant(standing.accepted.at) if standing.accepted else "",
        fault=fault,
    )


def accept(application: str, *, frame: Frame, visitor: Visitor) -> Response:
    """Ticked and confirmed; whoever has not ticked, or read another text, is shown it again."""
    if not request.form.get("agree"):
        return show(application, frame=frame, visitor=visitor, fault="not_ticked")
    digest, account = request.form.get("digest", ""), visitor.account
    now = frame.bot.clock.now()
    try:
        with frame.bot.connect() as db:
            terms.accept(db, frame.bot.desk, account, application=application, digest=digest, now=now)
    except TermsChanged:
        return show(application, frame=frame, visitor=visitor, fault="changed")
    return frame.pages.go("application_terms.show", application=application)
