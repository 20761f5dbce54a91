"""The worker: mails and Slack at their own pace, one bug one job, and a stop that tears nothing."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.bootstrap import alive
from bot.domain.addressees import Addressee
from bot.domain.approvals import Phase
from bot.domain.mail import OutboundMail
from bot.domain.outbox import LEASE, MAX_ATTEMPTS, JobStatus
from bot.ports import ChatMessage
from bot.rendering import mails
from bot.services import approvals
from bot.services.queueing import queue_mail
from bot.store.database import transaction
from handlers.worker import loop
from handlers.worker.loop import LIMIT, POLL, Rate
from tests.cast import AVERY, Office, a_case, an_office
from tests.handlers.conftest import until
from tests.handlers.lanes import health, one_round, queue_mails, queue_notes, running, states, the_lane, ways


def test_what_is_queued_goes_out_by_its_lane(office: Office) -> None:
    queue_mails(office, 3)
    queue_notes(office, 3)
    with running(office):
        until(lambda: states(office) == ["sent"] * 6)

    assert len(office.mailer.sent) == len(office.chat.standing) == 3
    assert health(office, "outbox mail").startswith("True")
    assert health(office, "outbox slack").startswith("True")


@pytest.fixture
def sleeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by themselves for as long as a test lasts."""
    monkeypatch.setattr(loop, "POLL", 60)


@pytest.mark.usefixtures("sleeping")
def test_the_bell_wakes_a_worker_at_once(office: Office) -> None:
    with running(office):
        until(lambda: health(office, "outbox mail"))
        with office.bot.connect() as db, transaction(db):
            words = mails.neutral_receipt(ref="Q-1", lang="en", policy=office.desk.policy)
            whom = Addressee(address="a@example.org", lang="en", ref="Q-1")
            queue_mail(db, office.desk, "neutral_receipt", whom, key="k", words=words, now=office.now)
        until(lambda: office.mailer.sent)


def test_slack_being_slow_does_not_hold_up_mails(office: Office) -> None:
    slow, post = threading.Event(), office.chat.post

    def wait(message: ChatMessage) -> str:
        slow.wait(10)
        return post(message)

    office.chat.post = wait  # type: ignore[method-assign]
    queue_notes(office, 2)
    queue_mails(office, 2)
    with running(office):
        until(lambda: states(office, "neutral_receipt") == ["sent"] * 2)
        assert office.chat.standing == {}
        slow.set()
        until(lambda: states(office) == ["sent"] * 4)


def test_cards_do_not_wait_for_the_end_of_a_batch_of_mails(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "WATCH", POLL)
    case = a_case(office)
    office.work()  # its receipt would go first
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    queue_mails(office, 3)
    slow, send = threading.Event(), office.mailer.send

    def wait(mail: OutboundMail) -> tuple[str, ...]:
        if mail.to.startswith("u"):  # those behind the case's
            slow.wait(10)
        return send(mail)

    office.mailer.send = wait  # type: ignore[method-assign]
    with running(office):
        until(lambda: office.case(case.ref).decision.phase is Phase.DONE)  # type: ignore[union-attr]
        until(lambda: set(states(office, "case_card")) == {"sent"})
        assert states(office, "neutral_receipt")[-1] == "sending"
        slow.set()


def test_the_mail_server_being_slow_does_not_hold_up_slack(office: Office) -> None:
    slow, send = threading.Event(), office.mailer.send

    def wait(mail: OutboundMail) -> tuple[str, ...]:
        slow.wait(10)
        return send(mail)

    office.mailer.send = wait  # type: ignore[method-assign]
    queue_mails(office, 2)
    queue_notes(office, 2)
    with running(office):
        until(lambda: states(office, "trouble_note") == ["sent"] * 2)
        assert office.mailer.sent == []
        slow.set()
        until(lambda: states(office) == ["sent"] * 4)


# The provider's rate


def test_no_minute_has_more_mails_than_the_rate_allows(tmp_path: Path) -> None:
    office = an_office(tmp_path, smtp_rate="5")
    queue_mails(office, 12)
    lane = the_lane(office, "mail")
    sent = []
    for _ in range(10):
        lane._drain(ways(office))
        sent.append(len(office.mailer.sent))
        office.clock.wait(seconds=20)

    assert sent == [5, 5, 5, 10, 10, 10, 12, 12, 12, 12]
    assert states(office) == ["sent"] * 12


def test_a_throttled_mail_has_not_failed(tmp_path: Path) -> None:
    office = an_office(tmp_path, smtp_rate="1")
    queue_mails(office, 2)
    the_lane(office, "mail")._drain(ways(office))
    waiting = office.jobs()[1]

    assert (waiting.status, waiting.attempts, waiting.error) == (JobStatus.QUEUED, 0, "")


