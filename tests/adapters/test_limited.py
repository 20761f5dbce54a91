"""Children that die, hang or grow, and the pool that outlives them."""

import errno
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest
from pebble import ProcessPool

from bot import bootstrap
from bot.adapters import limited
from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.mail_parsing import LimitedReader
from bot.domain.errors import TransientFailure
from bot.policy import Limits
from tests.stories.desk import until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pool() -> Iterator[LimitedPool]:
    pool = LimitedPool(2, memory=512 * 1024 * 1024)
    pool.start()
    yield pool
    pool.close()


def _abort(*_: object) -> int:
    os.abort()


def _grow() -> int:
    return len(b"x" * (2 * 1024**3))


def _spin() -> None:
    while True:
        pass


def _spin_in_c() -> int:
    return len(str(9 ** (10**9)))


def _ignore_everything_and_sleep() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def _raise() -> None:
    raise ValueError("as it was")


def test_it_brings_back_what_the_function_returns(pool: LimitedPool) -> None:
    assert pool.call(divmod, 17, 5) == (3, 2)


def test_it_runs_in_another_process(pool: LimitedPool) -> None:
    assert pool.call(os.getpid) != os.getpid()


def test_it_raises_what_the_function_raises(pool: LimitedPool) -> None:
    with pytest.raises(ValueError, match="as it was"):
        pool.call(_raise)


def test_it_names_a_child_that_aborted_and_goes_on(pool: LimitedPool) -> None:
    with pytest.raises(ChildDied):
        pool.call(_abort)

    assert pool.call(abs, -1) == 1


def test_it_names_a_child_that_wanted_too_much_memory_and_goes_on(pool: LimitedPool) -> None:
    with pytest.raises(ChildDied):
        pool.call(_grow)

    assert pool.call(abs, -2) == 2


@pytest.mark.parametrize(
    "endless",
    [_spin, _spin_in_c, pytest.param(_ignore_everything_and_sleep, marks=pytest.mark.slow)],
)
def test_it_ends_a_child_that_takes_too_long_and_goes_on(pool: LimitedPool, endless: object) -> None:
    with pytest.raises(TookTooLong):
        pool.call(endless, seconds=1)  # type: ignore[arg-type]

    assert pool.call(abs, -3) == 3


def test_time_spent_on_one_call_is_not_charged_to_the_next(pool: LimitedPool) -> None:
    left = [pool.call(_work_and_see_what_is_left, 0.3, seconds=20) for _ in range(4)]

    assert min(left) > 19


def _work_and_see_what_is_left(seconds: float) -> float:
    began = time.process_time()
    left = resource.getrlimit(resource.RLIMIT_CPU)[0] - began
    while time.process_time() < began + seconds:
        pass
    return left


def test_many_threads_share_it_though_some_of_their_children_die(pool: LimitedPool) -> None:
    def one(number: int) -> int | None:
        try:
            return pool.call(_abort, number) if number % 5 == 0 else pool.call(abs, -number)
        except ChildDied:
            return None

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(one, range(40)))

    assert answers == [None if number % 5 == 0 else number for number in range(40)]


def test_it_survives_an_idle_child_killed_from_outside() -> None:
    pool = LimitedPool(1)
    pool.start()
    try:
        os.kill(pool.call(os.getpid), signal.SIGKILL)
        deadline = time.monotonic() + 10
        answers = [pool.call(abs, -number) for number in range(1, 20) if time.monotonic() < deadline]

        assert answers == list(range(1, 20))
    finally:
        pool.close()


def test_where_no_child_can_be_started_nothing_is_the_mails_fault() -> None:
    pool = LimitedPool(1, memory=2**70)  # a limit no system takes: every child ends while it settles
    pool.start()
    try:
        with pytest.raises(TransientFailure, match="no child can be started"):
            pool.call(abs, -1)
    finally:
        pool.close()


def test_a_call_that_a_breaking_pool_forgets_is_not_the_mails_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool breaks between its own look at itself and the call's place in its queue."""
    look = ProcessPool._check_pool_status

    def look_and_break(pool: ProcessPool) -> None:
        look(pool)  # type: ignore[no-untyped-call]
        until(lambda: not pool.active)

    pool = LimitedPool(1, memory=2**70)
    pool.start()
    monkeypatch.setattr(ProcessPool, "_check_pool_status", look_and_break)
    try:
        with pytest.raises(TransientFailure, match="no child can be started"):
            pool.call(abs, -1, seconds=0.2)
    finally:
        pool.close()


def test_a_pool_that_breaks_as_it_is_called_is_a_pool_without_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = LimitedPool(1)
    try:
        assert pool.call(abs, -1) == 1

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("Unexpected error within the Pool")

        monkeypatch.setattr(ProcessPool, "schedule", broken)
        with pytest.raises(TransientFailure, match="no child can be started"):
            pool.call(abs, -1)
    finally:
        pool.close()


def test_a_pool_starts_with_its_first_call() -> None:
    pool = LimitedPool()
    try:
        assert pool.call(abs, -1) == 1
    finally:
        pool.close()


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOMEM, "no memory"), BrokenProcessPool("no child"), RuntimeError("broken")]
)
def test_a_pool_that_cannot_start_says_so_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object) -> None:
        raise error

    pool = LimitedPool()
    try:
        with monkeypatch.context() as poor:
            poor.setattr(limited, "ensure_running", fails)
            pool.start()
            for _ in range(2):
                with pytest.raises(TransientFailure, match="no child can be started"):
                    pool.call(abs, -1)

        assert pool.call(abs, -1) == 1
    finally:
        pool.close()


def test_after_a_pool_was_replaced_no_call_waits_for_the_first_child_of_the_old_one() -> None:
    pool = LimitedPool()
    pool.start()
    try:
        pool._first = Future()  # whose child died before it could say that it lives
        pool._replace(pool._pool)  # type: ignore[arg-type]

        assert pool._first.done()
        assert pool.call(abs, -1) == 1
    finally:
        pool.close()


def test_a_call_that_waits_for_the_first_child_ends_with_the_pool() -> None:
    pool = LimitedPool()
    pool.start()
    pool._first = Future()  # a child that takes for ever
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(pool.call, abs, -1)
        pool.close()

        with pytest.raises(RuntimeError, match="closed"):
            waiting.result(timeout=10)


def test_a_file_that_takes_long_holds_up_neither_mails_nor_marking() -> None:
    reader, marker = bootstrap._start_children(Limits(), apart=True)
    assert isinstance(reader, LimitedReader)
    with ThreadPoolExecutor(1) as threads:
        try:
            upload = threads.submit(reader._files.call, time.sleep, 3)
            until(lambda: reader._files._running)

            assert marker.find_form(b"Subject: x\n\nx", "", (), frozenset()) is None
            assert reader.read_mail(b"Subject: x\n\nx")[0].subject == "x"
            assert not upload.done()
        finally:
            reader.close()


def test_a_closed_pool_refuses() -> None:
    closed = LimitedPool(1)
    closed.start()
    closed.close()

    with pytest.raises(RuntimeError, match="closed"):
        closed.call(abs, -1)


def test_the_parsers_wait_in_the_child_already(pool: LimitedPool) -> None:
    assert "python_calamine" in pool.call(_imported)


def _imported() -> set[str]:
    return set(sys.modules)
