"""Backup while a service writes, and a restore that is held and never spoils what is there."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlite_utils import Database

from bot.domain.errors import SettingsFault
from bot.domain.events import EventTag
from bot.domain.keyring import Keyring
from bot.domain.outbox import JobKind, NewJob
from bot.sandbox.world import World
from bot.services.backup import back_up, restore
from bot.store import database, events, migrations, outbox
from bot.store.database import transaction
from tests.cli.shell import Shell, settings_of
from tests.processes import as_nobody, closed_folder

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(usher: Shell, world: World) -> Shell:
    """A desk whose database has an event and a queued mail."""
    usher.set(settings_of(world, usher.folder))
    with database.connect(usher.folder / "usher.db") as db:
        migrations.migrate(db)
        write(db, 0)
    return usher


def write(db: Database, number: int) -> None:
    """What a service does: an event and an effect in one transaction."""
    job = NewJob(key=f"k{number}", kind=JobKind.MAIL, stream=f"s{number}", template="receipt", values={})
    with transaction(db):
        events.add(db, EventTag.JOB_HELD, f"job:{number}", actor="usher", at=NOW)
        outbox.add(db, job, now=NOW)


def counts(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        ((seen,),) = db.execute("select count(*) from events").fetchall()
        ((queued,),) = db.execute("select count(*) from outbox").fetchall()
    return seen, queued


def test_every_copy_made_while_somebody_writes_is_whole(desk: Shell) -> None:
    ended = Event()

    def service() -> None:
        with database.connect(desk.folder / "usher.db") as db:
            number = 1
            while not ended.is_set():
                write(db, number)
                number += 1

    writing = Thread(target=service)
    writing.start()
    try:
        answers = [desk("backup", f"copy{number}.db") for number in range(5)]
    finally:
        ended.set()
        writing.join()

    assert [answer.code for answer in answers] == [0] * 5
    for number in range(5):
        copy = Path(f"copy{number}.db")
        seen, queued = counts(copy)
        assert seen == queued > 0
        with database.look_into(copy) as db:
            assert events.find_first_broken(db) is None
    beside = {path.name for path in desk.folder.iterdir()}
    assert beside == {"usher.db", *(f"copy{number}.db" for number in range(5))}


def test_a_copy_is_its_owners_alone_and_overwrites_nothing(desk: Shell) -> None:
    assert desk("backup", "copy.db").code == 0
    before = Path("copy.db").read_bytes()
    again = desk("backup", "copy.db")

    assert Path("copy.db").stat().st_mode & 0o777 == 0o600
    assert (again.code, again.faults) == (2, ["copy.db: is there already; name another file"])
    assert Path("copy.db").read_bytes() == before


def test_a_restore_brings_back_what_was_and_holds_what_waited(desk: Shell) -> None:
    desk("backup", "copy.db")
    with database.connect(desk.folder / "usher.db") as db:
        write(db, 1)
    restored = desk("restore", "copy.db")

    assert restored.code == 0
    assert "1 job is held" in restored.out
    listed = desk("jobs", "list", "--json")
    assert [(job["template"], job["status"]) for job in listed.objects] == [
        ("receipt", "held"),
        ("held_note", "queued"),
    ]
    assert "every mail is held" in desk("jobs", "list").out
    trail = desk("audit", "export", "--json").objects
    assert [event["tag"] for event in trail[-2:]] == [EventTag.DATABASE_RESTORED, EventTag.JOB_HELD]
    assert trail[-2]["actor"].startswith("cli:")
    assert desk("audit", "verify").code == 0
    refused = desk("jobs", "release", "--all")
    assert (refused.code, "--keys-checked" in refused.err) == (2, True)
    released = desk("jobs", "release", "--all", "--keys-checked")
    assert (released.code, released.out.splitlines()[0]) == (0, "released 1 job")
    assert "the hold since the restore is over" in released.out
    waiting = [(job["template"], job["status"]) for job in desk("jobs", "list", "--json").objects]
    assert waiting == [("receipt", "queued"), *2 * [("held_note", "queued")]]  # and the note says so anew


def test_a_restore_onto_an_empty_machine(desk: Shell) -> None:
    desk("backup", "copy.db")
    for path in desk.folder.glob("usher.db*"):
        path.unlink()

    assert desk("restore", "copy.db").code == 0
    assert counts(desk.folder / "usher.db") == (3, 2)  # with the hold, and its note


def test_a_restore_waits_for_no_running_service(desk: Shell) -> None:
    desk("backup", "copy.db")
    with database.in_use(desk.folder / "usher.db"):
        answer = desk("restore", "copy.db")

    (fault,) = answer.faults
    assert answer.code == 2
    assert fault.endswith("a running service uses it; stop it first")
    assert counts(desk.folder / "usher.db") == (1, 1)


def spoil_text(path: Path) -> None:
    path.write_text("a shopping list, longer than a header\n" * 30)


def spoil_empty(path: Path) -> None:
    path.write_bytes(b"")


def spoil_other(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table recipes (id integer)")


def spoil_half(path: Path) -> None:
    with database.connect(path.with_name("usher.db")) as db:
        database.copy_to(db, path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def spoil_newer(path: Path) -> None:
    with database.connect(path.with_name("usher.db")) as db:
        database.copy_to(db, path)
    with closing(sqlite3.connect(path)) as copy, copy:
        copy.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) "
            "values ('usher', 'm999_from_tomorrow', '2030-01-01')"
        )


def spoil_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    "spoil", [spoil_text, spoil_empty, spoil_other, spoil_half, spoil_newer, spoil_folder]
)
def test_what_is_no_backup_of_ours_changes_nothing(desk: Shell, spoil: object) -> None:
    assert callable(spoil)
    spoil(desk.folder / "copy.db")
    answer = desk("restore", "copy.db")

    (fault,) = answer.faults
    assert answer.code == 2
    assert fault.startswith("copy.db: ")
    assert counts(desk.folder / "usher.db") == (1, 1)
    assert not list(desk.folder.glob("*.restoring*"))


def test_a_backup_that_is_not_there(desk: Shell) -> None:
    assert desk("restore", "nowhere.db").faults == ["nowhere.db: no such file"]
    assert desk("restore", ".").faults == [".: is a folder; name the backup in it"]
    assert desk("restore", "/dev/null").faults == ["/dev/null: is no file"]


def test_a_folder_that_one_may_not_enter_is_named() -> None:
    with closed_folder() as folder, as_nobody():
        copy = folder / "copy.db"
        for go in (
            partial(back_up, copy, copy),
            partial(restore, copy, copy, ring=Keyring(["k" * 32]), by="cli:x", now=NOW),
        ):
            with pytest.raises(
                SettingsFault, match=re.escape(f"{copy}: cannot be reached (Permission denied)")
            ):
                go()


def test_what_was_held_before_a_restore_is_counted_with_the_rest(desk: Shell) -> None:
    desk("backup", "copy.db")
    desk("restore", "copy.db")
    desk("backup", "again.db")

    assert "1 job is held" in desk("restore", "again.db").out
    told = [one["data"] for one in desk("audit", "export", "--json").objects if "restored" in one["tag"]]
    assert [data["held"] for data in told] == [1, 1]


def test_a_restore_leaves_the_backup_as_it_was(desk: Shell) -> None:
    desk("backup", "copy.db")
    before = Path("copy.db").read_bytes()
    desk("restore", "copy.db")

    assert Path("copy.db").read_bytes() == before
    assert {path.name for path in desk.folder.iterdir()} == {"copy.db", "usher.db", "usher.db.lock"}


def test_a_backup_into_a_folder_that_is_not_there(desk: Shell) -> None:
    assert desk("backup", "nowhere/copy.db").faults == ["nowhere/copy.db: there is no folder nowhere"]


OTHER = "another-key-of-thirty-two-signs-0"


def test_a_backup_of_another_secret_key_is_refused_before_anything_is_replaced(desk: Shell) -> None:
    assert desk("jobs", "list").code == 0  # any command, as any start, leaves the marks of its key
    desk("backup", "copy.db")
    with database.connect(desk.folder / "usher.db") as db:
        write(db, 1)
    desk.set(secret_key=OTHER)
    refused = desk("restore", "copy.db")

    assert refused.code == 2
    assert refused.faults[0].startswith("SECRET_KEY: opens nothing that is sealed in copy.db, so nothing was")
    assert counts(desk.folder / "usher.db") == (2, 2)
    assert list(desk.folder.glob("*.restoring*")) == []


def test_a_backup_whose_key_is_lost_for_good_comes_back_and_what_is_lost_is_said(desk: Shell) -> None:
    desk("jobs", "list")
    desk("backup", "copy.db")
    desk.set(secret_key=OTHER)
    restored = desk("restore", "copy.db", "--key-lost")

    assert (restored.code, "1 job is held" in restored.out) == (0, True)
    assert "marks were sealed with another key" in restored.out
    assert "usher sealed forget" in restored.out


def test_a_key_that_is_lost_for_good_is_forgotten_when_the_operator_says_so(desk: Shell) -> None:
    desk("jobs", "list")
    desk.set(secret_key=OTHER)
    asked = desk("sealed", "forget")
    forgot = desk("sealed", "forget", "--for-good")
    again = desk("sealed", "forget")

    assert (asked.code, asked.out.splitlines()[0]) == (
        1,
        "SECRET_KEY does not open 3 marks and 0 License Keys in stock",
    )
    assert (forgot.code, forgot.out.partition(";")[0]) == (0, "forgot 3 marks and 0 License Keys in stock")
    assert (again.code, again.out.partition(":")[0]) == (0, "there is nothing to forget")
    trail = [
        event for event in desk("audit", "export", "--json").objects if event["tag"] == EventTag.KEY_LOST
    ]
    assert [event["data"] for event in trail] == [{"marks": 3, "stock": 0}]
