"""Slack refuses us, by the real client: what waits is kept until that is mended, and `/readyz` says so."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from threading import Event

import pytest

from bot.adapters.slack import SlackChat, build_client
from bot.domain.approvals import RejectionReason
from bot.domain.cards import TroubleNote
from bot.domain.note_names import NoteName
from bot.domain.outbox import MAX_ATTEMPTS
from bot.services import approvals, outbox
from bot.services.effects import Ways
from bot.services.queueing import queue_direct, queue_note
from bot.store import chat_messages
from bot.store.database import transaction
from handlers.slack.app import build
from handlers.slack.door import ASK, SlackDoor
from handlers.worker.loop import Worker
from tests.adapters.scripted import Line, Scripted
from tests.adapters.test_slack import hear_request, settings_at
from tests.cast import AVERY, BLAKE, Office, a_case
from tests.handlers.lanes import health, queue_notes, states, the_lane, ways
from tests.outside import APPROVALS, SUPPORT

FINE = {"ok": True, "ts": "1700000000.000001", "channel": SUPPORT}


def refusing(error: str) -> dict[str, object]:
    return {"ok": False, "error": error}


@contextmanager
def slack(office: Office, says: Callable[[bytes], object]) -> Iterator[Ways]:
    """The ways out, with a real client whose Slack answers each request as `says` has it."""

    def script(line: Line) -> None:
        said = says(hear_request(line))
        text = said if isinstance(said, str) else json.dumps(said)
        line.say(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}")

    with Scripted(script) as server:
        client = build_client(settings_at(f"http://127.0.0.1:{server.port}/api/"))
        yield replace(ways(office), chat=SlackChat(client, now=office.bot.clock.now))


def drain(office: Office, lane: Worker, by: Ways, *, over: timedelta, minutes: int = 10) -> None:
    for _ in range(over // timedelta(minutes=minutes)):
        lane._drain(by)
        office.clock.wait(minutes=minutes)


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "missing_scope", "not_in_channel"])
def test_a_note_waits_for_days_while_slack_refuses_us_and_goes_once_that_is_mended(
    office: Office, error: str
) -> None:
    queue_notes(office, 1)
    answer = refusing(error)
    lane = the_lane(office, "slack")
    with slack(office, lambda _: answer) as by:
        drain(office, lane, by, over=timedelta(days=2), minutes=60)

        (job,) = office.jobs()
        assert (job.status, job.attempts) == ("queued", 0)
        assert health(office, "outbox slack").startswith("False trouble_note waits: Slack refused")
        answer = FINE
        drain(office, lane, by, over=timedelta(minutes=20))

    assert states(office) == ["sent"]
    assert health(office, "outbox slack") == "True carries effects out"


def test_a_channel_that_takes_nothing_is_told_though_the_other_takes_all(office: Office) -> None:
    def by_channel(request: bytes) -> dict[str, object]:
        return refusing("is_archived") if SUPPORT.encode() in request else FINE

    queue_notes(office, 1)
    lane = the_lane(office, "slack")
    with slack(office, by_channel) as by:
        lane._drain(by)
        a_case(office)
        lane._drain(by)

    assert {job.kind: job.status for job in office.jobs() if job.kind != "mail"} == {
        "note": "queued",
        "case_card": "sent",
    }
    assert "C0SUPPORT is archived" in health(office, "outbox slack")


@pytest.mark.parametrize("error", ["is_archived", "not_in_channel", "channel_not_found"])
def test_what_stands_in_a_former_channel_that_takes_nothing_is_posted_where_the_desk_is_now(
    office: Office, error: str
) -> None:
    def by_channel(request: bytes) -> dict[str, object]:
        if b"C0FORMER" in request:
            return refusing(error)
        return {**FINE, "channel": SUPPORT if SUPPORT.encode() in request else APPROVALS}

    case = a_case(office)
    with office.connect() as db, transaction(db):
        chat_messages.keep(db, f"card:{case.ref}", channel="C0FORMER", ts="1600000000.000001")
        chat_messages.keep(db, "n0", channel="C0FORMER", ts="1600000000.000002")
        words = asdict(TroubleNote(what="job_failed", subject="job 1", detail="x"))
        queue_note(db, NoteName.TROUBLE, key="below", values=words, now=office.now, thread_key="n0")
        queue_note(db, NoteName.TROUBLE, key="anew", values=words, now=office.now, instead_of="n0")
    with slack(office, by_channel) as by:
        the_lane(office, "slack")._drain(by)
    with office.connect() as db:
        stand = {key: chat_messages.find(db, key) for key in (f"card:{case.ref}", "below", "n0")}
    assert {job.status for job in office.jobs() if job.kind != "mail"} == {"sent"}
    assert {key: at[0] for key, at in stand.items() if at} == {
        f"card:{case.ref}": APPROVALS, "below": SUPPORT, "n0": SUPPORT
    }  # fmt: skip


@pytest.mark.parametrize("error", ["is_archived", "edit_window_closed"])
def test_what_names_somebody_who_is_erased_is_not_left_behind_unsaid(office: Office, error: str) -> None:
    """In a former channel, or where nothing can be changed any more."""
    with office.connect() as db, transaction(db):
        chat_messages.keep(db, "n0", channel="C0FORMER", ts="1600000000.000002")
        values = {"ref": "E-1"}
        queue_note(db, NoteName.ERASED, key="e", values=values, now=office.now, instead_of="n0")
    with slack(office, lambda request: refusing(error) if b"C0FORMER" in request else FINE) as by:
        drain(office, the_lane(office, "slack"), by, over=timedelta(hours=12), minutes=30)

    assert states(office) == ["failed"]


def test_a_closed_case_that_is_the_desks_again_has_its_buttons_where_the_desk_is_now(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
            reason=RejectionReason.WRONG_DATA, note="No.", now=office.now,
        )  # fmt: skip
        outbox.discard(db, office.job("rejection").id, by=BLAKE.id, now=office.now)
        with transaction(db):
            chat_messages.keep(db, f"card:{case.ref}", channel="C0FORMER", ts="1600000000.000001")
    with slack(office, lambda sent: refusing("is_archived") if b"C0FORMER" in sent else FINE) as by:
        the_lane(office, "slack")._drain(by)

    assert {job.status for job in office.jobs("case_card")} <= {"sent", "replaced"}


def test_a_note_that_is_malformed_is_given_up_and_keeps_the_lane_from_nothing(office: Office) -> None:
    queue_notes(office, 1)
    lane = the_lane(office, "slack")
    with slack(office, lambda _: refusing("invalid_blocks")) as by:
        drain(office, lane, by, over=timedelta(hours=12), minutes=30)

    (job,) = office.jobs()
    assert (job.status, job.attempts) == ("failed", MAX_ATTEMPTS)
    assert health(office, "outbox slack") == "True carries effects out"


def test_a_direct_answer_of_which_slack_says_nothing_comes_twice_at_most_and_then_a_person_is_asked(
    office: Office,
) -> None:
    """It is looked up nowhere: it had come again each two minutes, for as long as that lasted."""
    came: list[bytes] = []

    def answer(request: bytes) -> object:
        came.append(request)
        return "<html>Sign in</html>" if BLAKE.id.encode() in request else FINE

    values = {"ref": "Q-7", "lang": "en", "paragraphs": [["It is on its way."]], "closes": False}
    with office.connect() as db, transaction(db):
        queue_direct(db, NoteName.CONVERSATION_DIRECT, key="d", to=BLAKE.id, values=values, now=office.now)
    lane = the_lane(office, "slack")
    with slack(office, answer) as by:
        drain(office, lane, by, over=timedelta(days=1), minutes=30)

    assert sum(BLAKE.id.encode() in request for request in came) == 2
    assert states(office) == ["unknown", "sent"]
    assert b"may or may not have arrived" in came[-1]
    assert b"Q-7" in came[-1]


def test_a_token_that_is_revoked_while_the_line_stands_is_seen_and_so_is_its_mend(office: Office) -> None:
    fine: dict[str, object] = {"ok": True, "user_id": "U0USHER0001", "team_id": "T1"}
    fine |= {"user": {"id": AVERY.id}, "users": [AVERY.id], "channel": {"is_member": True}}
    answer = fine

    with slack(office, lambda _: answer) as by:
        bot = replace(office.bot, chat=by.chat)
        door = SlackDoor(bot, build(bot))

        def look() -> str:
            door._asked = -ASK
            door._look(None)
            door._asking.join(9)
            door._look(None)
            return health(office, "slack")

        door.check()
        assert look() == "True listens at /slack/events"
        answer = refusing("token_revoked")
        assert look().startswith("False SLACK_BOT_TOKEN: ")
        answer = {"ok": False, "error": "service_unavailable"}
        assert look().startswith("False Slack's server failed")
        answer = fine

        assert look() == "True listens at /slack/events"
        answer = {"ok": False, "error": "service_unavailable"}
        assert look() == "True listens at /slack/events"


def test_a_slack_that_does_not_answer_holds_up_nothing_else_of_its_door(office: Office) -> None:
    asked, goes_on = Event(), Event()

    def silent(_: bytes) -> dict[str, object]:
        asked.set()
        goes_on.wait(9)
        return refusing("service_unavailable")

    with slack(office, silent) as by:
        bot = replace(office.bot, chat=by.chat)
        door = SlackDoor(bot, build(bot))
        for _ in range(2):
            door._asked = -ASK
            door._look(None)
        assert asked.wait(9)
        assert not goes_on.is_set()
        assert door._asking.is_alive()
        goes_on.set()
        door._asking.join(9)
        door._look(None)

    assert health(office, "slack") == "True listens at /slack/events"
