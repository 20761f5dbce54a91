"""Mails a second from the outbox, beside bare smtplib with the same two commits a mail, to one smtp-sink.

Ours are order confirmations of approved cases: the worker's own lane claims, renders, sends and settles
them. The yardstick sends the same bytes, ready made, over one connection, and in two commits a mail writes
the same rows by plain SQL into a copy of the same database: it knows what to write and looks nothing up.
Others show where that stands: one claims twenty mails in a commit and says in another how far their decisions
are, as the outbox does, which so makes one commit a mail and a tenth; one commits a row of two columns each
time, as little as can be said; one makes its mails too, from the same values and templates with the libraries
as they are: jinja2, markdown-it, css-inline and EmailMessage.
All write to files with synchronous=FULL, in turns. CPU time is this process's alone, not the sink's.
"""

import contextlib
import gc
import os
import shutil
import smtplib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Self

import css_inline
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlite_utils import Database

from bot.adapters.mime import as_bytes
from bot.adapters.smtp import build_mailer
from bot.clock import RealClock
from bot.domain.approvals import Phase
from bot.domain.cases import Case
from bot.domain.events import EventTag
from bot.domain.languages import LANGUAGES
from bot.domain.mail import Address, OutboundMail
from bot.domain.outbox import Job, JobStatus
from bot.domain.ris import RisCase
from bot.rendering import samples
from bot.rendering.mail_templates import SHIPPED
from bot.sandbox.invented import organisation, person
from bot.services import approvals
from bot.services.effects import Ways
from bot.services.queueing import HIDDEN
from bot.store import cases as case_store
from bot.store.database import copy_to, rows, transaction
from handlers.cli import logs
from handlers.worker.loop import LANES, LIMIT, Worker
from tests.benchmarks.goals import Goals
from tests.cast import AVERY, Office, an_office
from tests.processes import free_port, ordinary_user, wait_for_greeting

MAILS = 1_000
ROUNDS = 5
EVENT = "tag, actor, subject, data, previous, hash"

SIDES = {
    "same": "of the same rows",
    "batched": f"of the same rows, {LIMIT} claims in one commit as ours, and {LIMIT} decisions in one",
    "least": "of one row each",
    "made": "of one row each, and mails that it makes by the libraries",
}

Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Seconds a mail."""

    wall: float
    cpu: float


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Postfix's own; it refuses to be root."""
    if shutil.which("smtp-sink") is None:
        sys.exit("smtp-sink is not there: apt-get install postfix")
    port = free_port()
    command = ["smtp-sink", "-u", ordinary_user().pw_name] if os.geteuid() == 0 else ["smtp-sink"]
    with subprocess.Popen([*command, f"127.0.0.1:{port}", "100"]) as process:
        try:
            wait_for_greeting(process, port, b"220")
            yield port
        finally:
            process.terminate()


def queue(office: Office, numbers: Sequence[int], luck: Random) -> None:
    """Approve cases of two to five users, every one of another sponsor."""
    with office.connect() as db:
        for number in numbers:
            case = an_invented_case(number, luck)
            with transaction(db):
                case_store.add(db, case, made_by="mail:1", now=office.now)
            approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)


def an_invented_case(number: int, luck: Random) -> Case:
    invented = organisation(luck)
    ris = RisCase(company=invented.company, users=invented.users)
    sponsor = Address(name=person(luck)[0], address=f"sponsor-{number}@sponsor.example.org")
    case = samples.complete_case(luck.choice(LANGUAGES))
    return replace(case, id=number, mail_id=number, ris=ris, content_hash=ris.content_hash(), sponsor=sponsor)


def measured(work: Callable[[], None], mails: int) -> Figure:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Figure(wall=(time.perf_counter() - wall) / mails, cpu=(time.process_time() - cpu) / mails)


