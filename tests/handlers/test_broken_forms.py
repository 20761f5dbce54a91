"""Broken files of every kind through the running mail loop: each is settled, none as a fault of ours."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.adapters.limited import LimitedPool
from bot.adapters.mail_parsing import LimitedReader
from bot.domain.ledger import MailStatus
from bot.domain.mail import Address
from bot.services import intake
from handlers.mail.loop import MailLoop
from tests.adapters.form_mutations import BREAKS, SUFFIXES, broken
from tests.budget import examples
from tests.cast import DANA, Office, a_mail
from tests.forms import sound_form

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROUNDS = examples(20)


@pytest.fixture
def limited(office: Office) -> Iterator[Office]:
    """The office with the reader of the service, in its limited child."""
    pool = LimitedPool(1)
    pool.start()
    reader = LimitedReader(pool)
    office.bot = replace(office.bot, reader=reader)
    yield office
    reader.close()


def statuses(office: Office) -> list[MailStatus]:
    with office.connect() as db:
        return [row.status for row in intake.list_newest(db, limit=5_000)]


def test_the_service_lives_through_broken_files_and_takes_in_the_good_one_behind(limited: Office) -> None:
    files = [broken(suffix, seed) for seed in range(ROUNDS) for suffix in SUFFIXES]
    for number, file in enumerate(files):  # each of another sender, for none may send so many an hour
        sender = Address(name="Dana", address=f"dana{number}@sponsor.example.org")
        limited.server.deliver(a_mail(files=[file], sender=sender))
    limited.server.deliver(a_mail(files=[("RIS.xlsx", sound_form())], subject="The good one"))
    loop = MailLoop(limited.bot)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        deadline = time.monotonic() + 250
        while sum(status is not MailStatus.RECORDED for status in statuses(limited)) <= len(files):
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        loop.stop()
        thread.join(10)

    assert not thread.is_alive()
    assert len(files) >= len(SUFFIXES) * len(BREAKS)
    assert set(statuses(limited)) == {MailStatus.DONE}
    assert limited.jobs("trouble_note") == []
    assert DANA.address in {job.recipient for job in limited.jobs("receipt")}
