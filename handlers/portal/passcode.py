"""Two-Step Verification: choose a phone, get a code, enter it; then on to what was launched."""

from flask import Blueprint, Flask, Response, request

from bot.domain.errors import Refusal, SignInNeeded
from bot.domain.sessions import Visitor
from bot.services import certificates, credentials, phone_codes, recovery_codes
from handlers.portal import launch, partner_home, visitors
from handlers.portal.frame import Frame

REFUSED = 400
SOUND = "SUCCESS"  #: as nginx and Apache put it


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("passcode", __name__)
    for path, name, view, method in (
        ("/passcode/certificate", "take_certificate", take_certificate, "POST"),
        ("/passcode/<int:phone>", "show_code", show_code, "GET"),
        ("/passcode/<int:phone>", "take", take, "POST"),
        ("/passcode/<int:phone>/again", "send_again", send_again, "POST"),
    ):
        room.add_url_rule(path, name, visitors.signed_in(frame, view), methods=[method])
    for name, view, method in (("show", show, "GET"), ("send", send, "POST")):
        half = visitors.signed_in(frame, view, to=visitors.OF_BOTH, half=True)
        room.add_url_rule("/passcode", name, half, methods=[method])
    frame.guards.own_tries(room)
    app.register_blueprint(room)


def show(*, frame: Frame, visitor: Visitor, refused: str = "") -> Response:
    """Partners have an authenticator app in the place of phones."""
    if visitor.account.is_partner:
        return partner_home.show_passcode(frame=frame, visitor=visitor)
    with frame.bot.connect() as db:
        mine = credentials.get(db, visitor)
        certificate = bool(_subject_header(frame)) and certificates.has_any(db, visitor.account)
    return frame.pages.render(
        "passcode.html",
        status=REFUSED if refused else 200,
        phones=mine.verified,
        registered=mine.registered_at is not None,
        certificate=certificate,
        launching=visitor.session.launching,
        refused=refused,
    )


def send(*, frame: Frame, visitor: Visitor) -> Response:
    if visitor.account.is_partner:
        return partner_home.take_passcode(frame=frame, visitor=visitor)
    chosen = request.form.get("phone", "")
    phone = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0  # noqa: PLR2004
    return send_again(phone, frame=frame, visitor=visitor)


def send_again(phone: int, *, frame: Frame, visitor: Visitor) -> Response:
    bot, lang = frame.bot, frame.pages.words().lang
    try:
        with bot.connect() as db:
            phone_codes.send(db, bot.desk, visitor, phone_id=phone, lang=lang, now=bot.clock.now())
    except Refusal as refusal:
        return show(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    return frame.pages.go("passcode.show_code", phone=str(phone))


def show_code(phone: int, *, frame: Frame, visitor: Visitor, refused: str = "") -> Response:
    bot, now = frame.bot, frame.bot.clock.now()
    try:
        with bot.connect() as db:
            asked = phone_codes.find_asked(db, bot.desk, visitor, phone_id=phone, now=now)
    except Refusal as refusal:
        return show(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    return frame.pages.render(
        "code.html",
        status=REFUSED if refused else 200,
        phone=asked.phone,
        seconds=int((asked.code.ends_at - now).total_seconds()) if asked.code else 0,
        seems_lost=asked.seems_lost,
        launching=visitor.session.launching,
        refused=refused,
    )


def take(phone: int, *, frame: Frame, visitor: Visitor) -> Response:
    bot, code = frame.bot, request.form.get("code", "")
    try:
        with bot.connect() as db:
            taken = phone_codes.take(db, bot.desk, visitor, phone_id=phone, text=code, now=bot.clock.now())
    except SignInNeeded:  # the session ended in this moment
        raise
    except Refusal as refusal:
        said = frame.pages.words().refusal(refusal)
        return show_code(phone, frame=frame, visitor=visitor, refused=said)
    if taken.phone.verified_at:
        return _stronger(frame, visitor, taken.token)
    with bot.connect() as db:
        has_codes = recovery_codes.count_left(db, visitor) > 0
    if has_codes:
        return _stronger(frame, visitor, taken.token, then="credentials.show_phones")
    visitors.go_on(taken.token)
    return frame.pages.go("recovery_codes.show")  # what was launched waits for that page


def take_certificate(*, frame: Frame, visitor: Visitor) -> Response:
    """What the proxy says of the visitor's certificate; `TrustedProxies` has dropped what others say."""
    settings, bot = frame.bot.settings, frame.bot
    is_sound = request.headers.get(settings.client_cert_verify_header or "-") == SOUND
    subject = request.headers.get(_subject_header(frame) or "-", "") if is_sound else ""
    try:
        with bot.connect() as db:
            token = certificates.take(db, bot.desk, visitor, subject=subject, now=bot.clock.now())
    except SignInNeeded:  # the session ended in this moment
        raise
    except Refusal as refusal:
        return show(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    return _stronger(frame, visitor, token)


def _stronger(frame: Frame, before: Visitor, token: str, *, then: str = "") -> Response:
    """The session goes on under that token: to what was launched, or to the next page."""
    visitors.go_on(token)
    if before.session.launching:
        return launch.go_on(frame, before.session.launching)
    return frame.pages.go(then or "dashboard.show")


def _subject_header(frame: Frame) -> str:
    return frame.bot.settings.client_cert_subject_header
