"""A mail's HTML for its frame: it may look as it likes, and do and fetch nothing."""

import base64
import re

from flask import Response

from bot.sandbox.webmail.letters import Letter

#: No script, no form, nothing remote; only pictures that came with the mail. Links open outside.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'"
)
_HEAD = '<!doctype html><base target="_blank">'
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def framed(letter: Letter) -> Response:
    response = Response(_HEAD + with_pictures(letter), mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def with_pictures(letter: Letter) -> str:
    """The mail's own pictures in place of their `cid:` references; they are served from nowhere else."""
    pictures = {
        part.content_id: f"data:{part.type};base64,{base64.b64encode(part.content).decode()}"
        for part in letter.inline
        if part.type in _PICTURES
    }
    return re.sub(
        r"""cid:([^"'\s>)]+)""", lambda found: pictures.get(found.group(1), found.group(0)), letter.html
    )
