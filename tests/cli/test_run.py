"""`usher run` as a process: it becomes ready, works, and ends cleanly whatever tells it to."""

import json
import os
import pty
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.errors import SettingsFault
from bot.sandbox.samples import DANA
from bot.sandbox.world import World
from handlers.cli.service import Service
from tests.cast import an_office
from tests.cli.shell import ask, environment, in_process, running, settings_of
from tests.stories.desk import until

pytestmark = pytest.mark.slow

WHOLE = ("mailbox", "outbox mail", "outbox slack", "portal", "slack", "database")


def receipts(world: World) -> int:
    return len([mail for mail in world.mail.mails(DANA[1]) if b"We have the form" in mail.raw])


def send_ris(world: World) -> None:
    sample = world.samples.complete_ris()
    world.mail.submit(sample.raw, sample.sender, sample.recipient)


def wait_for_the_mailbox(folder: Path) -> None:
    """Mail that came before the first look into the mailbox is recorded, never acted on."""

    def looked() -> bool:
        with closing(sqlite3.connect(folder / "usher.db", timeout=5)) as db:
            return bool(db.execute("select 1 from mailboxes").fetchall())

    until(looked)


def test_it_becomes_ready_answers_a_mail_and_ends_on_sigterm(world: World, tmp_path: Path) -> None:
    before = receipts(world)
    with running(tmp_path / "desk", env=settings_of(world, tmp_path)) as service:
        service.wait_until_well(*WHOLE)
        send_ris(world)
        until(lambda: receipts(world) == before + 1)
        code, seconds = service.end(signal.SIGTERM)

    assert (code, service.out) == (0, "")
    assert seconds < 10
    said = [line["event"] for line in service.logs]
    assert {"ready", "mail settled", "effect settled", "ending"} <= set(said)
    settings = world.settings()
    secrets = ("slack_bot_token", "slack_app_token", "secret_key", "imap_password", "slack_signing_secret")
    assert not any(settings[name] in service.err for name in secrets)
    assert DANA[1] not in service.err
    assert "/status/" not in service.err


def test_ctrl_c_reaches_the_whole_group_and_ends_it_cleanly(world: World, tmp_path: Path) -> None:
    with running(tmp_path / "desk", env=settings_of(world, tmp_path)) as service:
        service.wait_until_well(*WHOLE)
        code, seconds = service.end(signal.SIGINT)

    assert (code, service.out) == (0, "")
    assert seconds < 10
    assert "ending" in [line["event"] for line in service.logs]


def test_what_its_start_made_is_no_work_for_the_collector(world: World, tmp_path: Path) -> None:
    told = tmp_path / "told"
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, gc, sys\n"
        "runs = lambda: gc.get_stats()[2]['collections']\n"
        "said = lambda: (gc.get_freeze_count(), runs(), gc.isenabled(), 'handlers.cli.run' in sys.modules)\n"
        "def tell():\n"
        f"    with open({str(told)!r}, 'a') as file:\n"
        "        print(*said(), file=file)\n"
        "atexit.register(tell)\n"
    )
    env = settings_of(world, tmp_path) | {"pythonpath": tmp_path}
    with running(tmp_path / "desk", "--only", "worker", env=env) as service:
        service.wait_until_said('"ready"')
        service.end(signal.SIGTERM)

    (said,) = [line.split() for line in told.read_text().splitlines() if line.endswith("True")]
    frozen, whole_runs, enabled, _ = said
    assert int(frozen) > 50_000
    assert (int(whole_runs), enabled) == (1, "True")  # its own, once all is there


def test_a_closed_terminal_drains_it_as_sigterm_does(world: World, tmp_path: Path) -> None:
    env = settings_of(world, tmp_path)
    with running(tmp_path / "desk", "--only", "worker", env=env) as service:
        service.wait_until_said('"ready"')
        code, seconds = service.end(signal.SIGHUP)

    assert code == 0
    assert seconds < 10
    assert "ending" in [line["event"] for line in service.logs]


def test_a_signal_before_it_is_ready_ends_it_cleanly(world: World, tmp_path: Path) -> None:
    """Held up where it is built, until the signal has come."""
    (tmp_path / "sitecustomize.py").write_text(HELD_UP)
    env = settings_of(world, tmp_path) | {"pythonpath": tmp_path}
    with running(tmp_path / "desk", "--only", "worker", env=env) as service:
        service.wait_until_said("building")
        os.kill(service.process.pid, signal.SIGTERM)
        code = service.process.wait(timeout=20)

    assert (code, "Traceback" in service.err, '"ready"' in service.err) == (0, False, False)
    assert '"ending"' in service.err


