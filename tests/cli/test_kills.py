"""SIGKILL in the middle of a command: all or nothing is there, once more finishes it, nothing goes twice."""

import itertools
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.staff import Staff
from bot.services import erasures, lifecycle_gates, lifecycle_rounds
from bot.settings import Settings
from bot.store.database import rows
from tests import connections
from tests.authenticators import enrolled
from tests.cast import AVERY, CASEY, Office, an_office
from tests.cli.dying import ENV
from tests.cli.shell import Shell
from tests.cli.test_stock import desk
from tests.nursery import Nursery, a_nursery
from tests.services.test_account_files import HEAD, row
from tests.services.test_erasing import a_life, dump

__all__ = ["desk"]  # pytest finds the fixture here
pytestmark = pytest.mark.slow

#: accounts of which some is gone, and some is not
HALVES = """select id from accounts where (erased_at is null) <> (last_name <> '')
    union all select account_id from lives join accounts a on a.id = account_id where erased_at is not null
    union all select account_id from consents join accounts a on a.id = account_id where erased_at is not null
    union all select id from accounts a where (erased_at is null) = exists(
        select 1 from events where tag = 'account:erased' and subject = 'account:' || a.id)"""
DONE = "select 1 from events where tag in ('person:erased', 'account:erased')"  #: hers, and two accounts
Lives = Callable[..., bool]


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with a_nursery("tests.cli.dying", tmp_path_factory.mktemp("nursery")) as nursery:
        yield nursery


@pytest.fixture
def dies(nursery: Nursery, desk: Shell) -> Lives:
    """Live once at that desk: where it is to die, and the command; whether it did."""
    home, names = desk.folder.parent, map(str.upper, Settings.model_fields)
    (home / ENV).write_text(json.dumps({name: os.environ[name] for name in names if name in os.environ}))
    return lambda place, *command: nursery.end(nursery.live(place, home, *command))


def at_work(folder: Path) -> Office:
    office = an_office(folder)
    office.clock.at = datetime.now(UTC)
    return office


def count(office: Office, sql: str) -> int:
    with office.connect() as db:
        return len(rows(db, sql))


def test_an_import_that_is_killed_took_every_row_or_none(dies: Lives, desk: Shell, tmp_path: Path) -> None:
    office, file, many = at_work(tmp_path), tmp_path / "partners.csv", 4
    today = office.now.date()
    lines = [row(number, today + timedelta(days=day)) for number, day in enumerate((80, 20, 10, -5))]
    file.write_text("\n".join([HEAD, *lines]))
    assert desk("accounts", "import", str(file), "--dry-run").code == 0

    # the accounts half written; their clocks; all but the commit; the commit, and no word of it
    for place in ("insert:3", "insert:14", "kept:1"):
        assert dies(place, "accounts", "import", file)
        assert count(office, "select 1 from accounts union all select 1 from lives") == 0
        assert count(office, "select 1 from events where tag = 'account:imported'") == 0
    assert dies("end", "accounts", "import", file)
    again = desk("accounts", "import", str(file))

    assert (again.code, again.out.count("e-mail: has an account here already")) == (1, many)
    for table in ("accounts", "partners", "lives"):
        assert count(office, f"select 1 from {table}") == many
    assert count(office, "select 1 from events where tag = 'account:imported'") == 1
    with office.connect() as db:
        gate = lifecycle_gates.find_shut(db)
        assert gate is not None
        lifecycle_gates.open_gate(db, office.desk, gate.id, by="x", now=office.now)
    for _ in range(2):
        with office.connect() as db:
            lifecycle_rounds.run(db, office.desk, now=office.now)
        office.work()
        office.clock.wait(minutes=1)
    assert Counter(mail.to for mail in office.mailer.sent) == Counter(
        f"ada{number}@works.example.com" for number in (1, 2, 3)
    )


def test_an_erasure_that_is_killed_anywhere_goes_on_to_its_end_and_is_told_once(
    dies: Lives, desk: Shell, tmp_path: Path
) -> None:
    office = at_work(tmp_path)
    mara = a_life(office)
    phones = {who.id: enrolled(office, who) for who in (AVERY, CASEY)}
    code = desk("person", "erase", mara.user_id, "--json").objects[0]["code"]
    assert dies("kept:1", "person", "erase", mara.user_id, "--ask", code)
    assert count(office, "select 1 from erasures") == 0
    assert dies("end", "person", "erase", mara.user_id, "--ask", code)
    assert desk("person", "erase", mara.user_id, "--ask", code).code == 2
    for who in (AVERY, CASEY):
        agree(office, who, phones[who.id].code(office.now))
    office.work()

    connections.close_idle()
    before, mailed = office.path.read_bytes(), len(office.mailer.sent)
    for place in itertools.count(1):
        office.path.write_bytes(before)
        if not dies(f"kept:{place}", "round", "erasures"):
            break
        assert count(office, HALVES) == 0
        assert count(office, "select 1 from events where tag = 'person:erased'") == 0
        assert dies("end", "round", "erasures")
        assert count(office, HALVES) == 0
        assert count(office, DONE) == 3
        connections.close_idle()

    assert place > 8
    office.work()
    after = dump(office)
    assert "mara" not in after.lower()
    assert len(office.mailer.sent) == mailed
    assert not dies("kept:1", "round", "erasures")
    assert dump(office) == after


def agree(office: Office, who: Staff, code: str) -> None:
    with office.connect() as db:
        erasures.agree(db, office.desk, erasure_id=1, by=who, code=code, now=office.now)
