"""Put the portal together: guards first, then the error pages, then one room a noun."""

import io
import re
import time
from functools import partial
from typing import IO, TYPE_CHECKING, Any

import structlog
from flask import Flask, Request, Response, g, request
from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter, Map

from bot.bootstrap import Bot
from bot.domain.programmes import Programme
from bot.rendering import pages
from bot.rendering.pages.brand import Brand
from handlers.portal import (
    activation,
    brand,
    contact,
    credentials,
    dashboard,
    email_changes,
    enrolment,
    errors,
    faq,
    home,
    joining,
    launch,
    legal,
    members,
    partner_activation,
    partner_home,
    partners,
    passcode,
    passwords,
    phone_resets,
    profile,
    prolong,
    recovery,
    recovery_codes,
    registration,
    ris,
    security,
    security_questions,
    sessions,
    sign_in,
    slack_events,
    status,
    terms,
    visitors,
)
from handlers.portal.frame import Frame
from handlers.portal.pages import Pages

if TYPE_CHECKING:
    from slack_bolt import App

log = structlog.get_logger("portal")

#: each has `register(app, frame)`
ROOMS = (brand, contact, enrolment, faq, legal)
#: … and what they say is of MAG, whoever reads it
MAG_PAGES = (home, ris, status)
#: pages of accounts: where those of a programme are kept elsewhere, there are none of its own …
MAG_ROOMS = (
    credentials,
    dashboard,
    joining,
    launch,
    members,
    recovery_codes,
    registration,
    security_questions,
    terms,
)
EXTRANET_ROOMS = (partner_activation, partner_home, partners, prolong)
#: … and where both are, none of these either
SHARED_ROOMS = (
    activation,
    email_changes,
    passcode,
    passwords,
    phone_resets,
    profile,
    recovery,
    sessions,
    sign_in,
)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")  #: what each link of ours ends with
STATIC_SECONDS = 31_536_000  #: the address of a file changes with its content


class InMemory(Request):
    """A file that is sent to us is never written to a disk, not even for as long as it is looked at."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return io.BytesIO()


class KeptNumber(IntegerConverter):
    """`<int:…>` as far as the database can hold it; a larger number is nobody's page."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's own name
        super().__init__(map, max=2**63 - 1)


class Portal(Flask):
    """Flask, but a bug is logged without the address it happened at: links are secrets."""

    request_class = InMemory

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401 - Flask's own signature
        errors.note_bug(exc_info[1])


def build(bot: Bot, slack_app: "App | None" = None) -> Flask:
    """The portal as a WSGI app; with a Bolt app it serves Slack's requests too."""
    app = Portal(
        "usher", static_folder=str(pages.STATIC), static_url_path="/static", template_folder=str(pages.FOLDER)
    )
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.url_map.converters["int"] = KeptNumber
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.before_request(_start)
    app.after_request(_say)
    of_rooms, elsewhere = dict[str, Programme](), set[str]()
    pages_of_desk = Pages(bot.desk.policy, Brand.of(bot.desk.policy), of_rooms)
    app.before_request(partial(_say_elsewhere, pages_of_desk, elsewhere))  # before any form is looked at
    app.before_request(partial(_without_tail, pages_of_desk))
    mag, extranet = bot.desk.policy.mag.keeps_accounts, bot.desk.policy.extranet.keeps_accounts
    if mag or extranet:
        app.before_request(partial(visitors.meet, bot))
    frame = Frame(bot=bot, pages=pages_of_desk, guards=security.protect(app, bot))
    errors.register(app, frame)
    for rooms, of, kept in (
        (ROOMS, None, True),
        (MAG_PAGES, Programme.MAG, True),
        (MAG_ROOMS, Programme.MAG, mag),
        (EXTRANET_ROOMS, Programme.EXTRANET, extranet),
        (SHARED_ROOMS, None, mag or extranet),
    ):
        before = set(app.blueprints)
        for room in rooms:
            room.register(app, frame)
        new = set(app.blueprints) - before
        if of is not None:
            of_rooms.update(dict.fromkeys(new, of))
        if not kept:
            elsewhere |= new
    if slack_app is not None:
        slack_events.register(app, frame, slack_app)
    return app


def _say_elsewhere(pages_of_desk: Pages, elsewhere: set[str]) -> Response | None:
    """Whom to ask, in the place of a page of those blueprints."""
    if request.blueprint not in elsewhere:
        return None
    return pages_of_desk.render("error.html", status=404, error="elsewhere", id="")


def _without_tail(pages_of_desk: Pages) -> Response | None:
    """A link that was copied with what stands behind it, as the end of a sentence, leads to its page."""
    parts = request.view_args or {}
    token = _TOKEN.match(parts.get("token", ""))
    if request.method != "GET" or token is None or token[0] == token.string:
        return None
    return pages_of_desk.go(str(request.endpoint), **parts | {"token": token[0]})


def _start() -> None:
    g.started = time.perf_counter()


def _say(response: Response) -> Response:
    """One line a request: its pattern, not its address; nothing about who asked."""
    took = time.perf_counter() - g.get("started", time.perf_counter())
    method = request.method if request.method in security.METHODS else "other"
    log.info(
        "page served",
        method=method,
        route=security.route(),
        status=response.status_code,
        ms=round(took * 1000, 1),
    )
    return response
