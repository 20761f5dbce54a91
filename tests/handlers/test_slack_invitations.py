"""`/usher invite` in Slack: one person, a file that is looked through first, and whoever has asked."""

import json
from typing import Any

import pytest
from slack_bolt import BoltResponse

from bot.ports import SharedFile
from bot.rendering.invitations import FILE, REQUEST_INVITE, REQUEST_REFUSE
from bot.services import partner_requests
from tests.cast import BLAKE, ELI
from tests.handlers.conftest import Workspace, until
from tests.handlers.test_slack_stock import shown, view_of

pytestmark = pytest.mark.slow

UMA = "uma@rotor.example.org"
GOOD = b"E-Mail\nmax@rotor.example.org\nida@rotor.example.org\n"


def opened(desk: Workspace, *, by: str = BLAKE.id) -> dict[str, Any]:
    desk.command("invite", by=by)
    until(lambda: desk.asked("views.open"))
    return view_of(desk.asked("views.open")[-1])


def give(
    desk: Workspace, view: dict[str, Any], email: str = "", content: bytes = b"", *, by: str = BLAKE.id
) -> BoltResponse:
    """Submit the modal as it stands, with an address or a file."""
    values: dict[str, Any] = {}
    for block in (one for one in view["blocks"] if one["type"] == "input"):
        name, element = block["block_id"], block["element"]
        if element["type"] == "static_select":
            values[name] = {name: {"selected_option": element["initial_option"]}}
        elif element["type"] == "email_text_input":
            values[name] = {name: {"value": email or element.get("initial_value")}}
        elif element["type"] == "file_input" and content:
            desk.office.chat.files["F1"] = SharedFile(name="partners.csv", content=content)
            values[FILE] = {FILE: {"files": [{"id": "F1", "name": "partners.csv"}]}}
    body = {"type": "view_submission", "user": {"id": by}, "team": {"id": "T0"}}
    return desk.dispatch(body | {"view": view | {"id": "V1", "state": {"values": values}}})


def invited(desk: Workspace) -> list[str]:
    return [job.recipient for job in desk.office.jobs("partner_invitation")]


def ask(desk: Workspace, email: str = UMA) -> None:
    office = desk.office
    with office.connect() as db:
        partner_requests.ask(
            db, office.desk, email=email, name="<!channel> Uma", company="Rotor", lang="de", now=office.now
        )


def test_one_person_is_invited_by_address_and_faults_stand_at_the_field(workspace: Workspace) -> None:
    view = opened(workspace)
    for email, content, said in (
        ("", b"", "or a file, and not both"),
        (UMA, GOOD, "or a file, and not both"),
        ("uma@", b"", "is no e-mail address"),
    ):
        assert said in str(give(workspace, view, email, content).body)
    assert invited(workspace) == []
    assert f"Invited: {UMA}" in str(give(workspace, view, UMA).body)
    assert "open already" in str(give(workspace, view, UMA).body)
    assert invited(workspace) == [UMA]


def test_guests_invite_nobody(workspace: Workspace) -> None:
    workspace.command("invite", by=ELI.id)

    assert workspace.asked("views.open") == []
    assert "staff" in json.dumps(workspace.heard())


def test_a_file_is_looked_through_and_then_all_of_it_is_invited(workspace: Workspace) -> None:
    view = opened(workspace)
    give(workspace, view, content=GOOD + b"max@rotor.example.org\n")
    assert "Line 4, E-mail address: stands on line 2 already" in json.dumps(shown(workspace, 1))
    give(workspace, view, content=GOOD)
    looked = shown(workspace, 2)
    assert invited(workspace) == []
    give(workspace, looked)
    assert "2 people were invited." in json.dumps(shown(workspace, 3))
    assert len(invited(workspace)) == 2


def test_whoever_asked_is_invited_or_refused_once(workspace: Workspace) -> None:
    for email in (UMA, UMA, "eve@rotor.example.org"):
        ask(workspace, email)
    assert len(workspace.office.jobs("partner_request_note")) == 2
    workspace.click(REQUEST_INVITE, "1", by=BLAKE.id)
    until(lambda: workspace.asked("views.open"))
    view = view_of(workspace.asked("views.open")[-1])
    assert f"Invited: {UMA}" in str(give(workspace, view).body)
    workspace.click(REQUEST_INVITE, "1", by=BLAKE.id)
    workspace.click(REQUEST_REFUSE, "2", by=ELI.id)
    workspace.click(REQUEST_REFUSE, "2", by=BLAKE.id)
    until(lambda: "Refused: eve" in json.dumps(workspace.said))
    until(lambda: "decided about this request" in json.dumps(workspace.said))
    workspace.office.work()

    assert invited(workspace) == [UMA]
    said = json.dumps(workspace.said)
    assert "has decided about this request already" in said
    assert "Refused: eve@rotor.example.org" in said
    cards = json.dumps([str(message) for message in workspace.office.chat.standing.values()])
    assert "<!channel>" not in cards
    assert "has invited them" in cards
    ask(workspace)  # who is invited is no news
    assert len(workspace.office.jobs("partner_request_note")) == 4


def test_an_open_invitation_is_looked_at_corrected_and_withdrawn(workspace: Workspace) -> None:
    office = workspace.office
    give(workspace, opened(workspace), UMA)
    office.work()
    workspace.command("account P-1", by=ELI.id)
    workspace.command("account P-1", by=BLAKE.id)
    workspace.click("partner_invitation_again", "1", by=BLAKE.id)
    workspace.click("partner_invitation_withdraw", "1", by=ELI.id)
    said = [json.dumps(one, ensure_ascii=False) for one in workspace.heard(5)]
    assert any(f"Invitation P-1 to {UMA}" in one for one in said)
    assert any("mailed a moment ago" in one for one in said)
    assert sum(UMA in one for one in said) == 1  # a guest learns nothing
    workspace.click("partner_invitation_correct", "1", by=BLAKE.id)
    view = view_of(until(lambda: workspace.asked("views.open")[1:])[-1])
    for block in view["blocks"][1:]:
        block["element"]["initial_option"] = block["element"]["options"][-1]
    office.clock.wait(minutes=6)
    assert give(workspace, view).body == ""
    assert [job.values["lang"] for job in office.jobs("partner_invitation")] == ["en", "de"]
    workspace.click("partner_invitation_withdraw", "1", by=BLAKE.id)
    until(lambda: "was withdrawn" in json.dumps(workspace.said))
