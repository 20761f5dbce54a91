"""Buttons on answers in words, and the case in full, through Slack's door."""

from typing import Any

import pytest

from bot.domain.cases import CaseStatus
from tests.cast import BLAKE, ELI, a_mail
from tests.handlers.conftest import Workspace, until
from tests.services.test_case_answers import ALL, ASKING


@pytest.fixture
def answered(workspace: Workspace) -> Workspace:
    """C-1 waits for its sponsor, whose answers in words wait for a click."""
    office = workspace.office
    office.take(a_mail(files=[ASKING]))
    office.take(a_mail(text=ALL, answers=office.job("ris_problems").message_id))
    return workspace


def click(workspace: Workspace, action: str, *, by: str, value: str = "C-1") -> dict[str, Any]:
    before = len(workspace.said)
    workspace.dispatch(
        {
            "type": "block_actions",
            "user": {"id": by},
            "team": {"id": "T0"},
            "container": {},
            "response_url": f"{workspace.url}/respond",
            "actions": [{"action_id": action, "block_id": "answers:1:1", "value": value, "type": "button"}],
        }
    )
    return workspace.heard(before + 1)[before]


def test_a_click_takes_them_over_and_a_second_one_hears_so(answered: Workspace) -> None:
    said = click(answered, "case_answers_apply", by=BLAKE.id)
    again = click(answered, "case_answers_discard", by=BLAKE.id)

    assert "C-1 is version 2 now" in said["text"]
    assert "already taken over" in again["text"]
    assert answered.office.case("C-1").status is CaseStatus.IN_REVIEW


def test_a_click_discards_them(answered: Workspace) -> None:
    assert "stays as it was" in click(answered, "case_answers_discard", by=BLAKE.id)["text"]
    assert answered.office.case("C-1").version == 1


@pytest.mark.parametrize("action", ["case_answers_apply", "case_answers_discard", "case_open"])
def test_a_guest_hears_who_may(answered: Workspace, action: str) -> None:
    assert "for the desk's staff" in click(answered, action, by=ELI.id)["text"]
    assert answered.office.case("C-1").version == 1
    assert answered.asked("views.open") == []


def test_another_cases_button_is_refused(answered: Workspace) -> None:
    answered.office.take(a_mail(files=[ASKING]))

    assert "do not belong to C-2" in click(answered, "case_answers_apply", by=BLAKE.id, value="C-2")["text"]


def test_the_case_opens_in_full_and_shows_an_earlier_version(answered: Workspace) -> None:
    click(answered, "case_answers_apply", by=BLAKE.id)
    answered.click("case_open", "C-1", by=BLAKE.id)
    (opened,) = until(lambda: answered.asked("views.open"))
    option = {"value": "1", "text": {"type": "plain_text", "text": "1"}}
    answered.dispatch(
        {
            "type": "block_actions",
            "user": {"id": BLAKE.id},
            "team": {"id": "T0"},
            "view": {"id": "V1", **opened["view"]},
            "actions": [
                {
                    "action_id": "case_version", "block_id": "case_version", "type": "static_select",
                    "selected_option": option,
                }
            ],
        }
    )  # fmt: skip
    (updated,) = until(lambda: answered.asked("views.update"))

    assert "version 2 of 2" in str(opened["view"])
    assert "version 1 of 2" in str(updated["view"])
    assert "Germoney" in str(updated["view"])
