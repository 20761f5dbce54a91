"""A License Key that staff type or pass on in Slack: masked in every card and mail, in the clear nowhere."""

import json
from pathlib import Path

import pytest

from handlers.slack.payloads import list_kept, replay
from tests.cast import BLAKE, a_case
from tests.handlers.conftest import Workspace, until
from tests.handlers.test_slack_letters import opened, shortcut, submit
from tests.license_keys import KEYS, stock, traces

KEY = KEYS[0]
MASKED = "•••• W4T1"


@pytest.fixture
def stocked(workspace: Workspace) -> Workspace:
    stock(workspace.office)
    a_case(workspace.office)
    return workspace


def told(workspace: Workspace) -> str:
    return json.dumps([workspace.said, workspace.calls], ensure_ascii=False)


def test_a_letter_shows_and_sends_a_key_masked(stocked: Workspace) -> None:
    seen = stocked.office.case("C-1").content_hash
    stocked.click("case_ask", "C-1", by=BLAKE.id, seen=seen)
    words: dict[str, str | None] = {"words": f"Is it {KEY.lower()}?"}
    first = submit(stocked, opened(stocked), words, by=BLAKE.id)
    assert f"Is it {MASKED}?" in json.dumps(first["view"], ensure_ascii=False)
    assert submit(stocked, first["view"], words, by=BLAKE.id) == {}

    stocked.office.work()
    assert MASKED in stocked.office.mailer.sent[-1].text
    assert traces(stocked.office, KEY) == []


def test_a_message_that_is_added_to_a_case(stocked: Workspace) -> None:
    shortcut(stocked, {"user": BLAKE.id, "text": f"Tom's key is {KEY.replace('-', ' ')}"})
    view = opened(stocked)
    assert MASKED in json.dumps(view, ensure_ascii=False)
    submit(stocked, view, {"other": "C-1", "word": KEY}, by=BLAKE.id)
    stocked.office.work()
    assert stocked.office.chat.texts().count(MASKED) >= 2
    assert traces(stocked.office, KEY) == []


@pytest.mark.parametrize("line", ["find {}", "{}", "ask C-1 Is it {}?", "queue {}", "assign C-1 {}"])
def test_a_line_says_no_key_back(stocked: Workspace, line: str) -> None:
    stocked.command(line.format(KEY), by=BLAKE.id)
    until(lambda: stocked.said or stocked.asked("views.open"))
    assert KEY not in told(stocked)
    assert traces(stocked.office, KEY) == []


def test_only_who_asks_whose_it_is_names_it_whole(stocked: Workspace) -> None:
    stocked.command(f"keys {KEY}", by=BLAKE.id)
    assert MASKED in json.dumps(stocked.heard()[0], ensure_ascii=False)


def test_words_to_usher_are_kept_sealed_and_still_answered_after_a_restart(
    stocked: Workspace, tmp_path: Path
) -> None:
    stocked.down = True
    stocked.event("Ev1", text=f"<@U0USHER> find {KEY}")
    kept = list_kept(stocked.office.bot)
    assert kept == ["Ev1"]
    for file in tmp_path.glob("usher.db*"):
        assert KEY.encode() not in file.read_bytes()

    stocked.down = False
    replay(stocked.app, stocked.office.bot, kept)
    until(lambda: stocked.asked("chat.postEphemeral"))
    assert KEY not in told(stocked)
