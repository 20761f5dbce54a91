"""Recovery codes: a set is made and shown once; one of them is entered where all phones are lost."""

from flask import Blueprint, Flask, Response, url_for

from bot.domain.errors import Refusal
from bot.domain.sessions import Visitor
from bot.services import credentials, recovery_codes
from handlers.portal import phone_resets, visitors
from handlers.portal.frame import Frame

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("recovery_codes", __name__)
    for path, name, view, method in (
        ("/dashboard/recovery-codes", "show", show, "GET"),
        ("/dashboard/recovery-codes", "make", make, "POST"),
    ):
        room.add_url_rule(path, name, visitors.signed_in(frame, view), methods=[method])
    half = visitors.signed_in(frame, take, to=visitors.OF_BOTH, half=True)
    room.add_url_rule("/passcode/lost/code", "take", half, methods=["POST"])
    frame.guards.own_tries(room)
    app.register_blueprint(room)


def show(*, frame: Frame, visitor: Visitor, codes: tuple[str, ...] = (), refused: str = "") -> Response:
    with frame.bot.connect() as db:
        mine, left = credentials.get(db, visitor), recovery_codes.count_left(db, visitor)
    if not mine.verified:
        return frame.pages.go("credentials.show_phones")
    say = frame.pages.words().say
    return frame.pages.render(
        "recovery_codes.html",
        status=REFUSED if refused else 200,
        eyebrow=say("page.dashboard.credentials"),
        lead=say("page.recovery_codes.lead"),
        no_codes=say("page.recovery_codes.none"),
        now=frame.bot.clock.now(),
        action=url_for("recovery_codes.make"),
        back=url_for("credentials.show_phones"),
        codes=codes,
        left=left,
        launching=visitor.session.launching,
        may_make=mine.may_change(visitor.session.strength),
        refused=refused,
    )


def make(*, frame: Frame, visitor: Visitor) -> Response:
    """Answered with the codes themselves, which lie nowhere: a reload makes a new set, as the page says."""
    bot = frame.bot
    try:
        with bot.connect() as db:
            codes = recovery_codes.make(db, bot.desk, visitor, now=bot.clock.now())
    except Refusal as refusal:
        return show(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    return show(frame=frame, visitor=visitor, codes=codes)


def take(*, frame: Frame, visitor: Visitor) -> Response:
    """In the place of what is lost; then another is set up."""
    partner = visitor.account.is_partner
    then, told = ("partner_home.device", {}) if partner else ("credentials.show_phones", {"recovered": "yes"})
    return visitors.take_code(frame, visitor, recovery_codes.take, again=phone_resets.show, then=then, **told)
