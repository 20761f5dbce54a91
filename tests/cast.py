"""The known cast: who asks, who decides, and a desk on a real database whose outside world remembers."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from slack_sdk import WebClient
from sqlite_utils import Database

from bot import settings as all_settings
from bot.adapters.checklist import Checklist
from bot.bootstrap import Bell, Bot, make_desk, make_staff, open_database
from bot.domain.cases import Case
from bot.domain.company_names import fold_name
from bot.domain.events import Event
from bot.domain.health import Health
from bot.domain.ledger import LedgerMail
from bot.domain.mail import Address, InboundMail, OutboundMail
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.domain.provisioning import Way
from bot.domain.ris import Company, RisCase, User
from bot.domain.staff import Act, Member, Staff
from bot.domain.trust import SenderCheck, Verdict
from bot.ports import Provisioner
from bot.services import audit, cases, effects, intake, mail_words, mailboxes, outbox, sources
from bot.services.cases import Submission
from bot.services.desk import Desk
from bot.services.effects import Ways
from bot.store import ledger
from bot.store import outbox as outbox_store
from bot.store.database import transaction
from tests.connections import DeskConnections
from tests.outside import (
    APPROVALS,
    NOW,
    SUPPORT,
    FakeChat,
    FakeMailer,
    FakeServer,
    FakeTexter,
    PlainMarker,
    PlainReader,
    StillClock,
    fetched,
)

LATER = NOW + timedelta(days=1)

# Avery and Casey approve, Blake is staff, Eli is a guest; Dana is a sponsor, Mallory a stranger.
AVERY = Staff(id="U0AVERY0001", name="Avery", staff=True, acts=frozenset(Act))
BLAKE = Staff(id="U0BLAKE0001", name="Blake", staff=True)
CASEY = Staff(id="U0CASEY0001", name="Casey", staff=True, acts=frozenset(Act))
ELI = Staff(id="U0ELI000001", name="Eli", staff=False)
OPERATOR = Staff(id="cli:root", name="root", staff=True, acts=frozenset(Act))
DANA = Address(name="Dana Reyes", address="dana@sponsor.example.org")
MALLORY = Address(name="Mallory Other", address="mallory@elsewhere.example.net")

DESK_ADDRESS = "onboarding@desk.example.com"
SERVER = "mx.desk.example.com"
INBOX = "INBOX"
EVERY_KIND = tuple(JobKind)


@cache
def _checked_settings(**changes: str) -> all_settings.Settings:
    values = {
        "imap_host": "127.0.0.1",
        "imap_user": DESK_ADDRESS,
        "imap_password": "not-used",
        "smtp_host": "127.0.0.1",
        "mail_from": DESK_ADDRESS,
        "support_address": "support@desk.example.com",
        "slack_bot_token": "xoxb-test",
        "slack_app_token": "xapp-test",
        "slack_approvals_channel": APPROVALS,
        "slack_support_channel": SUPPORT,
        "slack_staff": f"{AVERY.id},{BLAKE.id},{CASEY.id}",
        "slack_approvers": f"{AVERY.id},{CASEY.id}",
        "sponsors": "sponsor.example.org",
        "trusted_authserv_id": SERVER,
        "secret_key": "0123456789abcdef0123456789abcdef",
        "portal_url": "https://portal.example.com",
        "delivery": "live",
    }
    return all_settings.load_given(values | changes)


def settings_for(folder: Path, **changes: str) -> all_settings.Settings:
    """The desk's settings over a database in that folder; the rest is checked once a process."""
    own = {"database_url": f"sqlite:///{folder / 'usher.db'}"}
    return _checked_settings(**changes).model_copy(update=own)


@cache
def _shipped_desk(**changes: str) -> Desk:
    return make_desk(_checked_settings(**changes))


