"""Threads and processes that start at the same moment, to race for what only one may win."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]


def race(*runners: Callable[[], T]) -> list[T]:
    """Run all at once, each in its thread; return what they return, raise what one of them raises."""
    barrier = threading.Barrier(len(runners))
    results: dict[int, T] = {}
    faults: list[BaseException] = []

    def run(number: int, runner: Callable[[], T]) -> None:
        barrier.wait()
        try:
            results[number] = runner()
        except BaseException as exc:  # noqa: BLE001 - it is raised again in the test's own thread
            faults.append(exc)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return [results[number] for number in range(len(runners))]


def race_processes(program: str, arguments: Sequence[Sequence[str]]) -> list[str]:
    """Run a Python program in several processes that begin together; return what each prints.

    The program says `ready()` when its imports are done and goes on when all the others are, too.
    """
    head = "import sys\ndef ready():\n    print('ready', flush=True)\n    sys.stdin.readline()\n"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", head + program, *given],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for given in arguments
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=50) for process in started]
    for process, (_, errors) in zip(started, said, strict=True):
        assert process.returncode == 0, errors
    return [out for out, _ in said]
