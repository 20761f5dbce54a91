"""The dashboard of whoever is signed in: My Applications and My 2FA Credentials."""

from flask import Blueprint, Flask, Response

from bot.domain.sessions import Visitor
from bot.services import applications, certificates, credentials, launch, recovery_codes
from handlers.portal import visitors
from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("dashboard", __name__)
    room.add_url_rule("/dashboard", "show", visitors.signed_in(frame, show))
    app.register_blueprint(room)


def show(*, frame: Frame, visitor: Visitor) -> Response:
    with frame.bot.connect() as db:
        launch.give_up(db, visitor)
        listed = applications.list_of(db, frame.bot.desk, visitor)
        mine = credentials.get(db, visitor)
        certificate = certificates.has_any(db, visitor.account)
        left = recovery_codes.count_left(db, visitor)
    return frame.pages.render(
        "dashboard.html",
        applications=listed,
        mine=mine,
        codes_left=left,
        certificate=certificate,
        strength=visitor.session.strength.name.lower(),
    )
