"""Logs name nobody in full, show no link and no token, and are JSON unless a person looks on."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from handlers.cli import logs


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Configure logs as the service does; call it for what was logged since."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level, threading.excepthook, logging.getLogger("slack_bolt").level)
    logs.configure()

    def read() -> list[dict[str, Any]]:
        out, err = capfd.readouterr()
        assert out == ""
        return [json.loads(line) for line in err.splitlines()]

    yield read
    root.handlers[:], level, threading.excepthook, bolt = before
    root.setLevel(level)
    logging.getLogger("slack_bolt").setLevel(bolt)
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
def test_addresses_links_and_tokens_are_cut(said: Any, text: str, shown: str) -> None:
    structlog.get_logger("x").info("it happened", detail=text, deep={"in": [text, 7]}, error=ValueError(text))
    (line,) = said()

    assert (line["event"], line["level"], line["detail"]) == ("it happened", "info", shown)
    assert (line["deep"], line["error"]) == ({"in": [shown, 7]}, shown)
    assert "timestamp" in line


def test_a_traceback_shows_no_address_and_no_local_variable(said: Any) -> None:
    secret = "the customer's own words"
    try:
        raise ValueError(f"cannot read ann@a.example of {len(secret)} signs")
    except ValueError:
        structlog.get_logger("x").exception("raised")
    (line,) = said()

    assert "cannot read a…@a.example" in line["exception"]
    assert 'own words"' not in line["exception"].replace(f'secret = "{secret}"', "")


def test_the_libraries_speak_the_same_way(said: Any) -> None:
    logging.getLogger("slack_sdk").warning("cut: %s", "wss://wss.slack.example/link/?ticket=s3cr3t")
    logging.getLogger("slack_sdk").info("not worth a line")
    logging.getLogger("slack_bolt.App").warning("Unhandled request")
    (line,) = said()

    assert (line["event"], line["logger"]) == ("cut: wss://wss.slack.example/…", "slack_sdk")


def test_a_thread_that_raises_is_one_line(said: Any) -> None:
    def fall() -> None:
        raise ValueError("no room for ann@a.example")

    thread = threading.Thread(target=fall, name="lane")
    thread.start()
    thread.join()
    (line,) = said()

    assert (line["event"], line["thread"]) == ("a thread raised", "lane")
    assert "no room for a…@a.example" in line["exception"]


ON_A_TERMINAL = """
import pty, os, sys
from handlers.cli import logs
code = '''
import structlog
from handlers.cli import logs
logs.configure()
secret = "own words"
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
    assert "secret = 'own words'" not in shown
