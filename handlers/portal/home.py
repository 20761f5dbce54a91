"""The start page: what this is."""

from flask import Blueprint, Flask, Response

from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("home", __name__)
    room.add_url_rule("/", "home", frame.view(show_home))
    app.register_blueprint(room)


def show_home(*, frame: Frame) -> Response:
    return frame.pages.render("home.html")
