"""The audit trail: whatever is changed behind Usher's back is found, and nothing in it names anybody."""

import contextlib
import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlite_utils import Database

from bot.adapters.spreadsheets import is_spreadsheet
from bot.domain.approvals import RejectionReason
from bot.domain.cases import CaseStatus
from bot.domain.errors import PermanentFailure, Refusal, UnknownOutcome
from bot.domain.ledger import LedgerMail
from bot.domain.mail import Address
from bot.domain.ris import Company, User
from bot.rendering.workbooks import ris_form
from bot.services import approvals, audit, cases, kinds
from bot.services import outbox as outbox_service
from handlers.cli import logs
from handlers.mail.loop import work_on
from handlers.worker.loop import build
from tests.cast import AVERY, BLAKE, CASEY, DANA, Office, a_case, a_mail
from tests.forms import COMPANY, MARA, TOM


@pytest.fixture
def trail(office: Office) -> Office:
    """A trail of some events."""
    case = a_case(office)
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    office.work()
    assert len(office.events()) >= 6
    return office


def tamper(db: Database, *changes: str) -> int | None:
    """Change the trail as somebody with the file in hands can, and ask what is found."""
    db.conn.execute("drop trigger events_are_never_changed")
    db.conn.execute("drop trigger events_are_never_deleted")
    for change in changes:
        db.conn.execute(change)
    return audit.verify(db).broken_at


def test_an_untouched_trail_is_whole(trail: Office, db: Database) -> None:
    proof = audit.verify(db)

    assert proof.broken_at is None
    assert proof.events == len(trail.events())
    assert proof.head == trail.events()[-1].hash


def test_an_empty_trail_is_whole(db: Database) -> None:
    assert audit.verify(db).broken_at is None


@pytest.mark.parametrize("column", ["at", "tag", "actor", "subject", "data", "previous", "hash"])
@pytest.mark.parametrize(
    "value",
    [
        "'x'",
        "{column} || ' '",
        *(pytest.param(odd, marks=pytest.mark.slow) for odd in ("''", "x'ff00'", "cast(x'ff' as text)", "7")),
    ],
)
@pytest.mark.usefixtures("trail")
def test_any_edit_is_found(db: Database, column: str, value: str) -> None:
    change = f"update events set {column} = {value.format(column=column)} where seq = 4"

    assert tamper(db, change) in (4, 5)


@pytest.mark.usefixtures("trail")
def test_a_changed_number_is_found(db: Database) -> None:
    assert tamper(db, "update events set seq = 400 where seq = 4") == 5


@pytest.mark.usefixtures("trail")
def test_a_deletion_from_the_middle_is_found(db: Database) -> None:
    assert tamper(db, "delete from events where seq = 4") == 5


@pytest.mark.usefixtures("trail")
def test_a_deletion_that_closes_its_gap_is_found(db: Database) -> None:
    assert tamper(db, "delete from events where seq = 4", "update events set seq = -seq where seq > 4",
                  "update events set seq = -seq - 1 where seq < 0") == 4  # fmt: skip


@pytest.mark.usefixtures("trail")
def test_a_deletion_of_the_beginning_is_found(db: Database) -> None:
    assert tamper(db, "delete from events where seq <= 2") == 3


@pytest.mark.usefixtures("trail")
def test_a_swap_of_two_events_is_found(db: Database) -> None:
    assert tamper(db, "update events set seq = -3 where seq = 3", "update events set seq = 3 where seq = 4",
                  "update events set seq = 4 where seq = -3") == 3  # fmt: skip


def test_an_event_put_in_by_hand_is_found(trail: Office, db: Database) -> None:
    last = len(trail.events())
    change = "insert into events select seq + 1, at, tag, actor, subject, data, previous, hash from events"

    assert tamper(db, f"{change} where seq = {last}") == last + 1


def test_a_cut_off_end_changes_the_head_that_was_noted_elsewhere(trail: Office, db: Database) -> None:
    """The chain alone cannot tell this; the head that was noted outside can."""
    noted = audit.verify(db).head
    last = len(trail.events())

    assert tamper(db, f"delete from events where seq = {last}") is None
    assert audit.verify(db).head != noted


# What may not stand in it

SENTINELS = (
    "Zaphyra", "Quintrell", "zaphyra.q@sponsor.example.org", "Vexholm", "vexholm.example",
    "Ulrike", "Brombeer", "Sternquell", "Wobbly", "Giraffenstraße", "+4930231250", "PO-SENTINEL",
)  # fmt: skip
WHO = Address(name="Zaphyra Quintrell", address="zaphyra.q@sponsor.example.org")
ASKS = Address(name="Ulrike Brombeer", address="ulrike@vexholm.example.net")


