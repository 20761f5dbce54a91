"""Logs name nobody in full, show no link and no token, and are JSON unless a person looks on."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
import structlog

from handlers.cli import logs


@dataclass
class Said:
    """The lines that were logged inside its block."""

    capture: pytest.CaptureFixture[str]
    lines: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.capture.readouterr()
        logs.configure()
        return self

    def __exit__(self, *_: object) -> None:
        out, err = self.capture.readouterr()
        assert out == ""
        self.lines += [json.loads(line) for line in err.splitlines()]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[Said]:
    """Logs as the service has them, and afterwards as they were."""
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, threading.excepthook
    yield Said(capfd)
    root.handlers[:] = handlers
    root.setLevel(level)
    threading.excepthook = hook
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("refused dana.field@sponsor.example (550)", "refused d…@sponsor.example (550)"),
        ("<dana+x@sponsor.example>: no", "<d…@sponsor.example>: no"),
        ("to=ann@a.example,bob@b.example", "to=a…@a.example,b…@b.example"),
        ("see https://desk.example.com/status/s3cr3t?x=1 now", "see https://desk.example.com/… now"),
        ("wss://wss.slack.example/link/?ticket=s3cr3t", "wss://wss.slack.example/…"),
        ("GET /status/s3cr3t-Token_1 failed", "GET /status/… failed"),
        ("token xoxb-12-34-abc and xapp-1-A2-3-ff", "token xoxb-… and xapp-…"),
        ("https://desk.example.com", "https://desk.example.com"),
        ("mail 7 @ 9:30, C-7", "mail 7 @ 9:30, C-7"),
    ],
)
def test_addresses_links_and_tokens_are_cut(said: Said, text: str, shown: str) -> None:
    with said:
        log = structlog.get_logger("x")
        log.info("it happened", detail=text, deep={"in": [text, 7]}, error=ValueError(text))
    (line,) = said.lines

    assert (line["event"], line["level"], line["detail"]) == ("it happened", "info", shown)
    assert (line["deep"], line["error"]) == ({"in": [shown, 7]}, shown)
    assert "timestamp" in line


PRIVATE = "private words"


def fall(secret: str) -> None:
    raise ValueError(f"cannot read ann@a.example of {len(secret)} signs")


def test_a_traceback_shows_no_address_and_no_local_variable(said: Said) -> None:
    with said:
        try:
            fall(PRIVATE)
        except ValueError:
            structlog.get_logger("x").exception("raised")
    (line,) = said.lines

    assert "cannot read a…@a.example of 13 signs" in line["exception"]
    assert "private words" not in line["exception"]


def test_the_libraries_speak_the_same_way(said: Said) -> None:
    with said:
        logging.getLogger("slack_sdk").warning("cut: %s", "wss://wss.slack.example/link/?ticket=s3cr3t")
        logging.getLogger("slack_sdk").info("not worth a line")
        logging.getLogger("slack_bolt.App").warning("Unhandled request")
    (line,) = said.lines

    assert (line["event"], line["logger"]) == ("cut: wss://wss.slack.example/…", "slack_sdk")


def test_a_thread_that_raises_is_one_line(said: Said) -> None:
    with said:
        thread = threading.Thread(target=fall, args=("x",), name="lane")
        thread.start()
        thread.join()
    (line,) = said.lines

    assert (line["event"], line["thread"]) == ("a thread raised", "lane")
    assert "cannot read a…@a.example" in line["exception"]


ON_A_TERMINAL = """
import pty, os, sys
from handlers.cli import logs
code = '''
import structlog
from handlers.cli import logs
logs.configure()
secret = " ".join(["private", "words"])
try:
    raise ValueError("of ann@a.example")
except ValueError:
    structlog.get_logger("x").exception("it happened", mail=7)
'''
shown = b""
def read(fd):
    global shown
    data = os.read(fd, 1024)
    shown += data
    return b""
pty.spawn([sys.executable, "-c", code], read)
sys.stdout.write(shown.decode())
"""


@pytest.mark.slow
@pytest.mark.parametrize("no_color", [False, True])
def test_a_person_at_a_terminal_gets_words_instead_of_json(no_color: bool) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", ON_A_TERMINAL],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env={"TERM": "xterm", **({"NO_COLOR": "1"} if no_color else {})},
    ).stdout

    assert "it happened" in shown
    assert "of a…@a.example" in shown
    assert "{" not in shown
    assert ("\x1b[" in shown) is not no_color
    assert "private words" not in shown
