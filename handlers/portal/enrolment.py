"""The page that sets up an authenticator, for whoever holds its link. GET shows, the first code acts."""

from flask import Blueprint, Flask, Response, request, url_for

from bot.domain.errors import LinkExpired, LinkUnknown
from bot.rendering.pages.enrolment import shown
from bot.services import enrolments
from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("enrolment", __name__)
    room.add_url_rule("/enroll/<token>", "show", frame.view(show))
    room.add_url_rule("/enroll/<token>", "confirm", frame.view(confirm), methods=["POST"])
    room.add_url_rule("/enroll/<token>/again", "again", frame.view(mail_again), methods=["POST"])
    frame.takes_links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame, wrong: bool = False) -> Response:
    try:
        with frame.bot.connect() as db:
            found = enrolments.get_enrolment(db, frame.bot.desk, token=token, now=frame.bot.clock.now())
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)
    device, status = shown(found, frame.pages.words()), 400 if wrong else 200
    return frame.pages.render("enroll.html", status=status, state="open", device=device, wrong=wrong)


def confirm(token: str, *, frame: Frame) -> Response:
    code = request.form.get("code", "")
    try:
        with frame.bot.connect() as db:
            fits = enrolments.confirm(db, frame.bot.desk, token=token, code=code, now=frame.bot.clock.now())
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)
    return frame.pages.render("enroll.html", state="done") if fits else show(token, frame=frame, wrong=True)


def mail_again(token: str, *, frame: Frame) -> Response:
    """A new link goes to the address on file, if there is one; everybody is told the same."""
    lang = frame.pages.words().lang
    with frame.bot.connect() as db:
        enrolments.renew(db, frame.bot.desk, token=token, lang=lang, now=frame.bot.clock.now())
    return frame.pages.render("enroll.html", state="sent")


def _over(token: str, frame: Frame) -> Response:
    """Never was, used, or too old: the page does not say which."""
    again = url_for("enrolment.again", token=token)
    return frame.pages.render("enroll.html", status=404, state="over", again=again)