def the_form(*, city: str = "Sternquell") -> bytes:
    from dataclasses import replace  # noqa: PLC0415

    company: Company = replace(
        COMPANY, name="Vexholm Turbines", street="Giraffenstraße 7", city=city, purchase_order="PO-SENTINEL"
    )
    users: tuple[User, ...] = (replace(MARA, first_name="Ulrike", last_name="Brombeer"), TOM)
    form = ris_form("en", company, users)
    assert is_spreadsheet("form.xlsx", form)
    return form


def a_busy_day(office: Office) -> None:
    """Forms, questions, robots, a poison mail, refusals, a failed, an unknown and a held mail."""

    def take(raw: bytes) -> None:
        work(office.record(raw))

    def work(row: LedgerMail) -> None:
        with office.connect() as db:
            list(work_on(office.bot, db, [row]))

    take(a_mail(sender=WHO, subject="RIS Vexholm", text="Wobbly", files=[("form.xlsx", the_form())]))
    take(a_mail(sender=WHO, subject="RIS Vexholm", files=[("form.xlsx", the_form(city=""))]))
    take(a_mail(sender=ASKS, subject="Wobbly page", text="It is Wobbly.", verdict=""))
    take(a_mail(sender=ASKS, subject="Vexholm", files=[("form.xlsx", the_form())], verdict="fail"))
    take(a_mail(sender=ASKS, headers=[("Auto-Submitted", "auto-replied")], text="Wobbly"))
    office.reader.faults.then(*[ValueError("Zaphyra Quintrell is Wobbly")] * 3)
    row = office.record(a_mail(sender=WHO, subject="Wobbly"))
    for _ in range(3):
        work(row)
    office.mailer.faults.then(
        UnknownOutcome("line lost"), PermanentFailure("550 zaphyra.q@sponsor.example.org is unknown")
    )
    run_worker(office)
    with office.connect() as db:
        for ref, by in (("C-1", BLAKE), ("C-1", AVERY), ("C-1", CASEY), ("Quintrell", AVERY)):
            try:
                approvals.approve(
                    db,
                    office.desk,
                    ref=ref,
                    seen=cases.get_case(db, "C-1").content_hash,
                    by=by,
                    now=office.now,
                )
            except Refusal:
                continue
        case = cases.get_case(db, "C-2")
        approvals.reject(
            db, office.desk, ref="C-2", seen=case.content_hash, by=AVERY, reason=RejectionReason.OTHER,
            note="Wobbly Brombeer", now=office.now,
        )  # fmt: skip
        stranger = cases.get_case(db, "C-3")
        assert stranger.status is CaseStatus.RECEIVED
        kinds.accept(db, office.desk, ref="C-3", seen=stranger.content_hash, by=BLAKE, now=office.now)
        failed = [job.id for job in office.mails() if job.status == "failed"]
        assert failed
        outbox_service.retry(db, failed[0], by=BLAKE.id, now=office.now)
        kinds.replay(db, office.desk, row.id, by=BLAKE.id, now=office.now)
    office.clock.wait(hours=1)
    run_worker(office)


def run_worker(office: Office) -> None:
    from bot.services.effects import Ways  # noqa: PLC0415

    for _ in range(5):
        for lane in build(office.bot):
            lane._drain(
                Ways(
                    chat=office.chat, mailer=office.mailer, marker=office.bot.marker, texter=office.bot.texter
                )
            )
        office.clock.wait(minutes=1)


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What the service writes to its log, as JSON."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        logs.configure()
    try:
        yield said
    finally:
        structlog.reset_defaults()
        root.handlers[:] = before
        root.setLevel(level)


@pytest.mark.slow
def test_neither_the_trail_nor_the_log_names_anybody(office: Office, said: io.StringIO) -> None:
    a_busy_day(office)

    trail = "\n".join(map(str, office.events()))
    log = said.getvalue()
    assert len(office.events()) > 20
    assert log.count('"event"') > 15
    assert '"error": "550 z…@sponsor.example.org is unknown"' in log
    assert [word for word in (*SENTINELS, "@", DANA.name) if word in trail] == []
    assert [word for word in SENTINELS if word in log] == []
    assert not any(token in trail or token in log for token in office.tokens)
