"""The desk's colour and logo, as its pages ask for them."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, make_response

from bot.rendering.pages.brand import BrandFile
from handlers.portal.frame import Frame

KEPT = "public, max-age=31536000, immutable"


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("brand", __name__, url_prefix="/brand")
    for file in (frame.pages.brand.style, frame.pages.brand.logo):
        room.add_url_rule(f"/{file.name}", file.name, _serve(file))
    app.register_blueprint(room)


def _serve(file: BrandFile) -> Callable[[], Response]:
    def serve() -> Response:
        response = make_response(file.content)
        response.headers["Content-Type"] = file.type
        response.headers["Cache-Control"] = KEPT
        return response

    return serve