HELD_UP = """
import os, signal, sys
from importlib.abc import MetaPathFinder

class Slow(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "bot.bootstrap":
            sys.meta_path.remove(self)
            told, tell = os.pipe()
            os.set_blocking(tell, False)
            signal.set_wakeup_fd(tell)
            print("building", file=sys.stderr, flush=True)
            os.read(told, 1)

sys.meta_path.insert(0, Slow())
"""


def test_ctrl_c_while_the_command_is_loaded_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTED)
    done = in_process("--help", cwd=tmp_path, env={"pythonpath": tmp_path})

    assert (done.code, done.out, done.err) == (130, "", "")


#: as Ctrl-C does while typer is being imported
INTERRUPTED = """
import sys
from importlib.abc import MetaPathFinder

class Stop(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Stop())
"""


def test_some_doors_only_and_a_second_signal_changes_nothing(world: World, tmp_path: Path) -> None:
    before = receipts(world)
    with running(tmp_path / "desk", "--only", "worker,mail", env=settings_of(world, tmp_path)) as service:
        service.wait_until_said('"ready"')
        wait_for_the_mailbox(tmp_path)
        send_ris(world)
        until(lambda: receipts(world) == before + 1)
        nobody = ask(str(world.settings()["ops_bind"]), "/healthz")
        code, _ = service.end(signal.SIGTERM, signal.SIGTERM, signal.SIGINT)

    assert nobody == (0, "")
    assert code == 0
    assert "connected by Socket Mode" not in service.err


