"""From the command to a ready lobby: `usher run --sandbox`, beside bare imports of the same libraries."""

import re
import statistics
import subprocess
import sys
import time

RUNS = 5
#: what any program made of these parts pays before its first line
BARE = "import slack_bolt, flask, waitress, imapclient, sqlite_utils, jinja2, babel, phonenumbers, pymap"


def until_ready() -> float:
    """Seconds from the start of the process to the printed lobby, and a clean end after it."""
    began = time.monotonic()
    command = [sys.executable, "-m", "handlers.cli", "run", "--sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if re.search(r"http://127\.0\.0\.1:\d+/$", line.strip()):
                break
        took = time.monotonic() - began
        process.terminate()
        process.stdout.read()
    return took


def bare() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", BARE], check=True)
    return time.monotonic() - began


def main() -> None:
    pairs = [(until_ready(), bare()) for _ in range(RUNS)]
    ready, yardstick = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = f"{ready / yardstick:.1f}"
    print(f"start to ready lobby: median {ready:.2f} s, bare imports {yardstick:.2f} s, ratio {ratio}")


if __name__ == "__main__":
    main()
