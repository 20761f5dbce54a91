"""Who leaves the desk with a modal open, or finds an old card, changes nothing any more."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot.domain.staff import Member
from bot.store.database import rows
from tests.cast import AVERY, CASEY, DANA, MALLORY, Office, a_mail
from tests.handlers.oracle import Policy
from tests.handlers.people import Desk, open_desk

pytestmark = pytest.mark.slow

COMMANDS = (
    "case C-1", "case C-2", "queue", "keys C-1", "invite", "approve C-1", "reject C-1", "ask C-1 Why?",
    "next", "assign C-1", "enroll", "account none@kunde.example.org", "case Q-1",
)  # fmt: skip
MODALS = frozenset(
    {
        "case_ask", "case_assign", "case_reply", "case_stop", "conversation_hand_over",
        "conversation_reply", "conversation_teach", "partner_invite",
    }
)  # fmt: skip
#: where it is noted that somebody was refused, or that Slack said something
NOTED = frozenset({"events", "payloads", "numbers", "sqlite_sequence"})


@pytest.fixture
def desk(tmp_path: Path, httpserver: HTTPServer) -> Desk:
    policy = Policy(
        approvers=frozenset({AVERY.id, CASEY.id}),
        added=frozenset(),
        second_above=None,
        second_if_unverified=True,
    )
    opened = open_desk(tmp_path, httpserver.url_for("").rstrip("/"), policy)
    httpserver.expect_request(re.compile("/api/.*")).respond_with_handler(opened.workspace.answer)
    httpserver.expect_request("/respond").respond_with_handler(opened.workspace.respond)
    opened.take(1, 1, sender=DANA, verdict="pass")
    opened.take(2, 1, sender=MALLORY, verdict="fail")
    opened.workspace.office.take(a_mail(sender=MALLORY, text="My printer is broken.", verdict="fail"))
    opened.carry_out()
    return opened


def filled(view: dict[str, Any]) -> dict[str, Any]:
    """Something in each of a modal's fields."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _said(block["element"])}
        for block in view["blocks"]
        if block["type"] == "input"
    }


def _said(element: dict[str, Any]) -> dict[str, Any]:
    options = element.get("options") or [{"value": "x"}]
    return {
        "value": "1", "selected_option": options[0], "selected_user": CASEY.id,
        "selected_options": options[:1], "selected_conversation": CASEY.id,
        "selected_date": "2026-12-01", "files": [],
    }  # fmt: skip


def everything(office: Office) -> dict[str, list[str]]:
    with office.connect() as db:
        names = [one["name"] for one in rows(db, "select name from sqlite_master where type = 'table'")]
        return {
            name: [json.dumps(one, default=str) for one in rows(db, f"select * from [{name}]")]
            for name in names
            if name not in NOTED and not name.startswith(("sqlite_", "found", "finding"))
        }


def press_all(desk: Desk) -> None:
    for button in list(desk.buttons):
        desk.press(AVERY.id, button)


def test_whoever_is_no_longer_staff_presses_in_vain(desk: Desk) -> None:
    desk.open_home(AVERY.id)
    for command in COMMANDS:
        desk.type(AVERY.id, command)
    for _ in range(2):  # what the first brings has buttons of its own
        press_all(desk)
        desk.carry_out()
    assert {json.loads(one.view)["callback_id"] for one in desk.modals} >= MODALS
    office = desk.workspace.office
    office.chat.put(Member(id=AVERY.id, name=AVERY.name, full=False))
    before = everything(office)
    for modal in list(desk.modals):
        desk.send(modal, filled(json.loads(modal.view)))
    press_all(desk)
    for command in COMMANDS:
        desk.type(AVERY.id, command)

    after = everything(office)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