@dataclass
class Office:
    """A desk at work: a real database, a clock that stands, and an outside that remembers."""

    bot: Bot
    clock: StillClock
    chat: FakeChat
    mailer: FakeMailer
    server: FakeServer
    reader: PlainReader
    tokens: list[str] = field(default_factory=list)  #: of the links it gave out
    provisioners: Mapping[Way, Provisioner] = field(default_factory=lambda: {Way.DESK: Checklist()})
    _uids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def desk(self) -> Desk:
        return self.bot.desk

    @property
    def path(self) -> Path:
        return self.bot.settings.database_path

    @property
    def now(self) -> datetime:
        return self.clock.at

    @contextmanager
    def connect(self) -> Iterator[Database]:
        with self.bot.connections.take() as db:
            yield db
            assert not db.conn.in_transaction, "a transaction was left open"

    # Mail comes in

    def record(
        self, raw: bytes, *, uid: int | None = None, received_at: datetime | None = None
    ) -> LedgerMail:
        """Bring one mail into the ledger, as the mailbox does."""
        with self.connect() as db:
            mailboxes.begin(db, INBOX, 1, now=self.now)
            mail = fetched(raw, uid=uid or next(self._uids), received_at=received_at or self.now)
            (number,) = mailboxes.record(db, self.desk, INBOX, 1, [mail], now=self.now)
            row = ledger.find(db, number)
        assert row is not None
        return row

    def decide(self, row: LedgerMail) -> LedgerMail:
        """Understand and decide about a recorded mail; return its row afterwards."""
        with self.connect() as db:
            mail, books = self.reader.read_mail(sources.get(db, self.desk, row.id))
            understood = intake.understand(db, self.desk, row, mail, books)
            intake.decide(db, self.desk, [understood], now=self.now)
            after = ledger.find(db, row.id)
        assert after is not None
        return after

    def take(self, raw: bytes) -> LedgerMail:
        return self.decide(self.record(raw))

    # What is inside

    def case(self, ref: str) -> Case:
        with self.connect() as db:
            return cases.get_case(db, ref)

    def job(self, template: str) -> Job:
        """The newest job of that template."""
        return self.jobs(template)[-1]

    def jobs(self, template: str = "") -> list[Job]:
        with self.connect() as db:
            found = outbox_store.list_jobs(db, tuple(JobStatus))
        return [job for job in found if template in ("", job.template)]

    def mails(self) -> list[Job]:
        return [job for job in self.jobs() if job.kind is JobKind.MAIL]

    def events(self) -> list[Event]:
        with self.connect() as db:
            return list(audit.export(db))

    # Effects go out

    def claim(
        self, worker: str = "w", *, kinds: Sequence[JobKind] = EVERY_KIND, limit: int = 50
    ) -> list[Job]:
        with self.connect() as db:
            return outbox.claim(db, self.desk, worker, kinds=kinds, limit=limit, now=self.now)[0]

    def _ways(self) -> Ways:
        return Ways(
            chat=self.chat,
            mailer=self.mailer,
            marker=self.bot.marker,
            texter=self.bot.texter,
            provisioners=self.provisioners,
        )

    def carry_out(self, job: Job, worker: str = "w") -> JobStatus:
        with self.connect() as db:
            outcome = effects.carry_out(db, self.desk, self._ways(), job, now=self.now)
            return outbox.settle(db, job, worker, outcome, now=self.now, jitter=0.0)

    def carry_out_only(self, job: Job) -> None:
        """Carry out, and never say what became of it."""
        with self.connect() as db:
            effects.carry_out(db, self.desk, self._ways(), job, now=self.now)

    def mail_of(self, job: Job) -> OutboundMail:
        """The mail a job stands for, as it would go out now."""
        with self.connect() as db:
            return mail_words.mail_of(db, self.desk, self.bot.marker, job, now=self.now)

    def work(self, *, kinds: Sequence[JobKind] = EVERY_KIND) -> int:
        """Carry out everything that is due, until nothing is; return how many attempts that took."""
        attempts = 0
        while jobs := self.claim(kinds=kinds):
            for job in jobs:
                self.carry_out(job)
                attempts += 1
        return attempts

    def work_till_quiet(self, *, rounds: int = 60) -> None:
        """Carry out, and let time pass for what is to be tried again."""
        for _ in range(rounds):
            self.work()
            if not any(job.status in (JobStatus.QUEUED, JobStatus.SENDING) for job in self.jobs()):
                return
            self.clock.wait(hours=1)
        raise AssertionError("the outbox never gets quiet")


@cache
def _new_database() -> bytes:
    """The file that a desk begins with."""
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        open_database(settings)
        return settings.database_path.read_bytes()


def lay_database(settings: all_settings.Settings) -> None:
    """As `open_database`, but migrated once a process, which is most of the cost of a desk."""
    if settings.database_path.exists():
        open_database(settings)
    else:
        settings.database_path.write_bytes(_new_database())


