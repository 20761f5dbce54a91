"""`/usher stock` in Slack, and vouchers that are imported there: looked through first, by whoever may."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt import BoltResponse

from bot.domain.errors import TransientFailure
from bot.ports import SharedFile
from bot.rendering.row_files import FILE
from bot.rendering.stock import IMPORT
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, ELI, a_case
from tests.handlers.conftest import Workspace, until
from tests.services.stocked import a_voucher_file, pay_in, priced, stock_up

GOOD = a_voucher_file(3)

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(workspace: Workspace) -> Workspace:
    """Seats cost something, and nothing asks for a code."""
    return restarted(workspace, step_up=())


def restarted(workspace: Workspace, *, step_up: tuple[str, ...]) -> Workspace:
    bot = priced(workspace.office.bot, 129)
    approvals = bot.desk.policy.approvals.model_copy(update={"step_up": step_up})
    policy = bot.desk.policy.model_copy(update={"approvals": approvals})
    workspace.office.bot = replace(bot, desk=replace(bot.desk, policy=policy))
    workspace.start()
    return workspace


def opened(desk: Workspace, *, by: str = AVERY.id) -> dict[str, Any]:
    """The modal that the button opens."""
    desk.click(IMPORT, "stock", by=by)
    until(lambda: desk.asked("views.open"))
    return view_of(desk.asked("views.open")[-1])


def view_of(given: dict[str, Any]) -> dict[str, Any]:
    view: dict[str, Any] = given["view"] if isinstance(given["view"], dict) else json.loads(given["view"])
    return view


def give(
    desk: Workspace, view: dict[str, Any], content: bytes | None = GOOD, *, by: str = AVERY.id, code: str = ""
) -> BoltResponse:
    """Submit the modal, with a file where it asks for one."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block.get("block_id") == FILE and content is not None:
            desk.office.chat.files["F1"] = SharedFile(name="vouchers.csv", content=content)
            values[FILE] = {FILE: {"type": "file_input", "files": [{"id": "F1", "name": "vouchers.csv"}]}}
        if block.get("block_id") == "code":
            values["code"] = {"code": {"type": "plain_text_input", "value": code}}
    body = {"type": "view_submission", "user": {"id": by}, "team": {"id": "T0"}}
    return desk.dispatch(body | {"view": view | {"id": "V1", "state": {"values": values}}})


def shown(desk: Workspace, many: int) -> dict[str, Any]:
    """The modal after so many updates."""
    until(lambda: len(desk.asked("views.update")) >= many)
    return view_of(desk.asked("views.update")[many - 1])


def count(desk: Workspace) -> int:
    with desk.office.connect() as db:
        return int(db.execute("select count(*) from license_keys").fetchone()[0])


def test_the_figures_go_to_whoever_asks_and_the_chart_to_them_directly(desk: Workspace) -> None:
    stock_up(desk.office, 1)
    pay_in(desk.office, "1000")
    a_case(desk.office)
    desk.command("stock", by=BLAKE.id)
    (said,) = desk.heard()
    text = json.dumps(said, ensure_ascii=False)

    assert said["response_type"] == "ephemeral"
    assert "Covers 1 of the 2 seats of open cases." in text
    assert "pays for 7 more seats" in text
    assert "Import vouchers" not in text
    assert [to for to, _ in desk.office.chat.pictures] == [f"D{BLAKE.id}"]
    assert "direct messages" in text


def test_a_chart_that_slack_does_not_take_costs_only_the_chart(desk: Workspace) -> None:
    desk.office.chat.faults.then(TransientFailure("Slack is away"))
    desk.command("stock", by=AVERY.id)
    text = json.dumps(desk.heard()[0])

    assert "The chart could not be sent: Slack is away" in text
    assert "Import vouchers" in text


def test_guests_hear_nothing_of_the_stock(desk: Workspace) -> None:
    desk.command("stock", by=ELI.id)

    assert "License Keys" not in json.dumps(desk.heard())


def test_whoever_does_not_decide_about_money_is_told_who_does(desk: Workspace) -> None:
    desk.click(IMPORT, "stock", by=BLAKE.id)
    (said,) = desk.heard()

    assert f"<@{AVERY.id}>" in said["text"]
    assert desk.asked("views.open") == []


