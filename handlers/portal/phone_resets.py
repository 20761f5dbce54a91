"""All phones or a partner's app lost: the ways back, the request to remove them, the link that stops it."""

from flask import Blueprint, Flask, Response, request

from bot.domain.accounts import Account
from bot.domain.errors import Refusal
from bot.domain.sessions import Visitor
from bot.services import credentials, partner_authenticators, phone_resets, recovery_codes
from handlers.portal import visitors
from handlers.portal.frame import Frame

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("phone_resets", __name__)
    for name, view, method in (("show", show, "GET"), ("ask", ask, "POST")):
        half = visitors.signed_in(frame, view, to=visitors.OF_BOTH, half=True)
        room.add_url_rule("/passcode/lost", name, half, methods=[method])
    frame.guards.own_tries(room)
    app.register_blueprint(room)
    stopping = Blueprint("phone_reset_stops", __name__)
    stopping.add_url_rule("/phone-reset/<token>", "show", frame.view(show_stop))
    stopping.add_url_rule("/phone-reset/<token>", "stop", frame.view(stop), methods=["POST"])
    frame.takes_links(stopping)
    app.register_blueprint(stopping)


def show(*, frame: Frame, visitor: Visitor, refused: str = "") -> Response:
    account = visitor.account
    with frame.bot.connect() as db:
        mine, left = credentials.get(db, visitor), recovery_codes.count_left(db, visitor)
        reset = phone_resets.find_open(db, visitor)
        anew = account.is_partner and partner_authenticators.may_start_anew(db, account)
    if account.is_partner and (anew or not visitor.lacks_factor):
        return frame.pages.go("passcode.show")
    if not account.is_partner and (not mine.verified or mine.may_change(visitor.session.strength)):
        return frame.pages.go("credentials.show_phones")
    return frame.pages.render(
        "factor_lost.html",
        status=REFUSED if refused else 200,
        lost=_named(account),
        left=left,
        reset=reset,
        hours=frame.bot.desk.policy.reset_hours(account.programme),
        refused=refused,
    )


def _named(account: Account) -> str:
    """What ends the names of the words about it: partners have an app in the place of phones."""
    return ".app" if account.is_partner else ""


def ask(*, frame: Frame, visitor: Visitor) -> Response:
    bot = frame.bot
    try:
        with bot.connect() as db:
            phone_resets.ask(db, bot.desk, visitor, now=bot.clock.now())
    except Refusal as refusal:
        return show(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    return frame.pages.go("phone_resets.show")


def show_stop(token: str, *, frame: Frame, not_ticked: bool = False) -> Response:
    """What is open, or what became of it; nothing of whose it is."""
    with frame.bot.connect() as db:
        reset, account = phone_resets.get_stoppable(db, token, now=frame.bot.clock.now())
    return frame.pages.render(
        "phone_reset.html",
        of=account.programme,
        lost=_named(account),
        status=REFUSED if not_ticked else 200,
        reset=reset,
        token=token,
        not_ticked=not_ticked,
    )


def stop(token: str, *, frame: Frame) -> Response:
    """A tick, which no program makes that opens links: whoever reads the mail or the text may say no."""
    bot = frame.bot
    with bot.connect() as db:
        reset, _ = phone_resets.get_stoppable(db, token, now=bot.clock.now())
        if reset.is_open and not request.form.get("sure"):
            return show_stop(token, frame=frame, not_ticked=True)
        if reset.is_open:
            phone_resets.stop(db, bot.desk, token, now=bot.clock.now())
    return frame.pages.go("phone_reset_stops.show", token=token)
