"""From the command to ready and what is then held in memory, beside bare imports of the same parts.

Two starts: `usher run --sandbox` to the printed lobby, and `usher run` on a new database, its mailbox and
Slack in another process, until `/readyz` says that mailbox and Slack are well.
"""

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.sandbox.world import World
from tests.benchmarks.goals import Goals
from tests.benchmarks.processes import memory

RUNS = 5
PATIENCE = 30.0  #: seconds
#: what any program made of these parts pays before its first line
BARE = "import slack_bolt, flask, waitress, imapclient, sqlite_utils, jinja2, babel, phonenumbers, pymap"


def until_lobby() -> tuple[float, int]:
    """Seconds from the start to the printed lobby, and the bytes it then holds with its children."""
    began = time.monotonic()
    command = [sys.executable, "-m", "handlers.cli", "run", "--sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if re.search(r"http://127\.0\.0\.1:\d+/$", line.strip()):
                break
        took = time.monotonic() - began
        held = memory(process.pid)
        process.terminate()
        process.stdout.read()
    return took, held


def until_ready() -> tuple[float, int]:
    """The same for the service alone, until it says itself that it is well."""
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), seed=1) as world:
        settings = {name.upper(): str(value) for name, value in world.settings().items()}
        began = time.monotonic()
        command = [sys.executable, "-m", "handlers.cli", "run"]
        env = os.environ | settings
        with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
            while not is_well(settings["OPS_BIND"]):
                if time.monotonic() - began > PATIENCE:
                    raise TimeoutError("the service is not ready")
                time.sleep(0.01)
            took = time.monotonic() - began
            held = memory(process.pid)
            process.terminate()
    return took, held


def is_well(address: str) -> bool:
    line = http.client.HTTPConnection(address, timeout=2)
    try:
        line.request("GET", "/readyz", headers={"Accept": "text/plain"})
        answer = line.getresponse()
        said = answer.read().decode()
    except OSError:
        return False
    finally:
        line.close()
    return answer.status == 200 and "mailbox" in said and "slack" in said


def bare() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", BARE], check=True)
    return time.monotonic() - began


def main() -> None:
    rounds = [(until_lobby(), until_ready(), bare()) for _ in range(RUNS)]
    yardstick = statistics.median(imports for _, _, imports in rounds)
    for what, figures in (
        ("sandbox: start to ready lobby", [lobby for lobby, _, _ in rounds]),
        ("service: start to a well /readyz", [ready for _, ready, _ in rounds]),
    ):
        seconds, held = (statistics.median(column) for column in zip(*figures, strict=True))
        print(
            f"{what}: median {seconds:.2f} s, bare imports {yardstick:.2f} s, "
            f"ratio {seconds / yardstick:.1f}, {held / 1e6:.0f} MB with its children"
        )
    goals = Goals()
    goals.at_most("seconds to a well /readyz", statistics.median(ready for _, (ready, _), _ in rounds), 3)
    goals.end()


if __name__ == "__main__":
    main()