def test_a_file_is_looked_through_shown_and_imported(desk: Workspace) -> None:
    first = give(desk, opened(desk))
    looked = shown(desk, 1)

    assert json.loads(first.body)["response_action"] == "update"
    assert "All 3 vouchers can be imported." in json.dumps(looked)
    assert looked["submit"]["text"] == "Import"
    assert count(desk) == 0

    give(desk, looked, None)
    done = shown(desk, 2)

    assert "Imported 3 vouchers." in json.dumps(done)
    assert "submit" not in done
    assert count(desk) == 3
    assert AVERY.id in {event.actor for event in desk.office.events() if event.tag == "vouchers:imported"}


def test_of_a_file_that_is_not_fit_the_lines_are_named_and_another_is_asked_for(desk: Workspace) -> None:
    give(desk, opened(desk), GOOD + b"\n=1+1;KEY-9999;\nV-000001;KEY-8888;")
    looked = shown(desk, 1)

    assert "Line 5, voucher: is a formula, or begins like one" in json.dumps(looked)
    assert "Line 6, voucher: stands on line 2 already" in json.dumps(looked)
    assert "KEY-" not in json.dumps(looked)
    assert [block["block_id"] for block in looked["blocks"] if block["type"] == "input"] == [FILE]

    give(desk, looked, GOOD)

    assert "All 3 vouchers can be imported." in json.dumps(shown(desk, 2))


def test_thousands_of_bad_rows_fit_into_the_modal(desk: Workspace) -> None:
    give(desk, opened(desk), b"voucher;key\n" + b"\n".join(b"=%d;x" % number for number in range(3000)))

    assert "and 2985 more rows" in json.dumps(shown(desk, 1))


def test_a_file_that_cannot_be_fetched_is_said_with_the_field_for_another(desk: Workspace) -> None:
    view = opened(desk)
    desk.office.chat.faults.then(TransientFailure("Slack is away"))
    give(desk, view)
    looked = shown(desk, 1)

    assert "The file could not be fetched:* Slack is away" in json.dumps(looked)
    assert looked["blocks"][-1]["block_id"] == FILE


def test_another_file_than_the_one_that_was_shown_is_looked_through_first(desk: Workspace) -> None:
    give(desk, opened(desk))
    looked = shown(desk, 1)
    desk.office.chat.files["F1"] = SharedFile(name="vouchers.csv", content=a_voucher_file(4))
    give(desk, looked, None)

    assert "All 4 vouchers can be imported." in json.dumps(shown(desk, 2))
    assert count(desk) == 0


def test_a_right_that_was_lost_meanwhile_imports_nothing(desk: Workspace) -> None:
    give(desk, opened(desk))
    response = give(desk, shown(desk, 1), None, by=BLAKE.id)

    assert f"<@{AVERY.id}>" in response.body
    assert count(desk) == 0


def test_a_forged_modal_imports_nothing_for_whoever_may_not(desk: Workspace) -> None:
    desk.office.chat.files["F1"] = SharedFile(name="vouchers.csv", content=GOOD)
    about = json.dumps({FILE: "F1", "digest": hashlib.sha256(GOOD).hexdigest()})
    view = {"type": "modal", "callback_id": IMPORT, "private_metadata": about, "blocks": []}
    for who in (BLAKE.id, ELI.id):
        give(desk, view, None, by=who)

    assert count(desk) == 0


def test_where_money_asks_for_a_code_it_is_asked_before_the_import(workspace: Workspace) -> None:
    desk = restarted(workspace, step_up=("purchase",))
    desk.click(IMPORT, "stock", by=AVERY.id)

    assert "/usher enroll" in desk.heard()[0]["text"]

    phone = enrolled(desk.office, AVERY)
    give(desk, opened(desk))
    looked = shown(desk, 1)
    wrong = give(desk, looked, None, code=phone.wrong(desk.office.now))

    assert "code" in json.loads(wrong.body)["errors"]
    assert count(desk) == 0

    give(desk, looked, None, code=phone.code(desk.office.now))
    shown(desk, 2)

    assert count(desk) == 3


def test_a_number_behind_the_word_changes_nothing_and_is_told_so(desk: Workspace) -> None:
    desk.command("stock -5", by=AVERY.id)
    assert "“-5” has changed nothing" in desk.heard()[0]["text"]
    desk.command("stock -5", by=ELI.id)

    assert f"for the desk's staff. You may ask <@{AVERY.id}>" in desk.heard(2)[1]["text"]
