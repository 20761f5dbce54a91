"""A running desk in its embedded world, with the verbs that stories need."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any, TypeVar

from bot import bootstrap
from bot import policy as policies
from bot import settings as settings_room
from bot.bootstrap import Bot
from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.outbox import JobStatus
from bot.domain.ris import Company, User
from bot.rendering.workbooks import ris_form
from bot.sandbox.samples import DANA, Sample
from bot.sandbox.slack.acts import Actor
from bot.sandbox.world import DESK, World
from bot.services import intake, outbox
from handlers.cli.doors import DOORS
from handlers.cli.service import Service

Found = TypeVar("Found")
Message = dict[str, Any]

PATIENCE = 20.0  #: seconds; a busy machine is no reason to fail, a missing effect is


def a_working_morning(now: datetime) -> datetime:
    """Nine o'clock of a day to come, for an operator's command has the real time, on which the desk works."""
    days = (now.replace(hour=9, minute=0) + timedelta(days=ahead) for ahead in range(1, 30))
    calendar = policies.load().calendar_of_desk
    return next(day for day in days if day.weekday() == TUESDAY and calendar.is_working(day))


TUESDAY = 1  #: as `date.weekday` counts
MORNING = a_working_morning(datetime.now(UTC))  #: when a story begins, so that no nightly round falls into it


@dataclass(frozen=True)
class Desk:
    """The service of one module's stories, and the world around it."""

    world: World
    bot: Bot

    # What people outside do

    def send(self, sample: Sample) -> Sample:
        sent = self.world.mail
        sent.submit(sample.raw, sample.sender, sample.recipient, authentic=sample.authentic)
        return sample

    def send_ris(
        self,
        company: Company,
        users: tuple[User, ...],
        *,
        lang: str = "en",
        answers: EmailMessage | None = None,
        sender: tuple[str, str] = DANA,
        cc: str = "",
    ) -> EmailMessage:
        """Send a form as a sponsor does; as a reply to `answers`, if given."""
        return self.send_mail(
            f"RIS {company.name}",
            "Please find the form attached.",
            files=[("RIS.xlsx", ris_form(lang, company, users))],
            answers=answers,
            sender=sender,
            cc=cc,
        )

    def send_mail(
        self,
        subject: str,
        text: str,
        *,
        files: Sequence[tuple[str, bytes]] = (),
        answers: EmailMessage | None = None,
        sender: tuple[str, str] = DANA,
        cc: str = "",
    ) -> EmailMessage:
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = f"{sender[0]} <{sender[1]}>"
        mail["To"] = DESK
        if cc:
            mail["Cc"] = cc
        mail["Subject"] = subject
        mail["Message-ID"] = make_msgid(domain="sponsor.example")
        if answers is not None:
            mail["In-Reply-To"] = mail["References"] = answers["Message-ID"]
        mail.set_content(text)
        for name, content in files:
            mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        self.world.mail.submit(mail.as_bytes(), sender[1], DESK)
        return mail

    # What they get

    def mail_to(self, address: str, *, about: str, ref: str = "") -> EmailMessage:
        """The first mail to that address whose subject begins so (and names that case)."""

        def fits(raw: bytes) -> bool:
            subject = str(parsed(raw)["Subject"])
            return subject.startswith(about) and ref in subject

        stored = self.world.mail.wait_for(address, lambda mail: fits(mail.raw), PATIENCE)
        return parsed(stored.raw)

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [parsed(stored.raw) for stored in self.world.mail.mails(address)]

    # What staff see and do

    def act(self, member: str) -> Actor:
        return self.world.workspace.act(member)

    def card(self, company: str, showing: str = "") -> Message:
        """The case card that names that company, once it shows those words."""

        def find() -> list[Message]:
            return [card for card in self.cards(company) if showing in as_text(card)]

        return self.world.workspace.wait_for(find, PATIENCE)[0]

    def cards(self, company: str) -> list[Message]:
        """Every card that names that company, without what stands in their threads."""
        messages = self.world.workspace.messages("approvals")
        heads = [m for m in messages if m.get("thread_ts", m["ts"]) == m["ts"]]
        return [card for card in heads if company in as_text(card)]

    def message(self, channel: str, *words: str, thread_ts: str | None = None) -> Message:
        def find() -> list[Message]:
            messages = self.world.workspace.messages(channel, thread_ts=thread_ts)
            return [m for m in messages if all(word in as_text(m) for word in words)]

        return self.world.workspace.wait_for(find, PATIENCE)[0]

    def whisper(self, member: str, channel: str, *words: str) -> Message:
        """What only that person sees, once it holds those words."""

        def find() -> list[Message]:
            said = self.world.workspace.ephemerals(member, channel)
            return [m for m in said if all(word in as_text(m) for word in words)]

        return self.world.workspace.wait_for(find, PATIENCE)[-1]

    def modal(self, member: str, *words: str) -> Message:
        """What lies open before that person, once it holds those words."""

        def find() -> Message | None:
            view = self.act(member).top_view()
            return view if view and all(word in as_text(view) for word in words) else None

        return until(find)

    # What operators read

    def readyz(self) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"{self.world.ops_url}/readyz") as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as unready:
            with unready:
                return unready.code, unready.read().decode()

    def unwell(self, part: str, *words: str) -> str:
        """The sentence about an unwell part, once it holds those words."""

        def find() -> str:
            status, said = self.readyz()
            lines = (line for line in said.splitlines() if line.startswith(f"UNWELL {part}:"))
            return next((line for line in lines if status == 503 and all(w in line for w in words)), "")

        return until(find)

    def well(self) -> None:
        until(lambda: self.readyz()[0] == 200)

    # What the ledger says

    def ledger(self, sample_id: str) -> LedgerMail:
        """The row of a mail by its Message-ID, once something was decided about it."""

        def find() -> LedgerMail | None:
            with self.bot.connect() as db:
                newest = intake.list_newest(db, limit=200)
            return next(
                (m for m in newest if m.message_id == sample_id and m.status is not MailStatus.RECORDED), None
            )

        return until(find)

    def settled(self) -> None:
        """Wait until nothing is on its way any more but what is meant for later."""

        def idle() -> bool:
            with self.bot.connect() as db:
                waiting = intake.list_waiting(db, limit=1)
                moving = outbox.list_jobs(db, (JobStatus.QUEUED, JobStatus.SENDING))
            now = self.world.clock.now()
            return not waiting and not [job for job in moving if job.attempts or job.next_at <= now]

        until(idle)


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def as_text(message: Message) -> str:
    """A message with its blocks, as one text to look for words in."""
    return json.dumps(message, ensure_ascii=False)


def until(find: Callable[[], Found | None], patience: float = PATIENCE) -> Found:
    """Poll for what has no bell to wait on."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.02)
    raise TimeoutError("it did not come")


def as_built(bot: Bot, world: World) -> Bot:
    del world
    return bot


@contextmanager
def running(
    folder: Path,
    *,
    seed: int = 7,
    start: datetime | None = None,
    doors: Sequence[str] = DOORS,
    fitted: Callable[[Bot, World], Bot] = as_built,
    **changed: object,
) -> Iterator[Desk]:
    """Start a world and the service in it; settings may be changed by name, parts `fitted` otherwise."""
    with World(folder, seed=seed, start=start or MORNING) as world:
        settings = settings_room.load({**world.settings(), **changed}, env_file=None)
        bot = fitted(bootstrap.build(settings, clock=world.clock), world)
        service = Service(bot, only=doors)
        try:
            service.start()
            if "slack" in doors:
                world.workspace.wait_until_connected()
            yield Desk(world, bot)
        finally:
            assert service.stop(), "a door did not end in time"
