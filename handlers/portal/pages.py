"""Render a page in the reader's language, with what every page has: the desk, the words, the foot."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, g, make_response, redirect, render_template, request, url_for

from bot.domain.languages import LANGUAGE_NAMES, LANGUAGES
from bot.domain.programmes import Programme
from bot.policy import Policy
from bot.rendering.pages import static_url
from bot.rendering.pages.brand import Brand
from bot.rendering.words import Words, words


@dataclass(frozen=True)
class Pages:
    """The one way to answer with a page."""

    policy: Policy
    brand: Brand
    of_rooms: Mapping[str, Programme]  #: whose pages those of a blueprint are; none for everybody's

    def words(self, of: Programme | None = None) -> Words:
        """The words of this request's reader, with what the policy calls the desk and who helps them."""
        support = self.policy.of(self._whose(of)).support_desk
        own = words(self._language(), self.policy.desk.zone)
        return own.naming(desk=self.policy.desk.name, support=support)

    def render(
        self, template: str, *, status: int = 200, of: Programme | None = None, **values: object
    ) -> Response:
        """`of`: whose page it is; where nothing is said, its room's, then of who is signed in, then MAG's.

        The way home and the Profile Menu are those of who is signed in, on whosever page they stand.
        """
        reader, visitor, programme = self.words(of), g.get("visitor"), self._whose(of)
        is_partner = (visitor.account.programme if visitor else programme) is Programme.EXTRANET
        body = render_template(
            template,
            say=reader.say,
            instant=reader.instant,
            role_name=reader.role,
            lang=reader.lang,
            languages=LANGUAGE_NAMES,
            brand=self.brand,
            desk=self.policy.desk,
            programme=self.policy.of(programme),
            is_extranet=programme is Programme.EXTRANET,
            is_partner=is_partner,
            own_place="/home" if is_partner else "/dashboard",
            keep_lang=self._keep_lang(),
            static_url=static_url,
            visitor=visitor,
            is_half=visitor is not None and visitor.lacks_factor,
            **values,
        )
        response = make_response(body, status)
        response.headers["Content-Language"] = reader.lang
        response.vary.add("Accept-Language")
        return response

    def _whose(self, of: Programme | None) -> Programme:
        visitor = g.get("visitor")
        own = visitor.account.programme if visitor else None
        return of or self.of_rooms.get(request.blueprint or "") or own or Programme.MAG

    def go(self, endpoint: str, *, lang: str = "", **values: str) -> Response:
        """On to another page of ours in the chosen language, by GET: a reload posts nothing again."""
        to = lang if lang in LANGUAGES else self._chosen()
        chosen = {"lang": to} if to else {}
        address = url_for(endpoint, _method="GET", **chosen, **values)  # type: ignore[arg-type]
        return make_response(redirect(address, 303))

    def _language(self) -> str:
        return self._chosen() or self._own()

    def _own(self) -> str:
        """That of whoever's account is signed in here, else that of the browser."""
        visitor = g.get("visitor")
        return visitor.account.lang if visitor and visitor.account.lang in LANGUAGES else self._wished()

    def _wished(self) -> str:
        """The first of the browser's that we speak; werkzeug's own match would prefer `en` to `de-AT`."""
        wished = (tag.lower().partition("-")[0] for tag, quality in request.accept_languages if quality > 0)
        return next((lang for lang in wished if lang in LANGUAGES), "en")

    def _chosen(self) -> str:
        """The one that was chosen below, else that of the mail whose link led here; "" for their own."""
        chosen = request.args.get("lang", "")
        if chosen in LANGUAGES:
            return chosen
        mailed = g.get("link_lang", "")
        return mailed if mailed in LANGUAGES and mailed != self._own() else ""

    def _keep_lang(self) -> str:
        """What links to other pages carry on: a language that was chosen or mailed, not one guessed."""
        return f"?lang={self._chosen()}" if self._chosen() else ""
