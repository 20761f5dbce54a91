"""The page on which the card is given to somebody, and the way to the portal with it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from bot.sandbox.card.reader import CARD, CardReader


@dataclass
class Desk:
    """Who registers the card for a User ID and says what became of it; nobody until the service runs."""

    register: Callable[[str], str] = lambda _: "The desk is not open yet."


def blueprint(reader: CardReader, desk: Desk, *, lobby_url: str, url_prefix: str = "/card") -> Blueprint:
    room = Blueprint("card", __name__, url_prefix=url_prefix, template_folder="templates")

    def show(said: str = "") -> str:
        return render_template(
            "card/card.html", subject=CARD, said=said, portal=f"{reader.url}/sign-in", lobby_url=lobby_url
        )

    def give() -> str:
        return show(desk.register(request.form.get("user_id", "")))

    room.add_url_rule("/", "show", show)
    room.add_url_rule("/", "give", give, methods=["POST"])
    return room
