"""My Account: the browsers in which somebody is signed in, and an end to one or to all others."""

from datetime import timedelta

from flask import Blueprint, Flask, Response, request

from bot.domain.errors import Refusal
from bot.domain.sessions import IDLE, LONGEST, Visitor
from bot.services import sessions
from handlers.portal.frame import Frame
from handlers.portal.visitors import OF_BOTH, signed_in

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("sessions", __name__)
    room.add_url_rule("/account/sessions", "show", signed_in(frame, show, to=OF_BOTH))
    room.add_url_rule("/account/sessions", "end", signed_in(frame, end, to=OF_BOTH), methods=["POST"])
    frame.guards.own_tries(room)
    app.register_blueprint(room)


def show(*, frame: Frame, visitor: Visitor, chosen: str = "", refused: str = "") -> Response:
    with frame.bot.connect() as db:
        found = sessions.list_open(db, visitor, now=frame.bot.clock.now())
    return frame.pages.render(
        "sessions.html",
        status=REFUSED if refused else 200,
        sessions=found,
        idle_minutes=IDLE // timedelta(minutes=1),
        longest_hours=LONGEST // timedelta(hours=1),
        chosen=chosen,
        done="done" in request.args,
        refused=refused,
    )


def end(*, frame: Frame, visitor: Visitor) -> Response:
    bot, name, password = frame.bot, request.form.get("session", ""), request.form.get("current", "")
    try:
        with bot.connect() as db:
            sessions.end_others(db, bot.desk, visitor, name=name, password=password, now=bot.clock.now())
    except Refusal as refusal:
        said = frame.pages.words().refusal(refusal)
        return show(frame=frame, visitor=visitor, chosen=name, refused=said)
    return frame.pages.go("sessions.show", done="yes")
