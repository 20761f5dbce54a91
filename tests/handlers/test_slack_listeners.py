"""What Slack waits for is never kept waiting by what it does not wait for."""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from handlers.slack.listeners import ACKED, LONGEST, PATIENT, QUIET, Listeners
from tests.cast import AVERY, a_case
from tests.handlers.conftest import Workspace


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    listeners = Listeners()
    yield listeners
    listeners.shutdown()


def test_a_modal_is_answered_though_every_other_thread_is_busy(listeners: Listeners) -> None:
    done = threading.Event()
    ACKED.set(True)
    for _ in range(PATIENT * 2):
        listeners.submit(done.wait, 10)
    ACKED.set(False)

    assert listeners.submit(lambda: "answered").result(timeout=5) == "answered"
    done.set()


def test_work_begins_once_nothing_more_comes_in(listeners: Listeners) -> None:
    ACKED.set(True)
    came = [time.monotonic()]
    first = listeners.submit(time.monotonic)
    while time.monotonic() < came[0] + QUIET * 2:
        came.append(time.monotonic())
        listeners.submit(int)
    began = first.result(timeout=5)

    moments = [*(moment for moment in came if moment < began), began]
    # a busy machine may pause this very loop: that is a quiet moment as well
    assert max(later - earlier for earlier, later in pairwise(moments)) >= QUIET


@pytest.mark.slow
def test_work_begins_at_last_though_more_comes_in(listeners: Listeners) -> None:
    ACKED.set(True)
    began = time.monotonic()
    first = listeners.submit(time.monotonic)
    while not first.done() and time.monotonic() < began + 5:
        listeners.submit(int)

    assert first.result(timeout=5) - began < LONGEST * 10  # sooner where a busy machine makes a quiet moment


def test_a_click_is_acked_though_every_thread_is_busy(workspace: Workspace) -> None:
    case = a_case(workspace.office)
    done = threading.Event()
    ACKED.set(True)
    for _ in range(PATIENT):
        workspace.app.listener_runner.listener_executor.submit(done.wait, 10)
    response = workspace.click("case_approve", "C-1", by=AVERY.id, seen=case.content_hash)

    assert response.status == 200
    assert workspace.office.case("C-1").decision is None
    done.set()
    assert "approved" in workspace.heard()[0]["text"].lower()
