"""Wrong usage: exit 2, one clear line on stderr, nothing on stdout; help has an example everywhere."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from bot.sandbox.world import World
from bot.store import database, migrations
from handlers.cli.main import app
from tests.cli.shell import USHER, Shell, environment, in_process, settings_of

pytestmark = pytest.mark.slow


def commands() -> list[tuple[str, ...]]:
    """Every command and group, by the words that call it."""
    found: list[tuple[str, ...]] = []

    def walk(command: object, path: tuple[str, ...]) -> None:
        found.append(path)
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


def test_every_command_of_the_contract_is_there() -> None:
    wanted = (
        "run, doctor, ris blank, ris check, mail classify, mail replay, audit verify, audit export, "
        "mails list, mails show, jobs list, jobs retry, jobs drop, jobs release, backup, restore, "
        "faq ask, faq evaluate"
    )

    assert set(wanted.split(", ")) <= {" ".join(path) for path in commands()}


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_help_has_an_example(usher: Shell, path: tuple[str, ...]) -> None:
    answer = usher(*path, "--help")

    assert (answer.code, answer.err) == (0, "")
    assert f"Example: usher {' '.join(path)}".rstrip() in answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("bogus", "No such command 'bogus'."),
        ("ris bogus", "No such command 'bogus'."),
        ("ris check", "Missing argument 'files'."),
        ("ris check --bogus", "No such option: --bogus"),
        ("ris check nowhere.xlsx", "nowhere.xlsx: no such file"),
        ("ris check .", ".: is a folder"),
        ("ris blank --lang fr", "'fr' is not one of 'en', 'de'"),
        ("ris blank -o .", ".: cannot be written (Is a directory)"),
        ("ris blank -o nowhere/ris.xlsx", "cannot be written (No such file or directory)"),
        ("mail classify nowhere.eml", "no such file"),
        ("mail list --limit 0", "greater than or equal to 1"),
        ("mails show nothing", "no mail is called nothing; there are: "),
        ("jobs retry seven", "job_id"),
        ("jobs release", "give either a job's number or --all"),
        ("jobs release 7 --all", "give either a job's number or --all"),
        ("run --only mail,sms", "not sms"),
        ("run --only ,", "not nothing"),
        ("backup", "Missing argument"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(usher: Shell, arguments: str, said: str) -> None:
    answer = usher(*arguments.split())

    assert (answer.code, answer.out) == (2, "")
    (fault,) = answer.faults
    assert said in fault


@pytest.mark.parametrize("group", ["", "ris", "mail", "faq", "po", "accounts"])
def test_without_a_command_the_help_comes_with_a_line_that_says_why(usher: Shell, group: str) -> None:
    answer = usher(*group.split())

    assert answer.code == 2
    assert "--help" in answer.out
    assert answer.faults == [f"Missing command. (see {f'usher {group}'.strip()} --help)"]


def test_every_file_that_is_not_there_is_named(usher: Shell) -> None:
    answer = usher("ris", "check", "a.xlsx", "b.xlsx", ".")

    assert answer.faults == [
        "a.xlsx: no such file",
        "b.xlsx: no such file",
        ".: is a folder; name the files in it",
    ]


def test_missing_settings_are_one_line_each(usher: Shell) -> None:
    answer = usher("jobs", "list")

    assert (answer.code, answer.out) == (2, "")
    assert len(answer.faults) == 13


@pytest.mark.parametrize(
    "command", ["run", "doctor", "jobs list", "mail list", "audit verify", "backup x.db"]
)
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slack_bot_token": "xapp-1"}, "SLACK_BOT_TOKEN: must be a bot token"),
        ({"slack_app_token": "xoxb-1"}, "SLACK_APP_TOKEN: must be an app-level token"),
        ({"slack_staff": ","}, "SLACK_STAFF: names nobody"),
        ({"mail_auth": "kerberos"}, "MAIL_AUTH: must be password or oauth2"),
    ],
)
def test_wrong_settings_are_one_line_in_every_command(
    usher: Shell, world: World, command: str, changed: dict[str, str], said: str
) -> None:
    usher.set(settings_of(world, usher.folder, **changed))
    answer = usher(*command.split())

    assert (answer.code, answer.out) == (2, "")
    (fault,) = answer.faults
    assert fault.startswith(said)


def test_a_turned_clock_and_live_delivery_exclude_each_other(usher: Shell, world: World) -> None:
    usher.set(settings_of(world, usher.folder, usher_clock="2026-03-01T08:00+00:00"))

    for command in ("run", "doctor"):
        (fault,) = usher(command).faults
        assert fault.startswith("USHER_CLOCK: ")


@pytest.mark.parametrize(
    ("text", "said"), [("[desk", "is not valid TOML"), ("[desk]\n", "desk.name: "), (None, "cannot be read")]
)
def test_a_policy_that_cannot_be_used_is_named(
    usher: Shell, world: World, text: str | None, said: str
) -> None:
    path = usher.folder / "usher.toml"
    if text is not None:
        path.write_text(text)
    usher.set(settings_of(world, usher.folder, usher_config=path))

    for command in ("run", "doctor", "ris check .env", "mails list"):
        Path(".env").touch()
        answer = usher(*command.split())
        assert (answer.code, answer.out) == (2, "")
        assert any(said in fault for fault in answer.faults)
        assert all(fault.startswith(f"USHER_CONFIG: {path}: ") for fault in answer.faults)


def no_folder(path: Path) -> None:
    path.parent.rmdir()


def no_database(path: Path) -> None:
    path.write_text("a shopping list, longer than a header\n" * 30)


def a_folder(path: Path) -> None:
    path.mkdir()


def anothers_database(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("create table recipes (id integer)")
    db.close()


def newer_database(path: Path) -> None:
    with database.connect(path) as db:
        migrations.migrate(db)
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) "
            "values ('usher', 'm999_from_tomorrow', '2030-01-01')"
        )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (no_folder, "the folder"),
        (no_database, "file is not a database"),
        (a_folder, "cannot be used as a database"),
        (anothers_database, "another program's database"),
        (newer_database, "written by a newer Usher (it knows m999_from_tomorrow)"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_database_that_cannot_be_used_is_named(
    usher: Shell, world: World, spoil: object, said: str
) -> None:
    path = usher.folder / "data" / "usher.db"
    path.parent.mkdir()
    assert callable(spoil)
    spoil(path)
    usher.set(settings_of(world, usher.folder, database_url=f"sqlite:///{path}"))

    for command in ("run", "jobs list") if path.exists() else ("run",):
        answer = usher(*command.split())
        assert (answer.code, answer.out) == (2, "")
        (fault,) = answer.faults
        assert fault.startswith("DATABASE_URL: ")
        assert said in fault


@pytest.mark.slow
def test_a_start_while_the_database_is_locked_may_be_tried_again(usher: Shell, world: World) -> None:
    path = usher.folder / "usher.db"
    with database.connect(path) as db:
        migrations.migrate(db)
        # as an older version's, or there would be nothing to write
        db.execute("delete from _sqlite_migrations where name = (select max(name) from _sqlite_migrations)")
        usher.set(settings_of(world, usher.folder, database_url=f"sqlite:///{path}"))

        db.execute("begin exclusive")
        answer = usher("run")
        db.execute("rollback")

    assert (answer.code, answer.out) == (1, "")  # 2 would be a setting's fault, and nothing starts it again
    assert answer.faults == [
        f"{path}: another process has locked the database: end what works on it beside Usher"
    ]


def test_a_database_that_is_not_there_is_not_made_by_looking(usher: Shell, world: World) -> None:
    usher.set(settings_of(world, usher.folder))

    for command in ("jobs list", "mail list", "audit verify", "backup copy.db"):
        (fault,) = usher(*command.split()).faults
        assert fault.startswith("DATABASE_URL: there is no ")
    assert list(usher.folder.iterdir()) == []


def test_a_file_without_a_database_stays_as_it_is(usher: Shell, world: World) -> None:
    usher.set(settings_of(world, usher.folder))
    path = usher.folder / "usher.db"
    path.touch()

    for command in ("jobs list", "stock", "audit export", "backup copy.db", "faq ask code"):
        answer = usher(*command.split())
        assert (answer.code, len(answer.faults)) == (2, 1)
        assert answer.faults[0].startswith(
            f"DATABASE_URL: there is no database in {path}; name the right file"
        )
    (found,) = [one for one in usher("doctor", "--json").objects if one["name"] == "database"]
    assert "there is no database" in found["sentence"]
    assert path.stat().st_size == 0


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [USHER, "mails", "list"],
            cwd=tmp_path,
            env=environment({}),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert (done.returncode, done.stderr) == (2, b"usher: cannot write: No space left on device\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stock >&-", "usher: stdout is closed; send it to /dev/null if nobody is to read it\n"),
        ("mails list --json >&-", "usher: stdout is closed; send it to /dev/null if nobody is to read it\n"),
        ("--help >&-", "usher: stdout is closed; send it to /dev/null if nobody is to read it\n"),
        ("faq ask --jsonl <&-", "usher: stdin is closed; give the questions there, one object a line\n"),
        ("ris check nowhere.xlsx 2>&-", ""),
        ("ris check nowhere.xlsx >&- 2>&-", ""),
    ],
)
def test_a_stream_that_is_closed_is_one_line(tmp_path: Path, line: str, said: str) -> None:
    done = subprocess.run(
        f"{USHER} {line}",
        shell=True,
        cwd=tmp_path,
        env=environment({}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_a_reader_that_leaves_is_no_error_of_ours(tmp_path: Path) -> None:
    shown = subprocess.run(
        f"{USHER} mails show receipt --html | {sys.executable} -c 'pass'",
        shell=True,
        cwd=tmp_path,
        env=environment({}),
        capture_output=True,
        check=False,
    )

    assert shown.stderr == b""


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from handlers.cli.main import main; main(['--help']); "
        "print([name for name in ('flask', 'slack_sdk', 'pydantic', 'sqlite_utils', 'babel', 'pebble',"
        " 'cryptography', 'structlog') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)

    assert done.stderr == b"[]\n"


def test_a_service_loads_nothing_that_only_its_libraries_would(tmp_path: Path) -> None:
    code = (
        "import sys; from handlers.cli.lean import import_lean; import_lean(); "
        "from bot import bootstrap; from handlers.cli import logs, run, service; "
        "heavy = ('numpy', 'rich', 'pygments', 'xlsxwriter'); "
        "print([name for name in heavy if name in sys.modules]); "
        "import numpy, rich.pretty"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)

    assert done.stdout == b"[]\n"


def test_the_installed_command_answers(tmp_path: Path) -> None:
    answer = in_process("--help", cwd=tmp_path)

    assert (answer.code, answer.err) == (0, "")
    assert "Takes a partner from a spreadsheet to signed in" in answer.out


def test_the_module_is_the_command_and_keeps_its_exit_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "handlers.cli", "bogus"],
        cwd=tmp_path,
        env=environment({}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (2, "usher: No such command 'bogus'. (see usher --help)\n")
