"""What races for the store: small enough to be imported at once by a fresh process."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.domain.approvals import Choice
from bot.domain.cases import CaseStatus
from bot.domain.events import EventTag
from bot.domain.outbox import JobKind
from bot.store import cases, claims, database, events, migrations
from bot.store.database import transaction
from bot.store.numbers import next_number

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LEASE = timedelta(minutes=5)
KINDS = tuple(JobKind)


def open_new(path: Path) -> str:
    with database.connect(path) as db:
        migrations.migrate(db)
    return "fine"


def take_numbers(path: Path, many: int) -> list[int]:
    taken = []
    with database.connect(path) as db:
        for _ in range(many):
            with transaction(db):
                taken.append(next_number(db, "case"))
    return taken


def claim(db: Database, worker: str, *, limit: int = 50, at: timedelta = timedelta()) -> list[str]:
    with transaction(db):
        won = claims.claim_jobs(db, worker, kinds=KINDS, lease=LEASE, limit=limit, now=NOW + at)
    return [job.key for job, _ in won]


def claim_all(path: Path, worker: str) -> list[str]:
    won: list[str] = []
    with database.connect(path) as db:
        while some := claim(db, worker, limit=3):
            won += some
    return won


def decide(path: Path, by: str) -> bool:
    """As a service does: compare, swap, and note the decision only if that was oneself."""
    with database.connect(path) as db, transaction(db):
        case = cases.find(db, 1)
        assert case is not None
        to, seen = CaseStatus.APPROVED, case.content_hash
        moved = cases.move(db, 1, since=(CaseStatus.IN_REVIEW,), to=to, content_hash=seen, now=NOW)
        if moved:
            cases.add_decision(db, case, Choice.APPROVED, by=by, now=NOW)
        return moved


def write_events(path: Path, actor: str, many: int) -> None:
    with database.connect(path) as db:
        for _ in range(many):
            with transaction(db):
                events.add(db, EventTag.JOB_HELD, "job:1", actor=actor, at=NOW)
