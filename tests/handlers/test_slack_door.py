"""Slack's door: acked in time, one private answer to everyone, and no event lost or answered twice."""

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.errors import TransientFailure
from bot.domain.outbox import JobStatus
from bot.domain.staff import Staff
from bot.services import payloads
from handlers.slack import answers
from handlers.slack.answers import unmarked
from handlers.slack.payloads import list_kept, list_overdue, replay
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office, a_case, an_office
from tests.handlers.conftest import Workspace, until

BUG_ID = re.compile(r"[\w-]{8}")


def idle(workspace: Workspace) -> bool:
    with workspace.office.connect() as db:
        return payloads.list_open(db) == []


# Buttons


def test_a_click_is_acked_and_decides(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    began = time.monotonic()
    acked = workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)

    assert acked.status == 200
    assert time.monotonic() - began < 3
    (said,) = workspace.heard()
    assert said["response_type"] == "ephemeral"
    assert not said["replace_original"]
    assert workspace.office.case("C-1").status is CaseStatus.APPROVED


def test_a_private_card_that_asked_is_replaced_by_the_answer(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash, private=True)

    assert workspace.heard()[0]["replace_original"]


@pytest.mark.parametrize(
    ("action", "by"),
    [("case_approve", BLAKE), ("case_approve", ELI), ("case_reject", BLAKE), ("kind_ris", ELI)],
)
def test_whoever_may_not_hears_who_may_and_nobody_else_hears_anything(
    workspace: Workspace,
    action: str,
    by: Staff,
) -> None:
    case = a_case(workspace.office)
    assert workspace.click(action, "C-1", by=by.id, seen=case.content_hash).status == 200

    (said,) = workspace.heard()
    assert f"<@{AVERY.id}>" in said["text"]
    assert said["response_type"] == "ephemeral"
    assert workspace.asked("chat.postMessage") == []
    assert workspace.asked("views.open") == []
    assert workspace.office.case("C-1").decision is None


