"""Slack goes wrong: every case has one card all the same, a click counts once, and no mail waits for it."""

import struct
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.domain.outbox import Job, JobKind, JobStatus
from bot.sandbox.slack.faults import Faults
from bot.services import outbox
from tests.stories.desk import Desk, as_text, running, until
from tests.stories.orders import SPONSORS, Order, send_order, trail_is_whole

pytestmark = pytest.mark.slow

LATE = 3.2  #: seconds: more than Slack waits for an answer


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("desk"), sponsors=SPONSORS) as desk:
        order = send_order(desk)
        order.approve()
        order.confirmed()
        yield desk
        assert trail_is_whole(desk)


@pytest.fixture
def slack(desk: Desk) -> Iterator[Faults]:
    desk.well()
    desk.settled()
    faults = desk.world.workspace.faults
    yield faults
    faults.clear()


def waiting_card(order: Order) -> Job | None:
    """The job of its card, between two tries."""
    now = order.desk.world.clock.now()
    with order.desk.bot.connect() as db:
        jobs = outbox.list_jobs(db, (JobStatus.QUEUED,))
    return next((job for job in jobs if job.kind is JobKind.CASE_CARD and job.next_at > now), None)


def approved(order: Order) -> None:
    order.approve()
    order.confirmed()
    order.desk.well()


@pytest.mark.parametrize(("cut", "words"), [(False, "Slack's server failed"), (True, "Slack was lost")])
def test_while_slack_is_down_mail_goes_on_and_its_cards_come_once_it_is_back(
    desk: Desk, slack: Faults, cut: bool, words: str
) -> None:
    slack.go_down(cut=cut)
    order = send_order(desk)

    desk.unwell("slack", "the line to Slack is cut")
    desk.unwell("outbox slack", "case_card waits", words)
    desk.mail_to(order.sponsor, about="We have the form")  # a mail waits for no card
    for _ in range(4):  # minutes
        until(lambda: waiting_card(order))
        desk.world.clock.turn(timedelta(minutes=1))
    job = until(lambda: waiting_card(order))
    assert job.attempts == 1  # the first may have posted it; since then it is only looked for
    slack.come_up()
    desk.world.workspace.wait_until_connected()
    desk.world.clock.turn(timedelta(minutes=2))

    approved(order)


def test_a_decision_stands_while_slack_takes_nothing_and_its_card_catches_up(
    desk: Desk, slack: Faults
) -> None:
    order = send_order(desk)
    card = desk.card(order.company, "case_approve")
    desk.settled()
    slack.server_error(times=10_000)
    desk.act("avery").click("approvals", card["ts"], "case_approve")

    desk.mail_to(order.sponsor, about="Order confirmed")  # all is done but the card
    desk.unwell("outbox slack", "waits: Slack's server failed")
    assert "case_approve" in as_text(desk.card(order.company))
    slack.clear()
    desk.world.clock.turn(timedelta(minutes=2))

    assert "case_approve" not in as_text(desk.card(order.company, "*sponsor told*"))
    desk.well()


def test_a_long_request_for_patience_is_kept_and_costs_no_attempt(desk: Desk, slack: Faults) -> None:
    slack.rate_limit("chat.postMessage", retry_after=40)
    order = send_order(desk)

    desk.unwell("outbox slack", "case_card waits", "Slack asks for patience (40 s) while posting")
    job = until(lambda: waiting_card(order))
    assert job.attempts == 0
    assert timedelta(seconds=30) < job.next_at - desk.world.clock.now() <= timedelta(seconds=40)
    assert desk.cards(order.company) == []
    desk.world.clock.turn(timedelta(seconds=41))

    approved(order)


def test_a_short_request_for_patience_is_slept_out(desk: Desk, slack: Faults) -> None:
    slack.rate_limit(times=2, retry_after=1)

    approved(send_order(desk))


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("fault", ["server_error", "cut_before", "cut_after"])
def test_a_card_whose_answer_was_lost_stands_once(desk: Desk, slack: Faults, method: str, fault: str) -> None:
    getattr(slack, fault)(method, times=2)

    approved(send_order(desk))


def test_a_cut_line_is_said_and_comes_back_and_a_click_meanwhile_can_be_repeated(
    desk: Desk, slack: Faults
) -> None:
    order = send_order(desk)
    card = order.card()
    desk.settled()
    slack.go_down(cut=True)
    desk.unwell("slack", "the line to Slack is cut")
    assert not desk.act("avery").click("approvals", card["ts"], "case_approve").ok
    slack.come_up()
    desk.world.workspace.wait_until_connected()

    approved(order)


def test_a_frame_of_which_a_cut_line_leaves_half_is_one_sentence_in_the_log(
    desk: Desk, slack: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    frame = b"\x81\x7e" + struct.pack("!H", 400) + b'{"envelope_id": "E1", "payload": {"type": "block_act'
    slack.cut_sockets(frame)
    until(lambda: any("in the middle of a message" in one.getMessage() for one in caplog.records))
    desk.world.workspace.wait_until_connected()

    assert not any(one.exc_info for one in caplog.records)
    approved(send_order(desk))


def test_slack_asking_for_a_new_line_costs_no_more_than_a_second_click(desk: Desk, slack: Faults) -> None:
    order = send_order(desk)
    card = order.card()
    desk.settled()
    slack.refresh_sockets()

    until(lambda: desk.act("avery").click("approvals", card["ts"], "case_approve").ok)
    order.confirmed()
    desk.well()


def test_a_click_that_arrives_late_counts_and_its_repetition_changes_and_says_nothing(
    desk: Desk, slack: Faults
) -> None:
    def told() -> int:
        said = desk.world.workspace.ephemerals("avery", "approvals")
        return sum("approved" in as_text(message) for message in said)

    order = send_order(desk)
    card = order.card()
    desk.settled()
    before = told()
    slack.hold_next("interactive")
    assert desk.act("avery").click("approvals", card["ts"], "case_approve").timed_out
    slack.release_held()
    order.confirmed()
    until(lambda: told() > before)

    again = slack.redeliver_last("interactive")
    until(lambda: again.state == "acked")
    order.confirmed()
    desk.well()
    assert told() == before + 1


def test_events_that_come_late_or_twice_are_answered_once(desk: Desk, slack: Faults) -> None:
    order = send_order(desk)
    order.card()
    slack.hold_next("events_api")
    said_at = time.monotonic()
    desk.act("blake").say("support", f"@usher queue {order.company}")
    until(lambda: time.monotonic() - said_at > LATE)
    slack.release_held()
    desk.whisper("blake", "support", order.company)
    slack.redeliver_last("events_api")
    slack.lose_acks("events_api")
    desk.act("blake").say("support", "@usher help")
    desk.whisper("blake", "support", "/usher help")
    slack.redeliver_last("events_api")
    approved(order)

    said = [as_text(message) for message in desk.world.workspace.ephemerals("blake", "support")]
    assert sum(order.company in text for text in said) == 1
    assert sum("/usher help" in text for text in said) == 1