@pytest.mark.parametrize("setting", ["portal_bind", "ops_bind"])
def test_a_taken_port_is_one_line_and_exit_2(world: World, tmp_path: Path, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        answer = in_process("run", cwd=tmp_path, env=settings_of(world, tmp_path, **{setting: taken}))

    (fault,) = answer.faults
    assert (answer.code, answer.out) == (2, "")
    assert fault.startswith(f"{setting.upper()}: cannot listen on {taken}")


def test_a_token_that_slack_does_not_take_is_one_line_and_exit_2(world: World, tmp_path: Path) -> None:
    env = settings_of(world, tmp_path, slack_bot_token="xoxb-wrong")
    answer = in_process("run", cwd=tmp_path, env=env)

    (fault,) = answer.faults
    assert (answer.code, answer.out) == (2, "")
    assert fault.startswith("SLACK_BOT_TOKEN: ")


def test_slack_being_down_keeps_no_mail_waiting(world: World, tmp_path: Path) -> None:
    before = receipts(world)
    env = settings_of(world, tmp_path, slack_api_url="http://127.0.0.1:1/api/")
    with running(tmp_path / "desk", env=env) as service:
        service.wait_until_said('"ready"')
        wait_for_the_mailbox(tmp_path)
        send_ris(world)
        until(lambda: receipts(world) == before + 1)
        status, text = ask(str(env["ops_bind"]), "/readyz")
        code, seconds = service.end(signal.SIGTERM)

    assert (status, code) == (503, 0)
    assert "UNWELL slack" in text
    assert seconds < 10


def test_a_database_in_trouble_does_not_end_the_mail_door(world: World, tmp_path: Path) -> None:
    with running(tmp_path / "desk", "--only", "mail", env=settings_of(world, tmp_path)) as service:
        service.wait_until_said('"ready"')
        wait_for_the_mailbox(tmp_path)
        with closing(sqlite3.connect(tmp_path / "usher.db", timeout=5)) as db:
            db.execute("alter table mailboxes rename to mailboxes_gone")
        send_ris(world)
        service.wait_until_said("mail door stumbled")
        with closing(sqlite3.connect(tmp_path / "usher.db", timeout=5)) as db:
            db.execute("alter table mailboxes_gone rename to mailboxes")
        service.wait_until_said("mail settled")
        code, _ = service.end(signal.SIGTERM)

    assert code == 0


def test_a_door_that_only_a_person_can_mend_ends_it_without_a_restart(tmp_path: Path) -> None:
    class Locked:
        def run(self) -> None:
            raise SettingsFault("DATABASE_URL: cannot write usher.db.worker.1 (Permission denied)")

        def stop(self) -> None:
            """There is nothing left to stop."""

    service = Service(an_office(tmp_path).bot, only=())
    service._run("locked", Locked())

    assert service.died.wait(5)
    assert service.fault is not None
    assert service.stop()


def test_a_door_that_falls_ends_the_service(tmp_path: Path) -> None:
    class Fallen:
        def run(self) -> None:
            raise LookupError("a bug")

        def stop(self) -> None:
            """There is nothing left to stop."""

    service = Service(an_office(tmp_path).bot, only=())
    service._run("fallen", Fallen())

    assert service.died.wait(5)
    assert service.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_prints_its_lobby_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    left = environment({"imap_folder": "Private", "tmpdir": tmp_path})
    with running(tmp_path / "desk", "--sandbox", env=left) as service:
        service.wait_until_said("Ctrl-C ends it.")
        lobby = next(line.strip() for line in service.out.splitlines() if "http://" in line)
        status, page = ask(lobby.removeprefix("http://").rstrip("/"), "/")
        code, seconds = service.end(number)

    assert (status, code) == (200, 0)
    assert "RIS" in page
    assert seconds < 10
    assert all(json.loads(line) for line in service.err.splitlines())
    assert "Traceback" not in service.err
    assert [path.name for path in tmp_path.iterdir()] == ["desk"]


def test_a_person_at_a_terminal_reads_words(world: World, tmp_path: Path) -> None:
    terminal, side = pty.openpty()
    try:
        env = settings_of(world, tmp_path, term="xterm", no_color="1")
        with running(tmp_path / "desk", "--only", "worker", env=env, stderr=side) as service:
            shown = read_until(terminal, "ready")
            code, _ = service.end(signal.SIGTERM)
    finally:
        os.close(side)
        os.close(terminal)

    assert code == 0
    assert "[info" in shown
    assert "{" not in shown


#: the signal comes at the one instant at which the main thread holds the lock of the event it waits for
AT_THE_WORST_INSTANT = """
import signal
from handlers.cli.run import take_over

ended = take_over()
with ended._cond:
    signal.raise_signal(signal.SIGTERM)
print(ended.wait(10), flush=True)
"""


def test_a_signal_that_comes_while_the_main_thread_holds_a_lock_ends_the_service_too() -> None:
    said = subprocess.run(
        [sys.executable, "-c", AT_THE_WORST_INSTANT], capture_output=True, text=True, timeout=30, check=True
    )

    assert said.stdout == "True\n"


def read_until(terminal: int, words: str) -> str:
    shown, deadline = "", time.monotonic() + 20
    while words not in shown and time.monotonic() < deadline:
        shown += os.read(terminal, 4096).decode()
    return shown


def test_held_mail_survives_a_restore_and_goes_out_once_on_release(world: World, tmp_path: Path) -> None:
    """The drill of the operators' page: backup while it runs, stop, restore, look, release."""
    env = settings_of(world, tmp_path, delivery="hold")
    before = receipts(world)

    def usher(*arguments: str) -> tuple[int, str]:
        answer = in_process(*arguments, cwd=tmp_path, env=env)
        return answer.code, answer.out + answer.err

    with running(tmp_path / "first", env=env) as service:
        service.wait_until_well(*WHOLE)
        send_ris(world)
        until(lambda: "held" in usher("jobs", "list")[1])
        assert usher("backup", "copy.db")[0] == 0
        refused = usher("restore", "copy.db")
        assert service.end(signal.SIGTERM)[0] == 0
    restored = usher("restore", "copy.db")
    with running(tmp_path / "second", env=env) as service:
        service.wait_until_well(*WHOLE)
        waiting = receipts(world)
        ended = usher("jobs", "release", "--all", "--keys-checked")
        released = usher("jobs", "release", "--all")
        until(lambda: receipts(world) == before + 1)
        verified = usher("audit", "verify")
        assert service.end(signal.SIGTERM)[0] == 0

    assert refused[0] == 2
    assert "a running service uses it" in refused[1]
    assert restored[0] == 0
    assert waiting == before
    assert ended[0] == released[0] == 0
    assert "1 mail still waits because of DELIVERY" in ended[1]
    assert verified[0] == 0
    assert receipts(world) == before + 1
