"""A click that Slack was told we have is carried out once, or its person hears that nothing was changed."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.errors import TransientFailure, UnknownOutcome
from bot.domain.outbox import JobStatus
from bot.domain.staff import Member
from bot.services import approvals, payloads
from bot.store import database
from handlers.slack import clicks
from handlers.slack import payloads as payloads_of_slack
from handlers.slack.payloads import list_kept, list_overdue, replay
from tests.cast import AVERY, BLAKE, Office, a_case
from tests.handlers.conftest import Workspace, until
from tests.services.mail_ends import ends, held


class Waiting(Executor):
    """Takes listeners, and has them work only where told: a kill may come first."""

    def __init__(self) -> None:
        self.taken: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - its base's
        self.taken.append(lambda: fn(*args, **kwargs))
        return Future()

    def work(self) -> None:
        while self.taken:
            self.taken.pop(0)()


def hold(workspace: Workspace) -> Waiting:
    waiting = Waiting()
    workspace.app.listener_runner.listener_executor = waiting
    return waiting


def restart(workspace: Workspace) -> None:
    """As the door does it; returns once everything that was kept is done."""
    workspace.start()
    waiting = hold(workspace)
    replay(workspace.app, workspace.office.bot, list_kept(workspace.office.bot))
    waiting.work()


def confirmations(office: Office) -> int:
    return sum(job.template == "order_confirmation" for job in office.mails())


def is_idle(office: Office) -> bool:
    return list_kept(office.bot) == []


def killed(workspace: Workspace, action: str, value: str, *, seen: str = "", by: str = AVERY.id) -> None:
    """Acked, and nothing more."""
    hold(workspace)
    assert workspace.click(action, value, by=by, seen=seen).status == 200


def test_a_click_that_was_acked_and_then_lost_decides_once_after_a_restart(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    killed(workspace, "case_approve", "C-1", seen=case.content_hash)
    assert workspace.office.case("C-1").status is CaseStatus.IN_REVIEW

    for _ in range(3):
        restart(workspace)

    assert workspace.office.case("C-1").status is CaseStatus.APPROVED
    assert confirmations(workspace.office) == 1
    assert len(workspace.heard()) == 1


def test_what_a_click_decides_marks_it_as_done(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill right after that commit: the mail is not tried a second time."""
    office = workspace.office
    a_case(office)
    ends(JobStatus.FAILED)(office, "receipt")
    monkeypatch.setattr(clicks, "mark_done", lambda *_: None)  # it does not get so far
    waiting = hold(workspace)
    workspace.click("mail_retry", str(office.job("receipt").id), by=BLAKE.id)
    assert not is_idle(office)
    waiting.work()

    assert office.job("receipt").status is JobStatus.QUEUED
    assert is_idle(office)


def test_what_is_refused_within_a_decision_leaves_its_click_to_be_answered(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clicks, "mark_done", lambda *_: None)
    a_case(workspace.office)
    waiting = hold(workspace)
    workspace.click("mail_retry", "99", by=BLAKE.id)
    waiting.work()

    assert not is_idle(workspace.office)


