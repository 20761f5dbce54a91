"""The status page: where a case stands, for whoever holds its link. GET shows, nothing acts."""

from flask import Blueprint, Flask, Response

from bot.domain.errors import LinkUnknown, UnknownCase
from bot.rendering.pages.journey import journey
from bot.services import status_pages
from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("status", __name__)
    room.add_url_rule("/status/<token>", "show", frame.view(show))
    frame.takes_links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame) -> Response:
    try:
        with frame.bot.connect() as db:
            found = status_pages.get(db, token, now=frame.bot.clock.now())
    except UnknownCase:
        raise LinkUnknown from None
    return frame.pages.render("status.html", journey=journey(found, frame.pages.words()))
