"""An organisation's registration through Slack's door: buttons, modals, words, refusals, a late click."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain.approvals import Choice
from bot.domain.cases import CaseStatus
from bot.domain.delivery import Delivery
from tests.cast import AVERY, BLAKE, CASEY, Office
from tests.handlers.conftest import Workspace, until
from tests.handlers.test_slack_home import click_at_home, decoded, homes
from tests.handlers.test_slack_home import opened as opened_home
from tests.services.mail_ends import dropped
from tests.services.registering import an_invited, decide, kept, registered
from tests.services.test_registration_elsewhere import with_policy

Json = dict[str, Any]
Opened = Callable[[Office], Workspace]


def opened(workspace: Workspace) -> Json:
    until(lambda: workspace.asked("views.open"))
    view: Json = workspace.asked("views.open")[-1]["view"]
    return view


def submit(workspace: Workspace, view: Json, by: str, **state: Json) -> Json:
    values = {name: {name: given} for name, given in state.items()}
    answer = workspace.dispatch(
        {
            "type": "view_submission",
            "user": {"id": by},
            "team": {"id": "T0"},
            "view": {**view, "id": "V1", "state": {"values": values}},
        }
    )
    said: Json = json.loads(answer.body) if answer.body else {}
    return said


def test_the_card_and_the_words_decide_and_a_late_click_hears_who_won(
    open_workspace: Opened, tmp_path: Path
) -> None:
    office = registered(tmp_path, city="<!channel> *Bremen*")
    office.work()
    card = next(one for one in office.chat.standing.values() if one.key == "card:C-1")
    said = json.dumps(card.blocks, ensure_ascii=False)
    assert "registration_approve" in said
    assert "Hamburg → *&lt;!channel&gt; ∗Bremen∗*" in said  # noqa: RUF001
    workspace = open_workspace(office)
    workspace.command("approve C-1", by=CASEY.id)
    shown = json.dumps(workspace.heard()[0]["blocks"])
    assert f"registration:{kept(office).seal}" in shown
    assert "registration_refuse" not in shown
    seal = kept(office).seal
    workspace.click("registration_approve", "C-1", by=BLAKE.id, seen=seal)
    assert "U0AVERY0001" in workspace.heard(2)[1]["text"]  # who may
    workspace.click("registration_approve", "C-1", by=CASEY.id, seen=seal)
    assert "the registration is approved" in workspace.heard(3)[2]["text"]
    workspace.click("registration_refuse", "C-1", by=AVERY.id, seen=seal)

    assert "The registration of C-1 was already approved by <@U0CASEY0001>" in workspace.heard(4)[3]["text"]
    assert office.case("C-1").status is CaseStatus.LIVE


def at_home(workspace: Workspace, by: str) -> dict[str, Json]:
    """The buttons in somebody's home tab by what they do, each with its block."""
    opened_home(workspace, by)
    view = decoded(until(lambda: workspace.asked("views.publish"))[-1]["view"])
    return {
        one["action_id"]: one | {"block_id": block.get("block_id", "")}
        for block in view["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
    }


def test_the_home_tab_decides_about_a_registration_as_its_card_does(
    open_workspace: Opened, tmp_path: Path
) -> None:
    office = registered(tmp_path, city="Bremen")
    workspace = open_workspace(office)
    buttons = at_home(workspace, CASEY.id)
    assert "case_approve" not in buttons
    assert "Hamburg → *Bremen*" in homes(workspace, CASEY.id)[-1]
    seen = buttons["registration_refuse"]["block_id"].rpartition(":")[2]
    click_at_home(workspace, "registration_refuse", "C-1", by=CASEY.id, seen=seen)
    assert opened(workspace)["callback_id"] == "registration_refuse"
    click_at_home(workspace, "registration_approve", "C-1", by=CASEY.id, seen=seen)

    assert "the registration is approved" in homes(workspace, CASEY.id, 2)[-1]
    assert office.case("C-1").status is CaseStatus.LIVE


def test_refusing_asks_why_and_what_is_missing_stands_at_its_field(
    open_workspace: Opened, tmp_path: Path
) -> None:
    office = registered(tmp_path)
    workspace = open_workspace(office)
    workspace.click("registration_refuse", "C-1", by=CASEY.id, seen=kept(office).seal)
    view, reason = opened(workspace), {"selected_option": {"value": "own_data"}}
    empty = submit(workspace, view, CASEY.id, reason=reason, message={"value": "  "})
    assert list(empty["errors"]) == ["message"]
    assert submit(workspace, view, CASEY.id, reason=reason, message={"value": "Your title?"}) == {}

    assert office.case("C-1").status is CaseStatus.INVITED
    assert [job.recipient for job in office.jobs("registration_refused")] == [kept(office).email]


def test_what_is_done_elsewhere_is_ticked_as_a_whole(open_workspace: Opened, tmp_path: Path) -> None:
    office = with_policy(an_invited(tmp_path), accounts="outside", registration_url="https://x.example/r")
    workspace = open_workspace(office)
    seen = office.case("C-1").content_hash
    workspace.click("registration_tick", "C-1", by=CASEY.id, seen=seen)
    view = opened(workspace)
    came = {"selected_options": [{"value": "came"}]}
    assert list(submit(workspace, view, CASEY.id, done=came)["errors"]) == ["done"]
    both = {"selected_options": [{"value": "approved"}, {"value": "came"}]}
    assert submit(workspace, view, CASEY.id, done=both) == {}

    assert office.case("C-1").status is CaseStatus.LIVE


def test_somebody_else_is_invited_and_what_is_wrong_stands_at_its_field(
    open_workspace: Opened, tmp_path: Path
) -> None:
    office = an_invited(tmp_path)
    workspace = open_workspace(office)
    workspace.click("registration_invite", "C-1", by=CASEY.id, seen=office.case("C-1").content_hash)
    view = opened(workspace)
    typed = {"first_name": {"value": "Nora"}, "last_name": {"value": "Vogt"}}
    assert list(submit(workspace, view, CASEY.id, **typed, email={"value": "nora"})["errors"]) == ["email"]
    nameless = {**typed, "first_name": {"value": " "}, "email": {"value": "nora@x.example"}}
    assert list(submit(workspace, view, CASEY.id, **nameless)["errors"]) == ["first_name"]
    assert submit(workspace, view, CASEY.id, **typed, email={"value": "nora@x.example"}) == {}

    assert [job.recipient for job in office.jobs("invitation")][-1] == "nora@x.example"
    assert "goes to somebody else now" in workspace.heard()[-1]["text"]


def test_an_invited_case_is_stopped_by_the_button_on_its_card(open_workspace: Opened, tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    workspace = open_workspace(office)
    button, block_id = next(
        (one, block["block_id"])
        for message in office.chat.standing.values()
        for block in message.blocks
        for one in block.get("elements", [])
        if one.get("action_id") == "case_stop"
    )
    workspace.click("case_stop", button["value"], by=CASEY.id, seen=block_id.removeprefix("step:"))
    view = opened(workspace)
    assert submit(workspace, view, CASEY.id, reason={"value": "ordered twice"}) == {}
    workspace.heard()

    assert office.case("C-1").status is CaseStatus.WITHDRAWN


def test_the_home_tab_opens_while_a_case_is_the_customers(open_workspace: Opened, tmp_path: Path) -> None:
    workspace = open_workspace(an_invited(tmp_path))
    opened_home(workspace, BLAKE.id)

    assert "with the customer since" in homes(workspace, BLAKE.id)[-1]


def test_a_refusal_that_was_discarded_is_written_anew_by_its_button(
    open_workspace: Opened, tmp_path: Path
) -> None:
    office = registered(tmp_path)
    decide(office, Choice.REJECTED)
    dropped(office, office.job("registration_refused").key)
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery(live=True)))
    office.work()
    card = next(one for one in office.chat.standing.values() if one.key == "card:C-1")
    assert "the customer knows nothing of it" in json.dumps(card.blocks)
    workspace, seal = open_workspace(office), kept(office).seal
    workspace.click("registration_refuse", "C-1", by=BLAKE.id, seen=seal)
    assert "U0AVERY0001" in workspace.heard()[0]["text"]  # who may
    workspace.click("registration_refuse", "C-1", by=CASEY.id, seen=seal)
    view = opened(workspace)
    assert "The street is that of your warehouse." in json.dumps(view["blocks"])
    reason, message = {"selected_option": {"value": "own_data"}}, {"value": "Your phone lacks a digit."}
    assert not submit(workspace, view, CASEY.id, reason=reason, message=message)
    workspace.click("registration_refuse", "C-1", by=CASEY.id, seen=seal)

    assert "was already" in workspace.heard(3)[-1]["text"]
    assert [job.status for job in office.jobs("registration_refused")] == ["discarded", "queued"]
    assert "lacks a digit" in str(office.job("registration_refused").values)
