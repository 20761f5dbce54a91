"""The start page and the contact page: what this is, and whom to ask."""

from flask import Blueprint, Flask, Response

from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("home", __name__)
    room.add_url_rule("/", "home", frame.view(show_home))
    room.add_url_rule("/contact", "contact", frame.view(show_contact))
    app.register_blueprint(room)


def show_home(*, frame: Frame) -> Response:
    return frame.pages.render("home.html")


def show_contact(*, frame: Frame) -> Response:
    return frame.pages.render("contact.html")
