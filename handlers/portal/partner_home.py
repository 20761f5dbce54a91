"""A partner's own pages: what the role opens, recovery codes, another authenticator; and a lost one."""

from functools import partial

from flask import Blueprint, Flask, Response, request, url_for

from bot.domain.sessions import Visitor
from bot.rendering.pages.enrolment import shown
from bot.services import partner_activation, partner_authenticators, partner_home, recovery_codes
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
        ("/passcode/authenticator", "anew", show_anew, "GET"),
        ("/passcode/authenticator", "start_anew", start_anew, "POST"),
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
    with frame.bot.connect() as db:
        if partner_authenticators.may_start_anew(db, visitor.account):
            return frame.pages.go("partner_home.anew")
    return frame.pages.render("partner_passcode.html", status=REFUSED if refused else 200, refused=refused)


def take_passcode(*, frame: Frame, visitor: Visitor) -> Response:
    return visitors.take_code(
        frame, visitor, partner_authenticators.take, again=show_passcode, then="partner_home.show"
    )


def show_anew(*, frame: Frame, visitor: Visitor, refused: str = "") -> Response:
    """No app is set up, for the lost one was removed or there never was one: one is, and lets them in."""
    with frame.bot.connect() as db:
        if not partner_authenticators.may_start_anew(db, visitor.account):
            return frame.pages.go("passcode.show")
        why = "first" if partner_activation.lacks_first_app(db, visitor.account) else "anew"
    return _device_page(
        frame,
        visitor,
        refused,
        eyebrow=frame.pages.words().say("page.partner_passcode.title"),
        title=frame.pages.words().say("page.enroll.open.title"),
        lead=frame.pages.words().say(f"page.partner_authenticator.{why}"),
        asks_current=False,
        action=url_for("partner_home.start_anew"),
    )


def start_anew(*, frame: Frame, visitor: Visitor) -> Response:
    return visitors.take_code(
        frame, visitor, partner_authenticators.start_anew, again=show_anew, then="partner_home.codes"
    )


def _device_page(
    frame: Frame,
    visitor: Visitor,
    refused: str,
    *,
    eyebrow: str,
    title: str,
    lead: str,
    asks_current: bool,
    action: str,
) -> Response:
    """Of the app that this session is offered."""
    return frame.pages.render(
        "partner_authenticator.html",
        status=REFUSED if refused else 200,
        eyebrow=eyebrow,
        title=title,
        lead=lead,
        refused=refused,
        device=shown(partner_authenticators.offer(frame.bot.desk, visitor), frame.pages.words()),
        asks_current=asks_current,
        action=action,
    )


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
        now=frame.bot.clock.now(),
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
    return _device_page(
        frame,
        visitor,
        refused,
        eyebrow=say("page.change.my_account"),
        title=say("page.partner_home.authenticator"),
        lead=say("page.partner_authenticator.another"),
        asks_current=True,
        action=url_for("partner_home.replace"),
    )


def replace_device(*, frame: Frame, visitor: Visitor) -> Response:
    replace = partial(partner_authenticators.replace, current=request.form.get("current", ""))
    return visitors.take_code(
        frame, visitor, replace, again=show_device, then="partner_home.show", done="authenticator"
    )