def an_office(folder: Path, **changes: str) -> Office:
    """Open a desk in that folder; settings may be changed by name."""
    settings = settings_for(folder, **changes)
    lay_database(settings)
    clock = StillClock()
    people = [Member(id=who.id, name=who.name, full=who.staff) for who in (AVERY, BLAKE, CASEY, ELI)]
    chat, mailer, server, reader = FakeChat(people), FakeMailer(), FakeServer(), PlainReader()
    tokens: list[str] = []
    desk = make_desk(settings) if "usher_config" in changes else _shipped_desk(**changes)

    def new_token() -> str:
        tokens.append(desk.new_token())
        return tokens[-1]

    bot = Bot(
        settings=settings,
        connections=DeskConnections(settings.database_path),
        desk=replace(desk, new_token=new_token),
        clock=clock,
        health=Health(),
        bell=Bell(),
        random=Random(1),
        open_mailbox=lambda: server,
        open_mailer=lambda: mailer,
        open_provisioners=lambda: {Way.DESK: Checklist()},
        texter=FakeTexter(),
        chat=chat,
        slack_client=WebClient(token="xoxb-test"),
        reader=reader,
        marker=PlainMarker(),
        staff=make_staff(settings, desk.policy, chat),
    )
    return Office(bot, clock, chat, mailer, server, reader, tokens)


_count = itertools.count(1)


def a_mail(
    *,
    sender: Address = DANA,
    subject: str | None = None,
    text: str | None = None,
    files: Sequence[tuple[str, bytes]] = (),
    message_id: str | None = None,
    verdict: str = "pass",
    answers: str = "",
    cc: str = "",
    headers: Sequence[tuple[str, str]] = (),
    date: datetime = NOW,
) -> bytes:
    """A mail as the desk's server hands it over; `verdict` "" leaves the server's word away.

    By itself one asks something, and one with files is the cover note to a form.
    """
    subject = subject if subject is not None else "A new customer" if files else "A question"
    if text is None:
        text = "Please find the form attached." if files else "How long is the code on my phone valid?"
    mail = EmailMessage(policy=SMTP)
    if verdict:
        domain = sender.domain
        mail["Authentication-Results"] = f"{SERVER}; dmarc={verdict} header.from={domain}"
    for name, value in headers:
        mail[name] = value
    mail["From"] = f"{sender.name} <{sender.address}>"
    mail["To"] = DESK_ADDRESS
    if cc:
        mail["Cc"] = cc
    mail["Subject"] = subject
    mail["Date"] = format_datetime(date)
    if message_id is None:
        message_id = f"<{next(_count)}@mail.example.org>"
    if message_id:
        mail["Message-ID"] = message_id
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(text)
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


BOREALIS = "Borealis Turbines GmbH"


def a_submission(
    *,
    company: str = BOREALIS,
    sender: Address = DANA,
    verdict: Verdict = Verdict.PASSED,
    sponsor: bool = True,
    complete: bool = True,
    lang: str = "en",
) -> Submission:
    from bot.domain.ris import Problem, ProblemKind  # noqa: PLC0415
    from tests.forms import MARA, TOM  # noqa: PLC0415 - forms need the heavy spreadsheet parts

    users: tuple[User, ...] = (MARA, TOM)
    if company != BOREALIS:  # whose people are others
        at = f"@{fold_name(company).replace(' ', '-')}.example.net"
        users = tuple(replace(user, email=user.email.partition("@")[0] + at) for user in users)
    missing = Problem(kind=ProblemKind.MISSING, field="city", sheet="Company", cell="B4")
    return Submission(
        mail_id=1,
        mail=InboundMail(
            message_id="<form-1@sponsor.example.org>", sender=sender, subject="A form", lang=lang
        ),
        check=SenderCheck(verdict=verdict, evidence="dmarc=pass"),
        sponsor=sponsor,
        ris=RisCase(
            company=Company(name=company, seats=2, city="Bremen" if complete else ""),
            users=users,
            problems=() if complete else (missing,),
        ),
    )


def a_case(
    office: Office,
    submission: Submission | None = None,
    *,
    company: str = BOREALIS,
    complete: bool = True,
    known: bool = True,
    changed_by: Staff | None = None,
) -> Case:
    """Open a case: complete and in review, unless told otherwise; `known=False`: from a stranger."""
    submission = submission or a_submission(
        company=company,
        complete=complete,
        sender=DANA if known else MALLORY,
        verdict=Verdict.PASSED if known else Verdict.NONE,
        sponsor=known,
    )
    with office.connect() as db:
        with transaction(db):
            case = cases.open_case(db, office.desk, submission, now=office.now)
            if changed_by is not None:
                from bot.store import cases as case_store  # noqa: PLC0415

                case_store.set_hands(db, case.id, case.hands | {changed_by.id})
        return cases.get_case(db, case.ref)
