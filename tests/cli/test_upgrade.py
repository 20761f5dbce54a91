"""An upgrade as the operators' page has it: a backup, the first start of the new version, the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot import bootstrap, settings
from bot.domain.organisations import MarkKind
from bot.domain.outbox import JobStatus
from bot.rendering.workbooks import ris_form
from bot.sandbox.world import World
from bot.services import additions, approvals, finding, organisations
from bot.store import database, migrations
from bot.store.schema import migrations as steps
from handlers.cli.service import Service
from tests.cast import AVERY, BLAKE, DANA, Office, a_mail, an_office
from tests.cli.shell import Shell, settings_of
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.stories.desk import until

pytestmark = pytest.mark.slow

NEWER = "m062_what_a_form_writes_lies_together"  #: the first of what the earlier version does not know
#: what today's code uses and the earlier version did not have: table, column and its type
USED = (
    ("outbox", "not_before", "text"),
    ("outbox", "place", "integer not null default 1"),
    ("cases", "read_to", "integer not null default 0"),
    ("mails", "verified", "integer not null default 1"),
)
LINE = (
    "outbox_of_case_in_line on outbox (case_id, kind, place) where status = 'queued' and case_id is not null"
)
SECRET = "0123456789abcdef0123456789abcdef"
NORA = replace(MARA, first_name="Nora", last_name="Vogt", email="nora.vogt@nordlicht.example.com")


@pytest.fixture
def office(usher: Shell, world: World) -> Office:
    """A desk of an earlier version, which has approved C-1 and not mailed about it yet."""
    usher.set(settings_of(world, usher.folder, secret_key=SECRET))
    office = an_office(usher.folder)
    office.clock.at = datetime.now(UTC)  # as for whoever types a command
    office.path.unlink()
    with database.connect(office.path) as db:
        steps.apply(db, stop_before=NEWER)
        for table, column, kind in USED:
            db.execute(f"alter table {table} add column {column} {kind}")
        db.execute(f"create index {LINE}")
    take(office, sound_form())
    seen = office.case("C-1").content_hash
    with office.connect() as db:
        approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
        mark_people_as_before(db)
        db.execute(f"drop index {LINE.partition(' ')[0]}")
        for table, column, _ in USED:
            db.execute(f"alter table {table} drop column {column}")
    office.bot.connections.close()
    return office


def take(office: Office, form: bytes) -> None:
    office.take(a_mail(subject="A new customer", files=[("RIS.xlsx", form)]))


def mark_people_as_before(db: Database) -> None:
    """With their addresses as they are, under the name of then."""
    before = "substr(value, instr(value, '@') + 1) || '@' || substr(value, 1, instr(value, '@') - 1)"
    with database.transaction(db):
        sql = f"update case_marks set kind = 'person', value = {before} where kind = ?"
        assert db.execute(sql, [MarkKind.PERSON]).rowcount == len((MARA, TOM))


def pending(path: Path) -> list[str]:
    with database.look_into(path) as db:
        return migrations.list_pending(db)


@contextmanager
def started() -> Iterator[None]:
    """The service of today's version, as `usher run` starts it."""
    service = Service(bootstrap.build(settings.load(env_file=None)), only=("worker",))
    service.start()
    try:
        yield
    finally:
        assert service.stop()


def mailed(world: World) -> int:
    """How many mails the sponsor has: the receipt and the confirmation, once each."""
    return len(world.mail.mails(DANA.address))


def test_no_command_but_a_start_brings_a_database_to_this_version(office: Office, usher: Shell) -> None:
    before = pending(office.path)
    for command in ("stock", "jobs list", "audit export", "accounts unlock x@example.com", "faq ask code"):
        answer = usher(*command.split())
        assert answer.code == 2
        assert answer.faults == [
            f"DATABASE_URL: {office.path} is of an older version: make a backup, then start the service"
        ]
    (found,) = [one for one in usher("doctor", "--json").objects if one["name"] == "database"]

    assert "older version" in found["sentence"]
    assert pending(office.path) == before != []


def test_an_earlier_desk_is_brought_to_this_version_and_knows_its_cases_and_people(
    office: Office, usher: Shell
) -> None:
    assert usher("backup", "copy.db").code == 0
    before = [pending(path) for path in (office.path, usher.folder / "copy.db")]
    with started():
        after = pending(office.path)
    take(office, ris_form("en", replace(COMPANY, seats=1), [MARA, NORA]))
    with office.connect() as db:
        found = finding.find(db, office.desk, "nordlicht", page=1, by=AVERY, now=office.now).found
        (like,) = organisations.list_likenesses(db, office.case("C-2"))
        seen = office.case("C-2").content_hash
        added = additions.confirm_same(
            db, office.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=office.now
        )

    assert ([steps_to_go[0] for steps_to_go in before], after) == ([NEWER, NEWER], [])
    assert {one.ref for one in found} == {"C-1", "C-2"}
    assert (like.ref, like.people) == ("C-1", ("Mara Lindqvist",))
    assert [user.email for user in added.ordered_users] == [NORA.email]


def test_the_way_back_to_the_backup_ends_in_a_desk_that_starts_held(
    office: Office, usher: Shell, world: World
) -> None:
    usher("backup", "copy.db")
    before = mailed(world)
    with started():
        until(lambda: mailed(world) == before + 2)
    office.bot.connections.close()
    restored = usher("restore", "copy.db")
    versions = pending(usher.folder / "copy.db"), pending(office.path)
    with started():
        take(office, ris_form("en", COMPANY, [NORA]))
        until(lambda: office.job("receipt").status is JobStatus.HELD)
        listed = usher("jobs", "list").out
        held = [job.template for job in office.mails() if job.status is JobStatus.HELD]
        waited = mailed(world) - before
        released = usher("jobs", "release", "--all", "--keys-checked")
        until(lambda: mailed(world) == before + 4)

    assert (restored.code, released.code, waited) == (0, 0, 2)
    assert "every mail is held" in listed
    assert held == ["receipt", "order_confirmation", "receipt"]
    assert "2 jobs are held" in restored.out
    assert (versions[0][0], versions[1]) == (NEWER, [])
    assert office.case("C-1").decision is not None
