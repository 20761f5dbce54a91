"""License Keys through Slack's door: the modal of a case, menus, fields, refusals, and a pasted key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.domain.cases import Case
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office
from tests.handlers.conftest import Workspace, new_trigger, until
from tests.license_keys import KEYS, a_desk, approved, mail_keys, seat_of, stock, traces, user, work

Json = dict[str, Any]
Opened = Callable[[Office], Workspace]

pytestmark = pytest.mark.slow


def supplied(open_workspace: Opened, folder: Path, **more: Any) -> tuple[Workspace, Case]:  # noqa: ANN401 - of a desk
    """A workspace whose case C-1 has its keys, and they are mailed."""
    office = a_desk(folder, **more)
    stock(office)
    case = approved(office)
    mail_keys(office, case)
    work(office)
    return open_workspace(office), case


def shown(workspace: Workspace, many: int = 1, method: str = "views.open") -> Json:
    """The newest modal, once there are so many."""
    until(lambda: len(workspace.asked(method)) >= many)
    view: Json = workspace.asked(method)[-1]["view"]
    return view


def choose(workspace: Workspace, view: Json, value: str, *, by: str) -> None:
    """Pick an option of a seat's menu; Slack gives a name to each block that has none."""
    blocks = [{"block_id": f"b{number}", **block} for number, block in enumerate(view["blocks"])]
    workspace.dispatch(
        {
            "type": "block_actions",
            "user": {"id": by},
            "team": {"id": "T0"},
            "trigger_id": new_trigger(),
            "view": {**view, "id": "V1", "blocks": blocks},
            "actions": [
                {
                    "action_id": "key_do",
                    "block_id": "seat:1",
                    "type": "overflow",
                    "selected_option": {"value": value},
                }
            ],
        }
    )


def submit(workspace: Workspace, view: Json, values: dict[str, str], *, by: str) -> Json:
    state = {
        name: {name: {"selected_option": {"value": value}} if name == "reason" else {"value": value}}
        for name, value in values.items()
    }
    answer = workspace.dispatch(
        {
            "type": "view_submission",
            "user": {"id": by},
            "team": {"id": "T0"},
            "view": {**view, "id": "V1", "state": {"values": state}},
        }
    )
    assert answer.status == 200
    said: Json = json.loads(answer.body) if answer.body else {}
    return said


def test_the_keys_of_a_case_open_by_button_and_by_word(open_workspace: Opened, tmp_path: Path) -> None:
    workspace, _ = supplied(open_workspace, tmp_path)
    workspace.click("case_keys", "C-1", by=BLAKE.id)
    by_button = json.dumps(shown(workspace), ensure_ascii=False)
    workspace.command("keys C-1", by=BLAKE.id)
    by_word = json.dumps(shown(workspace, 2), ensure_ascii=False)

    for view in (by_button, by_word):
        assert "Tom Öztürk" in view
        assert "•••• W4T2" in view
        assert KEYS[1] not in view
        assert "sent" in view


def test_a_key_is_handed_over_in_the_modal_and_what_is_wrong_stands_at_its_field(
    open_workspace: Opened, tmp_path: Path
) -> None:
    workspace, case = supplied(open_workspace, tmp_path, code=True)
    phone = enrolled(workspace.office, AVERY)
    tom = seat_of(workspace.office, case, "Tom")
    assert tom.key is not None
    workspace.click("case_keys", "C-1", by=AVERY.id)
    choose(workspace, shown(workspace), f"hand_over:{tom.key.id}", by=AVERY.id)
    view = shown(workspace, method="views.update")
    assert "as long as its License Key has not been used" in json.dumps(view)
    good = {"name": "Nadia Brandt", "email": "nadia@nordlicht.example.com", "code": "1"}

    wrong = submit(workspace, view, good | {"email": "nadia"}, by=AVERY.id)
    assert list(wrong["errors"]) == ["email"]
    wrong = submit(workspace, view, good | {"name": " "}, by=AVERY.id)
    assert list(wrong["errors"]) == ["name"]
    wrong = submit(workspace, view, good, by=AVERY.id)
    assert list(wrong["errors"]) == ["code"]
    code = phone.code(workspace.office.now)
    done = submit(workspace, view, good | {"code": code}, by=AVERY.id)
    assert done["response_action"] == "update"
    assert "The License Key is Nadia Brandt" in json.dumps(done, ensure_ascii=False)
    late = submit(workspace, view, good | {"code": code}, by=AVERY.id)
    assert "A colleague was faster" in late["errors"]["name"]