def test_a_click_whose_envelope_comes_again_is_acked_and_carried_out_once(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    waiting = hold(workspace)
    for _ in range(3):
        acked = workspace.click(
            "case_approve", "C-1", by=AVERY.id, seen=case.content_hash, trigger="1.2.again"
        )
        assert acked.status == 200
    waiting.work()
    restart(workspace)

    assert len(workspace.heard()) == 1
    assert confirmations(workspace.office) == 1


def test_of_two_runs_of_one_click_the_second_does_and_says_nothing(workspace: Workspace) -> None:
    """Where its listener has waited so long that the click counts as overdue."""
    office, case = workspace.office, a_case(workspace.office)
    slow = hold(workspace)
    workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
    slow_work, slow.taken = slow.taken, []
    office.clock.wait(minutes=2)
    replay(workspace.app, office.bot, list_overdue(office.bot))
    slow.work()
    assert len(workspace.heard()) == 1
    slow_work[0]()

    assert len(workspace.said) == 1
    assert confirmations(office) == 1


def test_a_click_of_somebody_whose_right_has_gone_meanwhile_is_refused(workspace: Workspace) -> None:
    office, case = workspace.office, a_case(workspace.office)
    killed(workspace, "case_approve", "C-1", seen=case.content_hash)
    office.chat.put(Member(id=AVERY.id, name="Avery", full=False))
    office.clock.wait(minutes=2)
    restart(workspace)

    assert workspace.office.case("C-1").decision is None
    assert len(workspace.heard()) == 1
    assert is_idle(office)


def test_a_click_on_a_card_that_shows_something_else_by_now_is_refused(workspace: Workspace) -> None:
    a_case(workspace.office)
    killed(workspace, "case_approve", "C-1", seen="what the card showed before")
    restart(workspace)

    assert workspace.office.case("C-1").decision is None
    assert len(workspace.heard()) == 1


def test_a_click_of_more_than_half_an_hour_ago_is_not_carried_out_and_its_person_is_told(
    workspace: Workspace,
) -> None:
    office, case = workspace.office, a_case(workspace.office)
    killed(workspace, "case_approve", "C-1", seen=case.content_hash)
    office.clock.wait(minutes=31)
    for _ in range(2):
        restart(workspace)

    assert office.case("C-1").decision is None
    ((to, text, _),) = office.chat.letters
    assert to == AVERY.id
    assert text.startswith("Nothing was changed: Usher could not act in time on the button that you")
    assert is_idle(office)


def test_a_late_release_of_all_would_release_what_nobody_saw(workspace: Workspace) -> None:
    office = workspace.office
    held(office, "")
    a_case(office)
    office.work()
    killed(workspace, "mail_release_all", "all", by=BLAKE.id)
    restart(workspace)

    assert office.job("receipt").status is JobStatus.HELD
    assert [to for to, _, _ in office.chat.letters] == [BLAKE.id]


@pytest.mark.parametrize("error", ["expired_trigger_id", "invalid_trigger_id"])
def test_whoever_wanted_a_modal_is_asked_to_press_again(workspace: Workspace, error: str) -> None:
    case = a_case(workspace.office)
    killed(workspace, "case_reject", "C-1", seen=case.content_hash)
    workspace.opens_nothing = error
    restart(workspace)

    assert workspace.heard()[0]["text"].startswith("Nothing was changed")
    assert is_idle(workspace.office)


def test_what_nobody_listens_to_is_not_tried_again_and_again(workspace: Workspace) -> None:
    workspace.click("no_such_button", "C-1", by=AVERY.id)
    restart(workspace)

    assert is_idle(workspace.office)


def test_a_click_that_cannot_be_kept_is_not_acked(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    with workspace.office.connect() as db:
        db.execute("drop table payloads")

    assert workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash).status == 500
    assert workspace.office.case("C-1").decision is None
    assert workspace.heard()[0]["text"].startswith("Something went wrong")


@contextmanager
def locked(office: Office) -> Iterator[None]:
    """Somebody else holds the write lock; any thread may end it."""
    with database.connect(office.bot.settings.database_path, one_thread=False) as db:
        db.conn.execute("begin immediate")
        yield
        db.conn.execute("rollback")


def test_a_click_while_the_database_is_locked_is_told_in_time_to_press_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack takes no ack after three seconds; what it was not told of must not be carried out later."""
    assert payloads_of_slack.PATIENCE < 3
    monkeypatch.setattr(payloads_of_slack, "PATIENCE", 0.1)
    office, case = workspace.office, a_case(workspace.office)
    with locked(office):
        began = time.monotonic()
        refused = workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
        assert time.monotonic() - began < 3
    assert refused.status == 500
    assert workspace.heard()[0]["text"].startswith("Nothing was changed: Usher could not act in time")
    office.clock.wait(minutes=2)
    restart(workspace)
    assert office.case("C-1").decision is None

    workspace.start()
    workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
    workspace.heard(2)
    assert office.case("C-1").status is CaseStatus.APPROVED


def test_a_lock_that_is_gone_in_time_costs_a_click_nothing(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    lock = ExitStack()
    lock.enter_context(locked(workspace.office))
    timer = threading.Timer(0.3, lock.close)
    timer.start()
    acked = workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
    timer.join()

    assert acked.status == 200
    assert workspace.heard()[0]["text"].startswith("You approved")


def raising(error: Exception) -> Callable[..., NoReturn]:
    def act(*_: object, **__: object) -> NoReturn:
        raise error

    return act


def a_lock() -> sqlite3.OperationalError:
    fault = sqlite3.OperationalError("database is locked")
    fault.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return fault


@pytest.mark.parametrize("where", ["handlers.slack.cases.staff_in", "bot.services.backup.find_forgetting"])
def test_a_click_of_which_its_person_hears_that_it_failed_is_not_carried_out_later(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    office, case = workspace.office, a_case(workspace.office)
    with monkeypatch.context() as patch:
        patch.setattr(where, raising(KeyError("x")))
        workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash, ts="1.2")
        assert workspace.heard()[0]["text"].startswith("Something went wrong")
    office.clock.wait(minutes=2)
    restart(workspace)

    assert office.case("C-1").decision is None
    assert len(workspace.said) == 1


def test_a_click_that_a_lock_keeps_from_its_end_is_carried_out_once_it_is_gone(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then nobody hears that it failed: they would press again, or decide otherwise."""
    office, case = workspace.office, a_case(workspace.office)
    waiting = hold(workspace)
    with monkeypatch.context() as patch:
        patch.setattr(approvals, "transaction", raising(a_lock()))
        patch.setattr(payloads, "mark_done", raising(a_lock()))
        workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
        waiting.work()
    assert workspace.said == []
    office.clock.wait(minutes=2)
    replay(workspace.app, office.bot, list_overdue(office.bot))
    waiting.work()

    assert office.case("C-1").status is CaseStatus.APPROVED
    assert len(workspace.heard()) == 1


def test_a_late_click_is_told_of_once_slack_can_be_reached(workspace: Workspace) -> None:
    office, case = workspace.office, a_case(workspace.office)
    killed(workspace, "case_approve", "C-1", seen=case.content_hash)
    office.clock.wait(minutes=31)
    office.chat.faults.then(TransientFailure("Slack does not answer"))
    restart(workspace)
    assert not is_idle(office)
    for _ in range(2):
        restart(workspace)

    assert [to for to, _, _ in office.chat.letters] == [AVERY.id]
    assert office.case("C-1").decision is None
    assert is_idle(office)


def test_of_a_late_click_nobody_is_told_twice(
    workspace: Workspace,
) -> None:
    killed(workspace, "case_approve", "C-1", seen=a_case(workspace.office).content_hash)
    workspace.office.clock.wait(minutes=31)
    workspace.office.chat.faults.then(UnknownOutcome("the line was cut"))
    restart(workspace)

    assert workspace.said == []
    assert is_idle(workspace.office)


def test_a_thread_marks_a_click_with_nothing_that_it_decides_for_others(workspace: Workspace) -> None:
    """Whatever its listener left behind: the next one in that thread begins anew."""
    office, case = workspace.office, a_case(workspace.office)
    killed(workspace, "case_approve", "C-1", seen=case.content_hash)
    (click,) = list_kept(office.bot)
    payloads.mark_with_next(click, now=office.clock.now())  # and dies in a way that runs no end
    workspace.start()
    waiting = hold(workspace)
    workspace.command("assign C-1 @avery", by=BLAKE.id)
    waiting.work()

    assert list_kept(office.bot) == [click]
    assert not payloads.mark_with_nothing()


def test_of_a_click_no_words_are_kept_once_it_is_done(workspace: Workspace) -> None:
    office, case = workspace.office, a_case(workspace.office)
    waiting = hold(workspace)
    workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)
    with office.connect() as db:
        (kept,) = [row["body"] for row in db.query("select body from payloads")]
        assert "C-1" not in kept
        assert "C-1" in office.desk.keyring.open(payloads.PAYLOAD, kept)
    waiting.work()
    until(lambda: workspace.said)

    with office.connect() as db:
        assert [row["body"] for row in db.query("select body from payloads")] == [""]
