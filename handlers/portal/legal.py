"""Imprint, privacy and terms: who is responsible, and where the whole text stands."""

from flask import Blueprint, Flask, Response

from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    desk = frame.bot.desk.policy.desk
    room = Blueprint("legal", __name__)
    for name, url in (
        ("imprint", desk.imprint_url),
        ("privacy", desk.privacy_url),
        ("terms", desk.terms_url),
    ):
        room.add_url_rule(f"/{name}", name, frame.view(show, name=name, url=url))
    app.register_blueprint(room)


def show(*, name: str, url: str, frame: Frame) -> Response:
    return frame.pages.render("legal.html", name=name, url=url)
