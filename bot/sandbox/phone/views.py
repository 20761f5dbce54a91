"""The page on which all phones lie: what was texted to each, the newest first."""

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify, render_template, url_for

from bot.sandbox.phone.gateway import Gateway


def blueprint(
    gateway: Gateway, *, links: Sequence[tuple[str, str]] = (), url_prefix: str = "/phone"
) -> Blueprint:
    room = Blueprint("phone", __name__, url_prefix=url_prefix, template_folder="templates")

    def show() -> str:
        return render_template(
            "phone/phone.html",
            texts=gateway.texts(),
            links=links,
            watch=url_for(".version"),
            version=str(len(gateway.texts())),
        )

    def version() -> Response:
        return jsonify(version=str(len(gateway.texts())))

    room.add_url_rule("/", "show", show)
    room.add_url_rule("/version", "version", version)
    return room
