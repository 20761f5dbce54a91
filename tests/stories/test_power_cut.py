"""What a power cut may take: nothing that a server was told about. The kernel's own record says so.

A copy of files shows what the system would read, not what lies on the disk. So the service runs under strace:
whatever a thread wrote to the database's log has to be synced before it tells a server to move a mail, or
that a mail begins.
"""

import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.domain.ledger import MailStatus
from bot.domain.outbox import JobKind, JobStatus
from bot.sandbox.world import DESK, World
from bot.services import intake, outbox
from bot.store import database
from tests.cli.shell import environment
from tests.processes import need
from tests.stories.desk import until

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(180)]

MAILS = 12
CALLS = "pwrite64,fdatasync,fsync,sendto,write"
#: "[pid 12] fdatasync(9</tmp/usher.db-wal>) = 0", or in two lines where another thread spoke between
LINE = re.compile(
    r"^(?:\[pid +)?(?P<thread>\d+)\]? +(?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<call>\w+)\()(?P<rest>.*)"
)


@dataclass
class Record:
    """The threads' dealings with the log and with servers, in the order in which the kernel saw them."""

    written: Counter[str] = field(default_factory=Counter)  #: by thread, how often to the log
    unsynced: set[str] = field(default_factory=set)  #: threads whose last words are not on the disk
    syncing: set[str] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)  #: by what was said
    early: list[str] = field(default_factory=list)  #: what was said before the disk had it

    def read(self, line: str) -> None:
        found = LINE.match(line)
        if found is None:
            return
        thread, rest, resumed = found["thread"], found["rest"], found["resumed"]
        if resumed in {"fdatasync", "fsync"} and thread in self.syncing:
            self._synced(thread)
        elif found["call"] == "pwrite64" and "usher.db-wal>" in rest:
            self.written[thread] += 1
            self.unsynced.add(thread)
        elif found["call"] in {"fdatasync", "fsync"} and "usher.db-wal>" in rest:
            self.syncing.add(thread)
            if "unfinished" not in rest:
                self._synced(thread)
        elif found["call"] in {"sendto", "write"}:
            self._tell(thread, rest)

    def _synced(self, thread: str) -> None:
        self.syncing.discard(thread)
        self.unsynced.discard(thread)

    def _tell(self, thread: str, rest: str) -> None:
        said = next((word for word in ("UID MOVE", '"DATA') if word in rest), "")
        if said:
            self.told[said.strip('"')] += 1
            if thread in self.unsynced:
                self.early.append(rest)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    need("strace", "strace")
    folder = tmp_path_factory.mktemp("power")
    trace = folder / "trace"
    with World(folder, seed=3) as world:
        command = [
            *("strace", "-D", "-f", "-y", "-s", "48", "-e", f"trace={CALLS}", "-o", str(trace)),
            *(sys.executable, "-m", "handlers.cli", "run", "--only", "mail,worker"),
        ]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                command, cwd=folder, env=environment(world.settings()), stdout=log, stderr=log
            ) as traced,
        ):
            try:
                until(lambda: _looked(folder))
                for number in range(MAILS):
                    sample = world.samples.incomplete_ris(
                        sender=(f"S {number}", f"s{number}@sponsor.example")
                    )
                    world.mail.submit(sample.raw, sample.sender, sample.recipient)
                until(lambda: _settled(folder, world))
            finally:
                traced.terminate()
                traced.wait(30)
    found = Record()
    with trace.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            found.read(line)
    return found


def _looked(folder: Path) -> bool:
    path = folder / "usher.db"
    if not path.exists():
        return False
    with database.connect(path) as db:
        return bool(database.rows(db, "select 1 from sqlite_master where name = 'mailboxes'")) and bool(
            database.rows(db, "select 1 from mailboxes")
        )


def _settled(folder: Path, world: World) -> bool:
    with database.connect(folder / "usher.db") as db:
        done = [row for row in intake.list_newest(db, limit=100) if row.status is MailStatus.DONE]
        sent = [job for job in outbox.list_jobs(db, (JobStatus.SENT,)) if job.kind is JobKind.MAIL]
    return len(done) == len(sent) == MAILS and not world.mail.mails(DESK)


def test_a_mail_is_moved_only_when_the_disk_knows_it(record: Record) -> None:
    assert record.told["UID MOVE"] >= 1
    assert record.early == []


def test_a_mail_goes_out_only_when_the_disk_knows_its_claim(record: Record) -> None:
    assert record.told["DATA"] >= MAILS
    assert len([thread for thread, many in record.written.items() if many > MAILS]) >= 2
    assert record.early == []
