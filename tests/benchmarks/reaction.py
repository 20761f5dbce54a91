"""From a delivered mail to its card in Slack, beside a bare IDLE client on the same server.

The yardstick is an IMAPClient that does nothing but wait in IDLE and note when the server announces; the
service runs in a process of its own, as in production, and mails come one at a time.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imapclient import IMAPClient

from bot.sandbox.world import DESK, HOST, World

MAILS = 200


class Bystander:
    """A bare client in IDLE that notes the moment of each announcement."""

    def __init__(self, world: World) -> None:
        self._client = IMAPClient(HOST, world.mail.imap_port, ssl=False, timeout=10)
        self._client.login(DESK, world.settings()["imap_password"])
        self._client.select_folder("INBOX", readonly=True)
        self._client.idle()
        self._seen = threading.Event()
        self._at = 0.0
        self._stopping = False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopping:
            news = self._client.idle_check(timeout=0.5)
            if any(len(line) > 1 and line[1] == b"EXISTS" for line in news):
                self._at = time.perf_counter()
                self._seen.set()

    def expect(self) -> None:
        self._seen.clear()

    def announced_at(self) -> float:
        if not self._seen.wait(10):
            raise TimeoutError("the server announced nothing")
        return self._at

    def close(self) -> None:
        self._stopping = True
        self._thread.join(2)
        self._client.idle_done()
        self._client.logout()


@contextmanager
def service(world: World) -> Iterator[None]:
    """The desk as a process, ready once Slack sees its line."""
    env = os.environ | {name.upper(): str(value) for name, value in world.settings().items()}
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
    cards = len(world.workspace.messages("approvals"))
    sample = world.samples.complete_ris()
    world.mail.submit(sample.raw, sample.sender, sample.recipient)
    sent = time.perf_counter()
    world.workspace.wait_for(lambda: len(world.workspace.messages("approvals")) > cards, 20)
    card = time.perf_counter()
    announced = bystander.announced_at()
    return (announced - sent) * 1000, (card - announced) * 1000


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, round(share * len(values)))]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), seed=1) as world, service(world):
        bystander = Bystander(world)
        measure(world, bystander)  # the first one pays for the imports
        figures = [measure(world, bystander) for _ in range(MAILS)]
        bystander.close()
    for name, values in zip(
        ("announcement", "announcement to card"), zip(*figures, strict=True), strict=True
    ):
        found = list(values)
        p50, p99 = percentile(found, 0.5), percentile(found, 0.99)
        print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {max(found):.1f} ms ({MAILS} mails)")


if __name__ == "__main__":
    main()
