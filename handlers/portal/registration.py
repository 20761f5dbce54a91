"""The page behind an invitation to register: what is known of the organisation. GET shows, nothing acts."""

from flask import Blueprint, Flask, Response

from bot.rendering.pages.invitation import facts_of
from bot.services import registration
from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("registration", __name__)
    room.add_url_rule("/register/<token>", "show", frame.view(show))
    frame.guards.links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame) -> Response:
    with frame.bot.connect() as db:
        found = registration.get_invitation(db, token, now=frame.bot.clock.now())
    facts = facts_of(found.company, frame.pages.words())
    return frame.pages.render("register.html", invitation=found, facts=facts)
