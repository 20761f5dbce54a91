"""Work in a modal: what is being done is there before what came of it."""

import time
from typing import Any

from handlers.slack.meanwhile import APART, work_meanwhile


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


def a_modal(name: str) -> dict[str, Any]:
    return {"type": "modal", "callback_id": name, "blocks": []}


def test_work_that_is_done_at_once_is_not_shown_before_slack_has_the_answer_to_the_click() -> None:
    told = Told()
    body = {"view": {"id": "V1", "private_metadata": "{}"}, "user": {"id": "U0AVERY0001"}}

    work_meanwhile(
        told.ack,  # type: ignore[arg-type]
        body,
        lambda *_said, **_more: None,
        told,  # type: ignore[arg-type]
        doing=a_modal("doing"),
        work=lambda: a_modal("done"),
    )

    (first, doing), (then, done) = told.views
    assert (doing, done) == ("doing", "done")
    assert then - first >= APART
