"""Launch an application from the dashboard, by way of the second factor where it needs one."""

from flask import Blueprint, Flask, Response, make_response, redirect, request

from bot.domain.sessions import Visitor
from bot.services import launch as services
from handlers.portal import visitors
from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("launch", __name__)
    room.add_url_rule("/dashboard/launch", "launch", visitors.signed_in(frame, launch), methods=["POST"])
    frame.guards.own_tries(room)
    app.register_blueprint(room)


def launch(*, frame: Frame, visitor: Visitor) -> Response:
    return _launch(frame, visitor, request.form.get("application", ""))


def go_on(frame: Frame, name: str) -> Response:
    """A factor was proven: what waited for it is opened, in the session as it is now."""
    visitor = visitors.find(frame)
    return _launch(frame, visitor, name) if visitor else frame.pages.go("sign_in.show")


def _launch(frame: Frame, visitor: Visitor, name: str) -> Response:
    bot = frame.bot
    with bot.connect() as db:
        onward = services.launch(db, bot.desk, visitor, name=name, now=bot.clock.now())
    if onward.needs_factor:
        return frame.pages.go("passcode.show")
    if not onward.url:
        return frame.pages.render("launch.html", application=onward.application.name)
    return make_response(redirect(onward.url, 303))
