"""Work in a modal: what is being done is there before what came of it."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.errors import TransientFailure
from bot.domain.partner_refusals import NobodyNamed
from handlers.slack.meanwhile import APART, work_meanwhile
from tests.cast import AVERY, Office


class Told:
    """What Slack was told of one modal, each with its time."""

    def __init__(self) -> None:
        self.views: list[tuple[float, str]] = []

    def ack(self, *, response_action: str, view: dict[str, Any]) -> None:
        assert response_action == "update"
        self.views.append((time.monotonic(), view["callback_id"]))

    def views_update(self, *, view_id: str, view: dict[str, Any]) -> None:
        assert view_id == "V1"
        self.views.append((time.monotonic(), view["callback_id"]))


def a_modal(text: str) -> dict[str, Any]:
    return {"type": "modal", "callback_id": text, "blocks": []}


def meanwhile(told: Told, office: Office, work: Callable[[], dict[str, Any]]) -> None:
    work_meanwhile(
        told.ack,  # type: ignore[arg-type]
        {"view": {"id": "V1", "private_metadata": "{}"}, "user": {"id": AVERY.id}},
        lambda *_said, **_more: None,
        told,  # type: ignore[arg-type]
        bot=office.bot,
        doing="doing",
        work=work,
        said=a_modal,
    )


def test_work_that_is_done_at_once_is_not_shown_before_slack_has_the_answer_to_the_click(
    office: Office,
) -> None:
    told = Told()
    meanwhile(told, office, lambda: a_modal("done"))

    (first, doing), (then, done) = told.views
    assert (doing, done) == ("doing", "done")
    assert then - first >= APART


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (NobodyNamed(), "not both"),
        (TransientFailure("no child"), "went wrong"),
        (KeyError("x"), "went wrong"),
    ],
)
def test_what_goes_wrong_takes_the_place_of_what_is_being_done(
    office: Office, error: Exception, says: str
) -> None:
    def fails() -> dict[str, Any]:
        raise error

    told = Told()
    meanwhile(told, office, fails)

    (_, doing), (_, done) = told.views
    assert doing == "doing"
    assert says in done
