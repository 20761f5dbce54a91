"""The lobby's page and what its forms do."""

from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.sandbox.lobby.tour import Act, Deed, Lobby, said

#: The buttons of the clock; the form sends the seconds.
TURNS = (
    ("1 hour", timedelta(hours=1)),
    ("1 day", timedelta(days=1)),
    ("1 week", timedelta(days=7)),
    ("30 days", timedelta(days=30)),
)
#: No rehearsal needs more, and a date near the end of the calendar would break every sum with it.
_FARTHEST = timedelta(days=3660)


def blueprint(lobby: Lobby, *, url_prefix: str = "/") -> Blueprint:
    room = Blueprint("lobby", __name__, url_prefix=url_prefix, template_folder="templates")
    pages = _Pages(lobby)
    room.add_url_rule("/", view_func=pages.show)
    room.add_url_rule("/version", view_func=pages.version)
    room.add_url_rule("/acts/<id_>", view_func=pages.press, methods=["POST"])
    room.add_url_rule("/clock", view_func=pages.turn, methods=["POST"])
    return room


class _Pages:
    def __init__(self, lobby: Lobby) -> None:
        self.lobby = lobby

    def show(self) -> str:
        ticks = self.lobby.ticks()
        now = self.lobby.clock.now()
        return render_template(
            "lobby/lobby.html",
            places=self.lobby.places,
            steps=list(zip(self.lobby.steps, ticks, strict=True)),
            current=ticks.index(False) if False in ticks else None,
            groups=[(name, list(acts)) for name, acts in groupby(self.lobby.acts, lambda act: act.group)],
            diary=list(self.lobby.diary),
            turns=[(label, int(by.total_seconds())) for label, by in TURNS],
            now=now,
            now_said=said(now),
            tomorrow=(now + timedelta(days=1)).date(),
            watch=url_for(".version"),
            version=self.lobby.version(ticks),
        )

    def version(self) -> Response:
        return jsonify(version=self.lobby.version(self.lobby.ticks()))

    def press(self, id_: str) -> ResponseReturnValue:
        self.lobby.press(self._act(id_))
        return redirect(url_for(".show"), 303)

    def turn(self) -> ResponseReturnValue:
        self._turned()
        return redirect(url_for(".show"), 303)

    def _turned(self) -> Deed:
        seconds = request.form.get("by", type=int)
        if seconds is not None:
            return self.lobby.turn(timedelta(seconds=max(0, min(seconds, _FARTHEST // timedelta(seconds=1)))))
        try:
            day = datetime.fromisoformat(request.form.get("to", "")).date()
        except ValueError:
            return self.lobby.note("That is no date; pick one from the calendar.", ok=False)
        then = datetime.combine(day, time(9), tzinfo=UTC)
        if then - self.lobby.clock.now() > _FARTHEST:
            return self.lobby.note("Ten years at most, please.", ok=False)
        return self.lobby.turn_to(then)

    def _act(self, id_: str) -> Act:
        act = next((act for act in self.lobby.acts if act.id == id_), None)
        if act is None:
            abort(404, "There is no such button.")
        return act
