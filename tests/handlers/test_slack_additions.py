"""The buttons on a card about an organisation that is known, at Slack's door."""

from dataclasses import replace
from typing import Any

from bot.domain.cases import CaseStatus
from bot.rendering.workbooks import ris_form
from tests.cast import BLAKE, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.handlers.conftest import Workspace

WITHOUT_CITY = ("RIS.xlsx", ris_form("en", replace(COMPANY, city=""), [MARA, TOM]))
CORRECTED = ("RIS.xlsx", sound_form())


def press(workspace: Workspace, action: str) -> dict[str, Any]:
    """Press the button where it stands, as Slack sends it."""
    button, block_id = next(
        (one, str(block["block_id"]))
        for message in workspace.office.chat.standing.values()
        for block in message.blocks
        for one in block.get("elements", [])
        if one.get("action_id") == action
    )
    before = len(workspace.said)
    workspace.click(action, button["value"], by=BLAKE.id, seen=block_id.partition(":")[2])
    return workspace.heard(before + 1)[-1]


def test_a_corrected_form_in_a_mail_of_its_own_takes_its_place_by_a_click(workspace: Workspace) -> None:
    office = workspace.office
    for form in (WITHOUT_CITY, CORRECTED):
        office.take(a_mail(files=[form]))
        office.work()
    said = press(workspace, "case_newer_of")

    assert said["text"] == "The form of C-2 is version 2 of C-1 now, and C-2 is closed."
    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert office.case("C-2").status is CaseStatus.WITHDRAWN
    office.work()
    assert "this case is closed" in office.chat.texts()


def test_what_is_the_same_becomes_an_addition(workspace: Workspace) -> None:
    office = workspace.office
    for _ in range(2):
        office.take(a_mail(files=[CORRECTED]))
        office.work()
    office.work()
    assert "is an addition to C-1 now" in press(workspace, "case_same_as")["text"]
