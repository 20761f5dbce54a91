"""My Account: the address, the language and the data of whoever is signed in."""

import json

from flask import Blueprint, Flask, Response, make_response, request

from bot.domain.errors import Refusal
from bot.domain.sessions import Visitor
from bot.services import email_change_notices, email_changes, people, profile
from handlers.portal.frame import Frame
from handlers.portal.visitors import OF_BOTH, signed_in

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("profile", __name__, url_prefix="/account")
    for path, name, view, method in (
        ("", "show", show, "GET"),
        ("/language", "set_language", set_language, "POST"),
        ("/email", "ask_email", ask_email, "POST"),
        ("/data", "data", data, "GET"),
    ):
        room.add_url_rule(path, name, signed_in(frame, view, to=OF_BOTH), methods=[method])
    frame.guards.own_tries(room)
    app.register_blueprint(room)


def show(*, frame: Frame, visitor: Visitor) -> Response:
    return _page(frame, visitor, done=request.args.get("done", ""))


def set_language(*, frame: Frame, visitor: Visitor) -> Response:
    """Mails and pages come in it from now on."""
    lang = request.form.get("language", "")
    with frame.bot.connect() as db:
        profile.set_language(db, visitor.account, lang, now=frame.bot.clock.now())
    return frame.pages.go("profile.show", lang=lang, done="language")


def ask_email(*, frame: Frame, visitor: Visitor) -> Response:
    email, password = request.form.get("email", ""), request.form.get("current", "")
    try:
        with frame.bot.connect() as db:
            now = frame.bot.clock.now()
            email_changes.ask(db, frame.bot.desk, visitor, email=email, password=password, now=now)
    except Refusal as no:
        return _page(frame, visitor, email=email, no=no)
    return frame.pages.go("profile.show", done="email")


def data(*, frame: Frame, visitor: Visitor) -> Response:
    """What is kept about them, for a program or a text editor."""
    with frame.bot.connect() as db:
        found = profile.export(db, visitor.account, now=frame.bot.clock.now())
    response = make_response(json.dumps(people.plain_of(found), ensure_ascii=False, indent=2))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


def _page(
    frame: Frame, visitor: Visitor, *, done: str = "", email: str = "", no: Refusal | None = None
) -> Response:
    with frame.bot.connect() as db:
        change = email_changes.find_open(db, visitor.account, now=frame.bot.clock.now())
        unreached = email_change_notices.list_unreached(db, visitor.account, change) if change else ()
    return frame.pages.render(
        "account.html",
        status=REFUSED if no else 200,
        done=done,
        change=change,
        until=frame.pages.words().instant(change.until) if change else "",
        unreached=unreached,
        email=email,
        refused=frame.pages.words().refusal(no) if no else "",
        account=visitor.account,
    )
