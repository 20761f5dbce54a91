"""From a delivered mail to our mailbox's wake-up, and to its card in Slack, beside a bare IDLE client.

The yardstick is an IMAPClient that does nothing but wait in IDLE and note when the server, which is the
embedded one, announces. First our mailbox waits beside it in the same process; then the service runs in a
process of its own, as in production. Mails come one at a time.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from imapclient import IMAPClient

from bot.adapters.imap import build_mailbox
from bot.clock import RealClock
from bot.sandbox.ports import HOST
from bot.sandbox.world import DESK, World
from bot.settings import load
from tests.benchmarks.goals import Goals

MAILS = 200


class Watcher(ABC):
    """Somebody in IDLE who notes the moment of each announcement, in a thread of its own."""

    def __init__(self) -> None:
        self._seen = threading.Event()
        self._at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @abstractmethod
    def _wait(self) -> bool:
        """Wait a while; say whether the server announced a mail."""

    def _watch(self) -> None:
        while not self._stopping.is_set():
            if self._wait():
                self._at = time.perf_counter()
                self._seen.set()

    def expect(self) -> None:
        self._seen.clear()

    def announced_at(self) -> float:
        if not self._seen.wait(10):
            raise TimeoutError("the server announced nothing")
        return self._at

    def close(self) -> None:
        self._stopping.set()
        self._thread.join(2)


class Bystander(Watcher):
    """A bare IMAPClient."""

    def __init__(self, world: World) -> None:
        self._client = IMAPClient(HOST, world.mail.imap_port, ssl=False, timeout=10)
        self._client.login(DESK, world.settings()["imap_password"])
        self._client.select_folder("INBOX", readonly=True)
        self._client.idle()
        super().__init__()

    def _wait(self) -> bool:
        news = self._client.idle_check(timeout=0.5)
        return any(len(line) > 1 and line[1] == b"EXISTS" for line in news)

    def close(self) -> None:
        super().close()
        self._client.idle_done()
        self._client.logout()


class Ours(Watcher):
    """The desk's mailbox, as the mail loop uses it: it waits, then looks for what came."""

    def __init__(self, world: World) -> None:
        self._mailbox = build_mailbox(load(world.settings(), env_file=None), now=RealClock().now)
        self._mailbox.open()
        self._last = max(self._mailbox.uids_after(0), default=0)
        super().__init__()

    def _wait(self) -> bool:
        self._last = max(self._mailbox.uids_after(self._last), default=self._last)
        self._mailbox.wait(30)
        return True

    def close(self) -> None:
        self._mailbox.wake()
        super().close()
        self._mailbox.close()


SPONSOR = "sponsor.example"
#: of one sender only so many forms an hour are taken in
SENDERS = ((f"Sponsor {number}", f"sponsor{number}@{SPONSOR}") for number in count())


def deliver(world: World) -> None:
    sample = world.samples.complete_ris(sender=next(SENDERS))
    world.mail.submit(sample.raw, sample.sender, sample.recipient)


def wake_up(world: World, bystander: Watcher, ours: Watcher) -> tuple[float, float]:
    """Milliseconds from the end of SMTP until the bystander, and until our mailbox, knows of a mail."""
    for watcher in (bystander, ours):
        watcher.expect()
    deliver(world)
    sent = time.perf_counter()
    found = [(watcher.announced_at() - sent) * 1000 for watcher in (bystander, ours)]
    time.sleep(0.02)  # both are in IDLE again
    return found[0], found[1]


@contextmanager
def service(world: World) -> Iterator[None]:
    """The desk as a process, ready once Slack sees its line."""
    told = {**world.settings(), "sponsors": SPONSOR}
    env = os.environ | {name.upper(): str(value) for name, value in told.items()}
    command = [sys.executable, "-m", "handlers.cli", "run"]
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            world.workspace.wait_until_connected(timeout=20)
            yield
        finally:
            process.send_signal(signal.SIGTERM)


def measure(world: World, bystander: Bystander) -> tuple[float, float]:
    """Milliseconds from the end of SMTP to the announcement, and from there to the card."""
    bystander.expect()
    cards = count_cards(world)
    deliver(world)
    sent = time.perf_counter()
    world.workspace.wait_for(lambda: count_cards(world) > cards, 20)
    card = time.perf_counter()
    announced = bystander.announced_at()
    return (announced - sent) * 1000, (card - announced) * 1000


def count_cards(world: World) -> int:
    """Without what stands below them: the word that a receipt went may come after the next mail."""
    messages = world.workspace.messages("approvals")
    return sum(one.get("thread_ts", one["ts"]) == one["ts"] for one in messages)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, round(share * len(values)))]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), seed=1) as world:
        bystander, ours = Bystander(world), Ours(world)
        woken = [wake_up(world, bystander, ours) for _ in range(MAILS)]
        for watcher in (bystander, ours):
            watcher.close()
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), seed=1) as world, service(world):
        bystander = Bystander(world)
        measure(world, bystander)  # the first one pays for the imports
        shown = [measure(world, bystander) for _ in range(MAILS)]
        bystander.close()
    report("delivered to a bare IDLE client", [bare for bare, _ in woken])
    report("delivered to our mailbox's wake-up", [own for _, own in woken])
    beyond = [own - bare for bare, own in woken]
    report("reaction of our mailbox beyond the bare client's", beyond)
    report("with the service running: delivered to announced", [announced for announced, _ in shown])
    report("announced to card", [card for _, card in shown])
    goals = Goals()
    goals.at_most("ms beyond the bare client's reaction, p99", percentile(beyond, 0.99), 5)
    goals.end()


def report(name: str, found: list[float]) -> None:
    p50, p99 = percentile(found, 0.5), percentile(found, 0.99)
    print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {max(found):.1f} ms ({MAILS} mails)")


if __name__ == "__main__":
    main()