def test_a_clock_that_was_set_back_blocks_nothing() -> None:
    rate = Rate(2)
    rate.spend(2, 1000.0)

    assert rate.left(1000.0) == 0
    assert rate.left(500.0) == 2


# Bugs


def test_a_stop_finishes_the_mail_under_way_and_gives_the_rest_back_untried(office: Office) -> None:
    queue_mails(office, 10)
    began, go_on, send = threading.Event(), threading.Event(), office.mailer.send

    def wait(mail: OutboundMail) -> tuple[str, ...]:
        began.set()
        go_on.wait(10)
        return send(mail)

    office.mailer.send = wait  # type: ignore[method-assign]
    with running(office) as workers:
        began.wait(10)
        for worker in workers:
            worker.stop()
        go_on.set()

    assert sorted(states(office)) == ["queued"] * 9 + ["sent"]
    assert {job.attempts for job in office.jobs() if job.status == "queued"} == {0}
    assert len(office.mailer.sent) == 1
    assert office.mailer.closed == 1  # the other lanes have none


def test_stopping_and_starting_again_and_again_loses_and_doubles_nothing(office: Office) -> None:
    queue_mails(office, 40)
    for turn in range(MAX_ATTEMPTS + 3):
        with running(office):
            until(lambda turn=turn: len(office.mailer.sent) > min(turn, 39))  # type: ignore[misc]
    with running(office):
        until(lambda: set(states(office)) == {"sent"})

    assert len(office.mailer.sent) == 40
    assert len({mail.message_id for mail in office.mailer.sent}) == 40


@pytest.mark.usefixtures("sleeping")
def test_an_idle_worker_stops_at_once(office: Office) -> None:
    with running(office):  # which waits ten seconds for its end
        until(lambda: health(office, "outbox mail"))


def test_what_too_slow_a_start_leaves_no_time_for_is_given_back(office: Office) -> None:
    queue_mails(office, 3)
    slow(office, lambda: office.clock.wait(seconds=LEASE.total_seconds() / 2))
    one_round(office)

    assert states(office) == ["sent", "queued", "queued"]
    assert [job.attempts for job in office.jobs()][1:] == [0, 0]


def slow(office: Office, wait: Callable[[], object]) -> None:
    send = office.mailer.send

    def later(mail: OutboundMail) -> tuple[str, ...]:
        wait()
        return send(mail)

    office.mailer.send = later  # type: ignore[method-assign]


def test_a_batch_is_not_larger_than_what_a_lease_can_carry(office: Office) -> None:
    queue_mails(office, LIMIT + 5)

    assert one_round(office) == LIMIT


def test_a_job_of_a_vanished_process_is_taken_over(office: Office) -> None:
    queue_mails(office, 1)
    office.claim("killed")
    office.clock.at += LEASE + timedelta(seconds=1)
    lane = the_lane(office, "mail")
    lane._drain(ways(office))
    office.clock.wait(minutes=1)
    lane._drain(ways(office))

    assert states(office) == ["sent"]
    assert office.jobs()[0].unknowns == 1


def test_a_start_takes_over_at_once_what_its_killed_predecessor_was_at(office: Office) -> None:
    queue_mails(office, 3)
    with alive(office.bot.settings, "killed"):
        office.claim("killed")
    lane = the_lane(office, "mail")
    lane._drain(ways(office))

    assert states(office) == ["queued", "sent", "sent"]
    office.clock.wait(minutes=1)
    lane._drain(ways(office))
    assert states(office) == ["sent"] * 3
    assert [job.unknowns for job in office.jobs()] == [1, 0, 0]


def test_a_second_service_on_the_database_leaves_the_living_ones_job_alone(office: Office) -> None:
    queue_mails(office, 1)
    began, go_on, send = threading.Event(), threading.Event(), office.mailer.send

    def wait(mail: OutboundMail) -> tuple[str, ...]:
        began.set()
        go_on.wait(10)
        return send(mail)

    office.mailer.send = wait  # type: ignore[method-assign]
    with running(office):
        began.wait(10)
        assert the_lane(office, "mail")._drain(ways(office)) == 0
        assert states(office) == ["sending"]
        go_on.set()
        until(lambda: states(office) == ["sent"])

    assert len(office.mailer.sent) == 1


@pytest.mark.parametrize("lane", ["mail", "slack"])
def test_each_lane_has_a_name_of_its_own(office: Office, lane: str) -> None:
    assert the_lane(office, lane).id.count(":") == 2
