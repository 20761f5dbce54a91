"""Codes in Slack: the modal of a grave approval, enrolling, and a colleague's lost device."""

import json
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt import BoltResponse

from bot.domain.cases import Case
from bot.domain.staff import Member, Staff
from bot.store import authenticators
from tests.authenticators import Phone, enrolled
from tests.cast import AVERY, BLAKE, CASEY, a_case, a_submission
from tests.handlers.conftest import Workspace, until

pytestmark = pytest.mark.slow


def a_large_case(workspace: Workspace, company: str = "Borealis Turbines GmbH") -> Case:
    form = a_submission(company=company)
    ris = replace(form.ris, company=replace(form.ris.company, seats=120))
    return a_case(workspace.office, replace(form, ris=ris))


def opened(workspace: Workspace, many: int = 1) -> dict[str, Any]:
    """The newest modal that was opened, once there are so many."""
    until(lambda: len(workspace.asked("views.open")) >= many)
    view = workspace.asked("views.open")[-1]["view"]
    return dict(json.loads(view) if isinstance(view, str) else view)


def submit(workspace: Workspace, view: dict[str, Any], code: str, by: Staff) -> BoltResponse:
    filled = {**view, "state": {"values": {"code": {"code": {"value": code}}}}}
    body = {"type": "view_submission", "user": {"id": by.id}, "team": {"id": "T0"}, "view": filled}
    return workspace.dispatch(body)


def answer_of(response: BoltResponse) -> dict[str, Any]:
    return dict(json.loads(response.body)) if response.body else {}


def click_approve(workspace: Workspace, case: Case, by: Staff) -> None:
    workspace.click("case_approve", case.ref, by=by.id, seen=case.content_hash)


def test_a_large_case_asks_in_a_modal_that_says_what_and_why(workspace: Workspace) -> None:
    enrolled(workspace.office, AVERY)
    case = a_large_case(workspace)
    click_approve(workspace, case, AVERY)
    shown = json.dumps(opened(workspace), ensure_ascii=False)

    assert all(words in shown for words in ("Borealis Turbines GmbH", "*120*", "many seats", "Approve C-1"))
    assert workspace.office.case(case.ref).decision is None


def test_two_codes_decide_and_each_is_told(workspace: Workspace) -> None:
    office = workspace.office
    phones = {who.id: enrolled(office, who) for who in (AVERY, CASEY)}
    case = a_large_case(workspace)
    for number, who in enumerate((AVERY, CASEY), 1):
        click_approve(workspace, case, who)
        response = submit(workspace, opened(workspace, number), phones[who.id].code(office.now), who)
        assert response.status == 200
        assert not response.body  # the modal closes

    assert office.case(case.ref).decision is not None


@pytest.mark.parametrize("code", ["", "12 34", "wrong"])
def test_what_is_wrong_stands_at_the_code_and_the_modal_stays(workspace: Workspace, code: str) -> None:
    phone = enrolled(workspace.office, AVERY)
    case = a_large_case(workspace)
    click_approve(workspace, case, AVERY)
    typed = phone.wrong(workspace.office.now) if code == "wrong" else code
    said = answer_of(submit(workspace, opened(workspace), typed, AVERY))

    assert said["response_action"] == "errors"
    assert list(said["errors"]) == ["code"]
    assert ("Tries left: 4" if code == "wrong" else "six digits") in said["errors"]["code"]


def test_spaces_do_no_harm(workspace: Workspace) -> None:
    phone = enrolled(workspace.office, AVERY)
    click_approve(workspace, a_large_case(workspace), AVERY)
    code = phone.code(workspace.office.now)
    response = submit(workspace, opened(workspace), f" {code[:3]} {code[3:]} ", AVERY)

    assert not response.body  # the modal closes


def test_who_has_no_phone_hears_of_it_instead_of_a_modal(workspace: Workspace) -> None:
    click_approve(workspace, a_large_case(workspace), AVERY)

    assert "/usher enroll" in workspace.heard()[0]["text"]
    assert workspace.asked("views.open") == []


def test_a_form_that_changed_under_the_modal_is_not_approved(workspace: Workspace) -> None:
    phone = enrolled(workspace.office, AVERY)
    case = a_large_case(workspace)
    click_approve(workspace, case, AVERY)
    view = opened(workspace)
    with workspace.office.connect() as db:
        db.execute("update cases set content_hash = 'newer'")
    said = answer_of(submit(workspace, view, phone.code(workspace.office.now), AVERY))

    assert "changed" in said["errors"]["code"]


def test_a_company_that_pings_does_not_ping_in_the_modal(workspace: Workspace) -> None:
    enrolled(workspace.office, AVERY)
    click_approve(workspace, a_large_case(workspace, "<!channel> <@U1> *bold*"), AVERY)
    shown = json.dumps(opened(workspace), ensure_ascii=False)

    assert "<!channel>" not in shown
    assert "<@U1>" not in shown


