"""Mails a second from the outbox, beside bare smtplib with the same two commits a mail, to one smtp-sink.

Ours are order confirmations of approved cases: the worker's own lane claims, renders, sends and settles
them. The yardstick sends the same bytes, ready made, over one connection, and commits a claim and a result
for each. A second one makes its mails too, from the same values and templates with the libraries as they are:
jinja2, markdown-it, css-inline and EmailMessage.
All write to a file with synchronous=FULL, in turns. CPU time is this process's alone, not the sink's.
"""

import contextlib
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
from pathlib import Path
from random import Random

import css_inline
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.adapters.mime import as_bytes
from bot.adapters.smtp import build_mailer
from bot.clock import RealClock
from bot.domain.cases import Case
from bot.domain.mail import Address, OutboundMail
from bot.domain.outbox import Job, JobStatus
from bot.domain.ris import RisCase
from bot.rendering import samples
from bot.rendering.mail_templates import SHIPPED
from bot.rendering.words import LANGUAGES
from bot.sandbox.invented import organisation, person
from bot.services import approvals
from bot.services.effects import Ways
from bot.services.queueing import HIDDEN
from bot.store import cases as case_store
from bot.store.database import transaction
from handlers.cli import logs
from handlers.worker.loop import LANES, Worker
from tests.cast import AVERY, Office, an_office
from tests.processes import free_port, ordinary_user, wait_for_greeting

MAILS = 1_000
ROUNDS = 5


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
    return replace(case, id=number, ris=ris, content_hash=ris.content_hash(), sponsor=sponsor)


def measured(work: Callable[[], None], mails: int) -> Figure:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Figure(wall=(time.perf_counter() - wall) / mails, cpu=(time.process_time() - cpu) / mails)


def drain(office: Office, ways: Ways) -> None:
    """What the lane's thread does."""
    Worker(office.bot, *LANES[0])._drain(ways)


class Bare:
    """smtplib and two commits a mail, nothing else."""

    def __init__(self, path: Path, port: int) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.execute("create table mails (id integer primary key, status text not null)")
        self._client = smtplib.SMTP("127.0.0.1", port)

    def send(self, letters: Iterable[tuple[OutboundMail, bytes]]) -> None:
        for mail, content in letters:
            number = self._db.execute("insert into mails (status) values ('sending')").lastrowid
            self._client.sendmail(mail.sender.address, [mail.to], content)
            self._db.execute("update mails set status = 'sent' where id = ?", (number,))


class Plain:
    """The same mail as the libraries make it, without our shapes and our own MIME."""

    def __init__(self) -> None:
        self._templates = Environment(loader=FileSystemLoader(SHIPPED), trim_blocks=True, autoescape=False)
        self._page = Environment(loader=FileSystemLoader(SHIPPED), autoescape=True).get_template(
            "layout.html"
        )
        self._markdown = MarkdownIt().enable("table")
        self._inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)

    def letter_of(self, job: Job, mail: OutboundMail) -> tuple[OutboundMail, bytes]:
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
        return mail, message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def letters_of(office: Office, many: int) -> list[tuple[Job, OutboundMail]]:
    """The last of those that the lane has sent, once more."""
    sent = [job for job in office.jobs("order_confirmation") if job.status is JobStatus.SENT][-many:]
    hidden = [replace(job, secrets=HIDDEN) for job in sent]
    return [(job, office.mail_of(job)) for job in hidden]


def compare(folder: Path, port: int) -> tuple[list[Figure], list[Figure], list[Figure]]:
    """Ours, bare smtplib with ready bytes, and the same with mails that it makes itself."""
    office = an_office(folder, smtp_port=str(port), smtp_tls="none", smtp_rate="1000000")
    office.bot = replace(office.bot, clock=RealClock())
    mailer = build_mailer(office.bot.settings)
    ways = Ways(chat=office.chat, mailer=mailer, marker=office.bot.marker, texter=office.bot.texter)
    bare, plain, luck, each = Bare(folder / "bare.db", port), Plain(), Random(1), MAILS // ROUNDS
    ours, ready, made = [], [], []
    for turn in range(ROUNDS + 1):
        queue(office, range(1 + turn * each, 1 + (turn + 1) * each), luck)
        ours.append(measured(partial(drain, office, ways), each))
        letters = letters_of(office, each)
        assert len(letters) == each
        ready.append(measured(partial(bare.send, [(mail, as_bytes(mail)) for _, mail in letters]), each))
        made.append(measured(lambda: bare.send(plain.letter_of(*pair) for pair in letters), each))  # noqa: B023
    mailer.close()
    return ours[1:], ready[1:], made[1:]  # the first round pays for the imports


def main() -> None:
    with tempfile.TemporaryDirectory() as name, smtp_sink() as port:
        folder = Path(name)
        with (folder / "log").open("w") as log, contextlib.redirect_stderr(log):
            logs.configure()
            sides = compare(folder, port)
    for part in ("cpu", "wall"):
        own, ready, made = (statistics.median(getattr(each, part) for each in side) for side in sides)
        print(f"outbox, {part}: {own * 1000:.2f} ms a mail ({1 / own:.0f}/s); bare smtplib with two commits:")
        for what, theirs in (("of ready bytes", ready), ("of mails it makes by the libraries", made)):
            print(f"  {what}: {theirs * 1000:.2f} ms ({1 / theirs:.0f}/s), ratio {theirs / own:.2f}")


if __name__ == "__main__":
    main()
