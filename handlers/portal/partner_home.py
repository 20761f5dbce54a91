"""A partner's own pages: what the role opens, recovery codes, another authenticator; and a lost one."""

from flask import Blueprint, Flask, Response, request, url_for

from bot.domain.errors import Refusal, SignInNeeded
from bot.domain.sessions import Visitor
from bot.rendering.pages.enrolment import shown
from bot.services import partner_authenticators, partner_home, recovery_codes
from handlers.portal import visitors
from handlers.portal.frame import Frame

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("partner_home", __name__)
    for path, name, view, method in (
        ("/home", "show", show, "GET"),
        ("/home/recovery-codes", "codes", show_codes, "GET"),
        ("/home/recovery-codes", "make_codes", make_codes, "POST"),
        ("/home/authenticator", "device", show_device, "GET"),
        ("/home/authenticator", "replace", replace_device, "POST"),
    ):
        whole = visitors.signed_in(frame, view, to=visitors.OF_EXTRANET)
        room.add_url_rule(path, name, whole, methods=[method])
    for path, name, view, method in (
        ("/passcode/authenticator", "lost", show_lost, "GET"),
        ("/passcode/authenticator", "use_code", use_code, "POST"),
    ):
        half = visitors.signed_in(frame, view, to=visitors.OF_EXTRANET, half=True)
        room.add_url_rule(path, name, half, methods=[method])
    frame.guards.tries(room)
    app.register_blueprint(room)


def show(*, frame: Frame, visitor: Visitor) -> Response:
    lang = frame.pages.words().lang
    with frame.bot.connect() as db:
        home = partner_home.get(db, frame.bot.desk, visitor)
        left = recovery_codes.count_left(db, visitor)
    return frame.pages.render(
        "partner_home.html",
        role=home.title.of(lang),
        opens=[{"name": one.name, "url": one.url, "about": one.about.of(lang)} for one in home.opens],
        codes_left=left,
        done=request.args.get("done", ""),
    )


# The second factor at sign-in; `/passcode` itself is a room of both programmes


def show_passcode(*, frame: Frame, visitor: Visitor, refused: str = "") -> Response:
    if not visitor.lacks_factor:
        return frame.pages.go("partner_home.show")
    return frame.pages.render("partner_passcode.html", status=REFUSED if refused else 200, refused=refused)


def take_passcode(*, frame: Frame, visitor: Visitor) -> Response:
    bot, code = frame.bot, request.form.get("code", "")
    try:
        with bot.connect() as db:
            token = partner_authenticators.take(db, bot.desk, visitor, code=code, now=bot.clock.now())
    except SignInNeeded:  # the session ended in this moment
        raise
    except Refusal as refusal:
        return show_passcode(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    visitors.go_on(token)
    return frame.pages.go("partner_home.show")


def show_lost(*, frame: Frame, visitor: Visitor, refused: str = "") -> Response:
    del visitor
    return frame.pages.render("partner_lost.html", status=REFUSED if refused else 200, refused=refused)


def use_code(*, frame: Frame, visitor: Visitor) -> Response:
    """A recovery code in the place of the app; then another app is set up."""
    bot, code = frame.bot, request.form.get("code", "")
    try:
        with bot.connect() as db:
            token = recovery_codes.take(db, bot.desk, visitor, text=code, now=bot.clock.now())
    except SignInNeeded:  # the session ended in this moment
        raise
    except Refusal as refusal:
        return show_lost(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    visitors.go_on(token)
    return frame.pages.go("partner_home.device")


# What belongs to it


def show_codes(*, frame: Frame, visitor: Visitor, codes: tuple[str, ...] = ()) -> Response:
    with frame.bot.connect() as db:
        left = recovery_codes.count_left(db, visitor)
    say = frame.pages.words().say
    return frame.pages.render(
        "recovery_codes.html",
        eyebrow=say("page.change.my_account"),
        lead=say("page.partner_codes.lead"),
        no_codes=say("page.partner_codes.none"),
        launching="",
        codes=codes,
        left=left,
        may_make=True,
        refused="",
        action=url_for("partner_home.make_codes"),
        back=url_for("partner_home.show"),
    )


def make_codes(*, frame: Frame, visitor: Visitor) -> Response:
    """Answered with the codes themselves, which lie nowhere: a reload makes a new set, as the page says."""
    bot = frame.bot
    with bot.connect() as db:
        codes = recovery_codes.make(db, bot.desk, visitor, now=bot.clock.now())
    return show_codes(frame=frame, visitor=visitor, codes=codes)


def show_device(*, frame: Frame, visitor: Visitor, refused: str = "") -> Response:
    say = frame.pages.words().say
    return frame.pages.render(
        "partner_authenticator.html",
        status=REFUSED if refused else 200,
        eyebrow=say("page.change.my_account"),
        title=say("page.partner_home.authenticator"),
        lead=say("page.partner_authenticator.another"),
        refused=refused,
        device=shown(partner_authenticators.offer(frame.bot.desk, visitor), frame.pages.words()),
        asks_current=True,
        action=url_for("partner_home.replace"),
    )


def replace_device(*, frame: Frame, visitor: Visitor) -> Response:
    bot, form = frame.bot, request.form
    code, current = form.get("code", ""), form.get("current", "")
    try:
        with bot.connect() as db:
            token = partner_authenticators.replace(
                db, bot.desk, visitor, code=code, current=current, now=bot.clock.now()
            )
    except SignInNeeded:  # the session ended in this moment
        raise
    except Refusal as refusal:
        return show_device(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    visitors.go_on(token)
    return frame.pages.go("partner_home.show", done="authenticator")
