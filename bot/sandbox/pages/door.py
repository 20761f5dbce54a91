"""A Flask app for this machine's browser only: no other host name, no other site's forms."""

from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, render_template, request, send_file
from werkzeug.exceptions import HTTPException
from werkzeug.security import safe_join

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it browsers send `Origin: null` even to ourselves.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

#: An upload may be as large as the desk's own limit lets pass, and a little more to show the refusal.
_LARGEST_FORM = 40 * 1024 * 1024


class _App(Flask):
    def send_static_file(self, filename: str) -> Response:
        """From memory: Werkzeug leaves a file open when a browser turns away."""
        path = safe_join(str(self.static_folder), filename)
        if path is None or not Path(path).is_file():
            abort(404)
        return send_file(BytesIO(Path(path).read_bytes()), download_name=Path(path).name)


def new_app(*rooms: Blueprint) -> Flask:
    here = Path(__file__).parent
    app = _App("usher-sandbox", template_folder=str(here / "templates"), static_folder=str(here / "static"))
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_FORM
    app.before_request(refuse_strangers)
    app.after_request(protect)
    app.register_error_handler(HTTPException, said)
    for room in rooms:
        app.register_blueprint(room)
    return app


def refuse_strangers() -> None:
    """A foreign Host is DNS rebinding, a foreign Origin another site's form (or none at all)."""
    if _host_of(f"//{request.host}") not in LOOPBACK:
        abort(403, "These pages answer on 127.0.0.1 and localhost only.")
    if request.method == "POST" and not _is_own(request.headers.get("Origin") or request.referrer or ""):
        abort(403, "This form was sent from elsewhere; open the page itself and send it there.")


def said(error: HTTPException) -> tuple[str, int]:
    return render_template("sandbox/error.html", error=error), error.code or 500


def protect(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _is_own(origin: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc == request.host


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
