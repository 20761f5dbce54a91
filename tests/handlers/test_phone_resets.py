"""The desk's buttons on lost phones: the code in a modal, a card that changed meanwhile, and a plain no."""

import json
from typing import Any

import pytest

from bot.domain.phone_resets import ResetState
from bot.services import phone_reset_notices as notices
from bot.store import accounts, credentials
from bot.store import phone_resets as store
from bot.store.database import transaction
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, CASEY, ELI, a_case
from tests.handlers.conftest import Workspace
from tests.handlers.test_step_up import answer_of, opened, submit
from tests.people import move_in


@pytest.fixture
def asked(workspace: Workspace) -> Workspace:
    """Somebody whose organisation has no other administrator has lost their only phone."""
    office = workspace.office
    case, now = a_case(office), office.now
    with office.connect() as db:
        anna = move_in(db, office.desk, case, now=now)[0]
        with transaction(db):
            phone = credentials.add_phone(db, anna.id, "+4915112345678", now=now)
            credentials.note_code(db, phone, now=now)
            reset = store.add(db, anna.id, now=now)
            assert reset
            notices.call_desk(db, reset, now=now)
            assert accounts.find(db, anna.id)
    return workspace


def state(workspace: Workspace) -> ResetState:
    with workspace.office.connect() as db:
        found = store.find(db, 1)
    assert found
    return found.state


def test_a_yes_asks_for_a_code_and_is_to_what_the_card_showed(asked: Workspace) -> None:
    phone = enrolled(asked.office, AVERY)
    asked.click("phone_reset_agree", "1:asked", by=AVERY.id)
    view: dict[str, Any] = opened(asked)
    assert "Borealis Turbines GmbH" in json.dumps(view, ensure_ascii=False)
    wrong = submit(asked, view, phone.wrong(asked.office.now), AVERY)
    assert list(answer_of(wrong)["errors"]) == ["code"]
    assert state(asked) is ResetState.ASKED
    assert not submit(asked, view, phone.code(asked.office.now), AVERY).body
    assert state(asked) is ResetState.AGREED
    asked.click("phone_reset_agree", "1:asked", by=AVERY.id)
    assert "agreed already" in asked.heard(2)[-1]["text"]


@pytest.mark.parametrize(
    ("words", "is_there"),
    [
        ("next", True),
        ("queue", True),
        ("queue borealis desk old", True),
        ("queue mine", False),
        ("queue acme", False),
    ],
)
def test_it_is_found_by_whoever_asks_what_waits(asked: Workspace, words: str, *, is_there: bool) -> None:
    asked.office.clock.wait(days=4)
    asked.command(words, by=CASEY.id)

    assert ("R-1" in json.dumps(asked.heard()[0]["blocks"])) is is_there


def test_its_line_opens_the_card_for_staff_alone(asked: Workspace) -> None:
    asked.click("phone_reset_open", "1", by=ELI.id)
    refused = asked.heard()[-1]
    asked.click("phone_reset_open", "1", by=CASEY.id)
    shown = asked.heard(2)[-1]

    assert ["1:asked" in json.dumps(one) for one in (refused, shown)] == [False, True]


def test_a_no_ends_it_and_those_without_the_right_end_nothing(asked: Workspace) -> None:
    clicks = (
        (BLAKE, "asked", "Only approvers"),
        (AVERY, "agreed", "Too late"),
        (AVERY, "asked", "You refused R-1"),
    )
    for number, (who, seen, said) in enumerate(clicks, 1):
        assert state(asked) is ResetState.ASKED
        asked.click("phone_reset_refuse", f"1:{seen}", by=who.id)
        assert said in asked.heard(number)[-1]["text"]

    assert state(asked) is ResetState.REFUSED
