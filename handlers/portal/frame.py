"""What each room of the portal is given to hang its pages on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import Blueprint, Response, g, request

from bot.bootstrap import Bot
from bot.services import link_languages
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

    def takes_links(self, room: Blueprint) -> None:
        """For a room whose pages take a link's token: limited, and in the language of its mail."""
        self.guards.links(room)
        room.before_request(self._speak)

    def _speak(self) -> None:
        token = (request.view_args or {}).get("token", "")
        with self.bot.connect() as db:
            g.link_lang = link_languages.find_language(db, token, now=self.bot.clock.now())
