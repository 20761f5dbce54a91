"""Stopping a case in Slack: the modal closes before thousands of keys are given back."""

import json
from dataclasses import replace

import pytest

from bot.domain.cases import CaseStatus
from tests.cast import CASEY
from tests.handlers.conftest import Workspace
from tests.services.test_resets import without_codes
from tests.services.walked import approved


@pytest.mark.parametrize(
    ("seen", "obstacle", "told"), [("", "", "is stopped"), ("", "C-9", "C-9"), ("older", "", "has changed")]
)
def test_what_is_wrong_before_stands_in_the_modal_and_what_comes_after_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, seen: str, obstacle: str, told: str
) -> None:
    office = workspace.office
    office.bot = replace(office.bot, desk=without_codes(office))
    workspace.start()
    case = approved(office)
    monkeypatch.setattr("bot.services.undoing.find_obstacle", lambda *_: obstacle)
    about = {"ref": case.ref, "content_hash": seen or case.content_hash, "step": ""}
    about["place"] = f"{workspace.url}/respond"
    view = {
        "type": "modal",
        "callback_id": "case_stop",
        "private_metadata": json.dumps(about),
        "blocks": [{"type": "input", "block_id": "reason"}],
        "state": {"values": {"reason": {"reason": {"value": "ordered twice"}}}},
    }
    body = {"type": "view_submission", "user": {"id": CASEY.id}, "team": {"id": "T0"}, "view": view}
    response = workspace.dispatch(body)

    assert told in (response.body if seen else str(workspace.heard()[0]))
    assert bool(response.body) is bool(seen)
    assert (office.case(case.ref).status is CaseStatus.WITHDRAWN) is (told == "is stopped")
