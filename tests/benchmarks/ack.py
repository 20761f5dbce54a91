"""From an envelope in the line to its acknowledgement, with 50 commands in flight, beside a bare Bolt app.

Both apps are processes of their own on the embedded workspace, which notes when each envelope went out and
when its answer came in; one thread keeps the line full and waits for nothing else. They take turns, so that
both meet the machine as it is. Then mails wait in a Dovecot while the whole service starts on them, and the
commands go on until all of them are cases.

    python -m tests.benchmarks.ack [COMMANDS] [MAILS]        (1000 a round, 2000)
"""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bot.sandbox.ports import HOST
from bot.sandbox.slack import payloads
from bot.sandbox.slack.courier import Envelope
from bot.sandbox.world import World
from tests.benchmarks.goals import Goals
from tests.benchmarks.reaction import percentile
from tests.benchmarks.ris_mails import DESK, SERVER, SPONSOR_DOMAIN, ris_mails
from tests.contracts.dovecot import Dovecot

COMMANDS = 1000
MAILS = 2000
IN_FLIGHT = 50
ROUNDS = 3
WARM_UP = 100  #: commands that pay for imports and first connections
LOOK = 0.002  #: seconds between two looks at what is in flight
PASSWORD = "correct-horse"
OURS = (sys.executable, "-m", "handlers.cli", "run")
BARE = (sys.executable, "-m", "tests.benchmarks.bare_slack")

_TAKEN = "select count(*) from mails where subject_ref in (select 'C-' || id from cases)"


@contextmanager
def running(world: World, command: tuple[str, ...], **changed: str) -> Iterator[None]:
    """An app as a process, once it holds the line; nobody else holds it then."""
    env = os.environ | {name.upper(): str(value) for name, value in (world.settings() | changed).items()}
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            world.workspace.wait_until_connected(timeout=30)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            world.workspace.wait_for(lambda: world.workspace.sockets.connected == 0, 20)


def an_envelope(world: World) -> Envelope:
    """`/usher queue`, which asks the database, as a member of the desk types it."""
    workspace = world.workspace
    member, channel = workspace.directory.get_member("blake"), workspace.directory.get_channel("general")
    typed = payloads.command(workspace, member, channel, "/usher", "queue")
    return Envelope(kind="slash_commands", payload=typed, accepts_response=True)


class Answers:
    """Where the answers to commands go, in a process of its own: taking them must not delay the line."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._taken = context.Value("l", 0)
        self._port = context.Value("i", 0)
        self._process = context.Process(target=take_answers, args=(self._taken, self._port), daemon=True)
        self._process.start()
        while not self._port.value:
            time.sleep(LOOK)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port.value}/"

    @property
    def count(self) -> int:
        return int(self._taken.value)

    def close(self) -> None:
        self._process.terminate()
        self._process.join()


def take_answers(taken: Any, port: Any) -> None:  # noqa: ANN401 - multiprocessing's values have no type
    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")
            with taken.get_lock():
                taken.value += 1

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer((HOST, 0), Taker)
    port.value = server.server_port
    server.serve_forever()


def flood(world: World, going: Callable[[int], bool], answers: Answers | None) -> list[float]:
    """Keep as many commands in flight as long as it goes on; milliseconds from each one to its ack.

    In flight is what is not acknowledged, or, of an app that answers, not answered yet.
    """
    workspace = world.workspace
    unacked: list[Envelope] = []
    taken: list[float] = []
    sent, before = 0, answers.count if answers else 0

    def in_flight() -> int:
        unanswered = sent - (answers.count - before) if answers else 0
        return max(unanswered, sum(one.state == "sent" for one in unacked))

    while going(sent) or in_flight():
        while in_flight() < IN_FLIGHT and going(sent):
            unacked.append(workspace.courier.redeliver(an_envelope(world)))
            sent += 1
        with workspace.pulse.condition:  # an answer rings no bell here
            workspace.pulse.condition.wait(LOOK)
        done = [one for one in unacked if one.state != "sent"]
        if lost := [one.error for one in done if one.state != "acked"]:
            raise RuntimeError(f"Slack got no answer: {lost}")
        taken += [(one.acked_at - one.sent_at) * 1000 for one in done]
        unacked = [one for one in unacked if one.state == "sent"]
    return taken


def a_round(world: World, command: tuple[str, ...], commands: int, answers: Answers) -> list[float]:
    answering = answers if command is OURS else None
    with running(world, command):
        flood(world, lambda sent: sent < WARM_UP, answering)
        return flood(world, lambda sent: sent < commands, answering)


def during_intake(folder: Path, world: World, mails: int, answers: Answers) -> tuple[list[float], float]:
    """The same while the service takes in what waited for it; and how many seconds that took."""
    dovecot = Dovecot(password=PASSWORD)
    try:
        dovecot.start()
        mailbox = {
            "imap_port": str(dovecot.imap_port),
            "imap_user": DESK,
            "imap_password": PASSWORD,
            "mail_from": DESK,
            "sponsors": SPONSOR_DOMAIN,
            "trusted_authserv_id": SERVER,
        }
        with running(world, OURS, **mailbox):  # meets the mailbox, whose earlier mails it would not act on
            met = taken_in(folder)
        dovecot.keep(ris_mails(mails))
        with running(world, OURS, **mailbox):
            flood(world, lambda sent: sent < WARM_UP, answers)
            began = time.monotonic()
            found = flood(world, lambda _: taken_in(folder) < met + mails, answers)
            return found, time.monotonic() - began
    finally:
        dovecot.remove()


def taken_in(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'usher.db'}?mode=ro", uri=True, timeout=10)) as db:
        return int(db.execute(_TAKEN).fetchone()[0])


def tell(name: str, found: list[float]) -> float:
    p50, p99 = percentile(found, 0.5), percentile(found, 0.99)
    print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {max(found):.1f} ms ({len(found)} commands)")
    return p99


def main() -> None:
    given = [int(one) for one in sys.argv[1:]]
    commands, mails = (*given, *(COMMANDS, MAILS)[len(given) :])
    answers = Answers()
    found: Mapping[tuple[str, ...], list[float]] = {BARE: [], OURS: []}
    with tempfile.TemporaryDirectory() as name, World(Path(name), seed=1) as world:
        world.workspace.hooks.base_url = answers.url
        for _ in range(ROUNDS):
            for command in (BARE, OURS):
                found[command].extend(a_round(world, command, commands, answers))
        busy, seconds = during_intake(Path(name), world, mails, answers)
    answers.close()
    print(f"{IN_FLIGHT} commands in flight over Socket Mode, envelope to acknowledgement")
    bare = tell("a bare Bolt app", found[BARE])
    ours = tell("Usher", found[OURS])
    beside = tell(f"Usher while it takes in {mails} mails in {seconds:.0f} s", busy)
    goals = Goals()
    goals.at_most("times the bare app's p99", ours / bare, 2)
    goals.at_most("ms while mails are taken in, p99", beside, 300)
    goals.end()


if __name__ == "__main__":
    main()