def test_void_asks_why_and_shows_the_keys_again(open_workspace: Opened, tmp_path: Path) -> None:
    workspace, case = supplied(open_workspace, tmp_path)
    tom = seat_of(workspace.office, case, "Tom")
    assert tom.key is not None
    workspace.click("case_keys", "C-1", by=AVERY.id)
    choose(workspace, shown(workspace), f"void:{tom.key.id}", by=AVERY.id)
    view = shown(workspace, method="views.update")
    done = submit(workspace, view, {"reason": "exposed"}, by=AVERY.id)

    assert "stays spent" in json.dumps(view)
    assert "is void, and its seat closed" in json.dumps(done)
    assert f"void:{tom.key.id}" not in json.dumps(done)


def test_sent_again_and_entered_are_said_above_the_keys(open_workspace: Opened, tmp_path: Path) -> None:
    workspace, case = supplied(open_workspace, tmp_path, key_url="https://mag.example.com/keys")
    tom = seat_of(workspace.office, case, "Tom")
    assert tom.key is not None
    workspace.click("case_keys", "C-1", by=BLAKE.id)
    choose(workspace, shown(workspace), f"again:{tom.id}", by=BLAKE.id)
    again = json.dumps(shown(workspace, 1, "views.update"))
    choose(workspace, shown(workspace), f"used:{tom.key.id}", by=BLAKE.id)
    used = json.dumps(shown(workspace, 2, "views.update"))
    choose(workspace, shown(workspace), f"again:{tom.id}", by=BLAKE.id)
    refused = json.dumps(shown(workspace, 3, "views.update"), ensure_ascii=False)

    assert "goes to tom.oeztuerk" in again
    assert "has been entered" in used
    assert "Tom Öztürk has entered this License Key" in refused


def test_a_long_case_has_pages(open_workspace: Opened, tmp_path: Path) -> None:
    office = a_desk(tmp_path)
    people = [user("P", f"N{n}", f"p{n}@nordlicht.example.com") for n in range(45)]
    approved(office, seats=45, users=people)
    workspace = open_workspace(office)
    workspace.click("case_keys", "C-1", by=BLAKE.id)
    view = shown(workspace)
    body = {
        "type": "block_actions",
        "user": {"id": BLAKE.id},
        "team": {"id": "T0"},
        "trigger_id": new_trigger(),
        "view": {**view, "id": "V1"},
        "actions": [{"action_id": "keys_more", "block_id": "pages", "value": "3", "type": "button"}],
    }
    workspace.dispatch(body)
    last = json.dumps(shown(workspace, method="views.update"))

    assert "Page 1 of 3" in json.dumps(view)
    assert "N19" in json.dumps(view)
    assert "N20" not in json.dumps(view)
    assert "N44" in last
    assert "keys_more" not in last


@pytest.mark.parametrize("text", ["keys C-1", f"keys {KEYS[1]}"])
def test_guests_see_no_keys(open_workspace: Opened, tmp_path: Path, text: str) -> None:
    workspace, _ = supplied(open_workspace, tmp_path)
    workspace.command(text, by=ELI.id)

    assert "staff" in workspace.heard()[0]["text"]
    assert not workspace.asked("views.open")


def test_who_may_not_move_a_key_hears_who_may_before_typing(open_workspace: Opened, tmp_path: Path) -> None:
    workspace, case = supplied(open_workspace, tmp_path)
    tom = seat_of(workspace.office, case, "Tom")
    assert tom.key is not None
    workspace.click("case_keys", "C-1", by=BLAKE.id)
    choose(workspace, shown(workspace), f"hand_over:{tom.key.id}", by=BLAKE.id)
    told = json.dumps(shown(workspace, method="views.update"))

    assert CASEY.id in told
    assert "key_hand_over" not in told


def test_a_pasted_key_says_whose_it_is_to_whoever_asked(open_workspace: Opened, tmp_path: Path) -> None:
    workspace, _ = supplied(open_workspace, tmp_path)
    workspace.command(f"keys {KEYS[1].lower()}", by=BLAKE.id)
    said = json.dumps(workspace.heard()[0], ensure_ascii=False)

    assert "Tom Öztürk" in said
    assert "W4T2" in said
    assert KEYS[1] not in said
    assert '"response_type": "ephemeral"' in said


def test_a_key_in_a_message_is_not_looked_up_and_not_kept(open_workspace: Opened, tmp_path: Path) -> None:
    workspace, _ = supplied(open_workspace, tmp_path)
    workspace.event("Ev1", by=BLAKE.id, text=f"<@U0USHER> keys {KEYS[1]}")
    until(lambda: bool(workspace.asked("chat.postEphemeral")))
    said = workspace.asked("chat.postEphemeral")[0]["text"]
    until(lambda: not traces(workspace.office, KEYS[1]))

    assert "delete that message" in said
    assert "Tom" not in said
    assert KEYS[1] not in json.dumps(workspace.calls)
