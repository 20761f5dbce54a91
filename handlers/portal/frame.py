"""What each room of the portal is given to hang its pages on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import Response

from bot.bootstrap import Bot
from handlers.portal.pages import Pages
from handlers.portal.security import Guards

View = Callable[..., Response]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The bot behind the pages, the way to render one, and the guards to put before a view."""

    bot: Bot
    pages: Pages
    guards: Guards

    def view(self, show: View, **given: str) -> View:
        """A view with the frame handed in; unlike a `partial` it has the name Flask-WTF looks for."""

        @wraps(show)
        def answer(**path: str) -> Response:
            return show(frame=self, **given, **path)

        return answer
