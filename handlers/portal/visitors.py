"""Who is signed in: the browser's cookie holds a token, the session itself lies in the database."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from flask import Response, g, session

from bot.domain.accounts import Programme
from bot.domain.errors import SignInNeeded
from bot.domain.sessions import Visitor
from bot.services import sessions
from handlers.portal.frame import Frame

_TOKEN = "visit"  # noqa: S105 - the name under which the cookie has it

VisitorView = Callable[..., Response]


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


def forget() -> None:
    session.clear()


def token() -> str:
    """The token that the browser shows; "" for none. What it is worth, the database knows."""
    return str(session.get(_TOKEN, ""))


def find(frame: Frame) -> Visitor | None:
    """Who is signed in here, for a page that anybody may see; from then on it has their Profile Menu."""
    try:
        with frame.bot.connect() as db:
            g.visitor = sessions.get(db, token(), now=frame.bot.clock.now())
    except SignInNeeded:
        return None
    return cast("Visitor", g.visitor)


def signed_in(
    frame: Frame, show: VisitorView, *, to: Programmes = OF_MAG, half: bool = False, **given: str
) -> VisitorView:
    """A view for who is signed in, handed in as `visitor`; anybody else is led to sign in first.

    Whoever is of another programme than `to` is led to their own first page. So are partners who have not
    shown their second factor, unless the page is `half` open to them.
    """

    @wraps(show)
    def answer(**path: object) -> Response:
        visitor = find(frame)
        if visitor is None:
            forget()
            return frame.pages.go("sign_in.show")
        account = visitor.account
        if account.programme not in to or (visitor.lacks_factor and not half):
            return frame.pages.go(place_of(visitor))
        try:
            return show(frame=frame, visitor=visitor, **given, **path)
        except SignInNeeded:  # it ended in this moment
            forget()
            return frame.pages.go("sign_in.show")

    return answer
