"""The threads in which listeners work: acknowledging goes before everything else."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: whether the request that is dispatched in this thread has been acknowledged already
ACKED: ContextVar[bool] = ContextVar("acked", default=False)

#: more of them at work take the interpreter from whoever acknowledges: 32 made that ten times slower
PATIENT = 4
URGENT = 16  #: a modal's answer is its ack, and comes within three seconds or never
QUIET = 0.01  #: seconds without anything new, after which work on what is acknowledged begins
LONGEST = 0.15  #: seconds that it waits for them


class Listeners(Executor):
    """Bolt's executor; Bolt submits a listener in the thread that dispatches its request."""

    def __init__(self) -> None:
        self._patient = ThreadPoolExecutor(PATIENT, thread_name_prefix="slack")
        self._urgent = ThreadPoolExecutor(URGENT, thread_name_prefix="slack-modal")
        self._newest = 0.0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if not ACKED.get():
            return self._urgent.submit(fn, *args, **kwargs)
        self._newest = time.monotonic()
        return self._patient.submit(self._when_quiet, lambda: fn(*args, **kwargs))

    def _when_quiet(self, work: Callable[[], T]) -> T:
        """Work once nothing more is coming in, for what comes with it is to be acknowledged first."""
        latest = time.monotonic() + LONGEST
        while (now := time.monotonic()) < min(latest, self._newest + QUIET):
            time.sleep(max(0.0, min(latest, self._newest + QUIET) - now))
        return work()

    def shutdown(self, wait: bool = True, **more: Any) -> None:  # noqa: ANN401 - as its base has it
        self._patient.shutdown(wait, **more)
        self._urgent.shutdown(wait, **more)
