"""The command `usher` as tests call it: in this process, or as a process of its own."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.world import World
from handlers.cli.main import main

USHER = Path(sys.executable).with_name("usher")
PATIENCE = 25.0  #: seconds


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON Lines on stdout; anything else there is an error."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def faults(self) -> list[str]:
        """The lines on stderr, each of which has to be one of the command's own."""
        lines = self.err.splitlines()
        assert all(line.startswith("usher: ") for line in lines), self.err
        return [line.removeprefix("usher: ") for line in lines]


def is_instant(said: object) -> bool:
    """Whether JSON says a time as ISO 8601 has it, with a T and the offset."""
    text = str(said)
    return text[10:11] == "T" and datetime.fromisoformat(text).utcoffset() is not None


@dataclass(frozen=True)
class Shell:
    """Calls the command in this process; the service, which takes over logs and signals, in its own."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object) -> Answer:
        if arguments[:1] == ("run",):
            return in_process(*arguments, cwd=self.folder, env=os.environ)
        self.capture.readouterr()
        code = main([str(argument) for argument in arguments])
        said = self.capture.readouterr()
        return Answer(code=code, out=said.out, err=said.err)

    def set(self, values: Mapping[str, object] = {}, **more: object) -> None:
        """Set settings in the environment, by their names in any case."""
        for name, value in {**values, **more}.items():
            self.monkeypatch.setenv(name.upper(), str(value))


def in_process(
    *arguments: object, cwd: Path, env: Mapping[str, object] | None = None, timeout: float = 60
) -> Answer:
    """Call the installed command with nothing but these settings in its environment."""
    done = subprocess.run(
        [USHER, *map(str, arguments)],
        cwd=cwd,
        env=environment(env or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return Answer(code=done.returncode, out=done.stdout, err=done.stderr)


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **{name.upper(): str(value) for name, value in settings.items()}}


@dataclass(frozen=True)
class Running:
    """`usher run` as a process of its own; what it says goes to two files."""

    process: subprocess.Popen[bytes]
    folder: Path
    ops: str = ""

    @property
    def out(self) -> str:
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return (self.folder / "stderr").read_text(encoding="utf-8")

    @property
    def logs(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.err.splitlines()]

    def wait_until_said(self, words: str) -> None:
        self._until(lambda: words in self.out + self.err)

    def wait_until_well(self, *parts: str) -> None:
        """Until /readyz answers 200 and knows these parts."""

        def well() -> bool:
            status, text = ask(self.ops, "/readyz")
            return status == 200 and all(f"{part}:" in text for part in parts)

        self._until(well)

    def _until(self, happened: Any) -> None:  # noqa: ANN401 - any question without arguments
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert self.process.poll() is None, self.err
            assert time.monotonic() < deadline, self.err
            time.sleep(0.05)

    def end(self, *signals: signal.Signals) -> tuple[int, float]:
        """Signal the whole group, as a terminal does; return exit code and seconds it took."""
        began = time.monotonic()
        for number in signals:
            os.killpg(self.process.pid, number)
        return self.process.wait(timeout=20), time.monotonic() - began


@contextmanager
def running(
    folder: Path, *arguments: str, env: Mapping[str, object], stderr: int | None = None
) -> Iterator[Running]:
    """Start `usher run` in a group of its own; a process that is still there at the end is killed."""
    folder.mkdir(exist_ok=True)
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(
            [USHER, "run", *arguments],
            cwd=folder,
            env=environment(env),
            stdout=out,
            stderr=err if stderr is None else stderr,
            start_new_session=True,
        )
        try:
            yield Running(process, folder, str(env.get("ops_bind", "")))
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def ask(address: str, path: str) -> tuple[int, str]:
    """GET a page; (0, "") while nobody listens."""
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def settings_of(world: World, folder: Path, **changed: object) -> dict[str, object]:
    """The world's settings with a database of one's own."""
    return {**world.settings(), "database_url": f"sqlite:///{folder / 'usher.db'}", **changed}