def drain(office: Office, ways: Ways) -> None:
    """What the lane's thread does."""
    Worker(office.bot, *LANES[0])._drain(ways)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail that the lane has sent, ready to go once more, with what to write down before and after."""

    job: Job
    mail: OutboundMail
    content: bytes
    claim: Sequence[Statement]
    settle: Sequence[Statement]
    follow: Sequence[Statement]  #: how far its decision is by that

    def with_least(self) -> Self:
        """A commit must write something."""
        return replace(
            self,
            claim=[("insert into mails (id, status) values (?, 'sending')", (self.job.id,))],
            settle=[("update mails set status = 'sent' where id = ?", (self.job.id,))],
            follow=[],
        )


class Bare:
    """smtplib and two commits a mail, nothing else."""

    def __init__(self, path: Path, client: smtplib.SMTP) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.execute("create table if not exists mails (id integer primary key, status text not null)")
        self._client = client

    def send(self, letters: Iterable[Letter], *, together: int = 1) -> None:
        """`together`: how many are claimed in one commit, and their decisions followed in another."""
        waiting = iter(letters)
        while batch := list(islice(waiting, together)):
            self._commit([statement for letter in batch for statement in letter.claim])
            for letter in batch:
                self._client.sendmail(letter.mail.sender.address, [letter.mail.to], letter.content)
                self._commit([*letter.settle, *(letter.follow if together == 1 else ())])
            if together > 1:
                self._commit([statement for letter in batch for statement in letter.follow])

    def _commit(self, statements: Sequence[Statement]) -> None:
        self._db.execute("begin immediate")
        for statement in statements:
            self._db.execute(*statement)
        self._db.execute("commit")


def letter_of(office: Office, db: Database, job: Job) -> Letter:
    """With the rows that the outbox wrote for it: the job's and its decision's state, two events, a note."""
    mail = office.mail_of(job)
    phases = rows(
        db,
        f"select at, {EVENT} from events where subject = :subject and tag = :tag order by seq",
        {"subject": f"case:{job.case_id}", "tag": EventTag.DECISION_PHASE_CHANGED},
    )
    begun, done = (tuple(event.values()) for event in phases)
    (note,) = rows(db, "select * from outbox where key = :key", {"key": f"mail:{job.id}"})
    del note["id"]
    claimed = """update outbox set status = 'sending', worker = ?, lease_until = ?, attempts = attempts + 1
                 where id = ?"""
    sent = """update outbox set status = 'sent', worker = '', lease_until = null, secrets = '', sent_at = ?
              where id = ?"""
    phase = "update decisions set phase = ? where id = ?"
    event = f"""insert into events (seq, at, {EVENT})
                values ((select max(seq) + 1 from events), ?, ?, ?, ?, ?, ?, ?)"""
    queued = f"insert into outbox ({', '.join(note)}) values ({', '.join('?' * len(note))})"
    return Letter(
        job=job,
        mail=mail,
        content=as_bytes(mail),
        claim=[
            (claimed, (f"desk:{os.getpid()}-00000000:mail", begun[0], job.id)),
            (phase, (Phase.EXECUTING, job.decision_id)),
            (event, begun),
        ],
        settle=[
            (sent, (done[0], job.id)),
            (queued, tuple(note.values())),
        ],
        follow=[(phase, (Phase.DONE, job.decision_id)), (event, done)],
    )


class Plain:
    """The same mail as the libraries make it, without our shapes and our own MIME."""

    def __init__(self) -> None:
        self._templates = Environment(loader=FileSystemLoader(SHIPPED), trim_blocks=True, autoescape=False)
        self._page = Environment(loader=FileSystemLoader(SHIPPED), autoescape=True).get_template(
            "layout.html"
        )
        self._markdown = MarkdownIt().enable("table")
        self._inliner = css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)

    def made(self, letter: Letter) -> Letter:
        job, mail = letter.job, letter.mail
        lang, values = job.values["lang"], {**job.values["words"], **HIDDEN}
        source = self._templates.get_template(f"{job.template}.{lang}.md").render(values)
        words = source.partition("\n---\n")[2]
        body = Markup(self._markdown.render(words))
        page = self._page.render(values, subject=mail.subject, preheader="", body=body)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = mail.sender.address, mail.to, mail.subject
        message["Date"], message["Message-ID"] = format_datetime(mail.date), mail.message_id
        message.set_content(words)
        message.add_alternative(self._inliner.inline(page), subtype="html")
        return replace(letter, content=message.as_bytes(policy=message.policy.clone(linesep="\r\n")))


def letters_of(office: Office, many: int) -> list[Letter]:
    """The last of those that the lane has sent, once more."""
    sent = [job for job in office.jobs("order_confirmation") if job.status is JobStatus.SENT][-many:]
    with office.connect() as db:
        return [letter_of(office, db, replace(job, secrets=HIDDEN)) for job in sent]


def compare(folder: Path, port: int) -> dict[str, list[Figure]]:
    """What each side took, turn by turn; ours first.

    The service tells the collector that what its start made stays; here that is told of what stands between
    the turns, among it all jobs of the yardstick's.
    """
    office = an_office(folder, smtp_port=str(port), smtp_tls="none", smtp_rate="1000000")
    office.bot = replace(office.bot, clock=RealClock())
    mailer, client = build_mailer(office.bot.settings), smtplib.SMTP("127.0.0.1", port)
    ways = Ways(chat=office.chat, mailer=mailer, marker=office.bot.marker, texter=office.bot.texter)
    least, libraries, plain = Bare(folder / "a.db", client), Bare(folder / "b.db", client), Plain()
    sides: dict[str, list[Figure]] = {name: [] for name in ("ours", *SIDES)}
    luck, each = Random(1), MAILS // ROUNDS
    for turn in range(ROUNDS + 1):
        queue(office, range(1 + turn * each, 1 + (turn + 1) * each), luck)
        with office.connect() as db:
            copies = [folder / f"{turn}-{side}.db" for side in ("same", "batched")]
            for copy in copies:
                copy_to(db, copy)
        bare, batched = (Bare(copy, client) for copy in copies)
        gc.collect()
        gc.freeze()
        sides["ours"].append(measured(partial(drain, office, ways), each))
        letters = letters_of(office, each)
        assert len(letters) == each
        smallest = [letter.with_least() for letter in letters]
        sides["same"].append(measured(partial(bare.send, letters), each))
        sides["batched"].append(measured(partial(batched.send, letters, together=LIMIT), each))
        sides["least"].append(measured(partial(least.send, smallest), each))
        sides["made"].append(measured(partial(libraries.send, map(plain.made, smallest)), each))
    mailer.close()
    client.quit()
    return {name: side[1:] for name, side in sides.items()}  # the first round pays for the imports


def main() -> None:
    with tempfile.TemporaryDirectory() as name, smtp_sink() as port:
        folder = Path(name)
        with (folder / "log").open("w") as log, contextlib.redirect_stderr(log):
            logs.configure()
            sides = compare(folder, port)
    ours, goals = sides.pop("ours"), Goals()
    for part in ("cpu", "wall"):
        own = statistics.median(getattr(each, part) for each in ours)
        print(f"outbox, {part}: {own * 1000:.2f} ms a mail ({1 / own:.0f}/s); bare smtplib with two commits")
        for name, side in sides.items():
            theirs = statistics.median(getattr(each, part) for each in side)
            print(f"  {SIDES[name]}: {theirs * 1000:.2f} ms ({1 / theirs:.0f}/s), ratio {theirs / own:.2f}")
        same = statistics.median(getattr(each, part) for each in sides["same"])
        goals.at_least(f"of the yardstick's mails a second, {part}", same / own, 0.7)
    goals.end()


if __name__ == "__main__":
    main()
