"""The database's file: made once, brought to this version, and refused in one line when it is not ours."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.bootstrap import open_database
from bot.domain.errors import SettingsFault
from bot.setting_values import check_folder
from bot.store import database, migrations, schema
from tests.cast import Office, a_case, settings_for
from tests.contracts.racing import race, race_processes
from tests.contracts.store_racers import open_new
from tests.processes import as_nobody

pytestmark = pytest.mark.slow


def test_processes_that_start_together_make_the_tables_once(tmp_path: Path) -> None:
    for turn in range(2):
        path = tmp_path / f"{turn}.db"

        assert race_processes("print(open_new(path))", path, ["one", "two", "three"]) == ["fine\n"] * 3
        with database.connect(path) as db:
            assert migrations.list_pending(db) == []


def test_threads_that_start_together_make_the_tables_once(tmp_path: Path) -> None:
    for turn in range(10):
        assert race(*[partial(open_new, tmp_path / f"{turn}.db")] * 4) == ["fine"] * 4


def test_opening_again_changes_nothing(office: Office) -> None:
    a_case(office)
    open_database(office.bot.settings)

    assert office.case("C-1").id == 1


def test_a_failing_step_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    with database.connect(tmp_path / "usher.db") as db:
        migrations.migrate(db)
        before = db.schema
        steps = schema.migrations._migrations

        @schema.migrations()
        def m999_breaks(db: Database) -> None:
            db.executescript("create table half (id integer);")
            raise ZeroDivisionError

        try:
            with pytest.raises(ZeroDivisionError):
                migrations.migrate(db)
        finally:
            steps.pop()

        assert db.schema == before
        migrations.migrate(db)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(SettingsFault) as caught:
        act()
    (line,) = caught.value.faults
    assert "\n" not in line
    return line


def test_a_database_of_a_newer_version_is_refused_in_one_line(office: Office) -> None:
    with office.connect() as db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) "
            "values ('usher', 'm900_moon', '')"
        )

    line = refusal(partial(open_database, office.bot.settings))

    assert "newer Usher" in line
    assert "m900_moon" in line


def test_a_file_that_is_no_database_is_refused_in_one_line_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "usher.db"
    file.write_text("Dear diary, today I was opened by a bot. " * 50)
    before = file.read_bytes()

    assert "cannot be used as a database" in refusal(partial(open_database, settings_for(tmp_path)))
    assert file.read_bytes() == before


def test_a_missing_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    line = refusal(partial(open_database, settings_for(tmp_path / "missing")))

    assert str(tmp_path / "missing") in line
    assert not (tmp_path / "missing").exists()


def test_a_folder_in_the_files_place_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "usher.db").mkdir()

    assert "usher.db" in refusal(partial(open_database, settings_for(tmp_path)))


@pytest.mark.parametrize("made", [True, False])
def test_a_place_that_may_not_be_written_is_refused_in_one_line(*, made: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = settings_for(folder)
        if made:
            open_database(settings)
            settings.database_path.chmod(0o444)
        folder.chmod(0o555)
        with as_nobody():
            line = refusal(partial(open_database, settings))
        folder.chmod(0o755)

    assert "DATABASE_URL" in line
    assert str(folder) in line


def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    open_database(settings_for(tmp_path))
    kept = [file for file in tmp_path.iterdir() if file.suffix != ".lock"]

    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_what_may_only_be_read_is_in_trouble_before_anything_is_to_be_written(closed: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = settings_for(folder).database_path
        open_database(settings_for(folder))
        path.chmod(0o444)
        folder.chmod(0o555 if closed == "folder" else 0o777)
        with as_nobody():
            said = database.find_trouble(path)
        folder.chmod(0o755)

    assert "check who may write there" in said or "let the service's user write there" in said


@pytest.mark.parametrize("closed", ["folder", "file", "terms"])
def test_wording_that_may_not_be_read_is_a_fault_of_the_setting(closed: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, terms = Path(name), Path(name) / "terms"
        wording = folder / "receipt.en.md"
        wording.write_text("…", encoding="utf-8")
        terms.mkdir()
        folder.chmod(0o755)
        check_folder(folder)
        {"folder": folder, "file": wording, "terms": terms}[closed].chmod(0)
        with as_nobody(), pytest.raises(ValueError, match="cannot be read"):
            check_folder(folder)
        folder.chmod(0o755)
