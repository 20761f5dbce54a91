"""A long mail read whole from Slack: by staff alone, page by page, and as long as it is kept."""

import json

import pytest

from tests.cast import BLAKE, ELI, a_mail
from tests.handlers.conftest import Workspace, new_trigger, until

LONG = "My code has expired. " * 4_000 + "Passwort: Sommer2025!xyz\nThe end."


@pytest.fixture
def asked(workspace: Workspace) -> Workspace:
    """Q-1 begins with a mail of which its card has no room for a thirtieth."""
    workspace.office.take(a_mail(subject="My code", text=LONG))
    workspace.office.work()
    return workspace


def whole(workspace: Workspace, *, by: str = BLAKE.id) -> None:
    (card,) = (m for m in workspace.office.chat.standing.values() if m.key == "note:Q-1")
    (row,) = (b for b in card.blocks if b.get("block_id", "").startswith("mail:"))
    action = {**row["elements"][0], "block_id": row["block_id"]}
    workspace.dispatch(
        {
            "type": "block_actions", "user": {"id": by}, "team": {"id": "T0"},
            "response_url": f"{workspace.url}/respond", "trigger_id": new_trigger(), "actions": [action],
        }
    )  # fmt: skip


def page(workspace: Workspace, many: int = 1) -> dict[str, object]:
    until(lambda: len(workspace.asked("views.update")) >= many)
    view: dict[str, object] = workspace.asked("views.update")[-1]["view"]
    return view


def turn(workspace: Workspace, view: dict[str, object], to: str) -> None:
    workspace.dispatch(
        {
            "type": "block_actions", "user": {"id": BLAKE.id}, "team": {"id": "T0"},
            "trigger_id": new_trigger(), "view": {**view, "id": "V1"},
            "actions": [{"action_id": "mail_whole_more", "block_id": "b", "value": to, "type": "button"}],
        }
    )  # fmt: skip


def test_a_long_mail_is_read_to_its_end_with_its_password_hidden(asked: Workspace) -> None:
    whole(asked)
    first = page(asked)
    number = 2
    turn(asked, first, str(number))
    while "mail_whole_more" in json.dumps(page(asked, number)):
        number += 1
        turn(asked, first, str(number))
    last = json.dumps(page(asked, number), ensure_ascii=False)

    assert "The end." not in json.dumps(first)
    assert "Passwort: ••••••\\nThe end." in last
    assert "V1" in {one["view_id"] for one in asked.asked("views.update")}
    assert {e.tag for e in asked.office.events() if e.actor == BLAKE.id} == {"conversation:viewed"}


def test_a_guest_hears_who_may(asked: Workspace) -> None:
    whole(asked, by=ELI.id)

    assert "for the desk's staff" in asked.heard()[0]["text"]
    assert not asked.asked("views.open")


def test_what_is_not_kept_any_more_is_said_where_it_would_stand(asked: Workspace) -> None:
    with asked.office.connect() as db:
        db.execute("delete from mail_sources")
    whole(asked)

    assert "only its number was kept" in json.dumps(page(asked))
