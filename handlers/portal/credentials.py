"""Register the phone OTP: the License Key, then one to three phones."""

from flask import Blueprint, Flask, Response, request

from bot.domain.errors import Refusal
from bot.domain.sessions import Visitor
from bot.services import credentials, phone_codes, recovery_codes
from handlers.portal import visitors
from handlers.portal.frame import Frame

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("credentials", __name__)
    for path, name, view, method in (
        ("/dashboard/license-key", "show_key", show_key, "GET"),
        ("/dashboard/license-key", "enter_key", enter_key, "POST"),
        ("/dashboard/phones", "show_phones", show_phones, "GET"),
        ("/dashboard/phones", "add_phone", add_phone, "POST"),
        ("/dashboard/phones/<int:phone>/remove", "remove_phone", remove_phone, "POST"),
    ):
        room.add_url_rule(path, name, visitors.signed_in(frame, view), methods=[method])
    frame.guards.own_tries(room)
    app.register_blueprint(room)


def show_key(*, frame: Frame, visitor: Visitor, refused: str = "", typed: str = "") -> Response:
    with frame.bot.connect() as db:
        if credentials.get(db, visitor).registered_at:
            return frame.pages.go("credentials.show_phones")
    status = REFUSED if refused else 200
    return frame.pages.render("license_key.html", status=status, refused=refused, typed=typed)


def enter_key(*, frame: Frame, visitor: Visitor) -> Response:
    bot, key = frame.bot, request.form.get("key", "")
    try:
        with bot.connect() as db:
            credentials.enter_key(db, bot.desk, visitor, text=key, now=bot.clock.now())
    except Refusal as refusal:
        # Even a key that is somebody else's goes back to nobody but whoever typed it: a page is never stored,
        # and what is posted never logged. An empty field could not be compared with the mail.
        said = frame.pages.words().refusal(refusal)
        return show_key(frame=frame, visitor=visitor, refused=said, typed=key[: credentials.LONGEST_KEY])
    return frame.pages.go("credentials.show_phones")


def show_phones(*, frame: Frame, visitor: Visitor, refused: str = "", typed: str = "") -> Response:
    with frame.bot.connect() as db:
        mine, codes_left = credentials.get(db, visitor), recovery_codes.count_left(db, visitor)
        free = credentials.list_free(db, visitor)
    if mine.registered_at is None:
        return frame.pages.go("credentials.show_key")
    return frame.pages.render(
        "phones.html",
        status=REFUSED if refused else 200,
        mine=mine,
        may_change=mine.may_change(visitor.session.strength),
        codes_left=codes_left,
        recovered="recovered" in request.args,
        removed="removed" in request.args,
        offered=typed or next(iter(free), ""),
        most=credentials.MOST_PHONES,
        refused=refused,
    )


def add_phone(*, frame: Frame, visitor: Visitor) -> Response:
    """The number gets its code at once; entering that verifies it."""
    bot, number, lang = frame.bot, request.form.get("number", ""), frame.pages.words().lang
    try:
        with bot.connect() as db:
            phone = credentials.add_phone(db, visitor, text=number, now=bot.clock.now())
            phone_codes.send(db, bot.desk, visitor, phone_id=phone.id, lang=lang, now=bot.clock.now())
    except Refusal as refusal:
        said = frame.pages.words().refusal(refusal)
        return show_phones(frame=frame, visitor=visitor, refused=said, typed=number)
    return frame.pages.go("passcode.show_code", phone=str(phone.id))


def remove_phone(phone: int, *, frame: Frame, visitor: Visitor) -> Response:
    try:
        with frame.bot.connect() as db:
            now = frame.bot.clock.now()
            credentials.remove_phone(db, frame.bot.desk, visitor, phone_id=phone, now=now)
    except Refusal as refusal:
        return show_phones(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    return frame.pages.go("credentials.show_phones", removed="yes")
