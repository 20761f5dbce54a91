"""Sign in and out. Whoever cannot get in sees the same page, whatever the reason."""

from flask import Blueprint, Flask, Response, request

from bot.services import sessions
from bot.services import sign_in as services
from handlers.portal import visitors
from handlers.portal.frame import Frame

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("sign_in", __name__)
    room.add_url_rule("/sign-in", "show", frame.view(show))
    room.add_url_rule("/sign-in", "sign_in", frame.view(sign_in), methods=["POST"])
    room.add_url_rule("/dashboard/sign-out", "sign_out", frame.view(sign_out), methods=["POST"])
    frame.guards.tries(room)
    app.register_blueprint(room)


def show(*, frame: Frame) -> Response:
    if visitor := visitors.find(frame):
        return frame.pages.go(visitors.place_of(visitor))
    return _page(frame)


def sign_in(*, frame: Frame) -> Response:
    name, password = request.form.get("name", ""), request.form.get("password", "")
    desk, now = frame.bot.desk, frame.bot.clock.now()
    with frame.bot.connect() as db:
        token = services.sign_in(db, desk, name=name, password=password, now=now)
        if token:
            sessions.end(db, visitors.token(), now=now)  # whoever was signed in here before is not any more
    if not token:
        return _page(frame, name=name, wrong=True)
    visitors.remember(token)
    visitor = visitors.find(frame)
    return frame.pages.go(visitors.place_of(visitor) if visitor else "sign_in.show")


def _page(frame: Frame, *, name: str = "", wrong: bool = False) -> Response:
    """The same for both programmes, as far as their accounts are here."""
    mag, extranet = frame.bot.desk.policy.mag, frame.bot.desk.policy.extranet
    return frame.pages.render(
        "sign_in.html",
        status=REFUSED if wrong else 200,
        name=name,
        wrong=wrong,
        programmes=[one.name for one in (mag, extranet) if one.keeps_accounts],
        extranet=extranet if extranet.keeps_accounts else None,
    )


def sign_out(*, frame: Frame) -> Response:
    with frame.bot.connect() as db:
        sessions.end(db, visitors.token(), now=frame.bot.clock.now())
    visitors.forget()
    return frame.pages.go("sign_in.show")
