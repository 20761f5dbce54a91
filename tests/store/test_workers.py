"""A worker is alive as long as its process holds the lock, and only then."""

import subprocess
import sys
import threading
from pathlib import Path

from bot.store import workers

HOLD = """
import sys, time
from pathlib import Path
from bot.store import workers
with workers.alive(Path(sys.argv[1]), "host:1-aa:mail"):
    print("alive", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_is_dead_at_once_and_buried_once(tmp_path: Path) -> None:
    path = tmp_path / "usher.db"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert list(workers.bury_dead(path)) == []
        process.kill()
        process.wait()

    assert list(workers.bury_dead(path)) == ["host:1-aa:mail"]
    assert list(workers.bury_dead(path)) == []


def test_the_living_are_left_alone_even_by_their_own_process(tmp_path: Path) -> None:
    path = tmp_path / "usher.db"
    with workers.alive(path, "one"), workers.alive(path, "two"):
        assert list(workers.bury_dead(path)) == []

    assert list(workers.bury_dead(path)) == ["one", "two"]


def test_a_burial_that_is_broken_off_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "usher.db"
    with workers.alive(path, "one"):
        pass
    burial = workers.bury_dead(path)
    assert next(burial) == "one"
    burial.close()  # type: ignore[attr-defined]

    assert list(workers.bury_dead(path)) == ["one"]


def test_other_databases_in_the_folder_have_workers_of_their_own(tmp_path: Path) -> None:
    with workers.alive(tmp_path / "other.db", "one"):
        pass

    assert list(workers.bury_dead(tmp_path / "usher.db")) == []


def test_whoever_comes_while_somebody_buries_all_the_time_is_alive_in_the_end(tmp_path: Path) -> None:
    path, stopping = tmp_path / "usher.db", threading.Event()

    def bury() -> None:
        while not stopping.is_set():
            list(workers.bury_dead(path))

    sexton = threading.Thread(target=bury)
    sexton.start()
    try:
        for number in range(200):
            with workers.alive(path, f"w{number}"):
                assert f"usher.db.worker.w{number}" in {file.name for file in tmp_path.iterdir()}
    finally:
        stopping.set()
        sexton.join()
