"""ForumPass as far as the sandbox needs it: it checks a hand-over as docs/sign_in.md says, and greets."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template, request

from bot.domain.keyring import Keyring
from bot.domain.launch import purpose_of


def blueprint(keyring: Keyring, *, now: Callable[[], datetime], url_prefix: str = "/forumpass") -> Blueprint:
    room = Blueprint("applications", __name__, url_prefix=url_prefix, template_folder="templates")
    known: set[str] = set()
    lock = threading.Lock()

    def enter() -> str:
        signed, _, signature = request.query_string.decode("ascii", "replace").partition("&signature=")
        if not keyring.verify(purpose_of(request.args.get("application", "")), signed, signature):
            abort(403, "The signature of this hand-over is not right.")
        expires = datetime.fromtimestamp(request.args.get("expires", 0, type=int), UTC)
        nonce = request.args.get("nonce", "")
        with lock:
            used = nonce in known
            known.add(nonce)
        if used or now() >= expires:
            abort(403, "This hand-over is over: go back to the dashboard and press Launch again.")
        return render_template("applications/entered.html", said=request.args)

    room.add_url_rule("/enter", "enter", enter)
    return room