def test_a_bug_in_the_modal_is_said_in_the_modal(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = enrolled(workspace.office, AVERY)
    click_approve(workspace, a_large_case(workspace), AVERY)
    view = opened(workspace)
    monkeypatch.setattr("bot.services.approvals._approve", lambda *_a, **_k: 1 / 0)
    said = answer_of(submit(workspace, view, phone.code(workspace.office.now), AVERY))

    assert list(said["errors"]) == ["code"]


# /usher enroll


def with_addresses(workspace: Workspace) -> None:
    for who in (AVERY, BLAKE, CASEY):
        member = Member(id=who.id, name=who.name, email=f"{who.name}@desk.example.com")
        workspace.office.chat._members[who.id] = member


def command(workspace: Workspace, text: str, by: Staff) -> str:
    before = len(workspace.said)
    body = {
        "command": "/usher", "text": text, "user_id": by.id, "team_id": "T0", "trigger_id": "1.2",
        "channel_id": "C0APPROVALS", "response_url": f"{workspace.url}/respond",
    }  # fmt: skip
    workspace.dispatch(body)
    return json.dumps(workspace.heard(before + 1)[-1], ensure_ascii=False)


def test_enroll_mails_the_link_and_says_nothing_of_it_in_slack(workspace: Workspace) -> None:
    with_addresses(workspace)
    said = command(workspace, "enroll", AVERY)

    assert "A mail with a link is in the outbox, to avery@desk.example.com" in said
    assert workspace.office.tokens[-1] not in said
    assert workspace.office.job("enrolment").recipient == "avery@desk.example.com"


def test_without_an_address_in_slack_one_hears_what_to_do(workspace: Workspace) -> None:
    assert "Slack knows no e-mail address of yours" in command(workspace, "enroll", AVERY)


def test_who_has_a_phone_hears_how_to_replace_it(workspace: Workspace) -> None:
    with_addresses(workspace)
    enrolled(workspace.office, AVERY)

    assert "/usher enroll reset <@U0AVERY0001>" in command(workspace, "enroll", AVERY)


# A lost device


def reset_click(workspace: Workspace, whose: Staff, by: Staff) -> None:
    workspace.click("authenticator_reset", whose.id, by=by.id, private=True)


def phones(workspace: Workspace, *people: Staff) -> dict[str, Phone]:
    with_addresses(workspace)
    return {who.id: enrolled(workspace.office, who) for who in people}


@pytest.mark.parametrize("named", ["<@U0BLAKE0001|blake>", "<@U0BLAKE0001>", "U0BLAKE0001"])
def test_two_colleagues_reset_a_lost_phone_with_their_codes(workspace: Workspace, named: str) -> None:
    office = workspace.office
    known = phones(workspace, AVERY, BLAKE, CASEY)
    for number, who in enumerate((AVERY, CASEY), 1):
        assert "authenticator_reset" in command(workspace, f"enroll reset {named}", who)
        reset_click(workspace, BLAKE, who)
        response = submit(workspace, opened(workspace, number), known[who.id].code(office.now), who)
        assert not response.body  # the modal closes
        workspace.heard(2 * number)

    said = [one["text"] for one in workspace.heard(4)]
    assert any("A second person has to agree" in one for one in said)
    assert any("You were the second to agree" in one for one in said)
    with office.connect() as db:
        assert authenticators.list_confirmed(db) == {AVERY.id, CASEY.id}


def test_a_wrong_code_resets_nothing(workspace: Workspace) -> None:
    known = phones(workspace, AVERY, BLAKE)
    reset_click(workspace, BLAKE, AVERY)
    wrong = known[AVERY.id].wrong(workspace.office.now)
    said = answer_of(submit(workspace, opened(workspace), wrong, AVERY))

    assert "Tries left: 4" in said["errors"]["code"]


def test_where_no_code_is_asked_the_click_agrees(workspace: Workspace) -> None:
    office = workspace.office
    phones(workspace, BLAKE)
    policy = office.desk.policy
    plain = policy.approvals.model_copy(update={"step_up": ()})
    desk = replace(office.desk, policy=policy.model_copy(update={"approvals": plain}))
    office.bot = replace(office.bot, desk=desk)
    workspace.start()
    reset_click(workspace, BLAKE, AVERY)
    workspace.heard(1)
    reset_click(workspace, BLAKE, AVERY)
    workspace.heard(2)
    reset_click(workspace, BLAKE, CASEY)
    said = [one["text"] for one in workspace.heard(3)]

    assert "A second person has to agree" in said[0]
    assert "You have agreed to this already" in said[1]
    assert "You were the second" in said[2]


@pytest.mark.parametrize(
    ("by", "words"),
    [(BLAKE, "Only approvers decide. You may ask <@U0AVERY0001>"), (AVERY, "has no authenticator")],
)
def test_who_cannot_reset_hears_why_before_any_button(workspace: Workspace, by: Staff, words: str) -> None:
    assert words in command(workspace, "enroll reset <@U0CASEY0001|casey>", by)


@pytest.mark.parametrize(
    "named", ["blake and casey", "<@U0CASEY0001|casey> <@U0BLAKE0001|blake>", "<!channel>", "x" * 3000]
)
def test_a_name_that_is_none_is_answered(
    workspace: Workspace, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace.office.chat, "resolve", lambda _names: frozenset())
    said = command(workspace, f"enroll reset {named}", AVERY)

    assert "Nobody on the desk is called" in said
    assert "<@" not in said.split("Type")[0].replace("<@U0AVERY0001>", "")
    assert "<!channel>" not in said


def test_a_reset_that_names_nobody_says_what_to_type(workspace: Workspace) -> None:
    assert "Please name whose authenticator is lost" in command(workspace, "enroll reset ", AVERY)
