"""A worker's lanes as tests start them, and what to put into them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from bot.domain.addressees import Addressee
from bot.domain.cards import TroubleNote
from bot.rendering import mails
from bot.services.effects import Ways
from bot.services.queueing import queue_mail, queue_trouble
from bot.store.database import transaction
from handlers.worker.loop import Worker, build
from tests.cast import Office


def queue_mails(
    office: Office,
    many: int,
    *,
    to: str = "u{}@example.org",
    key: str = "m{}",
    ref: str = "Q-1",
    not_before: datetime | None = None,
) -> None:
    words = mails.neutral_receipt(ref=ref, lang="en", policy=office.desk.policy)
    with office.connect() as db, transaction(db):
        for number in range(many):
            whom = Addressee(address=to.format(number), lang="en", ref=ref)
            queue_mail(
                db, office.desk, "neutral_receipt", whom, key=key.format(number), words=words, now=office.now,
                not_before=not_before,
            )  # fmt: skip


def queue_notes(office: Office, many: int) -> None:
    with office.connect() as db, transaction(db):
        for number in range(many):
            note = TroubleNote(what="job_failed", subject=f"job {number}", detail="x")
            queue_trouble(db, note, key=f"n{number}", now=office.now)


@contextmanager
def running(office: Office) -> Iterator[list[Worker]]:
    workers = build(office.bot)
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in threads)


def states(office: Office, template: str = "") -> list[str]:
    return [str(job.status) for job in office.jobs(template)]


def the_lane(office: Office, name: str) -> Worker:
    return next(worker for worker in build(office.bot) if worker.id.endswith(name))


def ways(office: Office) -> Ways:
    return Ways(chat=office.chat, mailer=office.mailer, marker=office.bot.marker, texter=office.bot.texter)


def one_round(office: Office) -> int:
    with office.bot.connect() as db:
        return the_lane(office, "mail")._round(db, ways(office))


def health(office: Office, part: str) -> str:
    return next((f"{one.well} {one.sentence}" for one in office.bot.health.parts() if one.name == part), "")


# Lanes
