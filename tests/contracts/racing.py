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


HEAD = """
import sys
from pathlib import Path
from tests.contracts.store_racers import *
path, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
"""


def race_processes(act: str, path: Path, names: Sequence[str]) -> list[str]:
    """Let a process for each name do one line of Python at the same moment; return what each prints."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", HEAD + act, str(path), name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
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