def test_the_loser_hears_who_was_faster(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
    workspace.heard()
    workspace.click("case_approve", "C-1", by=CASEY.id, seen=case.content_hash)

    assert f"<@{AVERY.id}>" in workspace.heard(2)[1]["text"]


def test_a_click_repeated_by_slack_decides_once(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    for _ in range(3):
        workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
    workspace.heard(3)

    assert len([job for job in workspace.office.mails() if job.template == "order_confirmation"]) == 1


@pytest.mark.parametrize("value", ["C-99", "", "C-1; drop", "x" * 2000])
def test_a_hostile_button_value_is_answered_shortly(workspace: Workspace, value: str) -> None:
    a_case(workspace.office)
    workspace.click("case_approve", value, by=AVERY.id, seen="0")

    assert len(workspace.heard()[0]["text"]) < 3000


@pytest.mark.parametrize(
    "text", ["case " + "x" * 10_000, "approve C-1; drop", "x" * 10_000, "case <!channel>"]
)
def test_a_hostile_command_is_answered_shortly_and_pings_nobody(workspace: Workspace, text: str) -> None:
    workspace.command(text, by=AVERY.id)

    (said,) = workspace.heard()
    assert len(said["text"]) < 3000
    assert "<!channel>" not in said["text"]


def test_staff_release_and_discard_held_mails_and_nobody_else_does(
    tmp_path: Path, workspace: Workspace
) -> None:
    office: Office = an_office(tmp_path, delivery="hold")
    a_case(office)
    office.work()
    job = office.job("receipt")
    workspace.click("mail_release", str(job.id), by=ELI.id)
    workspace.heard()
    assert office.job("receipt").status is JobStatus.HELD

    workspace.click("mail_release", str(job.id), by=BLAKE.id)
    workspace.heard(2)
    assert office.job("receipt").status is JobStatus.QUEUED
    workspace.click("mail_release", str(job.id), by=AVERY.id)

    assert workspace.heard(3)[2]["text"]
    assert office.job("receipt").status is JobStatus.QUEUED


# Modals


def test_a_modal_asks_for_the_reason_and_its_submission_decides_before_the_ack(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    workspace.click("case_reject", "C-1", by=AVERY.id, seen=case.content_hash)
    (opened,) = until(lambda: workspace.asked("views.open"))
    view = opened["view"] if isinstance(opened["view"], dict) else json.loads(opened["view"])
    about = json.loads(view["private_metadata"])

    acked = workspace.submit(about["ref"], about["content_hash"], by=AVERY.id, note="by phone")

    assert (acked.status, acked.body) == (200, "")
    decision = workspace.office.case("C-1").decision
    assert decision is not None
    assert (decision.choice, decision.note) == ("rejected", "by phone")


def test_a_refusal_of_a_modal_travels_in_its_ack(workspace: Workspace) -> None:
    a_case(workspace.office)
    began = time.monotonic()
    acked = workspace.submit("C-1", "what was seen before", by=AVERY.id)

    assert time.monotonic() - began < 2
    errors = json.loads(acked.body)
    assert errors["response_action"] == "errors"
    assert "C-1" in errors["errors"]["reason"]
    assert workspace.office.case("C-1").decision is None


def test_a_modal_says_no_without_slacks_marks(workspace: Workspace) -> None:
    """Slack reads none there: whoever looked saw `<@U0AVERY0001>` and the signs around a command."""
    signs = f"*Hand over* of <@{BLAKE.id}>: `/usher case C-1` &lt;!channel&gt; \u2217\u02cb"

    assert (
        unmarked(signs, workspace.office.bot)
        == "“Hand over” of Blake: /usher case C-1 <!channel> \u2217\u02cb"
    )
    rooms = Path(answers.__file__).parent.glob("*.py")
    assert [room.stem for room in rooms if 'response_action="errors"' in room.read_text()] == ["answers"]


def test_a_bug_in_a_modal_travels_in_its_ack_with_an_id_to_quote(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    workspace.office.chat.broken = ZeroDivisionError("a bug")
    acked = workspace.submit("C-1", case.content_hash, by=AVERY.id)

    assert acked.status == 200
    assert acked.first_headers()["content-type"].startswith("application/json")
    said = json.loads(acked.body)["errors"]["reason"]
    assert BUG_ID.search(said)
    assert "a bug" not in said


# Whatever goes wrong, the person hears of it


@pytest.mark.parametrize("fault", [ZeroDivisionError("a bug"), TransientFailure("Slack is slow today")])
def test_a_listener_that_raises_answers_the_person_with_an_id(workspace: Workspace, fault: Exception) -> None:
    case = a_case(workspace.office)
    workspace.office.chat.broken = fault
    assert workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash).status == 200
    workspace.command("queue", by=AVERY.id)

    for said in workspace.heard(2):
        assert said["response_type"] == "ephemeral"
        assert BUG_ID.search(said["text"])
        assert str(fault) not in said["text"]


class AtOnce(Executor):
    """Is done with a listener before Bolt looks for its ack, as happens on a busy machine."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - its base's
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def test_a_click_stays_acked_however_soon_its_listener_raises(workspace: Workspace) -> None:
    workspace.office.chat.broken = ZeroDivisionError("a bug")
    workspace.app.listener_runner.listener_executor = AtOnce()

    assert workspace.click("case_approve", "C-1", by=AVERY.id).status == 200
    assert workspace.command("queue", by=AVERY.id).status == 200
    assert len(workspace.heard(2)) == 2


def test_a_mention_that_raises_is_answered_privately_in_its_channel(workspace: Workspace) -> None:
    workspace.office.chat.broken = ZeroDivisionError("a bug")
    workspace.event("Ev1")

    (said,) = until(lambda: workspace.asked("chat.postEphemeral"))
    assert said["user"] == AVERY.id
    assert BUG_ID.search(said["text"])


# Events


def test_an_event_is_committed_before_it_is_acked(workspace: Workspace) -> None:
    workspace.down = True  # the listener cannot answer, so that the event stays open
    acked = workspace.event("Ev1")

    assert acked.status == 200
    with workspace.office.connect() as db:
        assert payloads.list_open(db) == ["Ev1"]


def test_an_event_that_cannot_be_kept_is_not_acked(workspace: Workspace) -> None:
    with workspace.office.connect() as db:
        db.execute("drop table payloads")
    try:
        status = workspace.event("Ev1").status
    except Exception:  # noqa: BLE001 - whatever it is: Slack gets no ack and sends the event again
        status = 500

    assert status == 500


def test_a_repeated_event_is_acked_and_answered_once(workspace: Workspace) -> None:
    for _ in range(3):
        assert workspace.event("Ev1").status == 200
    workspace.event("Ev2")
    until(lambda: idle(workspace))

    assert len(workspace.asked("chat.postEphemeral")) == 2


def test_a_restart_replays_what_was_kept_and_not_dealt_with(workspace: Workspace) -> None:
    workspace.down = True
    workspace.event("Ev1")
    workspace.app.listener_runner.listener_executor.shutdown(wait=True)
    assert workspace.asked("chat.postEphemeral") == []

    workspace.down = False
    workspace.start()
    replay(workspace.app, workspace.office.bot, list_kept(workspace.office.bot))
    until(lambda: idle(workspace))
    replay(workspace.app, workspace.office.bot, list_kept(workspace.office.bot))

    assert len(workspace.asked("chat.postEphemeral")) == 1


def test_what_comes_in_after_the_start_is_not_replayed(workspace: Workspace) -> None:
    kept = list_kept(workspace.office.bot)
    workspace.event("Ev1")
    replay(workspace.app, workspace.office.bot, kept)
    until(lambda: idle(workspace))

    assert len(workspace.asked("chat.postEphemeral")) == 1


def test_an_event_whose_listener_raised_was_answered_and_is_not_replayed(workspace: Workspace) -> None:
    workspace.office.chat.broken = ZeroDivisionError("a bug")
    workspace.event("Ev1")
    until(lambda: idle(workspace))
    replay(workspace.app, workspace.office.bot, list_kept(workspace.office.bot))

    assert len(workspace.asked("chat.postEphemeral")) == 1


def test_an_event_that_slack_being_down_kept_from_its_answer_is_tried_again_without_a_restart(
    workspace: Workspace,
) -> None:
    workspace.down = True
    workspace.event("Ev1")
    assert list_overdue(workspace.office.bot) == []
    workspace.office.clock.wait(minutes=2)
    workspace.down = False
    replay(workspace.app, workspace.office.bot, list_overdue(workspace.office.bot))
    until(lambda: idle(workspace))

    assert len(workspace.asked("chat.postEphemeral")) == 1


@pytest.mark.slow
def test_an_event_that_is_never_dealt_with_is_tried_less_and_less_and_given_up(workspace: Workspace) -> None:
    workspace.down = True
    workspace.event("Ev1")
    tries = []
    for minute in range(520):
        workspace.office.clock.wait(minutes=1)
        for event in list_overdue(workspace.office.bot):
            tries.append(minute)
            with workspace.office.connect() as db:
                payloads.try_again(db, workspace.office.desk, event)

    assert tries == [1, 4, 16, 64, 256, 512]  # the last one is to say so
    with workspace.office.connect() as db:
        last = payloads.try_again(db, workspace.office.desk, "Ev1")
    assert last is not None
    assert last.is_worn_out


def test_what_people_say_to_each_other_is_left_alone_and_not_kept(workspace: Workspace) -> None:
    workspace.event("Ev1", kind="message", channel_type="channel", text="lunch?")
    workspace.event("Ev2", kind="message", channel_type="im", subtype="message_changed")
    workspace.event("Ev3", kind="message", channel_type="im", bot_id="B0OTHER")

    assert idle(workspace)

    assert workspace.asked("chat.postEphemeral") == []


def test_an_event_that_nobody_listens_to_is_not_kept(workspace: Workspace) -> None:
    workspace.event("Ev1", kind="reaction_added")

    assert idle(workspace)


def test_words_of_people_are_forgotten_after_two_days(workspace: Workspace) -> None:
    workspace.event("Ev1")
    until(lambda: idle(workspace))
    workspace.office.clock.wait(days=3)
    workspace.event("Ev2")
    until(lambda: idle(workspace))

    with workspace.office.connect() as db:
        assert [row["id"] for row in db.query("select id from payloads")] == ["Ev2"]


def test_a_direct_message_is_a_command(workspace: Workspace) -> None:
    a_case(workspace.office, company="Vexholm Turbines")
    workspace.event("Ev1", kind="message", channel_type="im", text="case C-1")

    (said,) = until(lambda: workspace.asked("chat.postEphemeral"))
    assert "Vexholm" in str(said)


def test_many_clicks_at_once_are_all_acked_in_time(workspace: Workspace) -> None:
    from tests.contracts.racing import race  # noqa: PLC0415

    case = a_case(workspace.office)

    def click() -> float:
        began = time.monotonic()
        assert workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash).status == 200
        return time.monotonic() - began

    assert max(race(*[click] * 24)) < 3
    workspace.heard(24)
