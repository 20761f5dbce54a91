"""Lives that may be killed: each forked, as a line says, from a process that imported everything once."""

import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.contracts.racing import ROOT

Live = Callable[[Path, Sequence[str]], None]


class Nursery:
    """Speaks to that process; a word of a life holds no space."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder
        assert self._say("") == "ready"

    def _say(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if line:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def live(self, *words: object) -> int:
        """Begin a life; its process id."""
        return int(self._say(" ".join(map(str, ("live", *words)))))

    def end(self, pid: int) -> bool:
        """Wait for its end; whether it was killed. Fail where it ended by a bug."""
        status = int(self._say(f"end {pid}"))
        failed = [file.read_text() for file in self._folder.glob("*.failed")]
        assert failed == []
        return os.WIFSIGNALED(status)


@contextmanager
def a_nursery(module: str, folder: Path) -> Iterator[Nursery]:
    """`module` is run in `folder`'s name, and calls `serve`."""
    command = [sys.executable, "-m", module, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield Nursery(process, folder)
        finally:
            process.kill()


def serve(folder: Path, live: Live) -> None:
    """Fork lives and wait for their ends, as the lines on stdin say."""
    _say("ready")
    for line in sys.stdin:
        verb, *words = line.split()
        _say(str(_fork(folder, words, live) if verb == "live" else os.waitpid(int(words[0]), 0)[1]))


def _fork(folder: Path, words: Sequence[str], live: Live) -> int:
    if pid := os.fork():
        return pid
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # an answer is ours alone
        live(folder, words)
    except BaseException:  # noqa: BLE001 - it is no process of pytest's: its parent reads why
        (folder / f"{os.getpid()}.failed").write_text(traceback.format_exc())
        os._exit(1)
    os._exit(0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
