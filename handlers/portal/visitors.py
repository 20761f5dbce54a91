"""Who is signed in: the browser's cookie holds a token, the session itself lies in the database."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from flask import Response, g, request, session

from bot.bootstrap import Bot
from bot.domain.errors import Refusal, SignInNeeded
from bot.domain.programmes import Programme
from bot.domain.sessions import Visitor
from bot.services import sessions
from handlers.portal.frame import Frame

_TOKEN = "visit"  # noqa: S105 - the name under which the cookie has it

#: pages to which somebody comes back who has to sign in again, by their names: no others, and no addresses
BACK_TO = frozenset(
    {
        "credentials.show_key",
        "credentials.show_phones",
        "members.form",
        "members.invitation",
        "members.show",
        "profile.show",
        "recovery_codes.show",
        "security_questions.show",
        "sessions.show",
    }
)

VisitorView = Callable[..., Response]
#: takes what was typed as `code`; the session's new token
TakesCode = Callable[..., str]


Programmes = frozenset[Programme]
OF_MAG = frozenset({Programme.MAG})
OF_EXTRANET = frozenset({Programme.EXTRANET})
OF_BOTH = frozenset(Programme)


def place_of(visitor: Visitor) -> str:
    """The first page of whoever is signed in."""
    if not visitor.account.is_partner:
        return "dashboard.show"
    return "passcode.show" if visitor.lacks_factor else "partner_home.show"


def remember(token: str) -> None:
    """This browser has that session from now on; what its cookie held is gone, CSRF token included."""
    session.clear()
    session[_TOKEN] = token


def go_on(token: str) -> None:
    """The same visit, stronger, under another token: forms that stand open in other tabs keep counting."""
    session[_TOKEN] = token


def forget() -> None:
    session.clear()


def token() -> str:
    """The token that the browser shows; "" for none. What it is worth, the database knows."""
    return str(session.get(_TOKEN, ""))


def meet(bot: Bot) -> None:
    """Before any page, error pages too: it has the Profile Menu of who is signed in here."""
    if token() and request.endpoint != "static":
        _look(bot)


def find(frame: Frame) -> Visitor | None:
    """Who is signed in here, for a page that anybody may see; looked up once a request."""
    met = cast("Visitor | None", g.get("visitor"))
    return met if met is not None and met.token == token() else _look(frame.bot)


def _look(bot: Bot) -> Visitor | None:
    try:
        with bot.connect() as db:
            g.visitor = sessions.get(db, bot.desk, token(), now=bot.clock.now())
    except SignInNeeded:
        return None
    return cast("Visitor", g.visitor)


def signed_in(
    frame: Frame, show: VisitorView, *, to: Programmes = OF_MAG, half: bool = False, **given: str
) -> VisitorView:
    """A view for who is signed in, handed in as `visitor`; anybody else is led to sign in first.

    Whoever is of another programme than `to` is led to their own first page. So are partners who have not
    shown their second factor, unless the page is `half` open to them. Their cookie stays as it is: of two
    clicks the first may just have brought the browser a newer one, by which the page to sign in leads on.
    """

    @wraps(show)
    def answer(**path: object) -> Response:
        visitor = find(frame)
        if visitor is None:
            return _to_sign_in(frame)
        account = visitor.account
        if account.programme not in to or (visitor.lacks_factor and not half):
            return frame.pages.go(place_of(visitor))
        try:
            return show(frame=frame, visitor=visitor, **given, **path)
        except SignInNeeded:  # it ended in this moment
            return _to_sign_in(frame)

    return answer


def take_code(
    frame: Frame, visitor: Visitor, take: TakesCode, *, again: VisitorView, then: str, **values: str
) -> Response:
    """What was typed proves a factor: the visit goes on at `then`, stronger; else `again` says why not."""
    bot, code = frame.bot, request.form.get("code", "")
    try:
        with bot.connect() as db:
            stronger = take(db, bot.desk, visitor, code=code, now=bot.clock.now())
    except SignInNeeded:  # it ended in this moment
        raise
    except Refusal as refusal:
        return again(frame=frame, visitor=visitor, refused=frame.pages.words().refusal(refusal))
    go_on(stronger)
    return frame.pages.go(then, **values)


def _to_sign_in(frame: Frame) -> Response:
    """They come back to this page; whoever was signed in reads there why they are not any more."""
    told = {}
    if shown := token():
        with frame.bot.connect() as db:
            told["ended"] = sessions.find_ending(db, shown, now=frame.bot.clock.now()).value
    if request.method == "GET" and request.endpoint in BACK_TO:
        told["then"] = request.endpoint
    return frame.pages.go("sign_in.show", **told)
