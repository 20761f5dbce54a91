"""When a page cannot be shown: refusals with their remedy, wrong requests, and bugs with an id to quote."""

import secrets
import traceback
from urllib.parse import quote

import structlog
from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound, TooManyRequests
from werkzeug.sansio.response import Response as AnyResponse

from bot.domain.errors import LinkExpired, LinkUnknown, Refusal
from bot.domain.member_refusals import AdministratorsOnly, MemberUnknown
from handlers.portal import late_forms
from handlers.portal.frame import Frame
from handlers.portal.security import route

log = structlog.get_logger("portal")

#: codes with words of their own; any other says what 400 or 500 says
SAID = frozenset({400, 404, 405, 413, 429, 500})
LINK_CODES: dict[type[Refusal], int] = {LinkUnknown: 404, LinkExpired: 410}
#: what says why, with another code than that of something in the way
REFUSAL_CODES: dict[type[Refusal], int] = {AdministratorsOnly: 403, MemberUnknown: 404}
RETRY_SECONDS = 60
PERMANENT = 308  #: moved for good; a browser asks there in the same way


def register(app: Flask, frame: Frame) -> None:
    def on_http(exc: HTTPException) -> AnyResponse:
        return show_http(exc, frame)

    def on_refusal(refusal: Refusal) -> Response:
        return show_refusal(refusal, frame)

    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Refusal, on_refusal)


def show_http(exc: HTTPException, frame: Frame) -> AnyResponse:
    """A wrong request, or (500) a bug that `note_bug` has noted."""
    if exc.response is not None:
        return exc.response
    if isinstance(exc, CSRFError):
        return late_forms.show(frame)
    if isinstance(exc, NotFound) and (meant := _without_slash()):
        return redirect(meant, PERMANENT)
    code = exc.code or 500
    page = frame.pages.render("error.html", status=code, error=str(said_of(code)), id=g.get("bug", ""))
    if isinstance(exc, TooManyRequests):
        page.headers["Retry-After"] = str(RETRY_SECONDS)
    for name, value in exc.get_headers():
        # 405 has to name what is allowed (RFC 9110, 15.5.6).
        if name.lower() not in {"content-type", "content-length"}:
            page.headers[name] = value
    return page


def _without_slash() -> str:
    """The address of the page that was meant where a slash stands behind its path; "" where there is none."""
    path = request.path.rstrip("/")
    # Two slashes in front would name another host.
    if request.method not in {"GET", "HEAD"} or path in {"", request.path} or path.startswith("//"):
        return ""
    pages = current_app.create_url_adapter(request)
    try:
        if pages is None or not pages.match(path, method="GET"):
            return ""
    except HTTPException:
        return ""
    asked = request.query_string.decode("latin-1")
    return quote(f"{request.root_path}{path}") + (f"?{asked}" if asked else "")


def said_of(code: int) -> int:
    if code in SAID:
        return code
    return 400 if code < 500 else 500  # noqa: PLR2004 - where the server's own faults begin


def show_refusal(refusal: Refusal, frame: Frame) -> Response:
    """A link that does not work says the same whether it never was or is over; others say why."""
    if code := LINK_CODES.get(type(refusal)):
        return frame.pages.render("error.html", status=code, error="link", id="")
    sentence = frame.pages.words().refusal(refusal)
    code = REFUSAL_CODES.get(type(refusal), 409)
    return frame.pages.render(
        "error.html", status=code, error="refusal", sentence=sentence, id="", back=_find_back(refusal)
    )


def _find_back(refusal: Refusal) -> str:
    """The path of the page whose button or link was refused: the nearest above its address; "" for none.

    No browser tells where it comes from, as we ask, and what anybody may write into an address is not asked:
    only a page of ours that this address stands under. One that would refuse as well is none to go back to.
    """
    pages = current_app.create_url_adapter(request)
    if pages is None or isinstance(refusal, AdministratorsOnly):
        return ""
    path = request.path if request.method == "POST" else request.path.rpartition("/")[0]
    while path:
        try:
            endpoint, given = pages.match(path, method="GET")
        except HTTPException:
            endpoint, given = "", {}
        if endpoint and not (given and isinstance(refusal, MemberUnknown)):
            return url_for(endpoint, **given)
        path = path.rpartition("/")[0]
    return ""


def note_bug(exc: BaseException) -> None:
    """Log a bug once, under an id that its page shows; the link in the address stays out of it."""
    g.bug = secrets.token_hex(4)
    text = "".join(traceback.format_exception(exc))
    for value in (request.view_args or {}).values():
        if isinstance(value, str) and value:
            text = text.replace(value, "…")
    log.error("page raised", id=g.bug, method=request.method, route=route(), exception=text)
