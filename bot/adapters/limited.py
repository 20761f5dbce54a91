"""Run what reads strangers' bytes in children of limited memory and time, so that only a child dies."""

import math
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.forkserver import ensure_running
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import NoReturn, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from bot.domain.errors import TransientFailure

T = TypeVar("T")

MEMORY = 768 * 1024 * 1024  #: address space of one child, in bytes
CALLS_A_CHILD = 1000  #: then a child is replaced: what a parser leaks goes with it
#: our fault, not the mail's
NO_CHILD = "no child can be started to read mails in"
MEND = "look for memory, processes, and whether the service's user may run its Python"
START = 60.0  #: seconds that the fork server may take to import the parsers
LOOK = 0.5  #: seconds between looks whether the pool still lives
PATIENCE = 2.5  #: a call's wall time against its CPU time: a busy machine is not the mail's fault
GRACE = 5.0  #: seconds beyond a call's own limit after which the pool itself is taken for stuck

#: Imported once, by the fork server: a new child starts at once. `__main__` is among them because otherwise
#: each child would run the program's main module again; a module that is not there is passed over.
PRELOAD = ("__main__", "bot.adapters.mail_parsing", "bot.adapters.spreadsheets")


class ChildDied(Exception):  # noqa: N818 - a fact about what was read, not an error of ours
    """What it read killed the child, or wanted more memory than a child gets."""


class TookTooLong(Exception):  # noqa: N818
    """The child was not done within its time."""


class LimitedPool:
    """Children of a fork server; any thread may call, and a dead child is replaced.

    What nobody has called or started costs nothing.
    """

    def __init__(self, workers: int = 1, *, memory: int = MEMORY) -> None:
        self._workers = workers
        self._memory = memory
        # As many calls at a time as children: each starts at once, so its own limit tells a stuck pool.
        self._turn = BoundedSemaphore(workers)
        self._lock = Lock()
        self._pool: ProcessPool | None = None
        self._closed = False
        self._first: Future[None] | None = None
        self._running: set[ProcessFuture[object]] = set()

    def start(self) -> None:
        """Start the fork server, which imports the parsers meanwhile; where that fails a call says so."""
        with self._lock, suppress(TransientFailure):
            self._start()

    def call(self, function: Callable[..., T], *args: object, seconds: float = 5.0) -> T:
        """Run a module-level function in a child; what it raises comes out here.

        Raises ChildDied or TookTooLong where the child did not live to answer, and TransientFailure where
        none can be started.
        """
        with self._turn:
            self._await_first_child()
            # Mostly an idle child that was killed from outside: this call is innocent and has another try.
            with suppress(BrokenProcessPool, CancelledError):
                return self._call(function, args, seconds)
            try:
                return self._call(function, args, seconds)
            except BrokenProcessPool as exc:
                raise _no_child(exc) from exc

    def close(self) -> None:
        """Stop the children; calls under way end with an error."""
        with self._lock:
            pool, self._pool, self._closed = self._pool, None, True
            self._stop(pool)

    def _start(self) -> "Future[None]":
        if self._closed:
            raise RuntimeError("the pool is closed")
        if self._first is None:
            multiprocessing.get_context("forkserver").set_forkserver_preload(list(PRELOAD))
            pool = self._new_pool()
            try:
                _ensure_running()
                self._first = pool.schedule(_warm)
            except (RuntimeError, OSError) as exc:  # it broke, or breaks as it is called
                self._stop(pool)
                raise _no_child(exc) from exc
            self._pool = pool
        return self._first

    def _await_first_child(self) -> None:
        """It waits for the fork server's imports: on a busy machine they take a while that is no call's."""
        with self._lock:
            first, pool = self._start(), self._pool
        if pool is not None:
            _wait(pool, first, START)  # what became of it the call itself will see

    def _call(self, function: Callable[..., T], args: tuple[object, ...], seconds: float) -> T:
        pool, future = self._schedule(function, args, seconds)
        try:
            if not _wait(pool, future, seconds * PATIENCE + GRACE):
                self._give_up(pool)
            return future.result()
        except ProcessExpired as exc:
            if exc.exitcode == -signal.SIGXCPU:
                raise TookTooLong(f"more than {seconds:g} s of CPU") from None
            raise ChildDied(f"exit code {exc.exitcode}") from None
        except TimeoutError:
            raise TookTooLong(f"more than {seconds:g} s") from None
        except BrokenProcessPool:
            self._replace(pool)
            raise
        finally:
            with self._lock:
                self._running.discard(future)

    def _schedule(
        self, function: Callable[..., T], args: tuple[object, ...], seconds: float
    ) -> tuple[ProcessPool, "ProcessFuture[T]"]:
        with self._lock:
            if self._pool is None:
                raise RuntimeError("the pool is closed")
            if not self._pool.active:  # broken while idle
                self._stop(self._pool)
                self._pool = self._new_pool()
            wall = seconds * PATIENCE
            try:
                future = self._pool.schedule(_limited, args=(seconds, function, *args), timeout=wall)
            except RuntimeError as exc:  # it breaks as it is called
                raise BrokenProcessPool(str(exc)) from exc
            self._running.add(future)
            return self._pool, future

    def _give_up(self, pool: ProcessPool) -> NoReturn:
        if not pool.active:
            raise BrokenProcessPool("the pool broke before it had looked at the call")
        self._replace(pool)
        raise TimeoutError

    def _replace(self, broken: ProcessPool) -> None:
        with self._lock:
            if self._pool is broken:  # else another thread was faster, or we are closed
                self._stop(broken)
                self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=CALLS_A_CHILD,
            initializer=_settle,
            initargs=(self._memory,),
            context=multiprocessing.get_context("forkserver"),
        )

    def _stop(self, pool: ProcessPool | None) -> None:
        if pool is None:
            return
        pool.stop()  # type: ignore[no-untyped-call]
        for future in self._running:  # nobody else will ever answer them
            future.cancel()  # type: ignore[no-untyped-call]
        if self._first:  # nor tell that the first child lives, for which every call waits
            self._first.cancel()
        pool.join()


def _no_child(exc: Exception) -> TransientFailure:
    """The system's own words where there are any; else it came apart in pebble's threads."""
    why = f" ({exc.strerror})" if isinstance(exc, OSError) and exc.strerror else ""
    return TransientFailure(f"{NO_CHILD}{why}", mend=MEND)


def _ensure_running() -> None:
    """Start the fork server, to whose children a closed terminal is nothing: we end them when we are done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})  # a mask outlives fork and exec
    try:
        ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait(pool: ProcessPool, future: "Future[T]", seconds: float) -> bool:
    """Whether it was done within them; ends early with a pool that broke, which may forget whom to tell."""
    ends = monotonic() + seconds
    while not future.done() and monotonic() < ends and pool.active:
        with suppress(CancelledError, TimeoutError):
            future.exception(timeout=LOOK)
    return future.done()


def _settle(memory: int) -> None:
    """Make a fresh child small, mortal and silent."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # pebble's own handler runs in Python, which a child deep in a parser never gets to.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # An aborting parser writes its last words past us; they would stand between ours.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)


def _warm() -> None:
    """Nothing to do: that the child lives is all that was wanted."""


def _limited(seconds: float, function: Callable[..., T], *args: object) -> T:
    """In the child: run within `seconds` more of CPU, which ends even a loop that never returns to Python."""
    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(spent + seconds), hard))
    try:
        return function(*args)
    except MemoryError:
        raise ChildDied("out of memory") from None
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
