"""The page behind an administrator's invitation: its owner registers, and goes on to activate."""

from flask import Blueprint, Flask, Response, request

from bot.domain.accounts import Origin
from bot.domain.members import read_member
from bot.rendering.pages.members import fields, listed
from bot.services import members
from handlers.portal.frame import Frame

REFUSED = 400
#: what they say themselves; address and role come with the invitation
ASKED = ("salutation", "first_name", "last_name", "job_title")


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("joining", __name__)
    room.add_url_rule("/join/<token>", "show", frame.view(show))
    room.add_url_rule("/join/<token>", "join", frame.view(join), methods=["POST"])
    frame.takes_links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame) -> Response:
    return _form(token, frame, {}, {})


def join(token: str, *, frame: Frame) -> Response:
    """Their name has to be typed, so that no program that opens links registers anybody."""
    now = frame.bot.clock.now()
    with frame.bot.connect() as db:
        invited, _, lang = members.get_invited(db, token, now=now)
    given = {name: request.form.get(name, "") for name in ASKED}
    said = given | {"email": invited.email, "role": invited.role}
    new, faults = read_member(said, lang=lang, origin=Origin.INVITED)
    if new is None:
        return _form(token, frame, given, faults)
    with frame.bot.connect() as db:
        activating = members.join(db, frame.bot.desk, token, new, now=now)
    return frame.pages.go("activation.show", token=activating)


def _form(token: str, frame: Frame, given: dict[str, str], faults: dict[str, str]) -> Response:
    with frame.bot.connect() as db:
        invited, case, _ = members.get_invited(db, token, now=frame.bot.clock.now())
    words = frame.pages.words()
    return frame.pages.render(
        "join.html",
        status=REFUSED if faults else 200,
        invited=invited,
        company=case.ris.company.name,
        fields=fields(ASKED, given, faults, words, own=True),
        faults=listed(faults, words),
        token=token,
    )
