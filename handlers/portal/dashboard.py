"""Where a License Key is entered: what comes first, and whom to ask, until accounts are kept here."""

from flask import Blueprint, Flask, Response

from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("dashboard", __name__)
    room.add_url_rule("/dashboard", "show", frame.view(show))
    app.register_blueprint(room)


def show(*, frame: Frame) -> Response:
    return frame.pages.render("dashboard.html")
